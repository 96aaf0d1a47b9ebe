import type { InterviewSummary } from '#contract/diagnosis'
import { Link } from 'react-aria-components'
import { usePages } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { listOf } from '../../places.ts'
import { usePerson } from '../../session.ts'
import { useGo } from '../../shell/address.ts'
import { dayAndClock } from '../../time.ts'
import { TextLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { Tag } from '../../ui/tag.tsx'
import { ageOf } from '../../fhir/words.ts'
import { Begin } from './begin.tsx'
import { Assists, TriageTag } from './words.tsx'

/** The symptom check: begin a new one, or go on with one that was begun. */
export function Symptoms() {
  const { t, zone } = useReader()
  const go = useGo()
  const person = usePerson()
  const former = usePages('diagnosis', 'listInterviews', { limit: 10 })
  return (
    <Page title={t('diagnosis.title')} lead={t('diagnosis.lead')} width="reading">
      <Card>
        <Begin age={ageOf(person.birthDate, zone)} onBegun={({ id }) => go(`/symptoms/${id}`)} />
      </Card>
      <div className="mt-4 space-y-2 px-1">
        <Assists />
        <TextLink href="/knowledge">{t('diagnosis.openKnowledge')}</TextLink>
      </div>
      <ProblemNotice error={former.error} onRetry={former.refetch} className="mt-6" />
      {former.items.length > 0 && (
        <Card className="mt-8" title={t('diagnosis.former')}>
          <ul className="-mx-3 divide-y divide-line">
            {former.items.map(each => (
              <li key={each.id}>
                <FormerLine interview={each} />
              </li>
            ))}
          </ul>
          <LoadMore {...former.more} />
        </Card>
      )}
    </Page>
  )
}

function FormerLine({ interview }: { interview: InterviewSummary }) {
  const { t, locale, zone } = useReader()
  return (
    <Link
      href={`/symptoms/${interview.id}`}
      className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-1 rounded-lg px-3 py-2.5 hover:bg-sunken"
    >
      <span className="min-w-0 flex-1 basis-48">
        <span className="block font-[560]">{listOf(interview.complaints, locale)}</span>
        <span className="block text-sm text-ink-faint">
          <bdi>{dayAndClock(interview.createdAt, { locale, zone })}</bdi>
        </span>
      </span>
      {interview.triage ? <TriageTag triage={interview.triage} /> : <Tag tone="info">{t('diagnosis.stillOpen')}</Tag>}
    </Link>
  )
}
