import { fhirDate } from '../../fhir/words.ts'
import { useReader } from '../../i18n/locale.tsx'
import type { Sharing as Rule } from './consent.ts'

/** "Dr. Ito does not see my documents." */
export function useSentence(): (rule: Rule) => string {
  const { t, locale, zone } = useReader()
  return ({ act, what, who, until }) => {
    const values = {
      what: t(`dataClass.${what}`),
      who: who?.name ?? t('sharing.everybody'),
      until: until ? fhirDate(until, { locale, zone }) : '',
    }
    if (act === 'deny') return who ? t('sharing.denyOne', values) : t('sharing.denyAll', values)
    if (act === 'permit') return t('sharing.permit', values)
    return until ? t('sharing.researchUntil', values) : t('sharing.research', values)
  }
}
