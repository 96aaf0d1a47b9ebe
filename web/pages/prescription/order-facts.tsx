import type { Prescription } from '#core/prescription'
import type { ReactNode } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { dateOnly, number } from '../../time.ts'
import { Dose, MedicineName } from './order-words.tsx'

/** An order line by line, each beside its name, so that it can be compared with a pack. */
export function OrderFacts({ prescription }: { prescription: Prescription }) {
  const { t, locale, zone } = useReader()
  const { order, schedule, validUntil, medicineName } = prescription
  const lines: [string, ReactNode][] = [
    [t('rx.medicine'), <MedicineName key="name" name={medicineName} order={order} />],
    [t('rx.order'), <Dose key="dose" order={order} />],
    [t('rx.quantity'), number(order.quantity, locale)],
    [t('rx.refills'), `${number(order.refills, locale)} (${t('rx.refillsLeft', { count: prescription.refillsLeft })})`],
    [t('rx.directions'), order.directions],
    [t('rx.reason'), order.reason],
    [t('rx.note'), order.note],
    [
      'ATC',
      <bdi key="atc" dir="ltr">
        {prescription.atc}
      </bdi>,
    ],
    ['', order.isSubstitutable ? t('rx.substitutable') : t('rx.substitutableNot')],
    ['', schedule ? t('rx.schedule', { schedule }) : ''],
    ['', validUntil ? t('rx.validUntil', { date: dateOnly(validUntil, { locale, zone }) }) : ''],
  ]
  const shown = lines.filter(([, value]) => value !== '')
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2">
        {shown
          .filter(([name]) => name !== '')
          .map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-sm text-ink-faint">{name}</dt>
              <dd className="min-w-0 font-[540]">{value}</dd>
            </div>
          ))}
      </dl>
      <p className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-sm text-ink-soft">
        {shown
          .filter(([name]) => name === '')
          .map(([, value], index) => (
            <span key={index}>{value}</span>
          ))}
      </p>
    </>
  )
}
