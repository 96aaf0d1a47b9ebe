import type { Suggestion } from '#contract/diagnosis'
import { useState } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { dayAndClock, number } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Tag } from '../../ui/tag.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { EvidenceLists, TriageTag } from './words.tsx'

type Choice = 'accepted' | 'dismissed'
const reasonMin = 3

/** One suggestion with its evidence. Nothing happens with it until somebody decides, and says why. */
export function SuggestionCard({ suggestion }: { suggestion: Suggestion }) {
  const { t, locale, zone } = useReader()
  const [deciding, setDeciding] = useState<Choice>()
  const { condition, decision } = suggestion
  // Rounded down: nothing is ever said to be certain.
  const probability = Math.floor(suggestion.probability * 100) / 100
  return (
    <section aria-label={condition.label} className="rounded-xl border border-line bg-surface p-4 shadow-card sm:p-5">
      <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="min-w-0 flex-1 basis-48 text-lg font-[620]">
          {condition.label} <bdi className="text-sm font-[500] text-ink-faint">{condition.icd10}</bdi>
        </h3>
        <TriageTag triage={condition.triage} />
        <bdi className="font-[620] tabular">{number(probability, locale, { style: 'percent' })}</bdi>
      </div>
      <span aria-hidden="true" className="mb-4 block h-1.5 overflow-hidden rounded-full bg-sunken">
        <span
          className="swatch block h-full rounded-full bg-accent"
          style={{ width: `${Math.round(probability * 100)}%` }}
        />
      </span>
      <EvidenceLists suggestion={suggestion} />
      {decision ? (
        <div className="mt-4 rounded-lg bg-sunken px-4 py-3 text-sm">
          <Tag tone={decision.decision === 'accepted' ? 'good' : 'plain'}>
            {t(`diagnosis.decided.${decision.decision}`)}
          </Tag>{' '}
          <bdi className="text-ink-faint">{dayAndClock(decision.decidedAt, { locale, zone })}</bdi>
          <p dir="auto" className="mt-1.5">
            {decision.reason}
          </p>
        </div>
      ) : (
        <div className="mt-4 flex flex-wrap gap-2">
          <Button
            size="sm"
            tone="soft"
            icon="check"
            aria-label={t('diagnosis.acceptNamed', { condition: condition.label })}
            onPress={() => setDeciding('accepted')}
          >
            {t('diagnosis.accept')}
          </Button>
          <Button
            size="sm"
            tone="ghost"
            icon="cross"
            aria-label={t('diagnosis.dismissNamed', { condition: condition.label })}
            onPress={() => setDeciding('dismissed')}
          >
            {t('diagnosis.dismiss')}
          </Button>
        </div>
      )}
      {deciding && <Decide suggestion={suggestion} choice={deciding} onClose={() => setDeciding(undefined)} />}
    </section>
  )
}

function Decide({ suggestion, choice, onClose }: { suggestion: Suggestion; choice: Choice; onClose: () => void }) {
  const { t } = useReader()
  const [reason, setReason] = useState('')
  const [isTried, setTried] = useState(false)
  const decide = useAct('diagnosis', 'decide', {
    refreshes: ['diagnosis', 'record'],
    onDone: () => {
      onClose()
      toast({ title: t(`diagnosis.decided.${choice}`) })
    },
  })
  const isShort = reason.trim().length < reasonMin
  const condition = suggestion.condition.label
  const onPress = () => {
    setTried(true)
    if (!isShort) decide.mutate({ suggestionId: suggestion.id, decision: choice, reason: reason.trim() })
  }
  return (
    <Dialog
      title={t(choice === 'accepted' ? 'diagnosis.acceptNamed' : 'diagnosis.dismissNamed', { condition })}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button tone="ghost" onPress={onClose}>
            {t('action.back')}
          </Button>
          <Button isPending={decide.isPending} onPress={onPress}>
            {t(choice === 'accepted' ? 'diagnosis.accept' : 'diagnosis.dismiss')}
          </Button>
        </>
      }
    >
      <p className="mb-4 text-ink-soft">{t(`diagnosis.decideWhat.${choice}`)}</p>
      <TextArea
        label={t('diagnosis.reason')}
        value={reason}
        onChange={setReason}
        maxLength={1_000}
        error={isTried && isShort ? t('diagnosis.reasonMissing') : undefined}
      />
      <ProblemNotice error={decide.error} className="mt-4" />
    </Dialog>
  )
}
