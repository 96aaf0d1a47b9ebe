// How prescriptions are named wherever they show: the medicine, how it is taken, and what became of the order.
import { doseUnitOf, everyDays } from '#core/dose'
import type { Order, Prescription, PrescriptionState } from '#core/prescription'
import { type Reader, translateCode, useReader } from '../../i18n/locale.tsx'
import { number } from '../../time.ts'
import { Tag, type TagTone } from '../../ui/tag.tsx'

const tones: Record<PrescriptionState, TagTone> = {
  draft: 'plain',
  checked: 'plain',
  signed: 'accent',
  sent: 'info',
  accepted: 'info',
  queriedBack: 'glow',
  partlyDispensed: 'good',
  completed: 'good',
  cancelled: 'plain',
  expired: 'warn',
}

export function StateTag({ state }: { state: PrescriptionState }) {
  const { t } = useReader()
  return <Tag tone={tones[state]}>{t(`rx.state.${state}`)}</Tag>
}

export const formName = (form: string) => translateCode('doseForm', form)

/** Names of medicines begin small in the lists of the WHO; a line of a list begins with a capital. */
export const capital = (text: string) =>
  /^\p{Ll}{2}/u.test(text) ? text.charAt(0).toLocaleUpperCase() + text.slice(1) : text

export function MedicineName({ name, order }: { name: string; order: Pick<Order, 'strength' | 'form'> }) {
  return (
    <>
      <bdi dir="ltr">
        {capital(name)} {order.strength}
      </bdi>{' '}
      · {formName(order.form)}
    </>
  )
}

type Taken = Pick<Order, 'amount' | 'timesPerDay' | 'form'>

/** "1 tablet twice a day": what is counted follows from the form. */
export function takesInWords(
  { amount, timesPerDay, form }: Taken,
  { t, locale }: Pick<Reader, 't' | 'locale'>,
): string {
  const shown = (value: number) => (value === 0.5 ? '½' : number(value, locale))
  // A part of one is still one of them.
  const what = t(`rx.take.${doseUnitOf(form)}`, { amount: Math.max(1, amount), shown: shown(amount) })
  const days = everyDays(timesPerDay)
  const often =
    timesPerDay < 1
      ? t('rx.everyDays', { days, shown: number(days, locale) })
      : t('rx.often', { times: timesPerDay, shown: number(timesPerDay, locale) })
  return t('rx.takes', { what, often })
}

/** "1 tablet 3 times a day, for 7 days, only when needed" */
export function Dose({ order }: { order: Taken & Pick<Order, 'days' | 'isAsNeeded'> }) {
  const reader = useReader()
  const { t, locale } = reader
  const parts = [
    takesInWords(order, reader),
    t('rx.daysCount', { days: order.days }),
    ...(order.isAsNeeded ? [t('rx.asNeeded').toLocaleLowerCase(locale)] : []),
  ]
  return <>{new Intl.ListFormat(locale, { type: 'unit', style: 'short' }).format(parts)}</>
}

/** Whatever stands beside it goes below where there is no room for both. */
export function PrescriptionLine({ prescription }: { prescription: Prescription }) {
  return (
    <span className="min-w-[min(100%,14rem)] flex-1">
      <span className="block font-[580]">
        <MedicineName name={prescription.medicineName} order={prescription.order} />
      </span>
      <span className="block text-sm text-ink-soft">
        <Dose order={prescription.order} />
      </span>
    </span>
  )
}
