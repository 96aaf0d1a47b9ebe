import type { AuditEntry } from '#contract/audit'
import type { ReactNode } from 'react'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { exact, number } from '../../time.ts'
import { Drawer } from '../../ui/dialog.tsx'

/** Everything one entry says: who, what, when, from where, on whose behalf, why, and how it ended. */
export function AuditDetail({ entry, onClose }: { entry: AuditEntry | null; onClose: () => void }) {
  const { t } = useReader()
  return (
    <Drawer title={t('audit.entry')} isOpen={entry !== null} onClose={onClose}>
      {entry && <Rows entry={entry} />}
    </Drawer>
  )
}

function Rows({ entry }: { entry: AuditEntry }) {
  const { t, locale, zone } = useReader()
  const code = (text: string) => <bdi className="font-mono text-sm break-all">{text}</bdi>
  const rows: [string, ReactNode][] = [
    [t('audit.what'), code(entry.action)],
    [t('audit.who'), entry.personName ?? (entry.personId ? code(entry.personId) : t('audit.nobody'))],
    [t('audit.as'), entry.roles.map(role => translateCode('role', role)).join(', ') || '–'],
    [t('audit.via'), entry.via ?? '–'],
    [t('audit.when'), exact(entry.at, { locale, zone })],
    [t('audit.from'), entry.from ? code(entry.from) : '–'],
    [t('audit.outcome'), `${t(`outcome.${entry.outcome}`)}${entry.faultCode ? ` · ${entry.faultCode}` : ''}`],
    [t('audit.why'), entry.reason ?? '–'],
    ...Object.entries(entry.subjects).map(([key, value]) => [key, code(value)] as [string, ReactNode]),
    [t('audit.request'), code(entry.requestId)],
    [t('audit.sequence'), number(entry.sequence, locale)],
    [t('audit.hash'), code(entry.hash)],
  ]
  return (
    <dl className="divide-y divide-line">
      {rows.map(([term, value]) => (
        <div key={term} className="grid grid-cols-[8.5rem_1fr] gap-3 py-2.5">
          <dt className="text-ink-faint">{term}</dt>
          <dd className="min-w-0">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
