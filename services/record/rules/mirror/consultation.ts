// An ended visit as FHIR resources: the Encounter, its signed note as a Composition, and a Condition per diagnosis.
import type { Aftercare, Note, Visit } from '#contract/consultation'
import type { Resource } from '../index-values.ts'

export type EndedVisit = { visit: Visit; aftercare: Aftercare; note?: Note | undefined }

/** Composition and conditions have ids that follow from the visit's, so that a second telling finds what the first one made. */
export type MirrorIds = { composition: string; conditionOf: (index: number) => string }

const clinicalStatus = 'http://terminology.hl7.org/CodeSystem/condition-clinical'
const verification = 'http://terminology.hl7.org/CodeSystem/condition-ver-status'
const category = 'http://terminology.hl7.org/CodeSystem/condition-category'
const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const loinc = 'http://loinc.org'

const concept = (system: string, code: string) => ({ coding: [{ system, code }] })

export function encounterOf({ visit, aftercare }: EndedVisit, patientId: string, ids: MirrorIds): Resource {
  return {
    resourceType: 'Encounter',
    id: visit.id,
    status: 'finished',
    class: { system: actCode, code: visit.mode === 'clinic' && visit.kind === 'booked' ? 'AMB' : 'VR' },
    subject: { reference: `Patient/${patientId}` },
    participant: [{ individual: { reference: `Practitioner/${visit.clinicianId}`, display: visit.clinicianName } }],
    ...(visit.kind === 'booked' ? { appointment: [{ reference: `Appointment/${visit.id}` }] } : {}),
    period: { start: visit.startsAt < aftercare.endedAt ? visit.startsAt : aftercare.endedAt, end: aftercare.endedAt },
    ...(aftercare.diagnoses.length > 0
      ? {
          diagnosis: aftercare.diagnoses.map((_, index) => ({
            condition: { reference: `Condition/${ids.conditionOf(index)}` },
          })),
        }
      : {}),
  }
}

export function conditionsOf({ visit, aftercare }: EndedVisit, patientId: string, ids: MirrorIds): Resource[] {
  return aftercare.diagnoses.map(({ text, coding, certainty }, index) => ({
    resourceType: 'Condition',
    id: ids.conditionOf(index),
    clinicalStatus: concept(clinicalStatus, 'active'),
    verificationStatus: concept(verification, certainty),
    category: [concept(category, 'encounter-diagnosis')],
    code: { ...(coding ? { coding: [coding] } : {}), text },
    subject: { reference: `Patient/${patientId}` },
    encounter: { reference: `Encounter/${visit.id}` },
    recordedDate: aftercare.endedAt,
    recorder: { reference: `Practitioner/${visit.clinicianId}` },
  }))
}

/** https://loinc.org/11488-4 (Consult note) with the four parts of a SOAP note as its sections. */
export function compositionOf({ visit, note, aftercare }: EndedVisit, patientId: string, ids: MirrorIds): Resource[] {
  if (!note) return []
  const titles = { subjective: '61150-9', objective: '61149-1', assessment: '51848-0', plan: '18776-5' } as const
  const section = (Object.keys(titles) as (keyof typeof titles)[])
    .filter(part => note.sections[part].trim() !== '')
    .map(part => ({
      title: `${part[0]!.toUpperCase()}${part.slice(1)}`,
      code: concept(loinc, titles[part]),
      text: { status: 'generated', div: narrative(note.sections[part]) },
    }))
  return [
    {
      resourceType: 'Composition',
      id: ids.composition,
      status: note.state === 'amended' ? 'amended' : 'final',
      type: concept(loinc, '11488-4'),
      subject: { reference: `Patient/${patientId}` },
      encounter: { reference: `Encounter/${visit.id}` },
      date: note.savedAt ?? aftercare.endedAt,
      author: [{ reference: `Practitioner/${visit.clinicianId}`, display: visit.clinicianName }],
      title: 'Visit note',
      section,
    },
  ]
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const narrative = (text: string) =>
  `<div xmlns="http://www.w3.org/1999/xhtml">${text
    .split('\n')
    .map(line => `<p>${escaped(line) || '&#160;'}</p>`)
    .join('')}</div>`
