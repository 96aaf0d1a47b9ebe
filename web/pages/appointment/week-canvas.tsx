import type { WeeklyWindow } from '#contract/appointment'
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { minutesOf } from '../../time.ts'
import { cx } from '../../ui/classes.ts'
import { hourLabel, wallLabel, wallOf, weekdayLabel, weekOrder } from './week-words.ts'

interface WeekCanvasProps {
  windows: readonly WeeklyWindow[]
  bufferBefore: number
  bufferAfter: number
  onChange: (windows: WeeklyWindow[]) => void
  onEdit: (index: number) => void
}

const hourPx = 34
const snap = 15
const dayMinutes = 24 * 60

type Grip = 'start' | 'end' | 'whole'

/** The week as one picture: drag a block to move it, its edges to change it, an empty place to open a new one; keys do the same. */
export function WeekCanvas({ windows, onChange, onEdit, ...buffers }: WeekCanvasProps) {
  const { t, locale } = useReader()
  const [focusAt, setFocusAt] = useState<number | null>(null)
  const scroller = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // The working day, not midnight, is what people come to see.
    scroller.current?.scrollTo({ top: 6.5 * hourPx })
  }, [])
  const replace = (index: number, window: WeeklyWindow) =>
    onChange(windows.map((each, at) => (at === index ? window : each)))
  const add = (weekday: number, from: number) => {
    setFocusAt(windows.length)
    onChange([...windows, { weekday, from: wallOf(from), to: wallOf(Math.min(dayMinutes, from + 120)) }])
  }
  const days = weekOrder(locale)
  return (
    <div
      ref={scroller}
      className="max-h-[34rem] overflow-y-auto rounded-xl border border-line bg-surface"
      tabIndex={0}
      role="region"
      aria-label={t('availability.week')}
    >
      <div className="grid min-w-[40rem] grid-cols-[3.75rem_repeat(7,1fr)]">
        <div className="sticky top-0 z-20 border-b border-line bg-surface" />
        {days.map(weekday => (
          <p
            key={weekday}
            className="sticky top-0 z-20 border-b border-line bg-surface py-2.5 text-center text-sm font-[600]"
          >
            {weekdayLabel(weekday, locale, 'short')}
          </p>
        ))}
        <div aria-hidden="true" className="relative" style={{ blockSize: 24 * hourPx }}>
          {Array.from({ length: 23 }, (_, hour) => (
            <span
              key={hour}
              className="absolute end-2 -translate-y-1/2 text-xs whitespace-nowrap text-ink-faint tabular"
              style={{ top: (hour + 1) * hourPx }}
            >
              <bdi>{hourLabel(hour + 1, locale)}</bdi>
            </span>
          ))}
        </div>
        {days.map(weekday => (
          <div
            key={weekday}
            className="relative border-s border-line"
            style={{
              blockSize: 24 * hourPx,
              backgroundImage: `repeating-linear-gradient(to bottom, transparent 0 ${hourPx - 1}px, var(--line) ${hourPx - 1}px ${hourPx}px)`,
            }}
            onDoubleClick={event =>
              add(weekday, Math.min(22 * 60, Math.floor(event.nativeEvent.offsetY / hourPx) * 60))
            }
          >
            {windows.map(
              (window, index) =>
                window.weekday === weekday && (
                  <WindowBlock
                    key={index}
                    window={window}
                    {...buffers}
                    takesFocus={focusAt === index}
                    onChange={next => replace(index, next)}
                    onRemove={() => onChange(windows.filter((_, at) => at !== index))}
                    onEdit={() => onEdit(index)}
                  />
                ),
            )}
          </div>
        ))}
      </div>
    </div>
  )
}

interface WindowBlockProps {
  window: WeeklyWindow
  bufferBefore: number
  bufferAfter: number
  takesFocus: boolean
  onChange: (window: WeeklyWindow) => void
  onRemove: () => void
  onEdit: () => void
}

