import { useState, type ReactNode } from 'react'
import { useFhirWrite } from '../../fhir/queries.ts'
import { useReader } from '../../i18n/locale.tsx'
import { usePerson } from '../../session.ts'
import { number } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { TextArea, TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import {
  allergyOf,
  conditionOf,
  numberFrom,
  problemsOf,
  vitalOf,
  vitalSigns,
  type AllergyDraft,
  type VitalSign,
} from './drafts.ts'

export type EntryKind = 'problem' | 'allergy' | 'vital'

interface AddProps {
  patientId: string
  purpose: string | undefined
  onClose: () => void
}

const titles = { problem: 'chart.addProblem', allergy: 'chart.addAllergy', vital: 'chart.addVital' } as const

export function AddEntry({ kind, ...rest }: AddProps & { kind: EntryKind | undefined }) {
  const { t } = useReader()
  return (
    <Dialog title={t(titles[kind ?? 'problem'])} isOpen={kind !== undefined} onClose={rest.onClose}>
      {kind === 'problem' && <ProblemForm {...rest} />}
      {kind === 'allergy' && <AllergyForm {...rest} />}
      {kind === 'vital' && <VitalForm {...rest} />}
    </Dialog>
  )
}

function useEntry({ patientId, purpose, onClose }: AddProps) {
  const { t } = useReader()
  const person = usePerson()
  const [isTried, setTried] = useState(false)
  const save = useFhirWrite({
    onDone: () => {
      toast({ title: t('chart.added') })
      onClose()
    },
  })
  const author = {
    reference: person.clinicianId ? `Practitioner/${person.clinicianId}` : `Person/${person.id}`,
    display: person.name,
  }
  return { isTried, setTried, save, purpose, written: () => ({ patientId, author, now: new Date().toISOString() }) }
}

function EntryForm({
  onSubmit,
  onClose,
  isPending,
  error,
  children,
}: {
  onSubmit: () => void
  onClose: () => void
  isPending: boolean
  error: unknown
  children: ReactNode
}) {
  const { t } = useReader()
  return (
    <form
      noValidate
      className="space-y-5"
      onSubmit={event => {
        event.preventDefault()
        const drawn = event.currentTarget
        onSubmit()
        setTimeout(() => drawn.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      }}
    >
      {children}
      <ProblemNotice error={error} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button tone="ghost" onPress={onClose}>
          {t('action.back')}
        </Button>
        <Button type="submit" isPending={isPending}>
          {t('chart.enter')}
        </Button>
      </div>
    </form>
  )
}

function ProblemForm(props: AddProps) {
  const { t } = useReader()
  const { isTried, setTried, save, purpose, written } = useEntry(props)
  const [draft, setDraft] = useState({ name: '', code: '', since: '', note: '' })
  const set = (field: keyof typeof draft) => (text: string) => setDraft({ ...draft, [field]: text })
  const name = draft.name.trim()
  const { fields, rest } = problemsOf(save.error, 'Condition', {
    name: 'code.text',
    code: 'code.coding',
    since: 'onset',
  })
  return (
    <EntryForm
      onClose={props.onClose}
      isPending={save.isPending}
      error={rest}
      onSubmit={() => {
        setTried(true)
        const body = conditionOf({ ...draft, name, since: draft.since.trim(), code: draft.code.trim() }, written())
        if (name) save.mutate({ method: 'POST', address: 'Condition', body, purpose })
      }}
    >
      <TextField
        label={t('chart.problem')}
        value={draft.name}
        onChange={set('name')}
        maxLength={200}
        isRequired
        validationBehavior="aria"
        error={isTried && !name ? t('chart.sayWhat') : fields.name}
      />
      <TextField
        label={t('chart.since')}
        description={t('chart.sinceHelp')}
        placeholder="2024-05"
        value={draft.since}
        onChange={set('since')}
        validationBehavior="aria"
        error={fields.since && t('chart.notADate')}
      />
      <TextField
        label={t('chart.code')}
        description={t('chart.codeHelp')}
        value={draft.code}
        onChange={set('code')}
        validationBehavior="aria"
        error={fields.code}
      />
      <TextArea label={t('record.note')} value={draft.note} onChange={set('note')} maxLength={2000} rows={2} />
    </EntryForm>
  )
}

function AllergyForm(props: AddProps) {
  const { t } = useReader()
  const { isTried, setTried, save, purpose, written } = useEntry(props)
  const [draft, setDraft] = useState<AllergyDraft>({ name: '', reaction: '', criticality: 'low', since: '' })
  const set = (field: keyof typeof draft) => (text: string) => setDraft({ ...draft, [field]: text })
  const name = draft.name.trim()
  const { fields, rest } = problemsOf(save.error, 'AllergyIntolerance', {
    name: 'code',
    reaction: 'reaction',
    since: 'onset',
  })
  return (
    <EntryForm
      onClose={props.onClose}
      isPending={save.isPending}
      error={rest}
      onSubmit={() => {
        setTried(true)
        const body = allergyOf({ ...draft, name, since: draft.since.trim() }, written())
        if (name) save.mutate({ method: 'POST', address: 'AllergyIntolerance', body, purpose })
      }}
    >
      <TextField
        label={t('chart.allergen')}
        value={draft.name}
        onChange={set('name')}
        maxLength={200}
        isRequired
        validationBehavior="aria"
        error={isTried && !name ? t('chart.sayWhat') : fields.name}
      />
      <TextField
        label={t('record.reaction')}
        value={draft.reaction}
        onChange={set('reaction')}
        maxLength={500}
        error={fields.reaction}
      />
      <RadioGroup
        label={t('record.risk')}
        value={draft.criticality}
        onChange={set('criticality')}
        look="segments"
        choices={(['low', 'high', 'unable-to-assess'] as const).map(each => ({
          id: each,
          label: t(`criticality.${each}`),
        }))}
      />
      <TextField
        label={t('chart.since')}
        description={t('chart.sinceHelp')}
        placeholder="2024-05"
        value={draft.since}
        onChange={set('since')}
        validationBehavior="aria"
        error={fields.since && t('chart.notADate')}
      />
    </EntryForm>
  )
}

function VitalForm(props: AddProps) {
  const { t, locale } = useReader()
  const { isTried, setTried, save, purpose, written } = useEntry(props)
  const [sign, setSign] = useState<VitalSign>('bloodPressure')
  const [texts, setTexts] = useState({ value: '', second: '' })
  const { unit, min, max } = vitalSigns[sign]
  const isPair = sign === 'bloodPressure'
  const [value, second] = [numberFrom(texts.value), numberFrom(texts.second)]
  const isFine = (of: number | undefined): of is number => of !== undefined && of >= min && of <= max
  const { fields, rest } = problemsOf(save.error, 'Observation', { value: isPair ? 'component[0]' : 'value' })
  const range = t('chart.between', { low: number(min, locale), high: number(max, locale) })
  const secondProblem = !isFine(second) ? range : isFine(value) && second >= value ? t('chart.lowerThan') : undefined
  return (
    <EntryForm
      onClose={props.onClose}
      isPending={save.isPending}
      error={rest}
      onSubmit={() => {
        setTried(true)
        if (!isFine(value) || (isPair && secondProblem)) return
        const body = vitalOf({ sign, value, second: isPair ? second : undefined }, written())
        save.mutate({ method: 'POST', address: 'Observation', body, purpose })
      }}
    >
      <Select
        label={t('results.measured')}
        value={sign}
        onChange={id => setSign(id as VitalSign)}
        choices={(Object.keys(vitalSigns) as VitalSign[]).map(each => ({ id: each, label: t(`vital.${each}`) }))}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={isPair ? t('chart.upper', { unit }) : t('chart.valueIn', { unit })}
          inputMode="decimal"
          value={texts.value}
          onChange={text => setTexts({ ...texts, value: text })}
          validationBehavior="aria"
          isRequired
          error={isTried && !isFine(value) ? range : fields.value}
        />
        {isPair && (
          <TextField
            label={t('chart.lower', { unit })}
            inputMode="decimal"
            value={texts.second}
            onChange={text => setTexts({ ...texts, second: text })}
            validationBehavior="aria"
            isRequired
            error={isTried ? secondProblem : undefined}
          />
        )}
      </div>
    </EntryForm>
  )
}
