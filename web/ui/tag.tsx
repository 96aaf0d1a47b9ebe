import type { ReactNode } from 'react'
import { cx } from './classes.ts'
import { Icon, type IconName } from './icon.tsx'

export type TagTone = 'plain' | 'accent' | 'good' | 'warn' | 'bad' | 'info' | 'glow'

const tones: Record<TagTone, string> = {
  plain: 'bg-sunken text-ink-soft',
  accent: 'bg-accent-soft text-accent-ink',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  info: 'bg-info-soft text-info',
  glow: 'bg-glow-soft text-glow',
}

/** States are always said in words; the colour only helps to find them. */
export function Tag({
  tone = 'plain',
  icon,
  children,
  className,
}: {
  tone?: TagTone
  icon?: IconName
  children: ReactNode
  className?: string
}) {
  return (
    <span
      className={cx(
        'inline-flex items-center gap-1 rounded-full px-2.5 py-0.75 text-xs font-[580] whitespace-nowrap',
        tones[tone],
        className,
      )}
    >
      {icon && <Icon name={icon} size={14} />}
      {children}
    </span>
  )
}
