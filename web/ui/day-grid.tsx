import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useReader } from '../i18n/locale.tsx'
import { clock, clockRange, hourOf } from '../time.ts'
import { cx } from './classes.ts'
import { overlaps, toLanes, type Span } from './lanes.ts'

export interface DayEvent extends Span {
  id: string
  title: string
  detail: string
  tone: 'plain' | 'accent' | 'glow' | 'good' | 'warn'
  isMovable: boolean
}

export interface DayGridProps {
  label: string
  zone: string
  /** First and last instant drawn; rows are real minutes between them, so a day of 23 or 25 hours is drawn as it passes. */
  from: number
  to: number
  /** Open hours; the rest is hatched. */
  windows: readonly Span[]
  events: readonly DayEvent[]
  now: number
  stepMinutes: number
  onSelect: (id: string) => void
  onMove: (id: string, startsAt: string) => void
}

const minuteMs = 60_000
const minutePx = 1.7

const tones: Record<DayEvent['tone'], string> = {
  plain: 'bg-sunken text-ink-soft border-control',
  accent: 'bg-accent-soft text-ink border-accent',
  glow: 'bg-glow-soft text-ink border-glow',
  good: 'bg-good-soft text-ink border-good',
  warn: 'bg-warn-soft text-ink border-warn',
}

interface Move {
  id: string
  startMs: number
  /** Moved by keys waits for Enter; dragged with a pointer ends when it is let go. */
  by: 'keys' | 'pointer'
}

/** One person's day on a CSS grid of minutes: overlapping visits share the width in lanes, and a line shows the present. */
export function DayGrid(props: DayGridProps) {
  const { label, from, to, windows, events, now } = props
  const { t, locale } = useReader()
  const [move, setMove] = useState<Move | null>(null)
  const minutes = Math.max(60, Math.round((to - from) / minuteMs))
  const row = (ms: number) => Math.min(minutes, Math.max(0, Math.round((ms - from) / minuteMs))) + 1
  const lanes = toLanes(events)
  const hours = Array.from({ length: Math.ceil(minutes / 60) }, (_, hour) => from + hour * 60 * minuteMs)
  const moved = move && events.find(event => event.id === move.id)
  const clash = moved && move ? clashOf(moved, move.startMs, events) : undefined
  const iso = (ms: number) => new Date(ms).toISOString()
  return (
    <div>
      <div
        role="group"
        aria-label={label}
        className="relative grid grid-cols-[4.25rem_1fr] rounded-xl border border-line bg-surface py-3 pe-3"
        style={{ gridTemplateRows: `repeat(${minutes}, ${minutePx}px)` }}
      >
        {hours.map(hour => (
          <div
            key={hour}
            aria-hidden="true"
            className="pointer-events-none col-span-2 col-start-1 flex"
            style={{ gridRow: `${row(hour)} / span 1` }}
          >
            <span className="-mt-2.5 w-16 shrink-0 pe-2 text-end text-xs whitespace-nowrap text-ink-faint tabular">
              <bdi>{hourOf(iso(hour), { locale, zone: props.zone })}</bdi>
            </span>
            <span className="flex-1 border-t border-line" />
          </div>
        ))}
        {windows.map(window => (
          <div
            key={window.startsAt}
            aria-hidden="true"
            className="pointer-events-none col-start-2 -z-0 rounded-md bg-accent-soft/40"
            style={{
              gridRow: `${row(Date.parse(window.startsAt))} / ${row(Date.parse(window.endsAt))}`,
              gridColumn: 2,
            }}
          />
        ))}
        {now >= from && now <= to && <NowLine row={row(now)} label={clock(iso(now), { locale, zone: props.zone })} />}
        <div className="relative col-start-2 row-start-1" style={{ gridRow: `1 / ${minutes + 1}`, gridColumn: 2 }}>
          {events.map(event => (
            <EventBlock
              key={event.id}
              {...props}
              event={event}
              lane={lanes.get(event.id) ?? { lane: 0, of: 1 }}
              move={move?.id === event.id ? move : null}
              setMove={setMove}
              isClash={move?.id === event.id && Boolean(clash)}
            />
          ))}
        </div>
      </div>
      <p className="mt-2 text-sm text-ink-faint max-lg:hidden">{t('dayGrid.keys')}</p>
      <p role="status" className="sr-only">
        {moved && move
          ? `${moved.title}, ${clockRange(iso(move.startMs), iso(move.startMs + lengthOf(moved)), { locale, zone: props.zone })}${clash ? `. ${t('dayGrid.clash', { name: clash.title })}` : ''}`
          : ''}
      </p>
    </div>
  )
}

