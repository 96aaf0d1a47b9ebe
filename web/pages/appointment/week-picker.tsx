import { useEffect, useMemo, useState } from 'react'
import type { CalendarDate } from '@internationalized/date'
import { useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { dateIn, dateName, longDay, startOfDate, zoneInWords } from '../../time.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { SlotGrid } from '../../ui/slot-grid.tsx'

interface WeekPickerProps {
  clinicianId: string
  serviceId: string
  selected?: string | null
  isDisabled?: boolean
  onSelect: (startsAt: string) => void
  /** A time to open the week on, such as the one pressed on a search card. */
  openAt?: string | undefined
}

const weeksAhead = 12

/**
 * Real free times, one week at a time, in the viewer's zone. It asks once for the whole horizon, so that it can say where the next free
 * time is instead of letting people page through empty weeks.
 */
export function WeekPicker({ clinicianId, serviceId, selected, isDisabled, onSelect, openAt }: WeekPickerProps) {
  const { t, locale, zone } = useReader()
  const free = useRead(
    'appointment',
    'freeTimes',
    { clinicianId, serviceId, days: weeksAhead * 7 },
    { everyMs: 60_000 },
  )
  const today = dateIn(zone)
  const starts = useMemo(() => free.data?.times.map(time => time.startsAt) ?? [], [free.data])
  const first = openAt ?? starts[0]
  const [from, setFrom] = useState<CalendarDate | null>(null)
  useEffect(() => setFrom(null), [serviceId])
  const start = from ?? (first && dateIn(zone, first).compare(today.add({ days: 6 })) > 0 ? dateIn(zone, first) : today)
  const days = Array.from({ length: 7 }, (_, index) => start.add({ days: index }))
  const end = start.add({ days: 7 })
  const shown = starts.filter(each => each >= startOfDate(start, zone) && each < startOfDate(end, zone))
  const next = starts.find(each => each >= startOfDate(end, zone))
  const last = today.add({ weeks: weeksAhead })
  const earlier = start.subtract({ days: 7 })
  return (
    <div>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <IconButton
          icon="chevronLeft"
          label={t('slots.earlier')}
          isDisabled={start.compare(today) <= 0}
          onPress={() => setFrom(earlier.compare(today) < 0 ? today : earlier)}
        />
        <p className="min-w-36 text-center font-[580]" aria-live="polite">
          <bdi>
            {dateName(start, locale)} – {dateName(end.subtract({ days: 1 }), locale)}
          </bdi>
        </p>
        <IconButton
          icon="chevronRight"
          label={t('slots.later')}
          isDisabled={end.compare(last) >= 0}
          onPress={() => setFrom(end)}
        />
        <p className="basis-full text-sm text-ink-faint sm:basis-auto sm:ps-2">
          {t('slots.zone', { zone: zoneInWords(zone, locale, new Date(startOfDate(start, zone))) })}
        </p>
      </div>
      {free.isPending && <Skeleton lines={3} />}
      <ProblemNotice error={free.error} onRetry={() => void free.refetch()} />
      {free.data && shown.length > 0 && (
        <SlotGrid
          days={days}
          slots={shown}
          zone={zone}
          selected={selected ?? null}
          onSelect={onSelect}
          {...(isDisabled ? { isDisabled } : {})}
        />
      )}
      {free.data && shown.length === 0 && (
        <EmptyState
          icon="calendar"
          title={next ? t('slots.noneThisWeek') : t('slots.none')}
          action={
            next && (
              <Button tone="soft" trailingIcon="arrowRight" onPress={() => setFrom(dateIn(zone, next))}>
                {t('slots.next', { day: longDay(next, { locale, zone }) })}
              </Button>
            )
          }
        >
          {!next && t('slots.noneWhat')}
        </EmptyState>
      )}
    </div>
  )
}
