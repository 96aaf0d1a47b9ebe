// The course of an interview: begun, answered, corrected, finished, read and shared.
import { appointment } from '#contract/appointment'
import { record } from '#contract/record'
import { asking, type Call } from '#core/call'
import type { Handlers } from '#core/contract'
import { unlessGone } from '#core/fault'
import { newId } from '#core/id'
import { fromCursor, toPage } from '#core/page'
import { dayMs, instantOf } from '#core/time'
import { diagnosis, type Interview, type Value } from '../contract.ts'
import { interviewsPerDay, mayAnswer, maySee } from '../rules/access.ts'
import { differentialOf } from '../rules/explain.ts'
import { posteriorOf } from '../rules/inference.ts'
import { answered, answerProblem, nextQuestion } from '../rules/interview.ts'
import { matchesIn } from '../rules/match.ts'
import { triageOf } from '../rules/triage.ts'
import type { InterviewRow } from '../store.ts'
import {
  answersOf,
  change,
  type Content,
  type Deps,
  faults,
  inWords,
  open,
  type Opened,
  personOf,
  seal,
} from './deps.ts'
import { decisionsOf, summaryOf, viewOf } from './views.ts'

type Some<Keys extends keyof Handlers<typeof diagnosis>> = Pick<Handlers<typeof diagnosis>, Keys>
type StartInput = Parameters<Handlers<typeof diagnosis>['start']>[0]

export const sidesOf = (row: InterviewRow) => ({
  personId: row.person_id,
  clinicianId: row.clinician_id,
  startedBy: row.started_by,
})

/** The record decides who is in whose care, consents included; what it does not show is not there for us either. */
export async function assertInCare({ kit }: Deps, patientId: string, call: Call): Promise<void> {
  const path = `Patient/${patientId}`
  if (!(await unlessGone(kit.call(record).interact({ method: 'GET', path }, asking(call)))))
    throw faults.patientNotFound()
}

/** The interview, when the caller may see it. */
export async function seen(deps: Deps, interviewId: string, call: Call): Promise<Opened> {
  const row = await deps.kit.database.read(call, () => deps.store.interview(interviewId))
  if (!row || !maySee(call.caller, sidesOf(row))) throw faults.interviewNotFound()
  deps.kit.concerning({ patientIds: [row.patient_id] })
  return open(deps, row)
}

async function answerable(deps: Deps, interviewId: string, call: Call): Promise<Opened> {
  const opened = await seen(deps, interviewId, call)
  if (!mayAnswer(call.caller, sidesOf(opened.row))) throw faults.interviewNotFound()
  if (opened.row.state === 'finished') throw faults.finished()
  return opened
}

export function startHandlers(deps: Deps): Some<'match' | 'start'> {
  const { kit, store, known } = deps
  return {
    async match({ text }, call) {
      const findings = matchesIn(known().model, text)
      return { findings: findings.map(({ id, label }) => ({ id, label: inWords(label, call) })) }
    },

    async start(input, call) {
      const content = begun(deps, input, call)
      const nowMs = kit.clock.nowMs()
      const id = newId(nowMs)
      const subject = await subjectOf(deps, input.patientId, id, call)
      kit.concerning({ patientIds: [subject.patient_id] })
      const sealed = await seal(deps, { id, subject_id: subject.subject_id }, content)
      const row: InterviewRow = {
        id,
        ...subject,
        booking_id: null,
        state: 'open',
        content_sealed: Buffer.from(sealed),
        revision: 0,
        created_at: new Date(nowMs),
        finished_at: null,
      }
      return kit.database.save(call, async () => {
        const count = await store.countSince(row.person_id, row.clinician_id, new Date(nowMs - dayMs))
        if (count >= interviewsPerDay[row.started_by]) throw faults.tooMany()
        store.add(row)
        return viewOf(known(), { row, content }, call)
      })
    },
  }
}

/** Whom it is about: a patient in the clinician's care, or the caller. */
async function subjectOf({ kit, ...rest }: Deps, patientId: string | undefined, id: string, call: Call) {
  const { personId, clinicianId, roles } = call.caller
  if (patientId === undefined) {
    if (personId === undefined || !roles.includes('patient')) throw faults.patientNotFound()
    const { patientIds } = await kit.call(record).patientsOf({ personId }, asking(call))
    const own = { patient_id: patientIds[0] ?? personId, person_id: personId, subject_id: personId }
    return { ...own, started_by: 'patient' as const, clinician_id: null }
  }
  if (clinicianId === undefined) throw faults.patientNotFound()
  await assertInCare({ kit, ...rest }, patientId, call)
  const patient = { patient_id: patientId, person_id: null, subject_id: id }
  return { ...patient, started_by: 'clinician' as const, clinician_id: clinicianId }
}

/** What the person came with, checked like every other answer. */
function begun({ known }: Deps, { profile, complaint, findings }: StartInput, call: Call): Content {
  const { model, version } = known()
  const complaints = [...new Set(findings)]
  const person = { age: profile.age, sex: profile.sex, complaints }
  let answers = new Map<string, Value>()
  const take = (finding: string, value: Value) => {
    const isSaid = answers.get(finding) === value
    const problem = isSaid ? undefined : answerProblem(model, person, answers, finding, value, false)
    if (problem) throw faults[problem.kind]({ finding, ...('with' in problem ? { with: problem.with } : {}) })
    answers = answered(model, answers, finding, value)
  }
  if (profile.isPregnant !== undefined && profile.isPregnant !== 'unknown') take('pregnant', profile.isPregnant)
  for (const finding of complaints) take(finding, 'yes')
  const { jurisdiction } = call.caller
  return {
    profile,
    ...(complaint ? { complaint } : {}),
    complaints,
    answers: [...answers],
    asked: 0,
    corrections: [],
    ...(jurisdiction ? { jurisdiction } : {}),
    knowledgeVersion: version,
  }
}

