import type { ReactNode } from 'react'
import { Link } from 'react-aria-components'
import { cx } from './classes.ts'
import { Icon } from './icon.tsx'

export interface StatProps {
  label: string
  value: ReactNode
  detail?: ReactNode
  tone?: 'plain' | 'warn' | 'bad'
  /** Where the number comes from: every number that people watch leads to its rows. */
  href?: string
  picture?: ReactNode
}

export function Stat({ label, value, detail, tone = 'plain', href, picture }: StatProps) {
  const body = (
    <>
      <span className="flex items-center justify-between gap-2 text-sm text-ink-soft">
        {label}
        {href && <Icon name="chevronRight" size={16} className="text-ink-faint" />}
      </span>
      <span
        className={cx(
          'mt-1 block text-3xl font-[620] tracking-[-0.025em] tabular',
          tone === 'bad' && 'text-bad',
          tone === 'warn' && 'text-warn',
        )}
      >
        <bdi>{value}</bdi>
      </span>
      {detail && <span className="mt-0.5 block text-sm text-ink-faint">{detail}</span>}
      {picture && <span className="mt-3 block">{picture}</span>}
    </>
  )
  const box = 'block rounded-xl border border-line bg-surface p-5 shadow-card'
  return href ? (
    <Link href={href} className={cx(box, 'cursor-pointer transition-shadow hover:shadow-lift')}>
      {body}
    </Link>
  ) : (
    <div className={box}>{body}</div>
  )
}
