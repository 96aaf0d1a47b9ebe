// What interviews and conditions are called wherever they show: urgency, likelihood, evidence, and that nothing here decides.
import type { Evidence, Suggestion, Triage } from '#contract/diagnosis'
import { useReader, type MessageId } from '../../i18n/locale.tsx'
import { cx } from '../../ui/classes.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { Tag, type TagTone } from '../../ui/tag.tsx'

const tones: Record<Triage, TagTone> = { emergency: 'bad', urgent: 'glow', routine: 'info', selfCare: 'good' }
const icons: Record<Triage, IconName> = { emergency: 'warning', urgent: 'clock', routine: 'calendar', selfCare: 'home' }

export const triageIcon = (triage: Triage): IconName => icons[triage]

export function TriageTag({ triage }: { triage: Triage }) {
  const { t } = useReader()
  return (
    <Tag tone={tones[triage]} icon={icons[triage]}>
      {t(`diagnosis.level.${triage}`)}
    </Tag>
  )
}

/** A number would claim more than an estimate can hold, so people are told in words. */
export function likelihoodWord(probability: number): MessageId {
  if (probability >= 0.6) return 'diagnosis.fit.veryWell'
  if (probability >= 0.25) return 'diagnosis.fit.well'
  return probability >= 0.08 ? 'diagnosis.fit.possible' : 'diagnosis.fit.less'
}

export function Assists({ className }: { className?: string }) {
  const { t } = useReader()
  return (
    <p className={cx('flex items-start gap-2 text-sm text-ink-soft', className)}>
      <Icon name="info" size={17} className="mt-0.5" />
      <span>{t('diagnosis.assists')}</span>
    </p>
  )
}

/** What speaks for a condition and what against it; the sign says which, the weight says how much. */
export function EvidenceLists({ suggestion, max = 6 }: { suggestion: Suggestion; max?: number }) {
  const { t } = useReader()
  const sides = [
    ['for', suggestion.for.slice(0, max)],
    ['against', suggestion.against.slice(0, max)],
  ] as const
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {sides.map(([side, all]) => (
        <div key={side}>
          <p className="mb-1.5 text-sm font-[600]">{t(`diagnosis.speaks.${side}`)}</p>
          {all.length === 0 && <p className="text-sm text-ink-faint">{t('diagnosis.speaks.nothing')}</p>}
          <ul className="space-y-1">
            {all.map(each => (
              <EvidenceLine key={each.id} evidence={each} isFor={side === 'for'} />
            ))}
          </ul>
        </div>
      ))}
    </div>
  )
}

function EvidenceLine({ evidence, isFor }: { evidence: Evidence; isFor: boolean }) {
  const { t } = useReader()
  return (
    <li className={cx('flex items-start gap-2 text-sm', evidence.isStrong ? 'font-[580]' : 'text-ink-soft')}>
      <Icon name={isFor ? 'plus' : 'minus'} size={16} className={cx('mt-0.5', isFor ? 'text-good' : 'text-bad')} />
      <span>{evidence.isPresent ? evidence.label : t('diagnosis.notThere', { finding: evidence.label })}</span>
    </li>
  )
}
