import type { ReactNode } from 'react'
import { Link } from 'react-aria-components'
import { useReader, type MessageId } from '../../i18n/locale.tsx'
import { cx } from '../../ui/classes.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { ExportRecord } from './export-record.tsx'
import { useOwnPatient } from './own-patient.ts'

const parts: readonly (readonly [href: string, title: MessageId])[] = [
  ['/record', 'record.timeline'],
  ['/record/results', 'record.results'],
  ['/record/sharing', 'record.sharing'],
]

/** The three screens of one's own record under one heading. */
export function RecordPage({
  current,
  children,
}: {
  current: '/record' | '/record/results' | '/record/sharing'
  children: (patientId: string) => ReactNode
}) {
  const { t } = useReader()
  const own = useOwnPatient()
  return (
    <Page
      title={t('nav.record')}
      lead={t('record.lead')}
      actions={own.patientId && <ExportRecord patientId={own.patientId} />}
    >
      <nav
        aria-label={t('record.parts')}
        className="-mx-4 mb-6 overflow-x-auto border-b border-line px-4 sm:mx-0 sm:px-0"
      >
        <ul className="flex gap-6">
          {parts.map(([href, title]) => (
            <li key={href}>
              <Link
                href={href}
                {...(href === current ? { 'aria-current': 'page' as const } : {})}
                className={cx(
                  'relative flex min-h-11 items-center rounded-sm font-[560] whitespace-nowrap after:absolute after:inset-x-0 after:bottom-0 after:h-0.5 after:rounded-full',
                  href === current ? 'text-ink after:bg-accent' : 'text-ink-soft hover:text-ink',
                )}
              >
                {t(title)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {own.isPending && <Skeleton lines={5} />}
      <ProblemNotice error={own.error} onRetry={own.refetch} />
      {!own.isPending && !own.error && own.patientId === '' && (
        <EmptyState
          icon="page"
          title={t('record.notYet')}
          action={<LinkButton href="/find">{t('nav.find')}</LinkButton>}
        >
          {t('record.notYetWhy')}
        </EmptyState>
      )}
      {own.patientId && <div className={current === '/record' ? 'max-w-4xl' : ''}>{children(own.patientId)}</div>}
    </Page>
  )
}
