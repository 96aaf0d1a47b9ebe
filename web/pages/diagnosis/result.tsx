import type { Interview, Result, Suggestion } from '#contract/diagnosis'
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { cx } from '../../ui/classes.ts'
import { Icon } from '../../ui/icon.tsx'
import { Tag } from '../../ui/tag.tsx'
import { Alarm } from './alarm.tsx'
import { ShareResult } from './share.tsx'
import { Assists, EvidenceLists, likelihoodWord, triageIcon } from './words.tsx'

const shownMax = 5
const grounds = {
  urgent: 'bg-glow-soft text-glow',
  routine: 'bg-info-soft text-info',
  selfCare: 'bg-good-soft text-good',
}

/** How soon comes first, what it may be second, and what to do about it beside. */
export function ResultView({ interview, result }: { interview: Interview; result: Result }) {
  const { t } = useReader()
  const reasons = result.flags.length > 0 ? result.flags : [t('diagnosis.emergencyLikely')]
  return (
    <>
      {result.triage === 'emergency' ? (
        <Alarm level="emergency" reasons={reasons} number={interview.emergencyNumber} />
      ) : (
        <Advice triage={result.triage} specialty={result.specialty} flags={result.flags} />
      )}
      <Card title={t('diagnosis.mayBe')} description={t('diagnosis.mayBeHow')}>
        {result.suggestions.length === 0 && <p className="text-ink-soft">{t('diagnosis.nothingFits')}</p>}
        <ol className="divide-y divide-line">
          {result.suggestions.slice(0, shownMax).map(each => (
            <li key={each.id}>
              <Fitting suggestion={each} />
            </li>
          ))}
        </ol>
        {result.noneOfThese >= 0.1 && <p className="mt-4 text-sm text-ink-soft">{t('diagnosis.maybeNone')}</p>}
        <Assists className="mt-5 border-t border-line pt-4" />
      </Card>
      <ShareResult interview={interview} />
    </>
  )
}

interface AdviceProps extends Pick<Result, 'specialty' | 'flags'> {
  triage: Exclude<Result['triage'], 'emergency'>
}

function Advice({ triage, specialty, flags }: AdviceProps) {
  const { t } = useReader()
  return (
    <section className="mb-6 rounded-xl border border-line bg-surface p-5 shadow-card sm:p-6">
      <div className="flex items-start gap-4">
        <span className={cx('flex size-12 shrink-0 items-center justify-center rounded-full', grounds[triage])}>
          <Icon name={triageIcon(triage)} size={24} />
        </span>
        <div className="min-w-0">
          <h2 className="text-xl font-[640]">{t(`diagnosis.advice.${triage}`)}</h2>
          <p className="mt-1 text-ink-soft">{t(`diagnosis.adviceWhat.${triage}`)}</p>
          {flags.map(each => (
            <p key={each} className="mt-2 font-[560]">
              {each}
            </p>
          ))}
        </div>
      </div>
      <div className="mt-5 flex flex-wrap items-center gap-3">
        <LinkButton
          href={`/find?specialty=${specialty}`}
          icon="search"
          tone={triage === 'selfCare' ? 'quiet' : 'primary'}
        >
          {t('diagnosis.findCare', { specialty: translateCode('specialty', specialty) })}
        </LinkButton>
      </div>
    </section>
  )
}

function Fitting({ suggestion }: { suggestion: Suggestion }) {
  const { t } = useReader()
  const { condition, probability, decision } = suggestion
  return (
    <Disclosure className="group">
      <Heading level={3}>
        <AriaButton
          slot="trigger"
          className="flex min-h-14 w-full cursor-pointer flex-wrap items-center gap-x-3 gap-y-1 rounded-lg py-3 text-start"
        >
          <span className="min-w-0 flex-1 basis-40 font-[580]">{condition.label}</span>
          {decision && (
            <Tag tone={decision.decision === 'accepted' ? 'good' : 'plain'}>
              {t(`diagnosis.decided.${decision.decision}`)}
            </Tag>
          )}
          <Tag tone={probability >= 0.25 ? 'accent' : 'plain'}>{t(likelihoodWord(probability))}</Tag>
          <Icon
            name="chevronDown"
            size={18}
            className="text-ink-faint transition-transform group-data-[expanded]:rotate-180"
          />
        </AriaButton>
      </Heading>
      <DisclosurePanel>
        <div className="pb-4">
          <EvidenceLists suggestion={suggestion} />
        </div>
      </DisclosurePanel>
    </Disclosure>
  )
}
