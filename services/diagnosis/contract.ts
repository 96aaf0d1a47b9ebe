import { z } from 'zod'
import { Specialty } from '#contract/directory'
import { LogicalId } from '#contract/record'
import { defineContract } from '#core/contract'
import { Id } from '#core/id'
import { PageInput, pageOf } from '#core/page'
import { Instant } from '#core/time'

/** The name of a condition or finding in the knowledge base. */
export const Code = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)

export const Triage = z.enum(['emergency', 'urgent', 'routine', 'selfCare'])
export type Triage = z.output<typeof Triage>

export const Value = z.enum(['yes', 'no', 'unknown'])
export type Value = z.output<typeof Value>

/** A public source that is named, or the authors' own guess. */
const Basis = z.enum(['cited', 'estimate'])

/** Words are in the language of the call. */
const Named = z.strictObject({ id: Code, label: z.string() })

export const Evidence = z.strictObject({ ...Named.shape, isPresent: z.boolean(), isStrong: z.boolean() })
export type Evidence = z.output<typeof Evidence>

/** Why a question is asked: because of a danger it shows or rules out, or because it tells conditions apart. */
export const Why = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('safety'), flags: z.array(z.string()), conditions: z.array(Named) }),
  z.strictObject({ kind: z.literal('tellsApart'), for: z.array(Named), against: z.array(Named) }),
])
export type Why = z.output<typeof Why>

export const Profile = z.strictObject({
  age: z.int().min(0).max(120),
  /** As medicine needs to know it: it decides which conditions there can be. */
  sex: z.enum(['female', 'male']),
  isPregnant: Value.optional(),
})
export type Profile = z.output<typeof Profile>

export const Decision = z.strictObject({
  decision: z.enum(['accepted', 'dismissed']),
  reason: z.string(),
  decidedAt: Instant,
})
export type Decision = z.output<typeof Decision>

/** A condition that fits. It stays a suggestion until a clinician accepts it. */
export const Suggestion = z.strictObject({
  id: Id,
  condition: z.strictObject({ ...Named.shape, icd10: z.string(), triage: Triage, specialty: Specialty }),
  probability: z.number().min(0).max(1),
  for: z.array(Evidence),
  against: z.array(Evidence),
  decision: Decision.optional(),
})
export type Suggestion = z.output<typeof Suggestion>

export const Result = z.strictObject({
  triage: Triage,
  /** Why it is urgent, in sentences. */
  flags: z.array(z.string()),
  /** The likeliest first. */
  suggestions: z.array(Suggestion),
  /** The probability that it is nothing the knowledge base knows. */
  noneOfThese: z.number().min(0).max(1),
  /** Who treats what is likeliest. */
  specialty: Specialty,
})
export type Result = z.output<typeof Result>

export const Interview = z.strictObject({
  id: Id,
  patientId: LogicalId,
  startedBy: z.enum(['patient', 'clinician']),
  state: z.enum(['open', 'finished']),
  profile: Profile,
  /** In the person's own words. */
  complaint: z.string().optional(),
  answers: z.array(
    z.strictObject({
      ...Named.shape,
      question: z.string(),
      value: Value,
      /** What the person came with. */
      isComplaint: z.boolean(),
      isCorrected: z.boolean(),
    }),
  ),
  asked: z.int(),
  askedMax: z.int(),
  /** Absent when there is nothing more to ask. */
  question: z.strictObject({ ...Named.shape, text: z.string(), why: Why }).optional(),
  /** Red flags that stand now, with the number to call where the person is. */
  alarm: z.strictObject({ level: Triage, reasons: z.array(z.string()) }).optional(),
  emergencyNumber: z.string(),
  result: Result.optional(),
  /** The clinician who may read it, besides the person. */
  clinicianId: Id.optional(),
  bookingId: Id.optional(),
  /** Names the knowledge base it was made with. */
  knowledgeVersion: z.string(),
  createdAt: Instant,
  finishedAt: Instant.optional(),
})
export type Interview = z.output<typeof Interview>

export const InterviewSummary = z.strictObject({
  id: Id,
  patientId: LogicalId,
  startedBy: Interview.shape.startedBy,
  state: Interview.shape.state,
  createdAt: Instant,
  finishedAt: Instant.optional(),
  /** What the person came with, in the reader's language. */
  complaints: z.array(z.string()),
  triage: Triage.optional(),
})
export type InterviewSummary = z.output<typeof InterviewSummary>

const KnownFinding = z.strictObject({
  ...Named.shape,
  kind: z.enum(['symptom', 'history', 'circumstance', 'pregnancy']),
  question: z.string(),
  /** What it is a detail of. */
  parent: Named.optional(),
  probability: z.number(),
  basis: Basis,
})

