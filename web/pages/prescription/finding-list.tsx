import type { Finding, Severity } from '#core/medicine'
import type { Override } from '#core/prescription'
import { useRead } from '../../api.ts'
import { type MessageId, type MessageValues, translate, useReader } from '../../i18n/locale.tsx'
import { cx } from '../../ui/classes.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { Tag, type TagTone } from '../../ui/tag.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { capital } from './order-words.tsx'

const looks: Record<Severity, { tone: TagTone; icon: IconName; box: string }> = {
  contraindicated: { tone: 'bad', icon: 'warning', box: 'border-bad bg-bad-soft' },
  major: { tone: 'warn', icon: 'warning', box: 'border-warn bg-warn-soft' },
  moderate: { tone: 'info', icon: 'info', box: 'border-line bg-surface' },
  note: { tone: 'plain', icon: 'question', box: 'border-line bg-surface' },
}

/** The same as the service asks for; it has the last word. */
export const needsReason = ({ severity, kind }: Finding): boolean =>
  kind !== 'law' && (severity === 'contraindicated' || severity === 'major')

interface FindingListProps {
  findings: readonly Finding[]
  reasons?: Record<string, string>
  onReason?: (key: string, reason: string) => void
}

/** The gravest first; those that need a reason have a place for it. */
export function FindingList({ findings, reasons, onReason }: FindingListProps) {
  const { t } = useReader()
  if (findings.length === 0)
    return (
      <p className="flex items-start gap-2 rounded-lg bg-good-soft px-4 py-3 text-good">
        <Icon name="check" size={19} className="mt-0.5" />
        {t('rx.allRead')}
      </p>
    )
  return (
    <ul className="space-y-2">
      {findings.map(each => (
        <li key={each.key} className={cx('rounded-lg border px-4 py-3', looks[each.severity].box)}>
          <FindingLine finding={each} />
          {onReason && needsReason(each) && (
            <TextField
              className="mt-3"
              label={t('rx.reasonFor', { about: capital(each.about) })}
              description={t('rx.reasonHelp')}
              value={reasons?.[each.key] ?? ''}
              onChange={text => onReason(each.key, text)}
              maxLength={500}
              isRequired
            />
          )}
        </li>
      ))}
    </ul>
  )
}

function FindingLine({ finding }: { finding: Finding }) {
  const { t } = useReader()
  const { severity, kind, about, provenance } = finding
  const knowledge = useRead('prescription', 'knowledge', {}, { isEnabled: provenance.source !== undefined })
  const source = knowledge.data?.sources.find(each => each.id === provenance.source)
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Tag tone={looks[severity].tone} icon={looks[severity].icon}>
          {t(`rx.severity.${severity}`)}
        </Tag>
        <span className="font-[600]">
          {t(`rx.finding.${kind}`)}: <bdi>{capital(about)}</bdi>
        </span>
      </p>
      <Said finding={finding} />
      <p className="mt-0.5 text-xs text-ink-soft">
        {provenance.source ? t('rx.cited', { source: source?.title ?? provenance.source }) : t('rx.estimate')}
      </p>
    </>
  )
}

/** In the reader's language, but for what a source says in its own words, and what was found before sentences had names. */
function Said({ finding }: { finding: Finding }) {
  const { t, language } = useReader()
  const { advice, text, mechanism } = finding
  const own =
    text &&
    (text.id === 'interaction'
      ? mechanism && saidOf(`rx.mechanism.${mechanism}`)
      : saidOf(`rx.say.${text.id}`, text.values))
  const isQuoted = text === undefined || text.id === 'interaction' || text.id.startsWith('limit')
  return (
    <>
      {own && <p className="mt-1 text-ink">{own}</p>}
      {(isQuoted || !own) && (
        <p className="mt-0.5 text-ink">
          {language !== 'en' && own && <span className="text-ink-soft">{t('rx.ofSource')}: </span>}
          <span lang="en" dir="ltr">
            {advice}
          </span>
        </p>
      )}
    </>
  )
}

/** Undefined for a sentence that a newer server knows and this page does not. */
function saidOf(key: string, values: MessageValues = {}): string | undefined {
  const said = translate(key as MessageId, values)
  return said === key ? undefined : said
}

export function Overrides({ overrides, findings }: { overrides: readonly Override[]; findings: readonly Finding[] }) {
  const { t } = useReader()
  if (overrides.length === 0) return null
  return (
    <section>
      <h3 className="mb-1 text-sm font-[600] text-ink-soft">{t('rx.overrides')}</h3>
      <ul className="space-y-1">
        {overrides.map(each => (
          <li key={each.key}>
            <strong className="font-[580]">
              {capital(findings.find(one => one.key === each.key)?.about ?? each.key)}:
            </strong>{' '}
            <bdi>{each.reason}</bdi>
          </li>
        ))}
      </ul>
    </section>
  )
}
