import type { JobDefinition } from '#contract/operations'
import { useState } from 'react'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useAddress } from '../../shell/address.ts'
import { number, relative } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Table } from '../../ui/table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Tag } from '../../ui/tag.tsx'
import { toast } from '../../ui/toast.tsx'
import { cronInWords } from './cron-words.ts'
import { DeadLetters, Runs } from './runs.tsx'

export function Jobs() {
  const { t } = useReader()
  const [{ tab }, change] = useAddress()
  const jobs = useRead('operations', 'listJobs', {}, { everyMs: 10_000 })
  const failed = jobs.data?.items.reduce((sum, job) => sum + job.failed, 0) ?? 0
  return (
    <Page title={t('nav.jobs')} lead={t('jobs.lead')}>
      <Tabs
        label={t('nav.jobs')}
        selected={tab ?? 'definitions'}
        onSelect={id => change({ tab: id })}
        tabs={[
          {
            id: 'definitions',
            title: t('jobs.definitions'),
            content: (
              <>
                {jobs.isPending && <Skeleton lines={5} />}
                <ProblemNotice error={jobs.error} onRetry={() => void jobs.refetch()} />
                {jobs.data && <Definitions jobs={jobs.data.items} />}
              </>
            ),
          },
          { id: 'runs', title: t('jobs.runs'), content: <Runs names={jobs.data?.items.map(job => job.name) ?? []} /> },
          { id: 'dead', title: t('jobs.dead'), count: failed, content: <DeadLetters /> },
        ]}
      />
    </Page>
  )
}

function Definitions({ jobs }: { jobs: readonly JobDefinition[] }) {
  const { t, locale } = useReader()
  const [asked, setAsked] = useState<JobDefinition | null>(null)
  const run = useAct('operations', 'runNow', {
    onDone: () => {
      toast({ title: t('jobs.started') })
      setAsked(null)
    },
  })
  if (jobs.length === 0) return <EmptyState icon="stack" title={t('jobs.none')} />
  return (
    <>
      <Table
        label={t('jobs.definitions')}
        rows={jobs}
        keyOf={job => job.name}
        columns={[
          {
            id: 'name',
            title: t('jobs.name'),
            cell: job => (
              <>
                <bdi className="block font-[580]">{job.name}</bdi>
                <span className="block text-sm font-normal text-ink-faint">{job.summary}</span>
              </>
            ),
          },
          {
            id: 'every',
            title: t('jobs.timetable'),
            cell: job =>
              job.every ? (
                <>
                  <span className="block">{cronInWords(job.every, locale, t)}</span>
                  <code dir="ltr" className="text-xs text-ink-faint">
                    {job.every}
                  </code>
                </>
              ) : (
                <span className="text-ink-faint">{t('jobs.onDemand')}</span>
              ),
          },
          { id: 'last', title: t('jobs.last'), cell: job => (job.lastRunAt ? relative(job.lastRunAt, locale) : '–') },
          { id: 'waiting', title: t('run.waiting'), isNumeric: true, cell: job => number(job.waiting, locale) },
          { id: 'running', title: t('run.running'), isNumeric: true, cell: job => number(job.running, locale) },
          {
            id: 'failed',
            title: t('run.failed'),
            isNumeric: true,
            cell: job => (job.failed > 0 ? <Tag tone="bad">{number(job.failed, locale)}</Tag> : number(0, locale)),
          },
          {
            id: 'act',
            title: t('jobs.runNow'),
            isTitleHidden: true,
            className: 'whitespace-nowrap',
            cell: job => (
              <Button
                tone="quiet"
                size="sm"
                icon="play"
                aria-label={`${t('jobs.runNow')}: ${job.name}`}
                onPress={() => setAsked(job)}
              >
                {t('jobs.runNow')}
              </Button>
            ),
          },
        ]}
      />
      <ConfirmDialog
        title={t('jobs.runNamed', { name: asked?.name ?? '' })}
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        confirmLabel={t('jobs.runNow')}
        isPending={run.isPending}
        onConfirm={() => asked && run.mutate({ name: asked.name })}
      >
        <p className="text-ink-soft">{asked?.summary}</p>
        <p className="mt-2 text-ink-soft">{t('jobs.runWhat')}</p>
        <ProblemNotice error={run.error} className="mt-3" />
      </ConfirmDialog>
    </>
  )
}
