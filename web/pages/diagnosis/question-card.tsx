import type { Interview, Value, Why } from '#contract/diagnosis'
import { useEffect, useRef } from 'react'
import { Button as AriaButton, Disclosure, DisclosurePanel } from 'react-aria-components'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { listOf } from '../../places.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Progress } from '../../ui/progress.tsx'

type Asked = NonNullable<Interview['question']>
const values: readonly Value[] = ['yes', 'no', 'unknown']

/** One question and nothing else; the reader's focus goes to it when it changes, so that it is read out. */
export function QuestionCard({ interview, question }: { interview: Interview; question: Asked }) {
  const { t } = useReader()
  const heading = useRef<HTMLHeadingElement>(null)
  const answer = useAct('diagnosis', 'answer')
  const isFirst = interview.asked === 0
  useEffect(() => {
    if (!isFirst) heading.current?.focus()
  }, [question.id, isFirst])
  return (
    <Card className="enter">
      <Progress
        label={t('diagnosis.progress', { asked: interview.asked + 1, max: interview.askedMax })}
        value={interview.asked / interview.askedMax}
      />
      <h2 ref={heading} tabIndex={-1} className="mt-6 text-2xl font-[630] outline-none">
        {question.text}
      </h2>
      <div className="mt-6 grid gap-2.5 sm:grid-cols-3">
        {values.map(value => (
          <Button
            key={value}
            size="lg"
            tone={value === 'unknown' ? 'ghost' : 'quiet'}
            isDisabled={answer.isPending}
            isPending={answer.isPending && answer.variables?.value === value}
            onPress={() => answer.mutate({ interviewId: interview.id, finding: question.id, value })}
          >
            {t(`diagnosis.value.${value}`)}
          </Button>
        ))}
      </div>
      <ProblemNotice error={answer.error} className="mt-4" />
      <WhyAsked why={question.why} />
    </Card>
  )
}

function WhyAsked({ why }: { why: Why }) {
  const { t } = useReader()
  return (
    <Disclosure className="group mt-5 border-t border-line pt-2">
      <AriaButton
        slot="trigger"
        className="flex min-h-11 w-full cursor-pointer items-center gap-2 rounded-lg text-sm font-[560] text-accent-ink"
      >
        <Icon name="question" size={18} />
        <span className="flex-1 text-start">{t('diagnosis.why')}</span>
        <Icon name="chevronDown" size={16} className="transition-transform group-data-[expanded]:rotate-180" />
      </AriaButton>
      <DisclosurePanel>
        <div className="space-y-1.5 pb-2 text-ink-soft">
          <WhySentences why={why} />
        </div>
      </DisclosurePanel>
    </Disclosure>
  )
}

function WhySentences({ why }: { why: Why }) {
  const { t, locale } = useReader()
  const names = (all: readonly { label: string }[]) =>
    listOf(
      all.map(each => each.label),
      locale,
    )
  if (why.kind === 'safety')
    return (
      <>
        <p>{t('diagnosis.whySafety')}</p>
        {why.conditions.length > 0 && <p>{t('diagnosis.whyDanger', { names: names(why.conditions) })}</p>}
        {why.flags.map(each => (
          <p key={each}>{each}</p>
        ))}
      </>
    )
  return (
    <>
      {why.for.length > 0 && <p>{t('diagnosis.whyFor', { names: names(why.for) })}</p>}
      {why.against.length > 0 && <p>{t('diagnosis.whyAgainst', { names: names(why.against) })}</p>}
    </>
  )
}