export function answerHandlers(deps: Deps): Some<'answer' | 'correct' | 'finish'> {
  const { kit, store, known } = deps

  async function say(interviewId: string, finding: string, value: Value, isCorrection: boolean, call: Call) {
    const { row, content } = await answerable(deps, interviewId, call)
    const { model } = known()
    const answers = answersOf(content)
    const person = personOf(content)
    const problem = answerProblem(model, person, answers, finding, value, isCorrection)
    if (problem) throw faults[problem.kind]({ finding, ...('with' in problem ? { with: problem.with } : {}) })
    const wasAsked = nextQuestion(model, person, answers, content.asked)?.finding.id === finding
    const corrections = isCorrection
      ? [...content.corrections, { finding, from: answers.get(finding)!, at: instantOf(kit.clock.nowMs()) }]
      : content.corrections
    const next: Content = {
      ...content,
      ...(finding === 'pregnant' ? { profile: { ...content.profile, isPregnant: value } } : {}),
      answers: [...answered(model, answers, finding, value)],
      // What is not there any more was not what the person came with.
      complaints: value === 'yes' ? content.complaints : content.complaints.filter(each => each !== finding),
      asked: content.asked + Number(wasAsked),
      corrections,
    }
    return written(row, next, call)
  }

  async function written(row: InterviewRow, content: Content, call: Call): Promise<Interview> {
    const changed = { ...row, content_sealed: Buffer.from(await seal(deps, row, content)) }
    return kit.database.save(call, async () => {
      await change(deps, changed)
      return viewOf(known(), { row: changed, content }, call)
    })
  }

  return {
    answer: ({ interviewId, finding, value }, call) => say(interviewId, finding, value, false, call),
    correct: ({ interviewId, finding, value }, call) => say(interviewId, finding, value, true, call),

    async finish({ interviewId }, call) {
      const { row, content } = await answerable(deps, interviewId, call)
      const nowMs = kit.clock.nowMs()
      const done: Content = { ...content, result: resultOf(deps, content, nowMs) }
      const finished: InterviewRow = {
        ...row,
        state: 'finished',
        finished_at: new Date(nowMs),
        content_sealed: Buffer.from(await seal(deps, row, done)),
      }
      return kit.database.save(call, async () => {
        await change(deps, finished)
        store.suggest(
          finished,
          done.result!.suggestions.map(each => each.id),
        )
        kit.announce(diagnosis, 'finished', {
          interviewId,
          patientId: row.patient_id,
          finishedAt: instantOf(nowMs),
        })
        return viewOf(known(), { row: finished, content: done }, call)
      })
    },
  }
}

function resultOf({ known }: Deps, content: Content, nowMs: number): NonNullable<Content['result']> {
  const { model } = known()
  const answers = answersOf(content)
  const person = personOf(content)
  const posterior = posteriorOf(model, person, answers)
  const { level, flags } = triageOf(model, person, answers, posterior)
  const kept = (all: ReturnType<typeof differentialOf>[number]['for']) =>
    all.map(({ finding, isPresent, isStrong }) => ({ finding: finding.id, isPresent, isStrong }))
  return {
    triage: level,
    flags: flags.map(each => each.id),
    suggestions: differentialOf(model, person, answers).map(each => ({
      id: newId(nowMs),
      condition: each.condition.id,
      probability: each.probability,
      for: kept(each.for),
      against: kept(each.against),
    })),
    noneOfThese: posterior[model.conditionCount]!,
  }
}

export function readHandlers(deps: Deps): Some<'interview' | 'listInterviews' | 'share'> {
  const { kit, store, known } = deps
  return {
    async interview({ interviewId }, call) {
      const opened = await seen(deps, interviewId, call)
      const rows = await kit.database.read(call, () => store.suggestions(interviewId))
      return viewOf(known(), opened, call, await decisionsOf(deps, opened.row.subject_id, rows))
    },

    async listInterviews({ patientId, cursor, limit }, call) {
      const before = fromCursor(cursor, 1)?.[0]
      const { personId, clinicianId } = call.caller
      if (patientId !== undefined && clinicianId === undefined) return { items: [] }
      const rows = await kit.database.read(call, () =>
        patientId === undefined
          ? store.ofPerson(personId!, before, limit)
          : store.ofPatient(patientId, clinicianId!, before, limit),
      )
      const page = toPage(
        rows,
        limit,
        row => [row.id],
        row => row,
      )
      const opened = await Promise.all(page.items.map(row => open(deps, row)))
      return { ...page, items: opened.map(each => summaryOf(known(), each, call)) }
    },

    async share({ interviewId, bookingId }, call) {
      const { row, content } = await seen(deps, interviewId, call)
      if (row.person_id !== call.caller.personId) throw faults.interviewNotFound()
      if (row.state !== 'finished') throw faults.notFinished()
      const booking = await unlessGone(kit.call(appointment).booking({ bookingId }, asking(call)))
      const isAhead = booking && ['booked', 'arrived'].includes(booking.state)
      if (!isAhead || booking.patientId !== row.person_id) throw faults.bookingNotFound()
      const shown: InterviewRow = { ...row, clinician_id: booking.clinicianId, booking_id: bookingId }
      return kit.database.save(call, async () => {
        await change(deps, shown)
        store.show(interviewId, booking.clinicianId)
        const { clinicianId } = booking
        kit.announce(diagnosis, 'shared', { interviewId, patientId: row.patient_id, clinicianId, bookingId })
        return viewOf(known(), { row: shown, content }, call)
      })
    },
  }
}
