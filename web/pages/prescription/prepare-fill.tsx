import type { Prescription } from '#core/prescription'
import { parseDate, type CalendarDate } from '@internationalized/date'
import { useState } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { dateIn } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Checkbox } from '../../ui/choice.tsx'
import { DatePicker } from '../../ui/date-picker.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { capital } from './order-words.tsx'

/** What is still owed of the supply that is due; everything is filled in as ordered, the lot is what one scans. */
export function PrepareFill({ prescription }: { prescription: Prescription }) {
  const { t, zone } = useReader()
  const { id, order, medicineName } = prescription
  const due = dueOf(prescription)
  const [product, setProduct] = useState(`${capital(medicineName)} ${order.strength}`)
  const [quantity, setQuantity] = useState(String(due.left))
  const [lot, setLot] = useState('')
  const [expires, setExpires] = useState<CalendarDate | null>(() =>
    parseDate(dateIn(zone).add({ years: 1 }).toString()),
  )
  const [isSubstituted, setSubstituted] = useState(false)
  const prepare = useAct('prescription', 'prepare', { onDone: () => toast({ title: t('rx.fill.prepared') }) })
  const amount = Number(quantity.replace(',', '.'))
  return (
    <Card title={t('rx.fill.interpreted')} description={t('rx.fill.supply', { number: due.number })}>
      <form
        className="space-y-4"
        onSubmit={event => {
          event.preventDefault()
          if (!expires) return
          const taken = { product, lot, isSubstituted, lotExpiresOn: expires.toString() }
          prepare.mutate({ prescriptionId: id, number: due.number, quantity: amount, ...taken })
        }}
      >
        <TextField label={t('rx.fill.lot')} value={lot} onChange={setLot} maxLength={60} isRequired autoFocus />
        <div className="grid gap-4 sm:grid-cols-2">
          <DatePicker label={t('rx.fill.lotExpires')} value={expires} onChange={setExpires} />
          <TextField
            label={t('rx.fill.quantity')}
            inputMode="decimal"
            value={quantity}
            onChange={setQuantity}
            maxLength={8}
          />
        </div>
        <TextField label={t('rx.fill.product')} value={product} onChange={setProduct} maxLength={120} />
        {order.isSubstitutable && (
          <Checkbox isSelected={isSubstituted} onChange={setSubstituted}>
            {t('rx.fill.substituted')}
          </Checkbox>
        )}
        <ProblemNotice error={prepare.error} />
        <Button
          type="submit"
          icon="arrowRight"
          isPending={prepare.isPending}
          isDisabled={!lot.trim() || !(amount > 0) || !expires}
        >
          {t('rx.fill.prepare')}
        </Button>
      </form>
    </Card>
  )
}

function dueOf({ fills, order }: Prescription): { number: number; left: number } {
  for (let index = 0; index <= order.refills; index++) {
    const given = fills.filter(each => each.number === index && each.stage !== 'rejected')
    const left = order.quantity - given.reduce((sum, each) => sum + each.quantity, 0)
    if (left > 0.0005) return { number: index, left: Math.round(left * 1_000) / 1_000 }
  }
  return { number: order.refills, left: 0 }
}
