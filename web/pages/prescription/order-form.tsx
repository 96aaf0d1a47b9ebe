import type { Medicine } from '#core/medicine'
import type { Order } from '#core/prescription'
import { useReader } from '../../i18n/locale.tsx'
import { Select } from '../../ui/select.tsx'
import { Checkbox } from '../../ui/choice.tsx'
import { TextArea, TextField } from '../../ui/text-field.tsx'
import { formName } from './order-words.tsx'

/** An order while it is typed: numbers are texts until they are numbers. */
export interface OrderDraft {
  medicine: string
  form: string
  strength: string
  amount: string
  timesPerDay: string
  days: string
  refills: string
  isAsNeeded: boolean
  isSubstitutable: boolean
  directions: string
  reason: string
  note: string
}

export function draftOf(medicine: Medicine): OrderDraft {
  const [form] = medicine.forms
  return {
    medicine: medicine.code,
    form: form?.form ?? '',
    strength: form?.strengths[0] ?? '',
    amount: '1',
    timesPerDay: '1',
    days: '7',
    refills: '0',
    isAsNeeded: false,
    isSubstitutable: true,
    directions: '',
    reason: '',
    note: '',
  }
}

export const draftFrom = ({ amount, timesPerDay, days, refills, quantity: _, ...rest }: Order): OrderDraft => ({
  ...rest,
  amount: String(amount),
  timesPerDay: String(timesPerDay),
  days: String(days),
  refills: String(refills),
})

/** Undefined while something is missing or is no number. */
export function orderOf(draft: OrderDraft): Order | undefined {
  const [amount, timesPerDay, days, refills] = [draft.amount, draft.timesPerDay, draft.days, draft.refills].map(
    numberFrom,
  )
  const isFine =
    amount &&
    amount > 0 &&
    amount <= 1_000 &&
    timesPerDay &&
    timesPerDay > 0 &&
    timesPerDay <= 24 &&
    isCount(days, 1, 365) &&
    isCount(refills, 0, 11)
  if (!isFine || draft.strength === '') return undefined
  return { ...draft, amount, timesPerDay, days: days!, refills: refills! }
}

const isCount = (value: number | undefined, min: number, max: number) =>
  value !== undefined && Number.isInteger(value) && value >= min && value <= max

/** "1,5" is a number to half of the world. */
function numberFrom(text: string): number | undefined {
  const value = Number(text.trim().replace(',', '.'))
  return text.trim() === '' || Number.isNaN(value) ? undefined : value
}

interface OrderFormProps {
  medicine: Medicine
  draft: OrderDraft
  onChange: (draft: OrderDraft) => void
}

export function OrderForm({ medicine, draft, onChange }: OrderFormProps) {
  const { t } = useReader()
  const set =
    <Key extends keyof OrderDraft>(key: Key) =>
    (value: OrderDraft[Key]) =>
      onChange({ ...draft, [key]: value })
  const form = medicine.forms.find(each => each.form === draft.form) ?? medicine.forms[0]
  const count = (key: 'amount' | 'timesPerDay' | 'days' | 'refills', label: string) => (
    <TextField label={label} inputMode="decimal" value={draft[key]} onChange={set(key)} maxLength={6} />
  )
  return (
    <div className="space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label={t('rx.form')}
          value={draft.form}
          choices={medicine.forms.map(each => ({ id: each.form, label: formName(each.form) }))}
          onChange={id => {
            const next = medicine.forms.find(each => each.form === id)
            onChange({ ...draft, form: id, strength: next?.strengths[0] ?? '' })
          }}
        />
        <Select
          label={t('rx.strength')}
          value={draft.strength}
          choices={(form?.strengths ?? []).map(each => ({ id: each, label: each }))}
          onChange={set('strength')}
        />
      </div>
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        {count('amount', t('rx.amount'))}
        {count('timesPerDay', t('rx.perDay'))}
        {count('days', t('rx.days'))}
        {count('refills', t('rx.refills'))}
      </div>
      <div className="flex flex-wrap gap-x-8">
        <Checkbox isSelected={draft.isAsNeeded} onChange={set('isAsNeeded')}>
          {t('rx.asNeeded')}
        </Checkbox>
        <Checkbox isSelected={draft.isSubstitutable} onChange={set('isSubstitutable')}>
          {t('rx.substitutable')}
        </Checkbox>
      </div>
      <TextField label={t('rx.directions')} value={draft.directions} onChange={set('directions')} maxLength={500} />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={t('rx.reason')} value={draft.reason} onChange={set('reason')} maxLength={500} />
        <TextArea label={t('rx.note')} value={draft.note} onChange={set('note')} maxLength={500} rows={1} />
      </div>
    </div>
  )
}
