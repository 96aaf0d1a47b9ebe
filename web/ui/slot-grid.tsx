import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { CalendarDate } from '@internationalized/date'
import { useReader } from '../i18n/locale.tsx'
import { dateIn, dateName, longDateName, slotLabels, weekdayName } from '../time.ts'
import { Button } from './button.tsx'
import { cx } from './classes.ts'

export interface SlotGridProps {
  /** Days in order, usually a week; days without slots stay, because "nothing on Tuesday" is an answer. */
  days: readonly CalendarDate[]
  /** Starting times as ISO instants. */
  slots: readonly string[]
  zone: string
  selected?: string | null
  onSelect: (start: string) => void
  isDisabled?: boolean
  /** Times per day before the rest waits behind a button. */
  perDay?: number
}

/**
 * A week of starting times, one column per day. Arrow keys move between times as the eye does: up and down within a day, sideways to the
 * nearest row of the neighbouring day. One slot at a time is in the tab order.
 */
export function SlotGrid({ days, slots, zone, selected, onSelect, isDisabled, perDay = 12 }: SlotGridProps) {
  const { locale, direction, t } = useReader()
  const labels = slotLabels(slots, { locale, zone })
  const [isWhole, setWhole] = useState(false)
  const whole = days.map(date => slots.filter(start => dateIn(zone, start).compare(date) === 0))
  const columns = isWhole ? whole : whole.map(column => spread(column, perDay))
  const isCut = whole.some((column, index) => column.length > (columns[index]?.length ?? 0))
  const grid = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<string | undefined>(undefined)
  const tabStop = active && slots.includes(active) ? active : columns.flat()[0]

  const moved = useRef(false)
  useEffect(() => {
    if (moved.current && active) grid.current?.querySelector<HTMLButtonElement>(`[data-start="${active}"]`)?.focus()
    moved.current = false
  }, [active])

  const onKeyDown = (event: KeyboardEvent, column: number, row: number) => {
    const side = direction === 'rtl' ? -1 : 1
    const step = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [side, 0], ArrowLeft: [-side, 0] }[event.key]
    if (!step) return
    event.preventDefault()
    const next = step[0] === 0 ? columns[column]?.[row + (step[1] ?? 0)] : sideways(columns, column, row, step[0] ?? 1)
    if (next) {
      moved.current = true
      setActive(next)
    }
  }

  return (
    <>
      <div
        ref={grid}
        className="grid gap-x-2 gap-y-5 max-md:grid-cols-1 md:grid-cols-7"
        role="group"
        aria-label={t('slots.label')}
      >
        {days.map((date, column) => (
          <section
            key={date.toString()}
            aria-label={longDateName(date, locale)}
            className={cx('min-w-0', columns[column]?.length === 0 && 'max-md:hidden')}
          >
            <p aria-hidden="true" className="mb-2 flex items-baseline gap-2 md:block md:text-center">
              <span className="block text-sm font-[600]">{weekdayName(date, locale)}</span>
              <span className="block text-sm text-ink-faint">{dateName(date, locale)}</span>
            </p>
            <div className="grid grid-cols-3 gap-2 xs:grid-cols-4 md:grid-cols-1">
              {columns[column]?.map((start, row) => (
                <button
                  key={start}
                  type="button"
                  data-start={start}
                  tabIndex={start === tabStop ? 0 : -1}
                  aria-pressed={start === selected}
                  disabled={isDisabled}
                  onFocus={() => setActive(start)}
                  onKeyDown={event => onKeyDown(event, column, row)}
                  onClick={() => onSelect(start)}
                  className={cx(
                    'min-h-11 cursor-pointer rounded-md px-1 text-sm font-[580] tabular transition-colors disabled:opacity-55',
                    start === selected
                      ? 'bg-accent text-on-accent'
                      : 'bg-accent-soft text-accent-ink hover:bg-accent hover:text-on-accent',
                  )}
                >
                  <span className="sr-only">{longDateName(date, locale)} </span>
                  <bdi>{labels.get(start)}</bdi>
                </button>
              ))}
              {columns[column]?.length === 0 && <p className="hidden text-center text-ink-faint md:block">–</p>}
            </div>
          </section>
        ))}
      </div>
      {isCut && (
        <div className="mt-5 flex justify-center">
          <Button tone="ghost" size="sm" trailingIcon="chevronDown" onPress={() => setWhole(true)}>
            {t('slots.all', { count: slots.length })}
          </Button>
        </div>
      )}
    </>
  )
}

/** A day in steps of five minutes has a hundred times; some from morning to evening are enough to choose from at first. */
function spread(column: readonly string[], limit: number): string[] {
  if (column.length <= limit) return [...column]
  return Array.from(
    { length: limit },
    (_, index) => column[Math.round((index * (column.length - 1)) / (limit - 1))] ?? '',
  )
}

/** The next day in that direction that has a time, at the same row or its last one. */
function sideways(columns: readonly string[][], column: number, row: number, step: number): string | undefined {
  for (let next = column + step; next >= 0 && next < columns.length; next += step) {
    const slots = columns[next]
    if (slots && slots.length > 0) return slots[Math.min(row, slots.length - 1)]
  }
  return undefined
}
