import type { Prescription } from '#core/prescription'
import { useState } from 'react'
import { api, useAct, useRead, useWork } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { usePerson } from '../../session.ts'
import { useParam } from '../../shell/address.ts'
import { dateOnly } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { AnswerPharmacy } from './answer.tsx'
import { Conversation } from './conversation.tsx'
import { FindingList, Overrides } from './finding-list.tsx'
import { OrderFacts } from './order-facts.tsx'
import { capital, StateTag } from './order-words.tsx'
import { PharmacyChoice } from './pharmacy-choice.tsx'
import { TokenCode } from './token-code.tsx'

/** One prescription as the patient or the prescriber sees it: what to do next comes first. */
export function PrescriptionPage() {
  const { t } = useReader()
  const prescriptionId = useParam('prescriptionId')
  const found = useRead('prescription', 'prescription', { prescriptionId }, { everyMs: 20_000 })
  const { data } = found
  return (
    <Page
      title={data ? `${capital(data.medicineName)} ${data.order.strength}` : t('nav.prescriptions')}
      lead={data && <Lead prescription={data} />}
      actions={data?.signedAt && <Download prescription={data} />}
    >
      {found.isPending && <Skeleton lines={5} />}
      <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />
      {data && <Opened prescription={data} />}
    </Page>
  )
}

function Lead({ prescription }: { prescription: Prescription }) {
  const { t, locale, zone } = useReader()
  const person = usePerson()
  const isWriter = person.clinicianId === prescription.clinicianId
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <StateTag state={prescription.state} />
      <bdi>{isWriter ? prescription.patientName : t('rx.by', { name: prescription.clinicianName })}</bdi>
      {prescription.signedAt && (
        <span>{t('rx.signedOn', { date: dateOnly(prescription.signedAt, { locale, zone }) })}</span>
      )}
    </span>
  )
}

function Opened({ prescription }: { prescription: Prescription }) {
  const { t } = useReader()
  const person = usePerson()
  const { state, id } = prescription
  const isWriter = person.clinicianId === prescription.clinicianId
  const isFree = state === 'signed' || state === 'sent'
  const isAnswering = isWriter && state === 'queriedBack'
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[1fr_24rem]">
      <div className="min-w-0 space-y-6">
        {isAnswering && <AnswerPharmacy prescription={prescription} />}
        {isFree && (
          <Card title={state === 'sent' ? t('rx.sent', { name: prescription.pharmacy?.name }) : t('rx.pharmacy')}>
            <PharmacyChoice
              prescriptionId={id}
              onSent={sent => toast({ title: t('rx.sent', { name: sent.pharmacy?.name }) })}
            />
          </Card>
        )}
        <Card title={t('rx.order')}>
          <OrderFacts prescription={prescription} />
        </Card>
        {prescription.exchanges.length > 0 && !isAnswering && (
          <Card title={t('rx.conversation')}>
            <Conversation prescription={prescription} />
          </Card>
        )}
        {isWriter && (
          <Card title={t('rx.checks')}>
            <FindingList findings={prescription.findings} />
            <div className="mt-4">
              <Overrides overrides={prescription.overrides} findings={prescription.findings} />
            </div>
          </Card>
        )}
      </div>
      <div className="min-w-0 space-y-6">
        {isFree && !isWriter && (
          <Card title={t('rx.code')}>
            <TokenCode prescriptionId={id} />
          </Card>
        )}
        {isWriter && <Cancel prescription={prescription} />}
      </div>
    </div>
  )
}

function Download({ prescription }: { prescription: Prescription }) {
  const { t } = useReader()
  const load = useWork(async (prescriptionId: string) => {
    const { pdf, fileName } = await api.prescription.document({ prescriptionId }, {})
    const bytes = Uint8Array.from(atob(pdf), each => each.codePointAt(0)!)
    const address = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }))
    const link = document.createElement('a')
    link.href = address
    link.download = fileName
    link.click()
    URL.revokeObjectURL(address)
  }, [])
  return (
    <Button tone="quiet" icon="download" isPending={load.isPending} onPress={() => load.mutate(prescription.id)}>
      {t('rx.download')}
    </Button>
  )
}

function Cancel({ prescription }: { prescription: Prescription }) {
  const { t } = useReader()
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const cancel = useAct('prescription', 'cancel', {
    onDone: () => {
      setOpen(false)
      toast({ title: t('rx.cancelled') })
    },
  })
  if (['completed', 'cancelled', 'expired'].includes(prescription.state)) return null
  return (
    <>
      <Button tone="danger" icon="cross" onPress={() => setOpen(true)}>
        {t('rx.cancel')}
      </Button>
      <ConfirmDialog
        title={t('rx.cancel')}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        confirmLabel={t('rx.cancel')}
        tone="danger"
        isPending={cancel.isPending}
        onConfirm={() => cancel.mutate({ prescriptionId: prescription.id, reason })}
      >
        <p className="mb-4 text-ink-soft">{t('rx.cancelWhat')}</p>
        <TextField label={t('rx.reason')} value={reason} onChange={setReason} maxLength={500} isRequired />
        <ProblemNotice error={cancel.error} className="mt-3" />
      </ConfirmDialog>
    </>
  )
}
