// An interview as its reader sees it: in their language, with the next question or the result.
import type { Specialty } from '#contract/directory'
import type { Call } from '#core/call'
import type { Decision, Interview, InterviewSummary, Result, Suggestion, Why } from '../contract.ts'
import { emergencyNumber } from '../rules/emergency-number.ts'
import { nextQuestion, questionsMax, type Why as Reason } from '../rules/interview.ts'
import { findingOf, type Words } from '../rules/knowledge.ts'
import { standingFlags } from '../rules/triage.ts'
import type { SuggestionRow } from '../store.ts'
import {
  answersOf,
  type Content,
  type Deps,
  inWords,
  type KeptEvidence,
  type Known,
  named,
  type Opened,
  personOf,
  reasonContext,
} from './deps.ts'

type Labelled = { readonly id: string; readonly label: Words }
const nameOf = (call: Call) => (each: Labelled) => ({ id: each.id, label: inWords(each.label, call) })

/** Everything about an interview but what was decided on its suggestions. */
export function viewOf(
  known: Known,
  { row, content }: Opened,
  call: Call,
  decisions: Decisions = new Map(),
): Interview {
  const { model } = known
  const answers = answersOf(content)
  const person = personOf(content)
  const corrected = new Set(content.corrections.map(each => each.finding))
  const flags = row.state === 'open' ? standingFlags(model, person, answers) : []
  const question = row.state === 'open' ? nextQuestion(model, person, answers, content.asked) : undefined
  const level = flags[0]?.level
  return {
    id: row.id,
    patientId: row.patient_id,
    startedBy: row.started_by,
    state: row.state,
    profile: content.profile,
    ...(content.complaint ? { complaint: content.complaint } : {}),
    answers: content.answers.map(([id, value]) => {
      const finding = named(findingOf(model, id), id)
      return {
        ...nameOf(call)(finding),
        question: inWords(finding.question, call),
        value,
        isComplaint: content.complaints.includes(id),
        isCorrected: corrected.has(id),
      }
    }),
    asked: content.asked,
    askedMax: questionsMax,
    ...(question
      ? {
          question: {
            ...nameOf(call)(question.finding),
            text: inWords(question.finding.question, call),
            why: whyOf(question.why, call),
          },
        }
      : {}),
    ...(level ? { alarm: { level, reasons: flags.map(each => inWords(each.why, call)) } } : {}),
    emergencyNumber: emergencyNumber(content.jurisdiction),
    ...(content.result ? { result: resultOf(known, content, call, decisions) } : {}),
    ...(row.clinician_id ? { clinicianId: row.clinician_id } : {}),
    ...(row.booking_id ? { bookingId: row.booking_id } : {}),
    knowledgeVersion: content.knowledgeVersion,
    createdAt: row.created_at.toISOString(),
    ...(row.finished_at ? { finishedAt: row.finished_at.toISOString() } : {}),
  }
}

function whyOf(why: Reason, call: Call): Why {
  const names = (all: readonly Labelled[]) => all.map(nameOf(call))
  return why.kind === 'safety'
    ? { kind: 'safety', flags: why.flags.map(each => inWords(each.why, call)), conditions: names(why.conditions) }
    : { kind: 'tellsApart', for: names(why.for), against: names(why.against) }
}

function resultOf({ model }: Known, content: Content, call: Call, decisions: Decisions): Result {
  const { triage, flags, suggestions, noneOfThese } = content.result!
  const { redFlags } = model.knowledge
  const evidence = ({ finding, ...rest }: KeptEvidence) => ({
    ...nameOf(call)(named(findingOf(model, finding), finding)),
    ...rest,
  })
  const views = suggestions.map((each): Suggestion => {
    const condition = conditionOf(model, each.condition)
    const decision = decisions.get(each.id)
    const { icd10, triage, specialty } = condition
    return {
      id: each.id,
      condition: { ...nameOf(call)(condition), icd10, triage, specialty: specialty as Specialty },
      probability: each.probability,
      for: each.for.map(evidence),
      against: each.against.map(evidence),
      ...(decision ? { decision } : {}),
    }
  })
  return {
    triage,
    flags: flags.map(id =>
      inWords(
        named(
          redFlags.find(each => each.id === id),
          id,
        ).why,
        call,
      ),
    ),
    suggestions: views,
    noneOfThese,
    specialty: specialtyOf(views),
  }
}

export const conditionOf = ({ knowledge, conditionAt }: Known['model'], id: string) =>
  named(knowledge.conditions[conditionAt.get(id) ?? -1], id)

/** Who treats most of what is likely; who treats everything, where nothing stands out. */
function specialtyOf(suggestions: readonly Suggestion[]): Specialty {
  const weights = new Map<Specialty, number>()
  for (const { condition, probability } of suggestions)
    weights.set(condition.specialty, (weights.get(condition.specialty) ?? 0) + probability)
  const [best] = [...weights].toSorted(([, a], [, b]) => b - a)
  return best && best[1] >= 0.4 ? best[0] : 'general-practice'
}

export type Decisions = ReadonlyMap<string, Decision>

/** What was decided, with the reasons open. Never inside a transaction. */
export async function decisionsOf(
  { kit }: Deps,
  subjectId: string,
  rows: readonly SuggestionRow[],
): Promise<Decisions> {
  const found = await Promise.all(
    rows.map(async (row): Promise<[string, Decision][]> => {
      if (!row.decision || !row.decided_at || !row.reason_sealed) return []
      const reason = await kit.keys.openTextFor(subjectId, row.reason_sealed, reasonContext(row.id))
      return [[row.id, { decision: row.decision, reason: reason ?? '', decidedAt: row.decided_at.toISOString() }]]
    }),
  )
  return new Map(found.flat())
}

export function summaryOf({ model }: Known, { row, content }: Opened, call: Call): InterviewSummary {
  return {
    id: row.id,
    patientId: row.patient_id,
    startedBy: row.started_by,
    state: row.state,
    createdAt: row.created_at.toISOString(),
    ...(row.finished_at ? { finishedAt: row.finished_at.toISOString() } : {}),
    complaints: content.complaints.map(id => inWords(named(findingOf(model, id), id).label, call)),
    ...(content.result ? { triage: content.result.triage } : {}),
  }
}
