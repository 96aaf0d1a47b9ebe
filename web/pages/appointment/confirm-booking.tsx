import type { Hold } from '#contract/appointment'
import type { CareService, Clinician } from '#contract/directory'
import { formatMoney } from '#core/money'
import { useState, useEffect, useRef } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useGo } from '../../shell/address.ts'
import { clockRange, duration, longDay, zoneInWords } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import { HoldCountdown } from './countdown.tsx'
import { ModeLabel } from './visit-words.tsx'

interface ConfirmBookingProps {
  clinician: Clinician
  service: CareService
  hold: Hold
  onRelease: (why: 'given' | 'expired') => void
}

/** The last look before booking, while the time is held: what, when in which zone, where, how much. */
export function ConfirmBooking({ clinician, service, hold, onRelease }: ConfirmBookingProps) {
  const { t, locale, zone } = useReader()
  const go = useGo()
  const [reason, setReason] = useState('')
  const book = useAct('appointment', 'book', {
    onDone: booking => go(`/visits/${booking.id}?new=yes`),
    refreshes: ['appointment', 'notification'],
  })
  const place = { locale, zone }
  const rows: [string, React.ReactNode][] = [
    [t('visit.when'), <TimeWords key="when" hold={hold} />],
    [t('visit.what'), `${service.name} · ${duration(service.minutes, locale)}`],
    [
      t('visit.where'),
      <ModeLabel
        key="where"
        mode={hold.mode}
        place={`${clinician.organization.name}, ${clinician.organization.address}`}
      />,
    ],
    [t('visit.price'), <bdi key="price">{formatMoney(service.price, locale)}</bdi>],
  ]
  const top = useRef<HTMLDivElement>(null)
  // The pressed time is gone by now and on a phone this card lies above it: the eye and the focus are led here.
  useEffect(() => {
    top.current?.scrollIntoView({ block: 'start' })
    top.current?.focus({ preventScroll: true })
  }, [hold.id])
  return (
    <div ref={top} tabIndex={-1} className="scroll-mt-20 outline-none max-lg:order-first">
      <Card
        title={t('book.confirmTitle')}
        action={<HoldCountdown expiresAt={hold.expiresAt} onExpired={() => onRelease('expired')} />}
      >
        <div className="flex items-center gap-4 rounded-xl bg-accent-soft p-5">
          <Avatar name={clinician.name} size={52} className="bg-surface!" />
          <div>
            <p className="text-lg font-[620]">{longDay(hold.startsAt, place)}</p>
            <p className="text-ink-soft">{t('book.with', { name: clinician.name })}</p>
          </div>
        </div>
        <dl className="my-5 divide-y divide-line">
          {rows.map(([term, value]) => (
            <div key={term} className="grid gap-1 py-3 sm:grid-cols-[9rem_1fr]">
              <dt className="text-ink-faint">{term}</dt>
              <dd className="font-[540]">{value}</dd>
            </div>
          ))}
        </dl>
        <TextArea
          label={t('book.words')}
          description={t('book.wordsHint', { name: clinician.name })}
          value={reason}
          onChange={setReason}
          maxLength={1000}
        />
        <ProblemNotice error={book.error} className="mt-4" />
        <div className="mt-6 flex flex-wrap gap-2">
          <Button
            size="lg"
            isPending={book.isPending}
            onPress={() => book.mutate({ holdId: hold.id, ...(reason.trim() ? { reason: reason.trim() } : {}) })}
          >
            {book.isPending ? t('book.booking') : t('book.confirm')}
          </Button>
          <Button tone="ghost" size="lg" isDisabled={book.isPending} onPress={() => onRelease('given')}>
            {t('book.other')}
          </Button>
        </div>
      </Card>
    </div>
  )
}

function TimeWords({ hold }: { hold: Hold }) {
  const { locale, zone } = useReader()
  return (
    <>
      <bdi className="tabular">{clockRange(hold.startsAt, hold.endsAt, { locale, zone })}</bdi>
      <span className="block text-sm font-normal text-ink-faint">
        {zoneInWords(zone, locale, new Date(hold.startsAt))}
      </span>
    </>
  )
}
