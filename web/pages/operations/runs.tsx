import { RunState, type JobRun } from '#contract/operations'
import { useAct, usePages } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useAddress } from '../../shell/address.ts'
import { exact, number, relative } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Progress } from '../../ui/progress.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Table } from '../../ui/table.tsx'
import { Tag, type TagTone } from '../../ui/tag.tsx'
import { toast } from '../../ui/toast.tsx'

const tones: Record<JobRun['state'], TagTone> = {
  waiting: 'plain',
  running: 'info',
  retrying: 'warn',
  done: 'good',
  failed: 'bad',
  cancelled: 'plain',
}
const all = 'all'

export function Runs({ names }: { names: readonly string[] }) {
  const { t } = useReader()
  const [search, change] = useAddress()
  const state = RunState.safeParse(search['state'])
  const name = search['job']
  const runs = usePages(
    'operations',
    'listRuns',
    { limit: 25, ...(name ? { name } : {}), ...(state.success ? { state: state.data } : {}) },
    { everyMs: 5_000, keepsFormer: true },
  )
  return (
    <>
      <div className="mb-4 grid gap-3 sm:grid-cols-[16rem_12rem]">
        <Select
          label={t('jobs.name')}
          value={name ?? all}
          onChange={id => change({ job: id === all ? undefined : id })}
          choices={[{ id: all, label: t('jobs.all') }, ...names.map(each => ({ id: each, label: each }))]}
        />
        <Select
          label={t('jobs.state')}
          value={state.success ? state.data : all}
          onChange={id => change({ state: id === all ? undefined : id })}
          choices={[
            { id: all, label: t('find.any') },
            ...RunState.options.map(each => ({ id: each, label: t(`run.${each}`) })),
          ]}
        />
      </div>
      <RunTable runs={runs} label={t('jobs.runs')} empty={t('jobs.noRuns')} />
    </>
  )
}

/** Runs that were tried as often as allowed and gave up: they wait for a person. */
export function DeadLetters() {
  const { t } = useReader()
  const runs = usePages('operations', 'listRuns', { limit: 25, state: 'failed' }, { everyMs: 10_000 })
  return (
    <>
      <p className="mb-4 max-w-2xl text-ink-soft">{t('jobs.deadWhat')}</p>
      <RunTable runs={runs} label={t('jobs.dead')} empty={t('jobs.noDead')} />
    </>
  )
}

function RunTable({
  runs,
  label,
  empty,
}: {
  runs: ReturnType<typeof usePages<'operations', 'listRuns'>>
  label: string
  empty: string
}) {
  const { t, locale, zone } = useReader()
  if (runs.isPending) return <Skeleton lines={5} />
  if (runs.error) return <ProblemNotice error={runs.error} onRetry={runs.refetch} />
  if (runs.items.length === 0) return <EmptyState icon="stack" title={empty} />
  return (
    <Table
      label={label}
      rows={runs.items}
      keyOf={run => run.id}
      more={runs.more}
      columns={[
        { id: 'name', title: t('jobs.name'), cell: run => <bdi>{run.name}</bdi> },
        { id: 'state', title: t('jobs.state'), cell: run => <RunStateCell run={run} /> },
        { id: 'tries', title: t('jobs.tries'), isNumeric: true, cell: run => number(run.tries, locale) },
        {
          id: 'created',
          title: t('jobs.when'),
          cell: run => (
            <time dateTime={run.createdAt} title={exact(run.createdAt, { locale, zone })}>
              {relative(run.createdAt, locale)}
            </time>
          ),
        },
        { id: 'took', title: t('jobs.took'), isNumeric: true, cell: run => tookWords(run, locale) },
        {
          id: 'act',
          title: t('action.retry'),
          isTitleHidden: true,
          className: 'whitespace-nowrap',
          cell: run => <RunActs run={run} />,
        },
      ]}
    />
  )
}

function tookWords(run: JobRun, locale: string): string {
  if (!run.startedAt || !run.endedAt) return '–'
  const seconds = (Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'short',
    maximumFractionDigits: seconds < 10 ? 2 : 0,
  }).format(seconds)
}

function RunStateCell({ run }: { run: JobRun }) {
  const { t } = useReader()
  const { progress } = run
  return (
    <>
      <Tag tone={tones[run.state]}>{t(`run.${run.state}`)}</Tag>
      {progress && run.state === 'running' && (
        <Progress
          className="mt-2 w-48"
          label={progress.note ?? run.name}
          value={progress.total > 0 ? progress.done / progress.total : 0}
        />
      )}
      {run.failure && <span className="mt-1 block max-w-md text-sm break-words text-bad">{run.failure}</span>}
    </>
  )
}

function RunActs({ run }: { run: JobRun }) {
  const { t } = useReader()
  const retry = useAct('operations', 'retryRun', { onDone: () => toast({ title: t('jobs.retried') }) })
  const cancel = useAct('operations', 'cancelRun', { onDone: () => toast({ title: t('jobs.cancelled') }) })
  return (
    <>
      {run.state === 'failed' && (
        <Button
          tone="quiet"
          size="sm"
          icon="refresh"
          isPending={retry.isPending}
          aria-label={`${t('action.retry')}: ${run.name}`}
          onPress={() => retry.mutate({ runId: run.id, name: run.name })}
        >
          {t('action.retry')}
        </Button>
      )}
      {run.state === 'waiting' && (
        <Button
          tone="ghost"
          size="sm"
          isPending={cancel.isPending}
          aria-label={`${t('jobs.cancel')}: ${run.name}`}
          onPress={() => cancel.mutate({ runId: run.id, name: run.name })}
        >
          {t('jobs.cancel')}
        </Button>
      )}
      <ProblemNotice error={retry.error ?? cancel.error} className="mt-2" />
    </>
  )
}
