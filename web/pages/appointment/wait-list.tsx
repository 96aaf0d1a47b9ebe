import type { WaitListEntry } from '#contract/appointment'
import type { VisitMode } from '#contract/directory'
import { useState, type FormEvent } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useGo } from '../../shell/address.ts'
import { clock, dateIn, dateOnly, nearDay, startOfDate } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { DatePicker } from '../../ui/date-picker.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Tag } from '../../ui/tag.tsx'
import { toast } from '../../ui/toast.tsx'
import { HoldCountdown } from './countdown.tsx'
import { ModeLabel } from './visit-words.tsx'

interface JoinProps {
  clinicianId: string
  serviceId: string
  mode: VisitMode
  isOpen: boolean
  onClose: () => void
}

export function JoinWaitList({ isOpen, onClose, ...wish }: JoinProps) {
  const { t } = useReader()
  return (
    <Dialog title={t('waitList.join')} isOpen={isOpen} onClose={onClose}>
      <JoinForm {...wish} onDone={onClose} />
    </Dialog>
  )
}

function JoinForm({ onDone, ...wish }: Omit<JoinProps, 'isOpen' | 'onClose'> & { onDone: () => void }) {
  const { t, zone } = useReader()
  const today = dateIn(zone)
  const [from, setFrom] = useState<typeof today | null>(today)
  const [to, setTo] = useState<typeof today | null>(today.add({ weeks: 2 }))
  const join = useAct('appointment', 'joinWaitList', {
    onDone: () => {
      toast({ title: t('waitList.joined') })
      onDone()
    },
  })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (!from || !to) return
    const start = startOfDate(from, zone)
    const now = new Date().toISOString()
    // A period must lie in the future, and today's midnight does not.
    join.mutate({
      ...wish,
      earliestAt: start > now ? start : new Date(Date.now() + 60_000).toISOString(),
      latestAt: startOfDate(to.add({ days: 1 }), zone),
    })
  }
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <p className="text-ink-soft">{t('waitList.what')}</p>
      <div className="grid gap-4 sm:grid-cols-2">
        <DatePicker label={t('waitList.from')} value={from} onChange={setFrom} minValue={today} isRequired />
        <DatePicker label={t('waitList.to')} value={to} onChange={setTo} minValue={from ?? today} isRequired />
      </div>
      <ProblemNotice error={join.error} />
      <Button type="submit" isPending={join.isPending}>
        {t('waitList.join')}
      </Button>
    </form>
  )
}

/** A time that is held for this person because somebody else gave it back. */
export function WaitListOffer({ entry }: { entry: WaitListEntry }) {
  const { t, locale, zone } = useReader()
  const go = useGo()
  const [isExpired, setExpired] = useState(false)
  const book = useAct('appointment', 'book', {
    onDone: booking => go(`/visits/${booking.id}?new=yes`),
    refreshes: ['appointment', 'notification'],
  })
  const leave = useAct('appointment', 'leaveWaitList', { onDone: () => toast({ title: t('waitList.left') }) })
  const offer = entry.offer
  if (!offer) return null
  const place = { locale, zone }
  return (
    <section
      aria-label={t('waitList.offer')}
      className="rounded-2xl border border-accent-line bg-accent-soft p-6 sm:p-8"
    >
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm font-[580] text-accent-ink">{t('waitList.offer')}</p>
        <div className="rounded-full bg-surface">
          <HoldCountdown expiresAt={offer.expiresAt} onExpired={() => setExpired(true)} />
        </div>
      </div>
      <h2 className="mt-3 text-2xl font-[640]">
        {nearDay(offer.startsAt, place)}, <bdi className="tabular">{clock(offer.startsAt, place)}</bdi>
      </h2>
      <p className="mt-1 text-ink-soft">
        {entry.clinicianName} · {entry.serviceName} · <ModeLabel mode={entry.mode} />
      </p>
      <ProblemNotice error={book.error ?? leave.error} className="mt-4" />
      <div className="mt-5 flex flex-wrap gap-2">
        <Button
          size="lg"
          isDisabled={isExpired}
          isPending={book.isPending}
          onPress={() => book.mutate({ holdId: offer.id })}
        >
          {t('waitList.take')}
        </Button>
        <Button tone="ghost" isPending={leave.isPending} onPress={() => leave.mutate({ entryId: entry.id })}>
          {t('waitList.leave')}
        </Button>
      </div>
    </section>
  )
}

/** One entry in the list of what one waits for. */
export function WaitListLine({ entry }: { entry: WaitListEntry }) {
  const { t, locale, zone } = useReader()
  const leave = useAct('appointment', 'leaveWaitList', { onDone: () => toast({ title: t('waitList.left') }) })
  const place = { locale, zone }
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 py-4">
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-[580]">{entry.clinicianName}</p>
        <p className="text-sm text-ink-soft">
          {entry.serviceName} ·{' '}
          {t('waitList.between', { from: dateOnly(entry.earliestAt, place), to: dateOnly(entry.latestAt, place) })}
        </p>
        <ProblemNotice error={leave.error} className="mt-2" />
      </div>
      <Tag tone={entry.state === 'offered' ? 'glow' : entry.state === 'filled' ? 'good' : 'plain'}>
        {t(`waitList.${entry.state}`)}
      </Tag>
      {entry.state === 'waiting' && (
        <Button
          tone="quiet"
          size="sm"
          isPending={leave.isPending}
          aria-label={`${t('waitList.leave')}: ${entry.clinicianName}`}
          onPress={() => leave.mutate({ entryId: entry.id })}
        >
          {t('waitList.leave')}
        </Button>
      )}
    </div>
  )
}
