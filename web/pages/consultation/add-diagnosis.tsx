import type { Diagnosis, OfferedDiagnosis } from '#contract/consultation'
import { useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { useSettled } from '../prescription/settled.ts'

/** So many can be read at a glance; whoever looks for another one types. */
const shownMax = 6

interface AddDiagnosisProps {
  visitId: string
  added: readonly Diagnosis[]
  onAdd: (diagnosis: Diagnosis) => void
}

/** Chosen from what fits this patient and this clinician best, found by name or code, or written in one's own words. */
export function AddDiagnosis({ visitId, added, onAdd }: AddDiagnosisProps) {
  const { t } = useReader()
  const [text, setText] = useState('')
  const [certainty, setCertainty] = useState<Diagnosis['certainty']>('confirmed')
  const own = text.trim()
  const sought = useSettled(own, 150)
  const offers = useRead('consultation', 'offerDiagnoses', { visitId, text: sought }, { keepsFormer: true })
  const isAdded = (each: OfferedDiagnosis) => added.some(one => one.text === each.text)
  // Before anything is typed only what speaks for itself: nobody looks through all that there is.
  const fitting = (offers.data?.items ?? []).filter(each => !isAdded(each) && (own !== '' || each.from !== 'known'))
  const isListed = fitting.some(each => each.text.toLowerCase() === own.toLowerCase())
  const add = (chosen: Pick<Diagnosis, 'text' | 'coding'>) => {
    onAdd({ text: chosen.text, certainty, ...(chosen.coding ? { coding: chosen.coding } : {}) })
    setText('')
  }
  return (
    <div>
      <div className="grid items-start gap-2 sm:grid-cols-[1fr_11rem]">
        <TextField
          label={t('consult.diagnosis')}
          description={t('consult.diagnosisHelp')}
          leading={<Icon name="search" size={18} />}
          value={text}
          onChange={setText}
          maxLength={100}
          autoComplete="off"
          onKeyDown={event => {
            if (event.key !== 'Enter') return
            // It would sign and end the visit otherwise.
            event.preventDefault()
            if (own !== '') add(fitting.find(each => each.text.toLowerCase() === own.toLowerCase()) ?? { text: own })
          }}
        />
        <Select
          label={t('consult.certainty')}
          value={certainty}
          onChange={id => setCertainty(id as Diagnosis['certainty'])}
          choices={[
            { id: 'confirmed', label: t('consult.confirmed') },
            { id: 'provisional', label: t('consult.provisional') },
          ]}
        />
      </div>
      <ProblemNotice error={offers.error} onRetry={() => void offers.refetch()} className="mt-2" />
      <ul className="mt-1" aria-label={t('consult.diagnosesFound')}>
        {fitting.slice(0, shownMax).map(each => (
          <li key={`${each.coding?.code} ${each.text}`}>
            <Choice
              text={each.text}
              detail={each.from === 'known' ? '' : t(`consult.from.${each.from}`)}
              code={each.coding?.code}
              onPress={() => add(each)}
            />
          </li>
        ))}
        {own !== '' && !isListed && (
          <li>
            <Choice text={own} detail={t('consult.from.own')} onPress={() => add({ text: own })} />
          </li>
        )}
      </ul>
    </div>
  )
}

interface ChoiceProps {
  text: string
  detail: string
  code?: string | undefined
  onPress: () => void
}

function Choice({ text, detail, code, onPress }: ChoiceProps) {
  return (
    <AriaButton
      onPress={onPress}
      className="flex min-h-11 w-full cursor-pointer items-center gap-3 rounded-lg px-3 py-1.5 text-start hover:bg-sunken"
    >
      <Icon name="plus" size={16} className="text-ink-faint" />
      <span className="min-w-0 flex-1">
        <bdi className="font-[560]">{text}</bdi> {detail && <span className="text-sm text-ink-soft">{detail}</span>}
      </span>
      {code && (
        <bdi dir="ltr" className="text-xs text-ink-faint tabular">
          {code}
        </bdi>
      )}
    </AriaButton>
  )
}
