import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

/** Says what would be here and offers the step that fills it. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="flex flex-col items-center rounded-xl border border-dashed border-control/50 px-6 py-12 text-center">
      <span className="mb-4 flex size-14 items-center justify-center rounded-full bg-accent-soft text-accent-ink">
        <Icon name={icon} size={26} />
      </span>
      <p className="text-lg font-[600]">{title}</p>
      {children && <div className="mt-1 max-w-md text-ink-soft">{children}</div>}
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}
