import type { Prescription } from '#core/prescription'
import { useState } from 'react'
import { Link } from 'react-aria-components'
import { useAct, usePages } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useGo } from '../../shell/address.ts'
import { number, relative } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/classes.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { ageOf, type Lane, laneOf, lanes } from './lanes.ts'
import { MedicineName } from './order-words.tsx'
import { useOwnPharmacy } from './own-pharmacy.ts'

/** The pharmacy's board. A scanner types and presses Enter, so the field for codes has the focus when the page opens. */
export function Queue() {
  const { t } = useReader()
  const { pharmacy, isPending, error } = useOwnPharmacy()
  return (
    <Page title={t('nav.queue')} lead={pharmacy?.name} width="full">
      {isPending && <Skeleton lines={5} />}
      <ProblemNotice error={error} />
      {!isPending && !error && !pharmacy && <EmptyState icon="pill" title={t('rx.noPharmacy')} />}
      {pharmacy && (
        <>
          <Scan pharmacyId={pharmacy.id} />
          <Board pharmacyId={pharmacy.id} />
        </>
      )}
    </Page>
  )
}

function Scan({ pharmacyId }: { pharmacyId: string }) {
  const { t } = useReader()
  const go = useGo()
  const [token, setToken] = useState('')
  const present = useAct('prescription', 'present', { onDone: ({ id }) => go(`/pharmacy/${id}`) })
  return (
    <form
      className="mb-6 max-w-2xl"
      onSubmit={event => {
        event.preventDefault()
        if (token.trim().length >= 20) present.mutate({ token: token.trim(), pharmacyId })
      }}
    >
      <div className="flex items-end gap-2">
        <TextField
          className="flex-1"
          label={t('rx.scan')}
          value={token}
          onChange={setToken}
          leading={<Icon name="search" size={18} />}
          autoComplete="off"
          autoFocus
        />
        <Button type="submit" isPending={present.isPending} isDisabled={token.trim().length < 20}>
          {t('rx.scanTake')}
        </Button>
      </div>
      <ProblemNotice error={present.error} className="mt-3" />
    </form>
  )
}

function Board({ pharmacyId }: { pharmacyId: string }) {
  const queue = usePages('prescription', 'queue', { pharmacyId, limit: 100 }, { everyMs: 15_000, keepsFormer: true })
  const now = Date.now()
  const inLane = (lane: Lane) => queue.items.filter(each => laneOf(each, now) === lane)
  // What nobody has to look at takes no room, but for the steps of the work itself.
  const shown = lanes.filter(lane => (lane !== 'exceptions' && lane !== 'refills') || inLane(lane).length > 0)
  if (queue.isPending) return <Skeleton lines={5} />
  return (
    <>
      <ProblemNotice error={queue.error} onRetry={queue.refetch} className="mb-4" />
      <div className="grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-3 2xl:grid-cols-6">
        {shown.map(lane => (
          <LaneColumn key={lane} lane={lane} items={inLane(lane)} now={now} />
        ))}
      </div>
      <LoadMore {...queue.more} />
    </>
  )
}

function LaneColumn({ lane, items, now }: { lane: Lane; items: readonly Prescription[]; now: number }) {
  const { t, locale } = useReader()
  return (
    <section aria-label={t(`rx.lane.${lane}`)} className="min-w-0 rounded-xl bg-sunken p-3">
      <h2 className="mb-2 flex min-h-9 items-center gap-2 px-1 font-[620]">
        {lane === 'exceptions' && <Icon name="warning" size={18} className="text-glow" />}
        <span className="flex-1">{t(`rx.lane.${lane}`)}</span>
        <bdi className="text-sm text-ink-soft tabular">{number(items.length, locale)}</bdi>
      </h2>
      {items.length === 0 && <p className="px-1 pb-2 text-sm text-ink-soft">{t(`rx.lane.${lane}None`)}</p>}
      <ul className="space-y-2">
        {items.map(each => (
          <li key={each.id}>
            <QueueCard prescription={each} now={now} />
          </li>
        ))}
      </ul>
    </section>
  )
}

const edges = { fresh: 'border-s-line', aging: 'border-s-warn', old: 'border-s-bad' }

function QueueCard({ prescription, now }: { prescription: Prescription; now: number }) {
  const { t, locale } = useReader()
  const age = ageOf(prescription, now)
  const { id, patientName, medicineName, order, schedule, refillRequestedAt, stateSince } = prescription
  return (
    <Link
      href={`/pharmacy/${id}`}
      className={cx(
        'block rounded-lg border border-s-4 border-line bg-surface px-3 py-2.5 shadow-card transition-shadow hover:shadow-lift',
        edges[age],
      )}
    >
      <span className="block font-[600]">
        <bdi>{patientName}</bdi>
      </span>
      <span className="block text-sm">
        <MedicineName name={medicineName} order={order} />
      </span>
      <span className="mt-1 flex flex-wrap gap-x-3 text-xs text-ink-soft">
        <span className={cx(age === 'old' && 'font-[600] text-bad', age === 'aging' && 'font-[600] text-warn')}>
          {t('rx.waiting', { since: relative(refillRequestedAt ?? stateSince, locale, now) })}
        </span>
        {schedule && <span className="text-warn">{t('rx.schedule', { schedule })}</span>}
      </span>
    </Link>
  )
}
