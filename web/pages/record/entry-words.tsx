import { conceptCode, type Flag } from '../../fhir/words.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { Tag, type TagTone } from '../../ui/tag.tsx'
import type { Known } from './entries.ts'

const flagTones: Record<Flag, TagTone> = { high: 'warn', low: 'warn', abnormal: 'warn' }

export function FlagTag({ flag }: { flag: Flag | undefined }) {
  const { t } = useReader()
  return flag ? <Tag tone={flagTones[flag]}>{t(`flag.${flag}`)}</Tag> : null
}

/** The state of what has one, as FHIR codes it: an active problem, a stopped medicine, a cancelled visit. */
export function stateOf(resource: Known): string | undefined {
  switch (resource.resourceType) {
    case 'Condition':
      return conceptCode(resource.clinicalStatus)
    case 'AllergyIntolerance':
      return resource.criticality === 'high' ? 'high-risk' : conceptCode(resource.clinicalStatus)
    case 'MedicationRequest':
    case 'Appointment':
      return resource.status
    case 'Observation':
      return resource.status === 'final' ? undefined : resource.status
    case 'DiagnosticReport':
    case 'DocumentReference':
    case 'Encounter':
    case 'Immunization':
    case 'Procedure':
      return undefined
  }
}

const stateTones: Record<string, TagTone> = {
  active: 'good',
  resolved: 'plain',
  inactive: 'plain',
  stopped: 'plain',
  completed: 'plain',
  booked: 'accent',
  arrived: 'accent',
  cancelled: 'plain',
  noshow: 'warn',
  'high-risk': 'bad',
  'entered-in-error': 'bad',
}

export function EntryState({ resource }: { resource: Known }) {
  const state = stateOf(resource)
  return state ? <Tag tone={stateTones[state] ?? 'plain'}>{translateCode('fhirState', state)}</Tag> : null
}
