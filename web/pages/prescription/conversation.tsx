import type { Prescription } from '#core/prescription'
import { useReader } from '../../i18n/locale.tsx'
import { Since } from '../appointment/visit-words.tsx'
import { Dose } from './order-words.tsx'

/** Who asked and who answered, and what an answer changed. */
export function Conversation({ prescription }: { prescription: Prescription }) {
  const { t } = useReader()
  return (
    <ol className="space-y-4">
      {prescription.exchanges.map(each => (
        <li key={each.id}>
          <p className="text-sm text-ink-faint">
            <strong className="font-[600] text-ink">{t(`rx.exchange.${each.kind}`)}</strong> · <Since at={each.at} />
          </p>
          <p>
            <bdi>{each.text}</bdi>
          </p>
          {each.before && (
            <p className="text-sm text-ink-soft">
              {t('rx.before')}: <bdi dir="ltr">{each.before.strength}</bdi>, <Dose order={each.before} />
            </p>
          )}
        </li>
      ))}
    </ol>
  )
}
