import type { Fill, Prescription } from '#core/prescription'
import { useState } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { usePerson } from '../../session.ts'
import { dateOnly, number } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Tag } from '../../ui/tag.tsx'
import { toast } from '../../ui/toast.tsx'

const reasons = ['wrongMedicine', 'wrongStrength', 'wrongQuantity', 'wrongLabel', 'damaged', 'other'] as const
type Reason = (typeof reasons)[number]

/** The second pair of eyes. Whoever prepared it sees that a colleague is needed; the service would refuse them anyway. */
export function VerifyFill({ prescription, fill }: { prescription: Prescription; fill: Fill }) {
  const { t, locale } = useReader()
  const person = usePerson()
  const [isWrong, setWrong] = useState(false)
  const [reason, setReason] = useState<Reason>('wrongStrength')
  const verify = useAct('prescription', 'verify', {
    onDone: () => {
      setWrong(false)
      toast({ title: t('rx.fill.verified') })
    },
  })
  const isOwn = person.id === fill.preparedById
  const isFull = fill.quantity === prescription.order.quantity
  return (
    <Card title={t('rx.fill.interpreted')} description={isOwn ? t('rx.fill.same') : t('rx.fill.verify')}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2">
        <dt className="text-sm text-ink-faint">{t('rx.fill.product')}</dt>
        <dd className="font-[540]">
          <bdi>{fill.product}</bdi> {fill.isSubstituted && <Tag tone="warn">{t('rx.fill.substituted')}</Tag>}
        </dd>
        <dt className="text-sm text-ink-faint">{t('rx.fill.quantity')}</dt>
        <dd className="font-[540]">
          {number(fill.quantity, locale)}{' '}
          {!isFull && <Tag tone="info">/ {number(prescription.order.quantity, locale)}</Tag>}
        </dd>
        <dt className="text-sm text-ink-faint">{t('rx.fill.lot')}</dt>
        <dd className="font-[540]">
          <bdi dir="ltr">{fill.lot}</bdi>
        </dd>
        <dt className="text-sm text-ink-faint">{t('rx.fill.lotExpires')}</dt>
        <dd className="font-[540]">{dateOnly(`${fill.lotExpiresOn}T12:00:00Z`, { locale, zone: 'UTC' })}</dd>
      </dl>
      {!isOwn && (
        <div className="mt-5 flex flex-wrap gap-2">
          <Button
            icon="check"
            isPending={verify.isPending}
            onPress={() => verify.mutate({ fillId: fill.id, isRight: true })}
          >
            {t('rx.fill.right')}
          </Button>
          <Button tone="danger" icon="cross" onPress={() => setWrong(true)}>
            {t('rx.fill.wrong')}
          </Button>
        </div>
      )}
      <ProblemNotice error={verify.error} className="mt-3" />
      <Dialog
        title={t('rx.fill.wrong')}
        isOpen={isWrong}
        onClose={() => setWrong(false)}
        footer={
          <Button
            tone="danger"
            isPending={verify.isPending}
            onPress={() => verify.mutate({ fillId: fill.id, isRight: false, reason })}
          >
            {t('rx.fill.stage.rejected')}
          </Button>
        }
      >
        <RadioGroup
          label={t('rx.fill.why')}
          value={reason}
          onChange={id => setReason(id as Reason)}
          choices={reasons.map(id => ({ id, label: t(`rx.fill.wrong.${id}`) }))}
        />
      </Dialog>
    </Card>
  )
}
