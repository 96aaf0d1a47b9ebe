// How prescriptions are named wherever they show: the medicine, how it is taken, and what became of the order.
import type { Order, Prescription, PrescriptionState } from '#core/prescription'
import { translateCode, useReader } from '../../i18n/locale.tsx'
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

/** "1 × 3 a day, for 7 days, only when needed" */
export function Dose({ order }: { order: Pick<Order, 'amount' | 'timesPerDay' | 'days' | 'isAsNeeded'> }) {
  const { t, locale } = useReader()
  const parts = [
    t('rx.takeTimes', { amount: number(order.amount, locale), times: number(order.timesPerDay, locale) }),
    t('rx.daysCount', { days: order.days }),
    ...(order.isAsNeeded ? [t('rx.asNeeded').toLocaleLowerCase(locale)] : []),
  ]
  return <>{new Intl.ListFormat(locale, { type: 'unit', style: 'short' }).format(parts)}</>
}

export function PrescriptionLine({ prescription }: { prescription: Prescription }) {
  return (
    <span className="min-w-0 flex-1">
      <span className="block font-[580]">
        <MedicineName name={prescription.medicineName} order={prescription.order} />
      </span>
      <span className="block text-sm text-ink-soft">
        <Dose order={prescription.order} />
      </span>
    </span>
  )
}
