// An accepted suggestion as FHIR: the Condition, and the interview that is its evidence.
import type { Details } from '#contract/diagnosis'
import type { Resource } from '../index-values.ts'

const terminology = 'http://terminology.hl7.org/CodeSystem'
const valueOf = {
  yes: { valueBoolean: true },
  no: { valueBoolean: false },
  unknown: { valueString: 'not known' },
} as const

/** Provisional: a clinician agreed with a suggestion, and nothing has confirmed it yet. */
export function conditionOf(details: Details): Resource {
  const { suggestionId, interviewId, patientId, clinicianId, condition, evidence, decidedAt, reason } = details
  const concept = (system: string, code: string) => [{ coding: [{ system: `${terminology}/${system}`, code }] }]
  return {
    resourceType: 'Condition',
    id: suggestionId,
    clinicalStatus: concept('condition-clinical', 'active')[0],
    verificationStatus: concept('condition-ver-status', 'provisional')[0],
    category: concept('condition-category', 'encounter-diagnosis'),
    code: {
      coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: condition.icd10 }],
      text: condition.label,
    },
    subject: { reference: `Patient/${patientId}` },
    recordedDate: decidedAt,
    recorder: { reference: `Practitioner/${clinicianId}` },
    evidence: [
      {
        ...(evidence.length > 0
          ? { code: evidence.map(each => ({ text: each.isPresent ? each.label : `No: ${each.label}` })) }
          : {}),
        detail: [{ reference: `QuestionnaireResponse/${interviewId}` }],
      },
    ],
    note: [{ text: reason, time: decidedAt }],
  }
}

export function answersOf(details: Details): Resource {
  const { interviewId, patientId, clinicianId, startedBy, finishedAt, answers, knowledgeVersion } = details
  const author = startedBy === 'patient' ? `Patient/${patientId}` : `Practitioner/${clinicianId}`
  return {
    resourceType: 'QuestionnaireResponse',
    id: interviewId,
    questionnaire: `urn:medley:diagnosis:${knowledgeVersion}`,
    status: 'completed',
    subject: { reference: `Patient/${patientId}` },
    authored: finishedAt,
    author: { reference: author },
    item: answers.map(({ id, question, value }) => ({ linkId: id, text: question, answer: [valueOf[value]] })),
  }
}
