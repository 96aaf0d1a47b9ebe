import { useState } from 'react'
import { Triage } from '#contract/diagnosis'
import { usePages, useRead, type OutputOf } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { useAddress } from '../../shell/address.ts'
import { number } from '../../time.ts'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Table } from '../../ui/table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Tag } from '../../ui/tag.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { Button } from '../../ui/button.tsx'
import { ConditionDrawer } from './condition-drawer.tsx'
import { Assists, TriageTag } from './words.tsx'

type Known = OutputOf<'diagnosis', 'knowledge'>

/** Everything the assistance goes by, open to everybody: conditions, findings, red flags, and where the numbers come from. */
export function KnowledgeBase() {
  const { t, locale } = useReader()
  const [search, change] = useAddress()
  const known = useRead('diagnosis', 'knowledge', {})
  const count = (value: number) => number(value, locale)
  return (
    <Page title={t('diagnosis.knowledge')} lead={t('diagnosis.knowledgeLead')}>
      <Assists className="mb-5 rounded-lg bg-warn-soft px-4 py-3" />
      {known.isPending && <Skeleton lines={1} />}
      <ProblemNotice error={known.error} onRetry={() => void known.refetch()} />
      {known.data && (
        <>
          <p className="mb-6 text-ink-soft">
            {t('diagnosis.knowledgeSize', {
              conditions: count(known.data.conditions),
              findings: count(known.data.findings),
              numbers: count(known.data.numbers),
              cited: count(known.data.cited),
            })}
          </p>
          <Tabs
            label={t('diagnosis.knowledge')}
            selected={search['tab'] ?? 'conditions'}
            onSelect={id => change({ tab: id === 'conditions' ? undefined : id })}
            tabs={[
              { id: 'conditions', title: t('diagnosis.conditions'), content: <Conditions /> },
              { id: 'findings', title: t('diagnosis.findings'), content: <Findings /> },
              { id: 'flags', title: t('diagnosis.redFlags'), content: <RedFlags known={known.data} /> },
              { id: 'sources', title: t('diagnosis.sources'), content: <Sources known={known.data} /> },
            ]}
          />
        </>
      )}
    </Page>
  )
}

function Conditions() {
  const { t, locale } = useReader()
  const [text, setText] = useState('')
  const [triage, setTriage] = useState<string>('any')
  const [opened, setOpened] = useState<string>()
  const level = Triage.safeParse(triage)
  const conditions = usePages(
    'diagnosis',
    'listConditions',
    { limit: 20, ...(text.trim() ? { text: text.trim() } : {}), ...(level.success ? { triage: level.data } : {}) },
    { keepsFormer: true },
  )
  return (
    <>
      <div className="mb-4 grid gap-3 sm:grid-cols-[1fr_14rem]">
        <TextField label={t('diagnosis.search')} value={text} onChange={setText} maxLength={100} />
        <Select
          label={t('diagnosis.urgency')}
          value={triage}
          onChange={setTriage}
          choices={[
            { id: 'any', label: t('find.any') },
            ...Triage.options.map(id => ({ id, label: t(`diagnosis.level.${id}`) })),
          ]}
        />
      </div>
      <ProblemNotice error={conditions.error} onRetry={conditions.refetch} />
      {!conditions.isPending && conditions.items.length === 0 && (
        <p className="py-6 text-ink-soft">{t('diagnosis.noMatch')}</p>
      )}
      {conditions.items.length > 0 && (
        <Table
          label={t('diagnosis.conditions')}
          rows={conditions.items}
          keyOf={each => each.id}
          more={conditions.more}
          columns={[
            {
              id: 'name',
              title: t('diagnosis.condition'),
              cell: each => (
                <Button
                  tone="ghost"
                  size="sm"
                  className="-ms-3 text-start text-ink!"
                  onPress={() => setOpened(each.id)}
                >
                  {each.label}
                </Button>
              ),
            },
            { id: 'code', title: 'ICD-10', cell: each => <bdi className="tabular">{each.icd10}</bdi> },
            { id: 'triage', title: t('diagnosis.urgency'), cell: each => <TriageTag triage={each.triage} /> },
            { id: 'who', title: t('diagnosis.treatedBy'), cell: each => translateCode('specialty', each.specialty) },
            {
              id: 'findings',
              title: t('diagnosis.findings'),
              isNumeric: true,
              cell: each => number(each.findings, locale),
            },
            {
              id: 'cited',
              title: t('diagnosis.basis.cited'),
              isNumeric: true,
              cell: each => number(each.cited, locale),
            },
          ]}
        />
      )}
      <ConditionDrawer conditionId={opened} onClose={() => setOpened(undefined)} />
    </>
  )
}

function Findings() {
  const { t, locale } = useReader()
  const [text, setText] = useState('')
  const findings = usePages(
    'diagnosis',
    'listFindings',
    { limit: 20, ...(text.trim() ? { text: text.trim() } : {}) },
    { keepsFormer: true },
  )
  return (
    <>
      <TextField className="mb-4" label={t('diagnosis.search')} value={text} onChange={setText} maxLength={100} />
      <ProblemNotice error={findings.error} onRetry={findings.refetch} />
      {!findings.isPending && findings.items.length === 0 && (
        <p className="py-6 text-ink-soft">{t('diagnosis.noMatch')}</p>
      )}
      {findings.items.length > 0 && (
        <Table
          label={t('diagnosis.findings')}
          rows={findings.items}
          keyOf={each => each.id}
          more={findings.more}
          columns={[
            { id: 'name', title: t('diagnosis.finding'), cell: each => each.label },
            {
              id: 'question',
              title: t('diagnosis.question'),
              cell: each => each.question,
              className: 'max-md:text-end',
            },
            { id: 'parent', title: t('diagnosis.detailOf'), cell: each => each.parent?.label ?? '' },
            {
              id: 'share',
              title: t('diagnosis.background'),
              isNumeric: true,
              cell: each => number(each.probability, locale, { style: 'percent', maximumFractionDigits: 1 }),
            },
          ]}
        />
      )}
    </>
  )
}

function RedFlags({ known }: { known: Known }) {
  const { t } = useReader()
  return (
    <ul className="divide-y divide-line rounded-xl border border-line bg-surface px-5">
      {known.redFlags.map(each => (
        <li key={each.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-3">
          <span className="min-w-0 flex-1 basis-64">{each.why}</span>
          <TriageTag triage={each.level} />
          <Tag tone={each.basis === 'cited' ? 'good' : 'plain'}>{t(`diagnosis.basis.${each.basis}`)}</Tag>
        </li>
      ))}
    </ul>
  )
}

function Sources({ known }: { known: Known }) {
  return (
    <ol className="space-y-4">
      {known.sources.map(each => (
        <li key={each.id} dir="ltr" lang="en" className="rounded-xl border border-line bg-surface p-5">
          <p className="font-[580]">{each.title}</p>
          <p className="text-sm text-ink-soft">
            {each.author} · {each.where} · {each.year}
          </p>
          <p className="mt-1.5 text-sm">{each.figures}</p>
        </li>
      ))}
    </ol>
  )
}
