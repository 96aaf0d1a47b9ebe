import type { Prescription } from '#core/prescription'
import { useState } from 'react'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useGo, useParam } from '../../shell/address.ts'
import { dateOnly, number } from '../../time.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tag } from '../../ui/tag.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { Conversation } from './conversation.tsx'
import { FindingList, Overrides } from './finding-list.tsx'
import { OrderFacts } from './order-facts.tsx'
import { capital, StateTag } from './order-words.tsx'
import { PrepareFill } from './prepare-fill.tsx'
import { VerifyFill } from './verify-fill.tsx'

/** A prescription at the counter: the order as it was written beside what is in the pharmacist's hand. */
export function Dispense() {
  const { t } = useReader()
  const prescriptionId = useParam('prescriptionId')
  const found = useRead('prescription', 'prescription', { prescriptionId }, { everyMs: 15_000 })
  const { data } = found
  return (
    <Page
      title={data ? `${capital(data.medicineName)} ${data.order.strength}` : t('nav.queue')}
      lead={data && <PatientLead prescription={data} />}
      actions={
        <LinkButton href="/pharmacy" tone="ghost" icon="chevronLeft">
          {t('nav.queue')}
        </LinkButton>
      }
    >
      {found.isPending && <Skeleton lines={5} />}
      <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />
      {data && (
        <div className="grid items-start gap-6 lg:grid-cols-2">
          <div className="min-w-0 space-y-6">
            <Card title={t('rx.fill.original')} description={t('rx.by', { name: data.clinicianName })}>
              <OrderFacts prescription={data} />
            </Card>
            <Card title={t('rx.checks')}>
              <FindingList findings={data.findings} />
              <div className="mt-4">
                <Overrides overrides={data.overrides} findings={data.findings} />
              </div>
            </Card>
          </div>
          <div className="min-w-0 space-y-6">
            <NextStep prescription={data} />
            <Supplies prescription={data} />
            <Stock prescription={data} />
            {data.exchanges.length > 0 && (
              <Card title={t('rx.conversation')}>
                <Conversation prescription={data} />
              </Card>
            )}
          </div>
        </div>
      )}
    </Page>
  )
}

function PatientLead({ prescription }: { prescription: Prescription }) {
  const { t, locale } = useReader()
  const { patientName, birthDate, state } = prescription
  const date = birthDate && dateOnly(`${birthDate}T12:00:00Z`, { locale, zone: 'UTC' })
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <StateTag state={state} />
      <strong className="font-[600] text-ink">
        <bdi>{patientName}</bdi>
      </strong>
      {date && <span>{t('rx.born', { date })}</span>}
    </span>
  )
}

/** The one thing to do now, and the ways out of it. */
function NextStep({ prescription }: { prescription: Prescription }) {
  const { t } = useReader()
  const { id, state, fills } = prescription
  const accept = useAct('prescription', 'accept', { onDone: () => toast({ title: t('rx.fill.accepted') }) })
  const handOver = useAct('prescription', 'handOver', { onDone: () => toast({ title: t('rx.fill.handedOver') }) })
  const open = fills.find(each => each.stage === 'prepared' || each.stage === 'verified')
  const isWaiting = state === 'queriedBack'
  const isAtWork = state === 'accepted' || state === 'partlyDispensed'
  if (open?.stage === 'prepared') return <VerifyFill prescription={prescription} fill={open} />
  return (
    <>
      <ProblemNotice error={accept.error ?? handOver.error} />
      {open && (
        <Card title={t('rx.fill.stage.verified')}>
          <p className="mb-4">
            <bdi>{open.product}</bdi>
          </p>
          <Button icon="check" isPending={handOver.isPending} onPress={() => handOver.mutate({ fillId: open.id })}>
            {t('rx.fill.handOver')}
          </Button>
        </Card>
      )}
      {!open && isAtWork && <PrepareFill key={prescription.revision} prescription={prescription} />}
      {!open && (state === 'sent' || isAtWork || isWaiting) && (
        <div className="flex flex-wrap gap-2">
          {state === 'sent' && (
            <Button icon="check" isPending={accept.isPending} onPress={() => accept.mutate({ prescriptionId: id })}>
              {t('rx.fill.accept')}
            </Button>
          )}
          {isAtWork && <Ask prescriptionId={id} />}
          {state !== 'partlyDispensed' && <GiveBack prescriptionId={id} />}
        </div>
      )}
    </>
  )
}

