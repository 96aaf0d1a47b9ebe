// Own small charts: they print, they mirror nothing, and every one has a table with the same figures beside it.
import { useEffect, useRef, useState } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { number } from '../../time.ts'
import { cx } from '../../ui/classes.ts'
import { scaleOf, ticks, type Line, type Scale } from './series.ts'

const strokes = ['text-accent-ink', 'text-info']

interface Frame {
  x: (at: string) => number
  y: (value: number) => number
}

function frameOf(scale: Scale, box: { left: number; top: number; width: number; height: number }): Frame {
  const { fromMs, toMs, bottom, top } = scale
  return {
    x: at => box.left + ((Date.parse(at) - fromMs) / (toMs - fromMs)) * box.width,
    y: value => box.top + box.height - ((value - bottom) / (top - bottom)) * box.height,
  }
}

const pathOf = (line: Line, { x, y }: Frame) =>
  line.readings
    .map(({ at, value }, index) => `${index === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('')

/** The usual range as a band. Time runs from left to right in every language, as on paper from a laboratory. */
function Marks({ lines, frame, box, radius }: { lines: readonly Line[]; frame: Frame; box: Box; radius: number }) {
  return lines.map((line, index) => {
    const high = Math.max(box.top, line.high === undefined ? box.top : frame.y(line.high))
    const low = Math.min(box.top + box.height, line.low === undefined ? box.top + box.height : frame.y(line.low))
    const hasBand = (line.low !== undefined || line.high !== undefined) && low > high
    return (
      <g key={line.title} className={strokes[index % strokes.length]}>
        {hasBand && (
          <rect
            x={box.left}
            y={high}
            width={box.width}
            height={low - high}
            className="fill-good"
            opacity={0.13}
            rx={3}
          />
        )}
        <path d={pathOf(line, frame)} fill="none" stroke="currentColor" strokeWidth={2} strokeLinejoin="round" />
        {line.readings.map((each, at) =>
          radius > 3 || at === line.readings.length - 1 || each.flag ? (
            <circle
              key={each.at}
              cx={frame.x(each.at)}
              cy={frame.y(each.value)}
              r={radius}
              strokeWidth={1.5}
              className={cx('stroke-surface', each.flag ? 'fill-warn' : 'fill-current')}
            />
          ) : null,
        )}
      </g>
    )
  })
}

interface Box {
  left: number
  top: number
  width: number
  height: number
}

export function SmallTrend({ lines }: { lines: readonly Line[] }) {
  const [ref, width] = useWidth()
  const box = { left: 5, top: 5, width: width - 10, height: 54 }
  return (
    <div ref={ref} dir="ltr" className="h-16 w-full">
      {width > 0 && (
        <svg aria-hidden="true" width={width} height={64} className="block">
          <Marks lines={lines} frame={frameOf(scaleOf(lines), box)} box={box} radius={3} />
        </svg>
      )}
    </div>
  )
}

/** With axes; the picture is described by `label`, its figures stand in a table below it. */
export function LargeTrend({ lines, label }: { lines: readonly Line[]; label: string }) {
  const { locale, zone } = useReader()
  const [ref, width] = useWidth()
  const height = 260
  const box = { left: 44, top: 12, width: width - 60, height: height - 44 }
  const scale = scaleOf(lines)
  const frame = frameOf(scale, box)
  const count = Math.max(2, Math.min(6, Math.floor(box.width / 110)))
  const days = new Intl.DateTimeFormat(locale, { month: 'short', year: '2-digit', timeZone: zone })
  const times = Array.from({ length: count }, (_, index) =>
    new Date(scale.fromMs + ((scale.toMs - scale.fromMs) * index) / (count - 1)).toISOString(),
  )
  return (
    <div ref={ref} dir="ltr" className="w-full">
      {width > 0 && (
        <svg role="img" aria-label={label} width={width} height={height} className="block overflow-visible">
          {ticks(scale).map(each => (
            <g key={each}>
              <line
                x1={box.left}
                x2={box.left + box.width}
                y1={frame.y(each)}
                y2={frame.y(each)}
                className="stroke-line"
                strokeWidth={1}
              />
              <text x={box.left - 8} y={frame.y(each) + 4} textAnchor="end" className="fill-ink-soft text-xs tabular">
                {number(each, locale)}
              </text>
            </g>
          ))}
          {times.map((each, index) => (
            <text
              key={each}
              x={frame.x(each)}
              y={height - 8}
              textAnchor={index === 0 ? 'start' : index === count - 1 ? 'end' : 'middle'}
              className="fill-ink-soft text-xs"
            >
              {days.format(new Date(each))}
            </text>
          ))}
          <Marks lines={lines} frame={frame} box={box} radius={4} />
        </svg>
      )}
    </div>
  )
}

export function LineKey({ lines }: { lines: readonly Line[] }) {
  if (lines.length < 2) return null
  return (
    <p className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-sm text-ink-soft">
      {lines.map((line, index) => (
        <span key={line.title} className="flex items-center gap-2">
          <span
            aria-hidden="true"
            className={cx('swatch h-0.75 w-5 rounded-full bg-current', strokes[index % strokes.length])}
          />
          <span dir="auto">{line.title}</span>
        </span>
      ))}
    </p>
  )
}

/** Charts draw in real pixels, so that their letters do not shrink with them. */
function useWidth() {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.round(entry.contentRect.width)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, width] as const
}
