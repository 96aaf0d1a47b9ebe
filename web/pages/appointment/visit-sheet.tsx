import type { Booking, FreeTime } from '#contract/appointment'
import { useState, type ReactNode } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { clockRange, longDay, relative } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Drawer } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { overlaps } from '../../ui/lanes.ts'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { VisitMarks } from './day-queue.tsx'
import { isOpen, ModeLabel, StateTag } from './visit-words.tsx'

/** A visit beside the day it belongs to. */
export function VisitSheet({
  booking,
  zone,
  onClose,
}: {
  booking: Booking | undefined
  zone: string
  onClose: () => void
}) {
  const { t } = useReader()
  return (
    <Drawer title={t('visit.title')} isOpen={booking !== undefined} onClose={onClose}>
      {booking && <SheetBody booking={booking} zone={zone} onClose={onClose} />}
    </Drawer>
  )
}

function SheetBody({ booking, zone, onClose }: { booking: Booking; zone: string; onClose: () => void }) {
  const { t, locale } = useReader()
  const [isCancelling, setCancelling] = useState(false)
  const rows: [string, ReactNode][] = [
    [t('visit.when'), <bdi key="when">{clockRange(booking.startsAt, booking.endsAt, { locale, zone })}</bdi>],
    [t('visit.what'), booking.serviceName],
    [t('visit.where'), <ModeLabel key="where" mode={booking.mode} place={booking.place} />],
    [
      t('book.words'),
      <span key="words" dir="auto" className="block">
        {booking.reason ?? '–'}
      </span>,
    ],
  ]
  return (
    <>
      <div className="flex items-center gap-4">
        <Avatar name={booking.patientName ?? ''} size={56} />
        <div className="min-w-0 flex-1">
          <p className="text-lg font-[620]">{booking.patientName}</p>
          <p className="text-ink-soft">{longDay(booking.startsAt, { locale, zone })}</p>
        </div>
      </div>
      <p className="mt-4 flex items-center gap-2 text-sm text-ink-soft">
        <StateTag state={booking.state} />
        {relative(booking.stateSince, locale)}
      </p>
      <dl className="my-4 divide-y divide-line border-y border-line">
        {rows.map(([term, value]) => (
          <div key={term} className="grid grid-cols-[8rem_1fr] gap-2 py-2.5">
            <dt className="text-ink-faint">{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="-ms-12">
        <VisitMarks booking={booking} now={Date.now()} />
      </div>
      {isOpen(booking) && !isCancelling && (
        <div className="mt-4 flex flex-wrap gap-2">
          <LinkButton href={`/visits/${booking.id}/reschedule`} tone="quiet" icon="swap">
            {t('visit.reschedule')}
          </LinkButton>
          <Button tone="ghost" className="text-bad!" onPress={() => setCancelling(true)}>
            {t('visit.cancel')}
          </Button>
        </div>
      )}
      {isCancelling && <CancelForPatient booking={booking} onDone={onClose} onBack={() => setCancelling(false)} />}
    </>
  )
}

function CancelForPatient({ booking, onDone, onBack }: { booking: Booking; onDone: () => void; onBack: () => void }) {
  const { t } = useReader()
  const [reason, setReason] = useState('')
  const cancel = useAct('appointment', 'cancel', {
    onDone: () => {
      toast({ title: t('visit.cancelDone') })
      onDone()
    },
  })
  return (
    <div className="mt-4 rounded-lg bg-sunken p-4">
      <p className="mb-3 font-[560]">{t('visit.cancelFor', { name: booking.patientName })}</p>
      <TextArea
        label={t('visit.cancelReason')}
        description={t('visit.cancelSeen')}
        value={reason}
        onChange={setReason}
        maxLength={500}
      />
      <ProblemNotice error={cancel.error} className="mt-3" />
      <div className="mt-3 flex flex-wrap gap-2">
        <Button
          tone="danger"
          isPending={cancel.isPending}
          onPress={() => cancel.mutate({ bookingId: booking.id, ...(reason.trim() ? { reason: reason.trim() } : {}) })}
        >
          {t('visit.cancel')}
        </Button>
        <Button tone="ghost" onPress={onBack}>
          {t('action.back')}
        </Button>
      </div>
    </div>
  )
}

interface MoveVisitProps {
  booking: Booking
  startsAt: string
  bookings: readonly Booking[]
  windows: readonly FreeTime[]
  zone: string
  onDone: () => void
}

/** After a drag: from when to when, what stands in the way, and only then the question to the server. */
export function MoveVisit({ booking, startsAt, bookings, windows, zone, onDone }: MoveVisitProps) {
  const { t, locale } = useReader()
  const lengthMs = Date.parse(booking.endsAt) - Date.parse(booking.startsAt)
  const target = { startsAt, endsAt: new Date(Date.parse(startsAt) + lengthMs).toISOString() }
  const clash = bookings.find(other => other.id !== booking.id && overlaps(other, target))
  const isOutside = !windows.some(window => window.startsAt <= target.startsAt && target.endsAt <= window.endsAt)
  const move = useAct('appointment', 'reschedule', {
    onDone: () => {
      toast({ title: t('reschedule.done') })
      onDone()
    },
  })
  const warning = clash ? t('dayGrid.clash', { name: clash.patientName }) : isOutside ? t('reason.outsideHours') : null
  return (
    <>
      <p className="text-lg font-[600]">{booking.patientName}</p>
      <p className="text-ink-faint line-through">
        <bdi>{clockRange(booking.startsAt, booking.endsAt, { locale, zone })}</bdi>
      </p>
      <p className="text-lg font-[600] tabular">
        <bdi>{clockRange(target.startsAt, target.endsAt, { locale, zone })}</bdi>
      </p>
      <p className="mt-3 text-ink-soft">{t('reschedule.told', { name: booking.patientName })}</p>
      {warning && (
        <p className="mt-3 flex items-center gap-2 rounded-lg bg-warn-soft px-4 py-3 text-warn">
          <Icon name="warning" size={18} />
          {warning}
        </p>
      )}
      <ProblemNotice error={move.error} className="mt-3" />
      <div className="mt-5 flex flex-wrap gap-2">
        <Button isPending={move.isPending} onPress={() => move.mutate({ bookingId: booking.id, startsAt })}>
          {t('reschedule.confirm')}
        </Button>
        <Button tone="ghost" onPress={onDone}>
          {t('action.back')}
        </Button>
      </div>
    </>
  )
}