function Ask({ prescriptionId }: { prescriptionId: string }) {
  const { t } = useReader()
  const [isOpen, setOpen] = useState(false)
  const [question, setQuestion] = useState('')
  const query = useAct('prescription', 'query', {
    onDone: () => {
      setOpen(false)
      toast({ title: t('rx.fill.asked') })
    },
  })
  const footer = (
    <Button
      isPending={query.isPending}
      isDisabled={question.trim().length < 5}
      onPress={() => query.mutate({ prescriptionId, question })}
    >
      {t('rx.fill.ask')}
    </Button>
  )
  return (
    <>
      <Button tone="quiet" icon="question" onPress={() => setOpen(true)}>
        {t('rx.fill.ask')}
      </Button>
      <Dialog title={t('rx.fill.ask')} isOpen={isOpen} onClose={() => setOpen(false)} footer={footer}>
        <p className="mb-4 text-ink-soft">{t('rx.fill.askWhat')}</p>
        <TextArea label={t('rx.exchange.query')} value={question} onChange={setQuestion} maxLength={500} isRequired />
        <ProblemNotice error={query.error} className="mt-3" />
      </Dialog>
    </>
  )
}

function GiveBack({ prescriptionId }: { prescriptionId: string }) {
  const { t } = useReader()
  const go = useGo()
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const refuse = useAct('prescription', 'refuse', {
    onDone: () => {
      toast({ title: t('rx.fill.givenBack') })
      go('/pharmacy')
    },
  })
  const footer = (
    <Button
      tone="danger"
      isPending={refuse.isPending}
      isDisabled={reason.trim().length < 5}
      onPress={() => refuse.mutate({ prescriptionId, reason })}
    >
      {t('rx.fill.giveBack')}
    </Button>
  )
  return (
    <>
      <Button tone="ghost" icon="swap" onPress={() => setOpen(true)}>
        {t('rx.fill.giveBack')}
      </Button>
      <Dialog title={t('rx.fill.giveBack')} isOpen={isOpen} onClose={() => setOpen(false)} footer={footer}>
        <TextArea label={t('rx.reason')} value={reason} onChange={setReason} maxLength={500} isRequired />
        <ProblemNotice error={refuse.error} className="mt-3" />
      </Dialog>
    </>
  )
}

/** What a pharmacy says of its shelf, until an inventory says it by itself. */
function Stock({ prescription }: { prescription: Prescription }) {
  const { t } = useReader()
  const [said, setSaid] = useState<'inStock' | 'canOrder' | 'outOfStock' | null>(null)
  const say = useAct('prescription', 'setAvailability', { onDone: () => toast({ title: t('rx.stockSaid') }) })
  const pharmacyId = prescription.pharmacy?.id
  if (!pharmacyId) return null
  return (
    <Card>
      <RadioGroup
        look="segments"
        label={t('rx.stock')}
        description={t('rx.stockWhat')}
        value={said}
        onChange={id => {
          const availability = id as NonNullable<typeof said>
          setSaid(availability)
          say.mutate({ pharmacyId, medicine: prescription.order.medicine, availability })
        }}
        choices={(['inStock', 'canOrder', 'outOfStock'] as const).map(id => ({
          id,
          label: t(`rx.availability.${id}`),
        }))}
      />
      <ProblemNotice error={say.error} className="mt-3" />
    </Card>
  )
}

function Supplies({ prescription }: { prescription: Prescription }) {
  const { t, locale, zone } = useReader()
  const { fills, nextFillAt, refillsLeft } = prescription
  if (fills.length === 0) return null
  return (
    <Card title={t('rx.fill.supplies')}>
      <ul className="divide-y divide-line">
        {fills.map(each => (
          <li key={each.id} className="py-3 first:pt-0">
            <p className="flex flex-wrap items-center gap-2">
              <span className="font-[560]">{t('rx.fill.supply', { number: each.number })}</span>
              <Tag tone={each.stage === 'rejected' ? 'warn' : each.stage === 'handedOver' ? 'good' : 'info'}>
                {t(`rx.fill.stage.${each.stage}`)}
              </Tag>
            </p>
            <p className="text-sm text-ink-soft">
              <bdi>{each.product}</bdi> · {t('rx.quantityOf', { quantity: number(each.quantity, locale) })} ·{' '}
              {t('rx.fill.lot')} <bdi dir="ltr">{each.lot}</bdi>
            </p>
          </li>
        ))}
      </ul>
      <p className="mt-2 text-sm text-ink-soft">
        {t('rx.refillsLeft', { count: refillsLeft })}
        {nextFillAt && `. ${t('rx.nextFill', { date: dateOnly(nextFillAt, { locale, zone }) })}`}
      </p>
    </Card>
  )
}