const SourceView = z.strictObject({
  id: Code,
  author: z.string(),
  title: z.string(),
  year: z.int(),
  where: z.string(),
  figures: z.string(),
})

const ConditionSummary = z.strictObject({
  ...Named.shape,
  icd10: z.string(),
  triage: Triage,
  specialty: Specialty,
  findings: z.int(),
  cited: z.int(),
})

/** What the record keeps of an accepted suggestion; in English, as records are coded. */
const Details = z.strictObject({
  suggestionId: Id,
  interviewId: Id,
  patientId: LogicalId,
  personId: Id.optional(),
  clinicianId: Id,
  condition: z.strictObject({ icd10: z.string(), label: z.string() }),
  evidence: z.array(z.strictObject({ ...Named.shape, isPresent: z.boolean() })),
  answers: z.array(z.strictObject({ ...Named.shape, question: z.string(), value: Value })),
  knowledgeVersion: z.string(),
  startedBy: Interview.shape.startedBy,
  finishedAt: Instant,
  decidedAt: Instant,
  reason: z.string(),
})
export type Details = z.output<typeof Details>

const interviewIn = z.strictObject({ interviewId: Id })
const answerIn = z.strictObject({ interviewId: Id, finding: Code, value: Value })
const Decided = z.strictObject({ suggestionId: Id, interviewId: Id, patientId: LogicalId, clinicianId: Id })

