import type { Booking } from '#contract/appointment'
import { useAct } from '../../api.ts'
import { useReader, type MessageId } from '../../i18n/locale.tsx'
import { clock, duration } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { StateTag } from './visit-words.tsx'

interface DayQueueProps {
  bookings: readonly Booking[]
  zone: string
  now: number
  onSelect: (id: string) => void
}

/** The same day by what is to do: who waits and for how long, who comes, who has been. On a phone it is the whole screen. */
export function DayQueue({ bookings, zone, now, onSelect }: DayQueueProps) {
  const { t, locale } = useReader()
  const ordered = bookings.toSorted((a, b) => a.startsAt.localeCompare(b.startsAt))
  const sections: [MessageId, Booking[]][] = [
    ['queue.waiting', ordered.filter(each => each.state === 'arrived')],
    ['queue.coming', ordered.filter(each => each.state === 'booked')],
    ['queue.over', ordered.filter(each => each.state === 'completed' || each.state === 'noShow')],
  ]
  return (
    <Card title={t('queue.title')} className="min-w-0">
      {sections.map(
        ([title, entries]) =>
          (entries.length > 0 || title === 'queue.waiting') && (
            <section key={title} className="mb-5 last:mb-0">
              <h3 className="eyebrow mb-1 flex items-center gap-2">
                {t(title)} <bdi className="tabular">{new Intl.NumberFormat(locale).format(entries.length)}</bdi>
              </h3>
              {entries.length === 0 && <p className="py-2 text-sm text-ink-faint">{t('queue.nobody')}</p>}
              <ul className="divide-y divide-line">
                {entries.map(booking => (
                  <li key={booking.id}>
                    <QueueEntry booking={booking} zone={zone} now={now} onSelect={onSelect} />
                  </li>
                ))}
              </ul>
            </section>
          ),
      )}
    </Card>
  )
}

interface QueueEntryProps {
  booking: Booking
  zone: string
  now: number
  onSelect: (id: string) => void
}

function QueueEntry({ booking, zone, now, onSelect }: QueueEntryProps) {
  const { t, locale } = useReader()
  const minutes = Math.max(0, Math.round((now - Date.parse(booking.stateSince)) / 60_000))
  const isLate = booking.state === 'booked' && Date.parse(booking.startsAt) < now
  return (
    <div className="py-2.5">
      <button
        type="button"
        onClick={() => onSelect(booking.id)}
        className="flex min-h-11 w-full cursor-pointer items-center gap-3 rounded-md text-start"
      >
        <Avatar name={booking.patientName ?? ''} size={36} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-[580]">{booking.patientName}</span>
          <span className="flex items-center gap-1.5 truncate text-sm text-ink-soft">
            <Icon name={booking.mode === 'video' ? 'video' : 'pin'} size={15} className="text-ink-faint" />
            {booking.serviceName}
          </span>
        </span>
        <span className="text-end text-sm">
          <bdi className="block font-[580] tabular">{clock(booking.startsAt, { locale, zone })}</bdi>
          {booking.state === 'arrived' && (
            <span className="text-glow">{t('queue.since', { time: duration(minutes, locale) })}</span>
          )}
          {isLate && <span className="text-warn">{t('queue.late')}</span>}
          {(booking.state === 'completed' || booking.state === 'noShow') && <StateTag state={booking.state} />}
        </span>
      </button>
      <VisitMarks booking={booking} now={now} />
    </div>
  )
}

/** What a clinician notes about a visit. The button stays pending until the server has it in writing. */
export function VisitMarks({ booking, now }: { booking: Booking; now: number }) {
  const { t } = useReader()
  const arrive = useAct('appointment', 'arrive')
  const complete = useAct('appointment', 'complete')
  const noShow = useAct('appointment', 'markNoShow')
  const hasBegun = Date.parse(booking.startsAt) <= now
  const isSoon = Date.parse(booking.startsAt) - now < 2 * 3_600_000
  const acts = [
    {
      act: arrive,
      label: t('visit.markArrived'),
      isShown: booking.state === 'booked' && isSoon,
      tone: 'soft' as const,
    },
    {
      act: complete,
      label: t('visit.markCompleted'),
      isShown: booking.state === 'arrived' || (booking.state === 'booked' && hasBegun),
      tone: 'soft' as const,
    },
    {
      act: noShow,
      label: t('visit.markNoShow'),
      isShown: booking.state === 'booked' && hasBegun,
      tone: 'ghost' as const,
    },
  ].filter(each => each.isShown)
  const hasRoom = booking.state === 'arrived' || (booking.state === 'booked' && isSoon)
  const isBusy = arrive.isPending || complete.isPending || noShow.isPending
  if (acts.length === 0 && !hasRoom) return null
  return (
    <>
      <div className="mt-1.5 flex flex-wrap gap-2 ps-12">
        {hasRoom && (
          <LinkButton
            href={`/room/${booking.id}`}
            size="sm"
            icon={booking.mode === 'video' ? 'video' : 'page'}
            aria-label={`${t('consult.room')}: ${booking.patientName}`}
          >
            {t('consult.room')}
          </LinkButton>
        )}
        {acts.map(({ act, label, tone }) => (
          <Button
            key={label}
            size="sm"
            tone={tone}
            isPending={act.isPending}
            isDisabled={isBusy && !act.isPending}
            aria-label={`${label}: ${booking.patientName}`}
            onPress={() => act.mutate({ bookingId: booking.id })}
          >
            {label}
          </Button>
        ))}
      </div>
      <ProblemNotice error={arrive.error ?? complete.error ?? noShow.error} className="mt-2" />
    </>
  )
}