function WindowBlock({ window, bufferBefore, bufferAfter, takesFocus, onChange, onRemove, onEdit }: WindowBlockProps) {
  const { locale } = useReader()
  const drag = useRef<{ grip: Grip; y: number; from: number; to: number; hasMoved: boolean } | null>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (takesFocus) button.current?.focus()
  }, [takesFocus])
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)]
  const put = (grip: Grip, delta: number, origin: { from: number; to: number }) => {
    const next = shifted(grip, delta, origin)
    onChange({ ...window, from: wallOf(next.from), to: wallOf(next.to) })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? snap : event.key === 'ArrowUp' ? -snap : 0
    if (step !== 0) {
      event.preventDefault()
      put(event.shiftKey ? 'end' : event.altKey ? 'start' : 'whole', step, { from, to })
    } else if (event.key === 'Delete' || event.key === 'Backspace') onRemove()
  }
  const grab = (grip: Grip) => (event: PointerEvent) => {
    event.stopPropagation()
    button.current?.setPointerCapture(event.pointerId)
    drag.current = { grip, y: event.clientY, from, to, hasMoved: false }
  }
  const onPointerMove = (event: PointerEvent) => {
    const origin = drag.current
    if (!origin) return
    const delta = Math.round((((event.clientY - origin.y) / hourPx) * 60) / snap) * snap
    if (delta === 0 && !origin.hasMoved) return
    origin.hasMoved = true
    put(origin.grip, delta, origin)
  }
  return (
    <button
      ref={button}
      type="button"
      onKeyDown={onKeyDown}
      onPointerDown={grab('whole')}
      onPointerMove={onPointerMove}
      onPointerUp={() => setTimeout(() => (drag.current = null))}
      onDoubleClick={event => event.stopPropagation()}
      onClick={() => !drag.current?.hasMoved && onEdit()}
      className="absolute inset-x-1 z-10 cursor-grab touch-none overflow-hidden rounded-md border border-accent bg-accent-soft px-1 text-center text-xs font-[580] text-accent-ink active:cursor-grabbing"
      style={{ top: (from / 60) * hourPx + 1, blockSize: Math.max(22, ((to - from) / 60) * hourPx - 2) }}
    >
      <span className="sr-only">{weekdayLabel(window.weekday, locale, 'long')}, </span>
      <Edge grip="start" size={bufferBefore} onGrab={grab('start')} />
      <bdi className="pointer-events-none relative tabular">
        {wallLabel(from, locale)}–{wallLabel(to, locale)}
      </bdi>
      <Edge grip="end" size={bufferAfter} onGrab={grab('end')} />
    </button>
  )
}

/** The edge one pulls, hatched as deep as the buffer that is kept free there around every visit. */
function Edge({ grip, size, onGrab }: { grip: 'start' | 'end'; size: number; onGrab: (event: PointerEvent) => void }) {
  return (
    <span
      aria-hidden="true"
      onPointerDown={onGrab}
      className={cx('absolute inset-x-0 cursor-ns-resize', grip === 'start' ? 'top-0' : 'bottom-0')}
      style={{
        blockSize: Math.max(8, (size / 60) * hourPx),
        backgroundImage:
          size > 0 ? 'repeating-linear-gradient(135deg, var(--accent-line) 0 3px, transparent 3px 7px)' : 'none',
      }}
    />
  )
}

function shifted(grip: Grip, delta: number, origin: { from: number; to: number }): { from: number; to: number } {
  const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
  if (grip === 'start') return { from: clamp(origin.from + delta, 0, origin.to - snap), to: origin.to }
  if (grip === 'end') return { from: origin.from, to: clamp(origin.to + delta, origin.from + snap, dayMinutes) }
  const by = clamp(delta, -origin.from, dayMinutes - origin.to)
  return { from: origin.from + by, to: origin.to + by }
}
