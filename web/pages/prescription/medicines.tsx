import type { OwnMedicine, Origin } from '#core/prescription'
import { Link } from 'react-aria-components'
import { useAct, usePages, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { dateOnly } from '../../time.ts'
import { Button, TextLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { toast } from '../../ui/toast.tsx'
import { TodayCard } from './today-card.tsx'
import { capital, formName, PrescriptionLine, StateTag, takesInWords } from './order-words.tsx'

export function Medicines() {
  const { t } = useReader()
  const list = useRead('prescription', 'ownMedicines', {})
  const items = list.data?.items ?? []
  return (
    <Page title={t('nav.medicines')} lead={t('rx.listLead')}>
      {list.isPending && <Skeleton lines={4} />}
      <ProblemNotice error={list.error} onRetry={() => void list.refetch()} className="mb-4" />
      <div className="grid items-start gap-6 xl:grid-cols-[1fr_24rem]">
        <div className="min-w-0 space-y-6">
          <TodayCard medicines={items} />
          {list.data && items.length === 0 && (
            <EmptyState icon="pill" title={t('rx.noneMedicines')}>
              {t('rx.noneWhat')}
            </EmptyState>
          )}
          {items.length > 0 && (
            <Card title={t('rx.active')}>
              <ul className="divide-y divide-line">
                {items.map(each => (
                  <li key={each.prescriptionId ?? each.origins[0]?.reference} className="py-4 first:pt-0 last:pb-0">
                    <MedicineLine medicine={each} />
                  </li>
                ))}
              </ul>
            </Card>
          )}
        </div>
        <OwnPrescriptions />
      </div>
    </Page>
  )
}

function MedicineLine({ medicine }: { medicine: OwnMedicine }) {
  const reader = useReader()
  const { t, locale, zone } = reader
  const date = (iso: string) => dateOnly(iso, { locale, zone })
  const { name, form, dose, amount, timesPerDay, runsOutOn, nextFillAt, refillsLeft } = medicine
  return (
    <>
      <p className="font-[600]">
        <bdi>{capital(name)}</bdi>
        {form && ` · ${formName(form)}`}
      </p>
      <p className="text-ink-soft">
        {amount && timesPerDay && (
          <span>
            {takesInWords({ amount, timesPerDay, form: form ?? '' }, reader)}
            {medicine.isAsNeeded && ` · ${t('rx.asNeeded')}`}
            {dose && ' · '}
          </span>
        )}
        <bdi>{dose}</bdi>
      </p>
      {(runsOutOn ?? nextFillAt ?? refillsLeft) !== undefined && (
        <p className="mt-1 flex flex-wrap gap-x-4 text-sm text-ink-soft">
          {runsOutOn && <span>{t('rx.runsOut', { date: date(`${runsOutOn}T12:00:00Z`) })}</span>}
          {nextFillAt && <span>{t('rx.nextFill', { date: date(nextFillAt) })}</span>}
          {refillsLeft !== undefined && <span>{t('rx.refillsLeft', { count: refillsLeft })}</span>}
        </p>
      )}
      <ul className="mt-1 text-sm text-ink-faint">
        {medicine.origins.map(each => (
          <li key={each.prescriptionId ?? each.reference}>
            <From origin={each} />
          </li>
        ))}
      </ul>
      <Refill medicine={medicine} />
    </>
  )
}

/** Who said so and since when; a prescription can be opened. */
function From({ origin }: { origin: Origin }) {
  const { t, locale, zone } = useReader()
  const { by, since, prescriptionId } = origin
  const from = t(`rx.from.${origin.from}`)
  const words = by ? t('rx.fromBy', { from, name: by }) : t('rx.fromOnly', { from })
  const day = since && dateOnly(since.length > 10 ? since : `${since.padEnd(10, '-01')}T12:00:00Z`, { locale, zone })
  return (
    <>
      {prescriptionId ? <TextLink href={`/prescriptions/${prescriptionId}`}>{words}</TextLink> : words}
      {day && ` · ${t('rx.since', { date: day })}`}
    </>
  )
}

/** One press, from the day on which the pharmacy may hand it over. */
function Refill({ medicine }: { medicine: OwnMedicine }) {
  const { t } = useReader()
  const request = useAct('prescription', 'requestRefill', { onDone: () => toast({ title: t('rx.refillAsked') }) })
  const { nextFillAt, refillsLeft, refillRequestedAt, prescriptionId } = medicine
  if (!prescriptionId || !nextFillAt || !refillsLeft) return null
  if (refillRequestedAt) return <p className="mt-2 text-sm font-[560] text-good">{t('rx.refillAsked')}</p>
  if (Date.parse(nextFillAt) > Date.now()) return null
  return (
    <>
      <ProblemNotice error={request.error} className="mt-2" />
      <Button
        tone="soft"
        size="sm"
        icon="refresh"
        className="mt-2"
        isPending={request.isPending}
        onPress={() => request.mutate({ prescriptionId })}
      >
        {t('rx.refill')}
      </Button>
    </>
  )
}

function OwnPrescriptions() {
  const { t } = useReader()
  const list = usePages('prescription', 'list', { limit: 10 })
  return (
    <Card title={t('nav.prescriptions')}>
      {list.isPending && <Skeleton lines={3} />}
      <ProblemNotice error={list.error} onRetry={list.refetch} />
      {!list.isPending && !list.error && list.items.length === 0 && <p className="text-ink-soft">{t('rx.none')}</p>}
      <ul className="-mx-3 space-y-1">
        {list.items.map(each => (
          <li key={each.id}>
            <Link
              href={`/prescriptions/${each.id}`}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg px-3 py-2.5 hover:bg-sunken"
            >
              <PrescriptionLine prescription={each} />
              <StateTag state={each.state} />
            </Link>
          </li>
        ))}
      </ul>
      <LoadMore {...list.more} />
    </Card>
  )
}
