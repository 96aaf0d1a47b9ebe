import type { Booking } from '#contract/appointment'
import { parseDate } from '@internationalized/date'
import { useEffect, useState } from 'react'
import { useRead, type OutputOf } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { usePerson } from '../../session.ts'
import { useAddress } from '../../shell/address.ts'
import { dateIn, longDateName, startOfDate, zoneInWords } from '../../time.ts'
import { Button, IconButton, LinkButton } from '../../ui/button.tsx'
import { DatePicker } from '../../ui/date-picker.tsx'
import { DayGrid, type DayEvent } from '../../ui/day-grid.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { DayQueue } from './day-queue.tsx'
import { MoveVisit, VisitSheet } from './visit-sheet.tsx'

type Day = OutputOf<'appointment', 'day'>

/** A clinician's day in the clinician's own zone, wherever the screen is. */
export function Today() {
  const { t, locale } = useReader()
  const person = usePerson()
  const [search, change] = useAddress()
  const today = dateIn(person.timeZone)
  const date = search['date'] && /^\d{4}-\d\d-\d\d$/.test(search['date']) ? parseDate(search['date']) : today
  const day = useRead(
    'appointment',
    'day',
    { clinicianId: person.clinicianId ?? '', date: date.toString() },
    { isEnabled: Boolean(person.clinicianId), everyMs: 15_000, keepsFormer: true },
  )
  const isToday = date.compare(today) === 0
  const goTo = (to: typeof date) => change({ date: to.compare(today) === 0 ? undefined : to.toString() })
  return (
    <Page
      title={isToday ? t('nav.today') : longDateName(date, locale)}
      lead={isToday ? longDateName(date, locale) : undefined}
      width="full"
      actions={
        <>
          <IconButton icon="chevronLeft" label={t('day.former')} onPress={() => goTo(date.subtract({ days: 1 }))} />
          <Button tone="quiet" isDisabled={isToday} onPress={() => goTo(today)}>
            {t('nav.today')}
          </Button>
          <IconButton icon="chevronRight" label={t('day.next')} onPress={() => goTo(date.add({ days: 1 }))} />
          <DatePicker
            label={t('day.date')}
            isLabelHidden
            value={date}
            onChange={chosen => chosen && goTo(chosen)}
            className="w-48"
          />
        </>
      }
    >
      {!person.clinicianId && <EmptyState icon="calendar" title={t('day.noEntry')} />}
      {day.isPending && person.clinicianId && <Skeleton lines={5} />}
      <ProblemNotice error={day.error} onRetry={() => void day.refetch()} className="mb-4" />
      {day.data && <DayBoard day={day.data} date={date.toString()} />}
    </Page>
  )
}

function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 20_000)
    return () => clearInterval(timer)
  }, [])
  return now
}

function DayBoard({ day, date }: { day: Day; date: string }) {
  const { t, locale } = useReader()
  const now = useNow()
  const [chosenId, setChosenId] = useState<string | null>(null)
  const [move, setMove] = useState<{ booking: Booking; startsAt: string } | null>(null)
  const chosen = day.bookings.find(booking => booking.id === chosenId)
  const shown = day.bookings.filter(booking => booking.state !== 'cancelled')
  if (shown.length === 0 && day.windows.length === 0) {
    return (
      <EmptyState
        icon="calendar"
        title={t('day.free')}
        action={<LinkButton href="/availability">{t('nav.availability')}</LinkButton>}
      >
        {t('day.freeWhat')}
      </EmptyState>
    )
  }
  const [from, to] = edges(day, date)
  return (
    <div className="grid items-start gap-6 xl:grid-cols-[1fr_24rem]">
      <div className="min-w-0 max-sm:hidden">
        <p className="mb-3 text-sm text-ink-faint">
          {t('slots.zone', { zone: zoneInWords(day.timeZone, locale, new Date(from)) })}
        </p>
        <DayGrid
          label={t('day.grid')}
          zone={day.timeZone}
          from={from}
          to={to}
          windows={day.windows}
          events={shown.map(booking => toEvent(booking, now))}
          now={now}
          stepMinutes={5}
          onSelect={setChosenId}
          onMove={(id, startsAt) => {
            const booking = day.bookings.find(each => each.id === id)
            if (booking) setMove({ booking, startsAt })
          }}
        />
      </div>
      <DayQueue bookings={shown} zone={day.timeZone} now={now} onSelect={setChosenId} />
      <VisitSheet booking={chosen} zone={day.timeZone} onClose={() => setChosenId(null)} />
      <Dialog title={t('reschedule.confirmTitle')} isOpen={move !== null} onClose={() => setMove(null)}>
        {move && (
          <MoveVisit
            {...move}
            bookings={shown}
            windows={day.windows}
            zone={day.timeZone}
            onDone={() => setMove(null)}
          />
        )}
      </Dialog>
    </div>
  )
}

/** From the hour before the first thing to the hour after the last, so that the day is not lost in an empty night. */
function edges(day: Day, date: string): [number, number] {
  const hourMs = 3_600_000
  const midnight = Date.parse(startOfDate(parseDate(date), day.timeZone))
  const spans = [...day.windows, ...day.bookings]
  const first = Math.min(...spans.map(span => Date.parse(span.startsAt)), midnight + 24 * hourMs)
  const last = Math.max(...spans.map(span => Date.parse(span.endsAt)), midnight)
  return [
    Math.floor((first - midnight) / hourMs) * hourMs + midnight,
    Math.ceil((last - midnight) / hourMs) * hourMs + midnight,
  ]
}

function toEvent(booking: Booking, now: number): DayEvent {
  const tones = { booked: 'accent', arrived: 'glow', completed: 'good', noShow: 'warn', cancelled: 'plain' } as const
  return {
    id: booking.id,
    startsAt: booking.startsAt,
    endsAt: booking.endsAt,
    title: booking.patientName ?? '',
    detail: booking.serviceName,
    tone: tones[booking.state],
    isMovable: booking.state === 'booked' && Date.parse(booking.startsAt) > now,
  }
}
