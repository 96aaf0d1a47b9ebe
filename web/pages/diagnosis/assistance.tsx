import type { Interview, Profile } from '#contract/diagnosis'
import { useState } from 'react'
import { usePages, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { listOf } from '../../places.ts'
import { dayAndClock } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Answers } from './answers.tsx'
import { Begin } from './begin.tsx'
import { Course } from './interview.tsx'
import { SuggestionCard } from './suggestion-card.tsx'
import { Assists, TriageTag } from './words.tsx'

interface AssistanceProps {
  /** The Patient of the record. */
  patientId: string
  age?: number | undefined
  sex?: Profile['sex'] | undefined
}

/**
 * Diagnosis with assistance, for the clinician of a patient: what the patient showed them, or an interview of their own, with evidence to
 * accept or dismiss. It stands by itself, beside a chart or in a visit.
 */
export function DiagnosisAssistance({ patientId, age, sex }: AssistanceProps) {
  const { t, locale, zone } = useReader()
  const interviews = usePages('diagnosis', 'listInterviews', { patientId, limit: 20 })
  const [chosen, setChosen] = useState<string | null>(null)
  const [isBeginning, setBeginning] = useState(false)
  const shown = chosen ?? interviews.items[0]?.id
  const isNew = isBeginning || (!interviews.isPending && !shown)
  if (interviews.isPending) return <Skeleton lines={2} />
  return (
    <div>
      <ProblemNotice error={interviews.error} onRetry={interviews.refetch} />
      {interviews.items.length > 0 && (
        <div className="mb-5 flex flex-wrap items-end gap-3">
          <Select
            className="min-w-0 flex-1 basis-64"
            label={t('diagnosis.which')}
            value={isNew ? null : (shown ?? null)}
            placeholder={t('diagnosis.newOne')}
            onChange={id => {
              setChosen(id)
              setBeginning(false)
            }}
            choices={interviews.items.map(each => ({
              id: each.id,
              label: listOf(each.complaints, locale),
              description: `${t(`diagnosis.by.${each.startedBy}`)} · ${dayAndClock(each.createdAt, { locale, zone })}`,
            }))}
          />
          {!isNew && (
            <Button tone="quiet" icon="plus" onPress={() => setBeginning(true)}>
              {t('diagnosis.newOne')}
            </Button>
          )}
        </div>
      )}
      {isNew ? (
        <Begin
          patientId={patientId}
          age={age}
          sex={sex}
          onBegun={({ id }) => {
            setChosen(id)
            setBeginning(false)
          }}
        />
      ) : (
        shown && <Read key={shown} interviewId={shown} />
      )}
      <Assists className="mt-6" />
    </div>
  )
}

function Read({ interviewId }: { interviewId: string }) {
  const interview = useRead('diagnosis', 'interview', { interviewId })
  return (
    <>
      {interview.isPending && <Skeleton lines={2} />}
      <ProblemNotice error={interview.error} onRetry={() => void interview.refetch()} />
      {interview.data && <Assessed interview={interview.data} />}
    </>
  )
}

function Assessed({ interview }: { interview: Interview }) {
  const { t } = useReader()
  const { result, complaint, startedBy } = interview
  const isOwn = startedBy === 'clinician'
  return (
    <>
      {complaint && (
        <blockquote dir="auto" className="mb-4 border-s-2 border-accent-line ps-4 text-ink-soft">
          {complaint}
        </blockquote>
      )}
      {!result && isOwn && <Course interview={interview} />}
      {result && (
        <>
          <div className="mb-4 flex flex-wrap items-center gap-3">
            <TriageTag triage={result.triage} />
            {result.flags.map(each => (
              <p key={each} className="text-sm font-[560]">
                {each}
              </p>
            ))}
          </div>
          <ol className="space-y-4">
            {result.suggestions.map(each => (
              <li key={each.id}>
                <SuggestionCard suggestion={each} />
              </li>
            ))}
          </ol>
          {result.suggestions.length === 0 && <p className="text-ink-soft">{t('diagnosis.nothingFits')}</p>}
        </>
      )}
      <Answers interview={interview} isOwn={isOwn} />
    </>
  )
}
