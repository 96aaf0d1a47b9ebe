import type { Interview, Value } from '#contract/diagnosis'
import { useState } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Tag } from '../../ui/tag.tsx'

type Said = Interview['answers'][number]

/** Everything that was said, the latest first; while the interview is open each can be changed. */
export function Answers({ interview, isOwn }: { interview: Interview; isOwn: boolean }) {
  const { t } = useReader()
  const [changing, setChanging] = useState<Said>()
  const isOpen = isOwn && interview.state === 'open'
  return (
    <Card className="mt-6" title={t('diagnosis.answers')}>
      <ul className="divide-y divide-line">
        {interview.answers.toReversed().map(each => (
          <li key={each.id} className="flex min-h-14 items-center gap-3 py-2">
            <span className="min-w-0 flex-1">
              <span className="block">{each.label}</span>
              {each.isCorrected && <span className="block text-xs text-ink-faint">{t('diagnosis.corrected')}</span>}
            </span>
            <Tag tone={each.value === 'yes' ? 'accent' : 'plain'}>{t(`diagnosis.value.${each.value}`)}</Tag>
            {isOpen && (
              <Button
                tone="ghost"
                size="sm"
                aria-label={t('diagnosis.changeNamed', { finding: each.label })}
                onPress={() => setChanging(each)}
              >
                {t('diagnosis.change')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {changing && <Change interview={interview} said={changing} onClose={() => setChanging(undefined)} />}
    </Card>
  )
}

/** The way back: the answer before this one is put right, and the questions go on from there. */
export function StepBack({ interview }: { interview: Interview }) {
  const { t } = useReader()
  const [isOpen, setOpen] = useState(false)
  const last = interview.answers.at(-1)
  if (!last || interview.asked === 0) return null
  return (
    <>
      <Button tone="ghost" size="sm" icon="chevronLeft" onPress={() => setOpen(true)}>
        {t('diagnosis.back')}
      </Button>
      {isOpen && <Change interview={interview} said={last} onClose={() => setOpen(false)} />}
    </>
  )
}

function Change({ interview, said, onClose }: { interview: Interview; said: Said; onClose: () => void }) {
  const { t } = useReader()
  const [value, setValue] = useState<Value>(said.value)
  const correct = useAct('diagnosis', 'correct', { onDone: onClose })
  return (
    <Dialog
      title={said.question}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button tone="ghost" onPress={onClose}>
            {t('action.back')}
          </Button>
          <Button
            isPending={correct.isPending}
            onPress={() => correct.mutate({ interviewId: interview.id, finding: said.id, value })}
          >
            {t('action.save')}
          </Button>
        </>
      }
    >
      <RadioGroup
        label={said.question}
        isLabelHidden
        value={value}
        onChange={id => setValue(id as Value)}
        choices={(['yes', 'no', 'unknown'] as const).map(id => ({ id, label: t(`diagnosis.value.${id}`) }))}
      />
      <ProblemNotice error={correct.error} className="mt-4" />
    </Dialog>
  )
}