export const diagnosis = defineContract({
  name: 'diagnosis',
  operations: {
    match: {
      method: 'POST',
      path: '/matches',
      summary: 'The findings that a complaint in one’s own words names',
      input: z.strictObject({ text: z.string().trim().min(1).max(1_000) }),
      output: z.strictObject({ findings: z.array(Named) }),
      allow: ['patient', 'clinician'],
      audit: 'never',
    },
    start: {
      method: 'POST',
      path: '/interviews',
      summary: 'Begin an interview about oneself, or as a clinician about a patient in one’s care',
      status: 201,
      input: z.strictObject({
        /** Said by clinicians; a patient asks for themselves. */
        patientId: LogicalId.optional(),
        profile: Profile,
        complaint: z.string().trim().max(1_000).optional(),
        findings: z.array(Code).min(1).max(10),
      }),
      output: Interview,
      allow: ['patient', 'clinician'],
      faults: ['patientNotFound', 'findingUnknown', 'notForPerson', 'contradicting', 'tooMany'],
    },
    answer: {
      method: 'POST',
      path: '/interviews/{interviewId}/answers',
      summary: 'Answer the question, or say something else unasked',
      input: answerIn,
      output: Interview,
      allow: ['patient', 'clinician'],
      faults: ['interviewNotFound', 'finished', 'findingUnknown', 'notForPerson', 'alreadyAnswered', 'contradicting'],
    },
    correct: {
      method: 'POST',
      path: '/interviews/{interviewId}/corrections',
      summary: 'Change an answer; details of what is not there any more go with it',
      input: answerIn,
      output: Interview,
      allow: ['patient', 'clinician'],
      faults: ['interviewNotFound', 'finished', 'findingUnknown', 'notForPerson', 'notAnswered', 'contradicting'],
    },
    finish: {
      method: 'POST',
      path: '/interviews/{interviewId}/finish',
      summary: 'End the interview and keep its result as it is now',
      input: interviewIn,
      output: Interview,
      allow: ['patient', 'clinician'],
      faults: ['interviewNotFound', 'finished'],
    },
    interview: {
      method: 'GET',
      path: '/interviews/{interviewId}',
      summary: 'An interview as far as it has come, with the next question and why it is asked, or its result',
      input: interviewIn,
      output: Interview,
      allow: ['patient', 'clinician'],
      faults: ['interviewNotFound'],
    },
    listInterviews: {
      method: 'GET',
      path: '/interviews',
      summary: 'My interviews, or as a clinician those of a patient that I made or was shown; newest first',
      input: z.strictObject({ ...PageInput, patientId: LogicalId.optional() }),
      output: pageOf(InterviewSummary),
      allow: ['patient', 'clinician'],
    },
    share: {
      method: 'POST',
      path: '/interviews/{interviewId}/share',
      summary:
        'Show a finished interview to the clinician of a booked visit; another visit takes the place of the first',
      input: z.strictObject({ interviewId: Id, bookingId: Id }),
      output: Interview,
      allow: ['patient'],
      faults: ['interviewNotFound', 'notFinished', 'bookingNotFound'],
    },
    decide: {
      method: 'POST',
      path: '/suggestions/{suggestionId}/decision',
      summary: 'Accept a suggestion as a diagnosis, or dismiss it, with the reason; nothing is accepted by itself',
      input: z.strictObject({
        suggestionId: Id,
        decision: z.enum(['accepted', 'dismissed']),
        reason: z.string().trim().min(3).max(1_000),
      }),
      output: Interview,
      allow: ['clinician'],
      faults: ['suggestionNotFound', 'alreadyDecided', 'patientNotFound'],
    },
    details: {
      method: 'POST',
      path: '/internal/details',
      summary: 'An accepted suggestion with its evidence, for the services that act on it',
      input: z.strictObject({ suggestionId: Id }),
      output: Details,
      allow: ['service'],
      faults: ['suggestionNotFound'],
      audit: 'never',
    },
    listConditions: {
      method: 'GET',
      path: '/conditions',
      summary: 'The conditions of the knowledge base by name',
      input: z.strictObject({ ...PageInput, text: z.string().trim().max(100).optional(), triage: Triage.optional() }),
      output: pageOf(ConditionSummary),
      allow: ['anyone'],
      audit: 'never',
    },
    condition: {
      method: 'GET',
      path: '/conditions/{conditionId}',
      summary: 'A condition with every number it is found by, and where the number comes from',
      input: z.strictObject({ conditionId: Code }),
      output: z.strictObject({
        ...ConditionSummary.shape,
        frequency: z.strictObject({
          perHundredThousand: z.number(),
          basis: Basis,
          byAge: z.array(z.strictObject({ fromAge: z.int(), female: z.number(), male: z.number() })),
        }),
        likelihoods: z.array(
          z.strictObject({
            ...Named.shape,
            probability: z.number(),
            background: z.number(),
            basis: Basis,
            source: Code.optional(),
          }),
        ),
        sources: z.array(SourceView),
      }),
      allow: ['anyone'],
      faults: ['conditionNotFound'],
      audit: 'never',
    },
    listFindings: {
      method: 'GET',
      path: '/findings',
      summary: 'The findings of the knowledge base by name, with the question that asks for each',
      input: z.strictObject({ ...PageInput, text: z.string().trim().max(100).optional() }),
      output: pageOf(KnownFinding),
      allow: ['anyone'],
      audit: 'never',
    },
    knowledge: {
      method: 'GET',
      path: '/knowledge',
      summary: 'How large the knowledge base is, how much of it is cited, its red flags and sources',
      input: z.strictObject({}),
      output: z.strictObject({
        version: z.string(),
        conditions: z.int(),
        findings: z.int(),
        numbers: z.int(),
        cited: z.int(),
        redFlags: z.array(z.strictObject({ id: Code, level: Triage, why: z.string(), basis: Basis })),
        sources: z.array(SourceView),
      }),
      allow: ['anyone'],
      audit: 'never',
    },
  },
  events: {
    finished: z.strictObject({ interviewId: Id, patientId: LogicalId, finishedAt: Instant }),
    shared: z.strictObject({ interviewId: Id, patientId: LogicalId, clinicianId: Id, bookingId: Id }),
    accepted: Decided,
    dismissed: Decided,
  },
  faults: {
    patientNotFound: {
      kind: 'not_found',
      message: 'There is no such patient within your care. Open their record first, or ask them to book a visit.',
    },
    interviewNotFound: { kind: 'not_found', message: 'There is no such interview that you may see or answer.' },
    suggestionNotFound: { kind: 'not_found', message: 'There is no such suggestion that you may decide on.' },
    conditionNotFound: { kind: 'not_found', message: 'The knowledge base has no such condition. Search it by name.' },
    bookingNotFound: {
      kind: 'not_found',
      message: 'You have no such visit ahead. Choose one of your booked visits to share this with its clinician.',
    },
    findingUnknown: {
      kind: 'unprocessable',
      message:
        'The knowledge base has no finding of that name; `details.finding` says which. Choose one from the list.',
    },
    notForPerson: {
      kind: 'unprocessable',
      message: 'Somebody of this age and sex cannot have this finding. Correct the age or sex, or leave it out.',
    },
    contradicting: {
      kind: 'unprocessable',
      message:
        'This cannot be true together with an earlier answer, named in `details.with`. Correct that answer first.',
    },
    alreadyAnswered: { kind: 'conflict', message: 'This was answered before. Correct the answer to change it.' },
    notAnswered: {
      kind: 'unprocessable',
      message: 'This was not answered yet, so there is nothing to correct. Answer it.',
    },
    finished: { kind: 'conflict', message: 'The interview is finished and stays as it is. Begin a new one.' },
    notFinished: { kind: 'conflict', message: 'The interview is still open. Finish it first.' },
    alreadyDecided: { kind: 'conflict', message: 'Somebody has decided on this suggestion already. Read it again.' },
    tooMany: {
      kind: 'too_many',
      message:
        'You began as many interviews as anybody needs in a day. Go on with one of them, or wait until tomorrow.',
    },
  },
})
