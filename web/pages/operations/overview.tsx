import { useRead, type OutputOf } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { clock, duration, exact, number, relative } from '../../time.ts'
import { Card } from '../../ui/card.tsx'
import { BarChart, Sparkline } from '../../ui/chart.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Stat } from '../../ui/stat.tsx'
import { Tag } from '../../ui/tag.tsx'

type State = OutputOf<'operations', 'overview'>

export function Overview() {
  const { t } = useReader()
  const state = useRead('operations', 'overview', {}, { everyMs: 10_000 })
  const isWell = state.data?.checks.every(check => check.isHealthy)
  return (
    <Page
      title={t('nav.overview')}
      lead={t('overview.lead')}
      actions={
        state.data && (
          <Tag tone={isWell ? 'good' : 'bad'} icon={isWell ? 'check' : 'warning'} className="px-4! py-2! text-sm!">
            {isWell ? t('overview.well') : t('overview.unwell')}
          </Tag>
        )
      }
    >
      {state.isPending && <Skeleton lines={4} />}
      <ProblemNotice error={state.error} onRetry={() => void state.refetch()} />
      {state.data && (
        <div className="space-y-6">
          <Numbers state={state.data} />
          <div className="grid items-start gap-6 lg:grid-cols-2">
            <Checks checks={state.data.checks} />
            <div className="space-y-6">
              <Queue queue={state.data.queue} />
              <Placement state={state.data} />
            </div>
          </div>
        </div>
      )}
    </Page>
  )
}

function Numbers({ state }: { state: State }) {
  const { t, locale, zone } = useReader()
  const place = { locale, zone }
  const last = state.traffic.at(-1)
  const points = (pick: (minute: State['traffic'][number]) => number) =>
    state.traffic.map(minute => ({ label: clock(minute.at, place), value: pick(minute) }))
  const bugs = state.traffic.reduce((sum, minute) => sum + minute.bugs, 0)
  const milliseconds = (value: number) =>
    t('unit.milliseconds', { value: number(value, locale, { maximumFractionDigits: value < 10 ? 1 : 0 }) })
  return (
    <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
      <Stat
        label={t('overview.requests')}
        value={number(last?.requests ?? 0, locale)}
        detail={t('overview.perMinute')}
        picture={<Sparkline label={t('overview.requests')} points={points(minute => minute.requests)} />}
        href="/operator/audit"
      />
      <Stat
        label={t('overview.slow')}
        value={milliseconds(last?.p95Ms ?? 0)}
        detail={t('overview.slowWhat')}
        picture={<Sparkline label={t('overview.slow')} points={points(minute => minute.p95Ms)} />}
      />
      <Stat
        label={t('overview.faults')}
        value={number(last?.faults ?? 0, locale)}
        detail={t('overview.faultsWhat')}
        picture={<Sparkline label={t('overview.faults')} points={points(minute => minute.faults)} tone="warn" />}
        href="/operator/audit?outcome=refused"
      />
      <Stat
        label={t('overview.bugs')}
        value={number(bugs, locale)}
        tone={bugs > 0 ? 'bad' : 'plain'}
        detail={t('overview.bugsWhat')}
        picture={<Sparkline label={t('overview.bugs')} points={points(minute => minute.bugs)} tone="bad" />}
        href="/operator/audit?outcome=failed"
      />
      <Stat
        label={t('overview.failed')}
        value={number(state.queue.failed, locale)}
        tone={state.queue.failed > 0 ? 'bad' : 'plain'}
        detail={t('overview.failedWhat')}
        href="/operator/jobs?tab=dead"
      />
      <Stat
        label={t('overview.oldest')}
        value={duration(state.queue.oldestWaitingMs / 60_000, locale)}
        detail={t('overview.oldestWhat')}
        href="/operator/jobs?tab=runs"
      />
      <Stat
        label={t('overview.memory')}
        value={t('unit.megabytes', { value: number(Math.round(state.memoryMb), locale) })}
        detail={t('overview.memoryWhat')}
      />
      <Stat
        label={t('overview.lag')}
        value={milliseconds(state.eventLoopLagMs)}
        detail={t('overview.lagWhat')}
        tone={state.eventLoopLagMs > 200 ? 'warn' : 'plain'}
      />
    </div>
  )
}

function Checks({ checks }: { checks: State['checks'] }) {
  const { t, locale } = useReader()
  return (
    <Card title={t('overview.checks')}>
      <ul className="divide-y divide-line">
        {checks.map(check => (
          <li key={check.name} className="flex items-start gap-3 py-2.5">
            <Icon
              name={check.isHealthy ? 'check' : 'warning'}
              size={18}
              className={`mt-0.5 ${check.isHealthy ? 'text-good' : 'text-bad'}`}
            />
            <div className="min-w-0 flex-1">
              <p className="font-[560]">
                {check.name}
                <span className="sr-only"> {check.isHealthy ? t('overview.well') : t('overview.unwell')}</span>
              </p>
              <p className="text-sm text-ink-faint">{check.detail}</p>
            </div>
            <bdi className="text-sm text-ink-faint tabular">
              {t('unit.milliseconds', { value: number(check.tookMs, locale, { maximumFractionDigits: 1 }) })}
            </bdi>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Queue({ queue }: { queue: State['queue'] }) {
  const { t } = useReader()
  const points = (['waiting', 'running', 'failed'] as const).map(key => ({ label: t(`run.${key}`), value: queue[key] }))
  return (
    <Card title={t('overview.queue')}>
      <BarChart label={t('overview.queue')} points={points} />
    </Card>
  )
}

function Placement({ state }: { state: State }) {
  const { t, locale, zone } = useReader()
  return (
    <Card
      title={t('overview.placement')}
      description={t('overview.since', { version: state.version, when: relative(state.startedAt, locale) })}
    >
      <p className="mb-3 text-sm text-ink-soft">
        {t('overview.region', { region: state.region.toUpperCase() })} · {exact(state.startedAt, { locale, zone })}
      </p>
      <ul className="flex flex-wrap gap-2">
        {state.placement.map(({ service, at }) => (
          <li key={service}>
            <Tag>
              <bdi>{service}</bdi> · <bdi>{at}</bdi>
            </Tag>
          </li>
        ))}
      </ul>
    </Card>
  )
}