/** Runs behind the visits, so that it never strikes a name through; the time in the margin says where it is. */
function NowLine({ row, label }: { row: number; label: string }) {
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none flex items-center"
      style={{ gridRow: `${row} / span 1`, gridColumn: '1 / -1' }}
    >
      <span className="swatch ms-1 w-16 shrink-0 rounded-full bg-glow px-1.5 text-center text-[0.6875rem] leading-5 font-[620] whitespace-nowrap text-surface tabular">
        <bdi>{label}</bdi>
      </span>
      <span className="swatch h-0.5 flex-1 bg-glow" />
    </div>
  )
}

interface EventBlockProps extends DayGridProps {
  event: DayEvent
  lane: { lane: number; of: number }
  move: Move | null
  setMove: (move: Move | null) => void
  isClash: boolean
}

function EventBlock({
  event,
  lane,
  move,
  setMove,
  isClash,
  from,
  zone,
  stepMinutes,
  onSelect,
  onMove,
}: EventBlockProps) {
  const { t, locale } = useReader()
  const pressed = useRef<{ y: number; startMs: number } | null>(null)
  const startMs = Date.parse(event.startsAt)
  const shownMs = move?.startMs ?? startMs
  const lengthMs = lengthOf(event)
  const stepMs = stepMinutes * minuteMs
  const finish = () => {
    if (move && move.startMs !== startMs) onMove(event.id, new Date(move.startMs).toISOString())
    setMove(null)
  }
  const onKeyDown = (press: KeyboardEvent) => {
    const step = press.key === 'ArrowDown' ? stepMs : press.key === 'ArrowUp' ? -stepMs : 0
    if (step !== 0 && press.shiftKey && event.isMovable) {
      press.preventDefault()
      setMove({ id: event.id, startMs: shownMs + step, by: 'keys' })
    } else if (press.key === 'Escape' && move) setMove(null)
    else if (press.key === 'Enter' && move) {
      press.preventDefault()
      finish()
    }
  }
  const onPointerMove = (point: PointerEvent) => {
    const origin = pressed.current
    if (!origin || Math.abs(point.clientY - origin.y) < 6) return
    const moved = Math.round(((point.clientY - origin.y) / minutePx) * (minuteMs / stepMs)) * stepMs
    setMove({ id: event.id, startMs: origin.startMs + moved, by: 'pointer' })
  }
  const times = clockRange(new Date(shownMs).toISOString(), new Date(shownMs + lengthMs).toISOString(), {
    locale,
    zone,
  })
  const note = isClash ? t('dayGrid.clashShort') : event.detail
  return (
    <button
      type="button"
      onKeyDown={onKeyDown}
      onBlur={() => move?.by === 'keys' && setMove(null)}
      onPointerDown={point => {
        if (!event.isMovable || point.pointerType === 'touch') return
        pressed.current = { y: point.clientY, startMs }
        point.currentTarget.setPointerCapture(point.pointerId)
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        pressed.current = null
        if (move?.by === 'pointer') finish()
      }}
      onClick={() => !move && onSelect(event.id)}
      className={cx(
        'absolute flex items-baseline gap-2 overflow-hidden rounded-md border-s-4 px-2.5 py-0.5 text-start text-sm leading-5 select-none',
        event.isMovable ? 'cursor-grab active:cursor-grabbing' : 'cursor-pointer',
        tones[event.tone],
        move && 'z-20 shadow-float',
        isClash && 'border-bad! bg-bad-soft! outline-2 outline-bad',
      )}
      style={{
        top: ((shownMs - from) / minuteMs) * minutePx,
        blockSize: Math.max(24, (lengthMs / minuteMs) * minutePx - 2),
        insetInlineStart: `calc(${(lane.lane / lane.of) * 100}% + 2px)`,
        inlineSize: `calc(${100 / lane.of}% - 4px)`,
      }}
    >
      <bdi className="shrink-0 text-xs tabular">{times}</bdi>
      <span className="truncate font-[600]">{event.title}</span>
      <span className="truncate text-xs">{note}</span>
    </button>
  )
}

function lengthOf(span: Span): number {
  return Date.parse(span.endsAt) - Date.parse(span.startsAt)
}

function clashOf(event: DayEvent, startMs: number, events: readonly DayEvent[]): DayEvent | undefined {
  const there = { startsAt: new Date(startMs).toISOString(), endsAt: new Date(startMs + lengthOf(event)).toISOString() }
  return events.find(other => other.id !== event.id && other.tone !== 'plain' && overlaps(other, there))
}
