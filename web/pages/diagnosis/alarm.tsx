import type { Interview, Triage } from '#contract/diagnosis'
import { useReader } from '../../i18n/locale.tsx'
import { buttonClass } from '../../ui/button.tsx'
import { cx } from '../../ui/classes.ts'
import { Icon } from '../../ui/icon.tsx'

interface AlarmProps {
  level: Triage
  reasons: readonly string[]
  number: string
  /** True where it has just come up, false where a page shows again what was said before. */
  isNew?: boolean
}

/** The number first, then why. While it is new it interrupts, so that whoever cannot see it hears it at once. */
export function Alarm({ level, reasons, number, isNew = false }: AlarmProps) {
  const { t } = useReader()
  const isEmergency = level === 'emergency'
  return (
    <section
      role={isNew ? 'alert' : 'status'}
      aria-label={t(`diagnosis.level.${level}`)}
      className={cx(
        'enter mb-6 rounded-xl border-2 p-5',
        isEmergency ? 'border-bad bg-bad-soft' : 'border-glow bg-glow-soft',
      )}
    >
      <p className={cx('flex items-center gap-2.5 text-xl font-[640]', isEmergency ? 'text-bad' : 'text-glow')}>
        <Icon name="warning" size={24} />
        {t(isEmergency ? 'diagnosis.alarm.emergency' : 'diagnosis.alarm.urgent')}
      </p>
      {isEmergency && (
        <a
          href={`tel:${number}`}
          className={buttonClass('primary', 'lg', 'my-4 w-full bg-bad! text-surface! sm:w-auto')}
        >
          <Icon name="phone" size={20} />
          {t('diagnosis.alarm.call', { number })}
        </a>
      )}
      <ul className="mt-1 space-y-1.5">
        {reasons.map(each => (
          <li key={each} className="text-ink">
            {each}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Small and always there, so that nobody looks for the number when it counts. */
export function EmergencyNumber({ interview }: { interview: Interview }) {
  const { t } = useReader()
  return (
    <a href={`tel:${interview.emergencyNumber}`} className={buttonClass('ghost', 'sm')}>
      <Icon name="phone" size={16} />
      {t('diagnosis.emergencyNumber', { number: interview.emergencyNumber })}
    </a>
  )
}
