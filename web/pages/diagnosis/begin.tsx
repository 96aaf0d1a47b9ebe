import type { Interview, Profile, Value } from '#contract/diagnosis'
import { useState, type FormEvent } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Checkbox, RadioGroup } from '../../ui/choice.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextArea, TextField } from '../../ui/text-field.tsx'

interface BeginProps {
  /** Whom a clinician asks about; people ask about themselves. */
  patientId?: string
  age?: number | undefined
  sex?: Profile['sex'] | undefined
  onBegun: (interview: Interview) => void
}

/** Between these ages a pregnancy changes what is asked first. */
const mayBePregnant = (age: number, sex: string | null) => sex === 'female' && age >= 12 && age <= 55

/** Who it is about, and what troubles them: in their own words first, which are then matched to findings they confirm. */
export function Begin({ patientId, age: knownAge, sex: knownSex, onBegun }: BeginProps) {
  const { t } = useReader()
  const [age, setAge] = useState(knownAge === undefined ? '' : String(knownAge))
  const [sex, setSex] = useState<Profile['sex'] | null>(knownSex ?? null)
  const [isPregnant, setPregnant] = useState<Value | null>(null)
  const [complaint, setComplaint] = useState('')
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [isTried, setTried] = useState(false)
  const match = useAct('diagnosis', 'match', {
    refreshes: [],
    onDone: ({ findings }) => setChosen(findings.slice(0, 2).map(each => each.id)),
  })
  const start = useAct('diagnosis', 'start', { onDone: onBegun })
  const years = /^\d{1,3}$/.test(age.trim()) && Number(age) <= 120 ? Number(age) : undefined
  const words = complaint.trim()
  const found = match.data?.findings
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setTried(true)
    if (years === undefined || sex === null || words === '') return
    if (!found || match.variables?.text !== words) return match.mutate({ text: words })
    if (chosen.length === 0) return
    const profile: Profile = { age: years, sex, ...(mayBePregnant(years, sex) && isPregnant ? { isPregnant } : {}) }
    start.mutate({ profile, complaint: words, findings: [...chosen], ...(patientId ? { patientId } : {}) })
  }
  return (
    <form noValidate onSubmit={onSubmit} className="space-y-6">
      <TextArea
        label={t(patientId ? 'diagnosis.complaintTheirs' : 'diagnosis.complaint')}
        description={t('diagnosis.complaintHow')}
        value={complaint}
        onChange={setComplaint}
        maxLength={1_000}
        error={isTried && words === '' ? t('diagnosis.complaintMissing') : undefined}
      />
      <div className="grid gap-6 sm:grid-cols-[8rem_1fr]">
        <TextField
          label={t('diagnosis.age')}
          inputMode="numeric"
          value={age}
          onChange={setAge}
          maxLength={3}
          error={isTried && years === undefined ? t('diagnosis.ageWrong') : undefined}
        />
        <RadioGroup
          label={t('diagnosis.sex')}
          description={t('diagnosis.sexWhy')}
          look="segments"
          value={sex}
          onChange={id => setSex(id as Profile['sex'])}
          choices={[
            { id: 'female', label: t('diagnosis.female') },
            { id: 'male', label: t('diagnosis.male') },
          ]}
          error={isTried && sex === null ? t('diagnosis.sexMissing') : undefined}
        />
      </div>
      {years !== undefined && mayBePregnant(years, sex) && (
        <RadioGroup
          label={t('diagnosis.pregnant')}
          look="segments"
          value={isPregnant}
          onChange={id => setPregnant(id as Value)}
          choices={(['yes', 'no', 'unknown'] as const).map(id => ({ id, label: t(`diagnosis.value.${id}`) }))}
        />
      )}
      {found && (
        <fieldset className="enter rounded-xl bg-sunken p-4">
          <legend className="sr-only">{t('diagnosis.understood')}</legend>
          <p aria-hidden="true" className="mb-1 font-[580]">
            {t(found.length > 0 ? 'diagnosis.understood' : 'diagnosis.notUnderstood')}
          </p>
          {found.map(({ id, label }) => (
            <Checkbox
              key={id}
              isSelected={chosen.includes(id)}
              onChange={isOn => setChosen(isOn ? [...chosen, id] : chosen.filter(each => each !== id))}
            >
              {label}
            </Checkbox>
          ))}
        </fieldset>
      )}
      <ProblemNotice error={start.error ?? match.error} />
      <Button
        type="submit"
        size="lg"
        isPending={start.isPending || match.isPending}
        isDisabled={Boolean(found) && found?.length === 0 && match.variables?.text === words}
      >
        {t(found && match.variables?.text === words ? 'diagnosis.begin' : 'action.continue')}
      </Button>
    </form>
  )
}
