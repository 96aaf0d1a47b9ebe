import type { Medicine } from '#core/medicine'
import type { Order, Prescription } from '#core/prescription'
import { useState } from 'react'
import { api, useRead, useWork } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { withProof } from '../../shell/proof.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Tag } from '../../ui/tag.tsx'
import { FindingList, needsReason } from './finding-list.tsx'
import { MedicineSearch } from './medicine-search.tsx'
import { draftFrom, draftOf, OrderForm, orderOf, type OrderDraft } from './order-form.tsx'
import { capital, PrescriptionLine } from './order-words.tsx'
import { PharmacyChoice } from './pharmacy-choice.tsx'
import { useSettled } from './settled.ts'

/**
 * Writes, checks, signs and sends one prescription for one patient; wherever it is put, from the chart to the visit room. `onDone` is told
 * when it was sent, or when the prescriber leaves the choice of a pharmacy to the patient.
 */
export function Prescribe({ patientId, onDone }: { patientId: string; onDone?: (prescription: Prescription) => void }) {
  const [medicine, setMedicine] = useState<Medicine>()
  const [draft, setDraft] = useState<OrderDraft>()
  const [signed, setSigned] = useState<Prescription>()
  const choose = (next: Medicine | undefined, written?: OrderDraft) => {
    setMedicine(next)
    setDraft(next && (written ?? draftOf(next)))
  }
  const begin = useWork(async ({ code, order }: { code: string; order: Order }) => {
    const { items } = await api.prescription.searchMedicines({ text: code, limit: 20 }, {})
    const found = items.find(each => each.code === code)
    if (found) choose(found, draftFrom(order))
  })
  if (signed)
    return (
      <Signed
        signed={signed}
        onChange={setSigned}
        onAgain={() => {
          setSigned(undefined)
          choose(undefined)
        }}
        onDone={onDone}
      />
    )
  if (!medicine || !draft)
    return (
      <>
        <MedicineSearch
          onMedicine={choose}
          onFavourite={({ order }) => begin.mutate({ code: order.medicine, order })}
        />
        <ProblemNotice error={begin.error} className="mt-3" />
      </>
    )
  return (
    <Writing
      patientId={patientId}
      medicine={medicine}
      draft={draft}
      onChange={setDraft}
      onLeave={() => choose(undefined)}
      onSigned={setSigned}
    />
  )
}

interface WritingProps {
  patientId: string
  medicine: Medicine
  draft: OrderDraft
  onChange: (draft: OrderDraft) => void
  onLeave: () => void
  onSigned: (signed: Prescription) => void
}

function Writing({ patientId, medicine, draft, onChange, onLeave, onSigned }: WritingProps) {
  const { t } = useReader()
  const [reasons, setReasons] = useState<Record<string, string>>({})
  const order = orderOf(draft)
  const settled = useSettled(order, 350)
  const check = useRead(
    'prescription',
    'check',
    { patientId, order: settled ?? ({} as Order) },
    { isEnabled: settled !== undefined, keepsFormer: true },
  )
  const sign = useSigning(patientId, onSigned)
  const findings = check.data?.findings ?? []
  const isReasoned = findings.filter(needsReason).every(each => (reasons[each.key]?.trim().length ?? 0) >= 5)
  const isChecked = JSON.stringify(order) === JSON.stringify(settled) && check.data && !check.isPlaceholderData
  const overrides = Object.entries(reasons).flatMap(([key, reason]) =>
    reason.trim().length >= 5 && findings.some(each => each.key === key) ? [{ key, reason: reason.trim() }] : [],
  )
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[1fr_22rem]">
      <div className="min-w-0">
        <div className="mb-4 flex flex-wrap items-center gap-3">
          <h2 className="text-xl font-[620]">{capital(medicine.name)}</h2>
          <bdi dir="ltr" className="text-sm text-ink-faint tabular">
            {medicine.atc}
          </bdi>
          {check.data?.schedule && <Tag tone="warn">{t('rx.schedule', { schedule: check.data.schedule })}</Tag>}
          <Button tone="ghost" size="sm" icon="chevronLeft" onPress={onLeave} className="ms-auto">
            {t('rx.changeMedicine')}
          </Button>
        </div>
        <OrderForm medicine={medicine} draft={draft} onChange={onChange} />
      </div>
      <section aria-label={t('rx.checks')} aria-live="polite" className="min-w-0 space-y-3">
        <h3 className="font-[620]">{t('rx.checks')}</h3>
        {!isChecked && order && !check.error && <p className="text-sm text-ink-soft">{t('rx.checking')}</p>}
        <ProblemNotice error={check.error ?? sign.error} />
        {check.data && order && (
          <FindingList
            findings={findings}
            reasons={reasons}
            onReason={(key, reason) => setReasons({ ...reasons, [key]: reason })}
          />
        )}
        <p className="text-xs text-ink-soft">{t('rx.assists')}</p>
        <Button
          icon="check"
          isDisabled={!order || !isChecked || !isReasoned}
          isPending={sign.isPending}
          onPress={() => order && sign.mutate({ order, overrides })}
        >
          {t('rx.sign')}
        </Button>
      </section>
    </div>
  )
}

type Signing = { order: Order; overrides: { key: string; reason: string }[] }

/** Draft, check and signature are three acts of the service; here they are one press, and what was begun is gone on with after a refusal. */
function useSigning(patientId: string, onSigned: (signed: Prescription) => void) {
  const [begunId, setBegunId] = useState<string>()
  return useWork(async ({ order, overrides }: Signing) => {
    const key = () => ({ idempotencyKey: crypto.randomUUID() })
    const { id } = begunId
      ? await api.prescription.revise({ prescriptionId: begunId, order }, key())
      : await api.prescription.draft({ patientId, order }, key())
    setBegunId(id)
    await api.prescription.complete({ prescriptionId: id }, key())
    onSigned(await withProof(() => api.prescription.sign({ prescriptionId: id, overrides }, key())))
  })
}

interface SignedProps {
  signed: Prescription
  onChange: (prescription: Prescription) => void
  onAgain: () => void
  onDone: ((prescription: Prescription) => void) | undefined
}

function Signed({ signed, onChange, onAgain, onDone }: SignedProps) {
  const { t } = useReader()
  const isSent = signed.pharmacy !== undefined
  return (
    <div className="max-w-2xl space-y-5">
      <div role="status" className="flex items-start gap-3 rounded-lg bg-good-soft px-4 py-3 text-good">
        <Icon name="check" className="mt-0.5" />
        <div>
          <p className="font-[600]">{isSent ? t('rx.sent', { name: signed.pharmacy?.name }) : t('rx.signed')}</p>
          <p className="text-ink">
            <PrescriptionLine prescription={signed} />
          </p>
        </div>
      </div>
      {!isSent && <PharmacyChoice prescriptionId={signed.id} onSent={onChange} />}
      <div className="flex flex-wrap gap-2">
        <Button tone="quiet" icon="plus" onPress={onAgain}>
          {t('rx.add')}
        </Button>
        {onDone && (
          <Button tone="ghost" onPress={() => onDone(signed)}>
            {t('action.close')}
          </Button>
        )}
      </div>
    </div>
  )
}
