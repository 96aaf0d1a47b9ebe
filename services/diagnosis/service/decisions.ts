// What a clinician makes of a suggestion. Nothing becomes a diagnosis but by this.
import type { Call } from '#core/call'
import type { Handlers } from '#core/contract'
import { diagnosis } from '../contract.ts'
import { mayDecide } from '../rules/access.ts'
import { findingOf } from '../rules/knowledge.ts'
import type { SuggestionRow } from '../store.ts'
import { type Deps, faults, named, open, reasonContext } from './deps.ts'
import { assertInCare, sidesOf } from './interviews.ts'
import { conditionOf, decisionsOf, viewOf } from './views.ts'

type Some<Keys extends keyof Handlers<typeof diagnosis>> = Pick<Handlers<typeof diagnosis>, Keys>

export function decisionHandlers(deps: Deps): Some<'decide' | 'details'> {
  const { kit, store, known } = deps

  async function interviewOf(suggestionId: string, call: Call) {
    const { row, rows } = await kit.database.read(call, async () => {
      const row = await store.interviewOf(suggestionId)
      return { row, rows: row ? await store.suggestions(row.id) : [] }
    })
    const suggestion = rows.find(each => each.id === suggestionId)
    if (!row || !suggestion) throw faults.suggestionNotFound()
    return { row, rows, suggestion }
  }

  return {
    async decide({ suggestionId, decision, reason }, call) {
      const { row, rows, suggestion } = await interviewOf(suggestionId, call)
      if (!mayDecide(call.caller, sidesOf(row))) throw faults.suggestionNotFound()
      if (suggestion.decision) throw faults.alreadyDecided()
      // Care may have ended, or the patient withdrawn it, since the interview was made or shown.
      await assertInCare(deps, row.patient_id, call)
      kit.concerning({ patientIds: [row.patient_id] })
      const clinicianId = call.caller.clinicianId!
      const decided: SuggestionRow = {
        ...suggestion,
        decision,
        reason_sealed: Buffer.from(await kit.keys.sealFor(row.subject_id, reason, reasonContext(suggestionId))),
        decided_by: clinicianId,
        decided_at: new Date(kit.clock.nowMs()),
      }
      const opened = await open(deps, row)
      const all = [...rows.filter(each => each.id !== suggestionId), decided]
      const decisions = await decisionsOf(deps, row.subject_id, all)
      return kit.database.save(call, async () => {
        if (!(await store.decide(decided))) throw faults.alreadyDecided()
        kit.announce(diagnosis, decision, {
          suggestionId,
          interviewId: row.id,
          patientId: row.patient_id,
          clinicianId,
        })
        return viewOf(known(), opened, call, decisions)
      })
    },

    async details({ suggestionId }, call) {
      const { row, suggestion } = await interviewOf(suggestionId, call)
      if (suggestion.decision !== 'accepted') throw faults.suggestionNotFound()
      const { content } = await open(deps, row)
      const { model } = known()
      const kept = named(
        content.result?.suggestions.find(each => each.id === suggestionId),
        suggestionId,
      )
      const condition = conditionOf(model, kept.condition)
      const finding = (id: string) => named(findingOf(model, id), id)
      const decisions = await decisionsOf(deps, row.subject_id, [suggestion])
      const { reason, decidedAt } = named(decisions.get(suggestionId), suggestionId)
      return {
        suggestionId,
        interviewId: row.id,
        patientId: row.patient_id,
        ...(row.person_id ? { personId: row.person_id } : {}),
        clinicianId: suggestion.decided_by!,
        condition: { icd10: condition.icd10, label: condition.label.en },
        evidence: kept.for.map(each => ({
          id: each.finding,
          label: finding(each.finding).label.en,
          isPresent: each.isPresent,
        })),
        answers: content.answers.map(([id, value]) => {
          const { label, question } = finding(id)
          return { id, label: label.en, question: question.en, value }
        }),
        knowledgeVersion: content.knowledgeVersion,
        startedBy: row.started_by,
        finishedAt: row.finished_at!.toISOString(),
        decidedAt,
        reason,
      }
    },
  }
}
