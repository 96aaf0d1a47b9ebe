import { useEffect, type ReactNode } from 'react'
import { cx } from './classes.ts'

export interface PageProps {
  title: string
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** Reading width for forms and lists, full width for work surfaces. */
  width?: 'reading' | 'wide' | 'full'
  isTitleHidden?: boolean
}

const widths = { reading: 'max-w-3xl', wide: 'max-w-6xl', full: 'max-w-none' }

/** Names the document, so that history, tabs and screen readers say where they are. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Medley`
  }, [title])
}

/** One screen under its heading. */
export function Page({ title, lead, actions, children, width = 'wide', isTitleHidden }: PageProps) {
  useTitle(title)
  return (
    <div className={cx('mx-auto w-full px-4 pt-6 pb-16 sm:px-8 sm:pt-9', widths[width])}>
      <header
        className={cx('flex flex-wrap items-end justify-between gap-x-6 gap-y-3', isTitleHidden ? 'sr-only' : 'mb-7')}
      >
        <div className="min-w-0">
          <h1 className="text-2xl font-[640] sm:text-3xl">{title}</h1>
          {lead && <p className="mt-1.5 max-w-2xl text-ink-soft">{lead}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  )
}
