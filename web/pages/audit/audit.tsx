import type { AuditEntry } from '#contract/audit'
import { useState } from 'react'
import { api, usePages, type InputOf } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { useAddress } from '../../shell/address.ts'
import { dateIn, exact, startOfDate } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Table } from '../../ui/table.tsx'
import { Tag, type TagTone } from '../../ui/tag.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { AuditDetail } from './audit-detail.tsx'
import { VerifyChain } from './verify-chain.tsx'

type Filter = InputOf<'audit', 'exportCsv'>
const tones: Record<AuditEntry['outcome'], TagTone> = { done: 'good', refused: 'warn', failed: 'bad' }
const all = 'all'

export function Audit() {
  const { t, zone } = useReader()
  const [search] = useAddress()
  const filter = filterOf(search, zone)
  const [isExporting, setExporting] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const exportCsv = async () => {
    setExporting(true)
    setFailure(null)
    try {
      const { csv, isComplete } = await api.audit.exportCsv(filter, {})
      saveFile('medley-audit.csv', csv)
      if (!isComplete) toast({ title: t('audit.partial'), tone: 'bad' })
    } catch (error) {
      setFailure(error)
    }
    setExporting(false)
  }
  return (
    <Page
      title={t('nav.audit')}
      lead={t('audit.lead')}
      actions={
        <Button tone="quiet" icon="download" isPending={isExporting} onPress={() => void exportCsv()}>
          {t('audit.export')}
        </Button>
      }
    >
      <ProblemNotice error={failure} className="mb-4" />
      <VerifyChain />
      <Filters />
      <Entries filter={filter} />
    </Page>
  )
}

function filterOf(search: Record<string, string>, zone: string): Filter {
  const filter: Filter = {}
  const { action, subject, outcome, days } = search
  if (action) filter.action = action.slice(0, 100)
  if (subject) filter.subject = subject.slice(0, 100)
  if (outcome === 'done' || outcome === 'refused' || outcome === 'failed') filter.outcome = outcome
  if (days && Number(days) > 0) filter.since = startOfDate(dateIn(zone).subtract({ days: Number(days) - 1 }), zone)
  return filter
}

function Filters() {
  const { t, locale } = useReader()
  const [search, change] = useAddress()
  const days = new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'long' })
  return (
    <div className="mb-5 grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
      <TextField
        label={t('audit.action')}
        placeholder="appointment.book"
        value={search['action'] ?? ''}
        onChange={text => change({ action: text.trim() })}
      />
      <TextField
        label={t('audit.subject')}
        value={search['subject'] ?? ''}
        onChange={text => change({ subject: text.trim() })}
      />
      <Select
        label={t('audit.outcome')}
        value={search['outcome'] ?? all}
        onChange={id => change({ outcome: id === all ? undefined : id })}
        choices={[
          { id: all, label: t('find.any') },
          ...(['done', 'refused', 'failed'] as const).map(each => ({ id: each, label: t(`outcome.${each}`) })),
        ]}
      />
      <Select
        label={t('audit.period')}
        value={search['days'] ?? all}
        onChange={id => change({ days: id === all ? undefined : id })}
        choices={[
          { id: all, label: t('audit.ever') },
          ...[1, 7, 30, 90].map(count => ({ id: String(count), label: days.format(count) })),
        ]}
      />
    </div>
  )
}

function Entries({ filter }: { filter: Filter }) {
  const { t, locale, zone } = useReader()
  const entries = usePages('audit', 'search', { ...filter, limit: 50 }, { keepsFormer: true })
  const [chosen, setChosen] = useState<AuditEntry | null>(null)
  if (entries.isPending) return <Skeleton lines={6} />
  if (entries.error) return <ProblemNotice error={entries.error} onRetry={entries.refetch} />
  if (entries.items.length === 0) return <EmptyState icon="shield" title={t('audit.none')} />
  return (
    <>
      <Table
        label={t('nav.audit')}
        rows={entries.items}
        keyOf={entry => entry.id}
        more={entries.more}
        columns={[
          {
            id: 'action',
            title: t('audit.what'),
            cell: entry => (
              <button
                type="button"
                className="min-h-8 cursor-pointer rounded-sm text-start font-[580] text-accent-ink hover:underline"
                onClick={() => setChosen(entry)}
              >
                <bdi>{entry.action}</bdi>
              </button>
            ),
          },
          {
            id: 'who',
            title: t('audit.who'),
            cell: entry => (
              <>
                {entry.personName ??
                  (entry.personId ? <bdi className="text-sm">{entry.personId.slice(-8)}</bdi> : t('audit.nobody'))}
                <span className="block text-sm text-ink-faint">
                  {entry.roles.map(role => translateCode('role', role)).join(', ')}
                </span>
              </>
            ),
          },
          {
            id: 'at',
            title: t('audit.when'),
            cell: entry => <bdi className="text-sm tabular">{exact(entry.at, { locale, zone })}</bdi>,
          },
          { id: 'from', title: t('audit.from'), cell: entry => <bdi className="text-sm">{entry.from ?? '–'}</bdi> },
          {
            id: 'outcome',
            title: t('audit.outcome'),
            cell: entry => (
              <>
                <Tag tone={tones[entry.outcome]}>{t(`outcome.${entry.outcome}`)}</Tag>
                {entry.faultCode && <bdi className="mt-0.5 block text-xs text-ink-faint">{entry.faultCode}</bdi>}
              </>
            ),
          },
        ]}
      />
      <AuditDetail entry={chosen} onClose={() => setChosen(null)} />
    </>
  )
}

function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
