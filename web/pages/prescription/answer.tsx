import type { Order, Prescription } from '#core/prescription'
import { useState } from 'react'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Switch } from '../../ui/choice.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { Conversation } from './conversation.tsx'
import { FindingList, needsReason } from './finding-list.tsx'
import { draftFrom, OrderForm, orderOf } from './order-form.tsx'
import { useSettled } from './settled.ts'

/** A pharmacy waits: the question, a place for the answer, and the order to correct where the pharmacy was right. */
export function AnswerPharmacy({ prescription }: { prescription: Prescription }) {
  const { t } = useReader()
  const { id, order: before, patientId, medicineName } = prescription
  const [text, setText] = useState('')
  const [isCorrecting, setCorrecting] = useState(false)
  const [draft, setDraft] = useState(() => draftFrom(before))
  const [reasons, setReasons] = useState<Record<string, string>>({})
  const answer = useAct('prescription', 'answer', { onDone: () => toast({ title: t('rx.answered') }) })
  const medicines = useRead(
    'prescription',
    'searchMedicines',
    { text: medicineName, limit: 20 },
    { isEnabled: isCorrecting },
  )
  const medicine = medicines.data?.items.find(each => each.code === before.medicine)
  const order = isCorrecting ? orderOf(draft) : undefined
  const settled = useSettled(order, 350)
  const check = useRead(
    'prescription',
    'check',
    { patientId, order: settled ?? ({} as Order) },
    { isEnabled: isCorrecting && settled !== undefined, keepsFormer: true },
  )
  const findings = isCorrecting ? (check.data?.findings ?? []) : []
  const isReasoned = findings.filter(needsReason).every(each => (reasons[each.key]?.trim().length ?? 0) >= 5)
  const overrides = findings.flatMap(({ key }) => {
    const reason = reasons[key]?.trim() ?? ''
    return reason.length >= 5 ? [{ key, reason }] : []
  })
  return (
    <Card title={t('rx.state.queriedBack')} className="border-glow!">
      <Conversation prescription={prescription} />
      <div className="mt-5 space-y-4">
        <TextArea label={t('rx.answerText')} value={text} onChange={setText} maxLength={500} rows={2} isRequired />
        <Switch isSelected={isCorrecting} onChange={setCorrecting}>
          {t('rx.correct')}
        </Switch>
        {isCorrecting && medicine && <OrderForm medicine={medicine} draft={draft} onChange={setDraft} />}
        {isCorrecting && check.data && (
          <FindingList
            findings={findings}
            reasons={reasons}
            onReason={(key, reason) => setReasons({ ...reasons, [key]: reason })}
          />
        )}
        <ProblemNotice error={answer.error ?? check.error} />
        <Button
          icon="arrowRight"
          isPending={answer.isPending}
          isDisabled={text.trim().length < 5 || (isCorrecting && (!order || !isReasoned))}
          onPress={() => answer.mutate({ prescriptionId: id, text, ...(order ? { order, overrides } : {}) })}
        >
          {t('rx.answer')}
        </Button>
      </div>
    </Card>
  )
}
