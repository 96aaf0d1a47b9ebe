import type { Interview } from '#contract/diagnosis'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useParam } from '../../shell/address.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Alarm, EmergencyNumber } from './alarm.tsx'
import { Answers, StepBack } from './answers.tsx'
import { QuestionCard } from './question-card.tsx'
import { ResultView } from './result.tsx'

/** One symptom check, from its first question to its result. */
export function SymptomCheck() {
  const { t } = useReader()
  const interviewId = useParam('interviewId')
  const interview = useRead('diagnosis', 'interview', { interviewId })
  return (
    <Page
      title={t(interview.data?.result ? 'diagnosis.resultTitle' : 'diagnosis.title')}
      width="reading"
      actions={
        <LinkButton href="/symptoms" tone="ghost" size="sm" icon="chevronLeft">
          {t('diagnosis.all')}
        </LinkButton>
      }
    >
      {interview.isPending && <Skeleton />}
      <ProblemNotice error={interview.error} onRetry={() => void interview.refetch()} />
      {interview.data && (
        <>
          {interview.data.result ? (
            <ResultView interview={interview.data} result={interview.data.result} />
          ) : (
            <Course interview={interview.data} />
          )}
          <Answers interview={interview.data} isOwn />
        </>
      )}
    </Page>
  )
}

/** The open interview: the alarm over everything, then the question, or the end. */
export function Course({ interview }: { interview: Interview }) {
  const { t } = useReader()
  const finish = useAct('diagnosis', 'finish')
  const { alarm, question } = interview
  const end = () => finish.mutate({ interviewId: interview.id })
  return (
    <>
      {alarm && <Alarm {...alarm} isNew number={interview.emergencyNumber} />}
      {question ? (
        <QuestionCard key={question.id} interview={interview} question={question} />
      ) : (
        <Card className="enter">
          <p role="status" className="text-lg font-[600]">
            {t('diagnosis.enough')}
          </p>
          <Button size="lg" className="mt-4" isPending={finish.isPending} onPress={end}>
            {t('diagnosis.seeResult')}
          </Button>
        </Card>
      )}
      <ProblemNotice error={finish.error} className="mt-4" />
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <StepBack interview={interview} />
        <EmergencyNumber interview={interview} />
        {question && (
          <Button tone="ghost" size="sm" className="ms-auto" isPending={finish.isPending} onPress={end}>
            {t('diagnosis.endNow')}
          </Button>
        )}
      </div>
    </>
  )
}
