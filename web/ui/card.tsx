import type { ReactNode } from 'react'
import { cx } from './classes.ts'

export interface CardProps {
  children: ReactNode
  className?: string
  /** Draws the card as a region of its own with this heading. */
  title?: ReactNode
  action?: ReactNode
  description?: ReactNode
}

export function Card({ children, className, title, action, description }: CardProps) {
  const Element = title ? 'section' : 'div'
  return (
    <Element className={cx('rounded-xl border border-line bg-surface p-5 shadow-card sm:p-6', className)}>
      {title && (
        <header className="mb-4 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
          <div className="min-w-0">
            <h2 className="text-lg font-[620]">{title}</h2>
            {description && <p className="mt-0.5 text-sm text-ink-faint">{description}</p>}
          </div>
          {action}
        </header>
      )}
      {children}
    </Element>
  )
}
