// Small pictures beside numbers. Each has a table with the same figures for people who do not see pictures.
import { useId } from 'react'
import { useReader } from '../i18n/locale.tsx'
import { number } from '../time.ts'
import { cx } from './classes.ts'

export interface Point {
  label: string
  value: number
}

export function Sparkline({
  points,
  label,
  className,
  tone = 'accent',
}: {
  points: readonly Point[]
  label: string
  className?: string
  tone?: 'accent' | 'bad' | 'warn'
}) {
  const id = useId()
  if (points.length < 2) return null
  const top = Math.max(...points.map(point => point.value), 1)
  const place = points.map(
    (point, index) => [(index / (points.length - 1)) * 100, 29 - (point.value / top) * 26] as const,
  )
  const line = place.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(2)} ${y.toFixed(2)}`).join('')
  const colour = { accent: 'text-accent-ink', bad: 'text-bad', warn: 'text-warn' }[tone]
  return (
    <figure className={cx(colour, className)}>
      <svg
        aria-hidden="true"
        viewBox="0 0 100 32"
        preserveAspectRatio="none"
        className="block h-9 w-full overflow-visible"
      >
        <defs>
          <linearGradient id={id} x1="0" x2="0" y1="0" y2="1">
            <stop offset="0" stopColor="currentColor" stopOpacity="0.2" />
            <stop offset="1" stopColor="currentColor" stopOpacity="0" />
          </linearGradient>
        </defs>
        <path d={`${line}L100 32L0 32Z`} fill={`url(#${CSS.escape(id)})`} />
        <path
          d={line}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.75"
          strokeLinejoin="round"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <FigureTable label={label} points={points} />
    </figure>
  )
}

export function BarChart({
  points,
  label,
  className,
}: {
  points: readonly Point[]
  label: string
  className?: string
}) {
  const { locale } = useReader()
  const top = Math.max(...points.map(point => point.value), 1)
  return (
    <figure className={className}>
      <div aria-hidden="true" className="grid gap-2">
        {points.map(point => (
          <div key={point.label} className="grid grid-cols-[minmax(6rem,30%)_1fr_auto] items-center gap-3 text-sm">
            <span className="truncate text-ink-soft">{point.label}</span>
            <span className="h-2.5 overflow-hidden rounded-full bg-sunken">
              <span
                className="swatch block h-full rounded-full bg-accent"
                style={{ width: `${(point.value / top) * 100}%` }}
              />
            </span>
            <bdi className="min-w-8 text-end font-[560] tabular">{number(point.value, locale)}</bdi>
          </div>
        ))}
      </div>
      <FigureTable label={label} points={points} />
    </figure>
  )
}

function FigureTable({ label, points }: { label: string; points: readonly Point[] }) {
  const { locale } = useReader()
  return (
    <div className="sr-only">
      <table>
        <caption>{label}</caption>
        <tbody>
          {points.map(point => (
            <tr key={point.label}>
              <th scope="row">{point.label}</th>
              <td>{number(point.value, locale)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
