// How a visit is named wherever it shows: its state, its time in the reader's zone, where it takes place.
import type { Booking, BookingState } from '#contract/appointment'
import type { VisitMode } from '#contract/directory'
import { useReader } from '../../i18n/locale.tsx'
import { clockRange, day, relative } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Tag, type TagTone } from '../../ui/tag.tsx'

const tones: Record<BookingState, TagTone> = {
  booked: 'accent',
  arrived: 'glow',
  completed: 'good',
  cancelled: 'plain',
  noShow: 'warn',
}

export function StateTag({ state }: { state: BookingState }) {
  const { t } = useReader()
  return <Tag tone={tones[state]}>{t(`visit.${state}`)}</Tag>
}

export function ModeLabel({ mode, place }: { mode: VisitMode; place?: string }) {
  const { t } = useReader()
  return (
    <span className="inline-flex items-center gap-1.5 align-bottom">
      <Icon name={mode === 'video' ? 'video' : 'pin'} size={17} className="text-ink-faint" />
      {mode === 'video' ? t('mode.video') : (place ?? t('mode.clinic'))}
    </span>
  )
}

/** Near enough to arrive for: one hour before until the end. The server has the last word and says so. */
export function isArrivable(booking: Booking, now = Date.now()): boolean {
  return (
    booking.state === 'booked' && Date.parse(booking.startsAt) - now < 3_600_000 && Date.parse(booking.endsAt) > now
  )
}

export function isOpen(booking: Booking): boolean {
  return booking.state === 'booked' && Date.parse(booking.startsAt) > Date.now()
}

/** One line of a list of visits; the whole of it leads to the visit. */
export function VisitLine({ booking }: { booking: Booking }) {
  const { locale, zone } = useReader()
  return (
    <div className="flex items-center gap-4">
      <Avatar name={booking.clinicianName} />
      <div className="min-w-0 flex-1">
        <p className="truncate font-[580]">{booking.clinicianName}</p>
        <p className="truncate text-sm text-ink-soft">
          {booking.serviceName} · <ModeLabel mode={booking.mode} place={booking.place} />
        </p>
        <p className="mt-0.5 text-sm font-[560] tabular sm:hidden">
          <bdi>{day(booking.startsAt, { locale, zone })}</bdi>,{' '}
          <bdi>{clockRange(booking.startsAt, booking.endsAt, { locale, zone })}</bdi>
        </p>
      </div>
      <div className="shrink-0 text-end max-sm:hidden">
        <p className="font-[580] tabular">
          <bdi>{day(booking.startsAt, { locale, zone })}</bdi>
        </p>
        <p className="text-sm text-ink-soft tabular">
          <bdi>{clockRange(booking.startsAt, booking.endsAt, { locale, zone })}</bdi>
        </p>
      </div>
    </div>
  )
}

export function Since({ at }: { at: string }) {
  const { locale } = useReader()
  return <time dateTime={at}>{relative(at, locale)}</time>
}
