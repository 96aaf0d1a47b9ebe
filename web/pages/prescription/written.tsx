import { Link } from 'react-aria-components'
import { usePages } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { Since } from '../appointment/visit-words.tsx'
import { PrescriptionLine, StateTag } from './order-words.tsx'

/** What a clinician wrote; where a pharmacy waits for an answer comes before everything else. */
export function Written() {
  const { t } = useReader()
  const list = usePages('prescription', 'list', { as: 'clinician', limit: 30 }, { everyMs: 30_000 })
  const isAsked = (state: string) => Number(state === 'queriedBack')
  const items = list.items.toSorted((a, b) => isAsked(b.state) - isAsked(a.state))
  return (
    <Page title={t('nav.prescriptions')} lead={t('rx.writtenLead')} width="reading">
      {list.isPending && <Skeleton lines={4} />}
      <ProblemNotice error={list.error} onRetry={list.refetch} />
      {!list.isPending && !list.error && items.length === 0 && (
        <EmptyState
          icon="pill"
          title={t('rx.noneWritten')}
          action={<LinkButton href="/patients">{t('nav.patients')}</LinkButton>}
        />
      )}
      <ul className="space-y-3">
        {items.map(each => (
          <li key={each.id}>
            <Link
              href={`/prescriptions/${each.id}`}
              className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-line bg-surface p-4 shadow-card transition-shadow hover:shadow-lift"
            >
              <PrescriptionLine prescription={each} />
              <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
                <bdi>{each.patientName}</bdi>
                <StateTag state={each.state} />
                <span className="text-ink-faint">
                  <Since at={each.stateSince} />
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <LoadMore {...list.more} />
    </Page>
  )
}
