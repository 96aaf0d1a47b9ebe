// What is known about medicines, and what a clinician likes to prescribe.
import type { Handlers } from '#core/contract'
import { newId } from '#core/id'
import type { Knowledge } from '#core/medicine'
import type { prescription } from '../contract.ts'
import { loadKnowledge } from '../data/load.ts'
import { merged, problemsOf } from '../rules/formulary.ts'
import { type Deps, faults } from './deps.ts'
import { hashOf } from './writing.ts'

type Some<Keys extends keyof Handlers<typeof prescription>> = Pick<Handlers<typeof prescription>, Keys>
const all = { reach: 'all' } as const
const problemsMax = 20

export function knowingHandlers(
  deps: Deps,
): Some<'searchMedicines' | 'knowledge' | 'importKnowledge' | 'listFavourites' | 'star'> {
  const { kit, store } = deps
  const { database, clock } = kit
  return {
    searchMedicines: async ({ text, limit }, call) => ({ items: (await deps.formulary(call)).search(text, limit) }),

    async knowledge(_, call) {
      const { knowledge, pairCount } = await deps.formulary(call)
      const imports = await database.read(call, () => store.imports(), all)
      return {
        counts: countsOf(knowledge),
        pairs: pairCount,
        sources: knowledge.sources,
        imports: imports.map(({ id, name, licence, imported_at }) => ({
          id,
          name,
          licence,
          importedAt: imported_at.toISOString(),
        })),
      }
    },

    async importKnowledge({ name, licence, knowledge }, call) {
      // Held against the shipped facts too, since rules may speak of medicines and classes that are there already.
      const problems = problemsOf(merged(loadKnowledge(), [knowledge]))
      if (problems.length > 0) throw faults.knowledgeInvalid({ problems: problems.slice(0, problemsMax) })
      const nowMs = clock.nowMs()
      const id = newId(nowMs)
      const counts = Object.values(countsOf(knowledge))
      return database.save(
        call,
        async () => {
          await store.importKnowledge(id, name, licence, knowledge, nowMs)
          return { id, facts: counts.reduce((sum, each) => sum + each.cited + each.estimated, 0) }
        },
        all,
      )
    },

    async listFavourites({ limit }, call) {
      const { clinicianId } = call.caller
      const rows = clinicianId ? await database.read(call, () => store.favourites(clinicianId, limit)) : []
      return {
        items: rows.map(({ content, uses, last_used_at, is_starred }) => ({
          order: content,
          uses,
          lastUsedAt: last_used_at.toISOString(),
          isStarred: is_starred,
        })),
      }
    },

    star: ({ order, isStarred }, call) =>
      database.save(call, async () => {
        const kept = { ...order, reason: '', note: '' }
        await store.star(call.caller.clinicianId!, hashOf(kept), kept, isStarred, clock.nowMs())
        return { isStarred }
      }),
  }
}

function countsOf(knowledge: Knowledge): Record<string, { cited: number; estimated: number }> {
  const { medicines, interactions, allergies, doses, limits, jurisdictions } = knowledge
  return Object.fromEntries(
    Object.entries({ medicines, interactions, allergies, doses, limits, jurisdictions }).map(([kind, facts]) => {
      const cited = facts.filter(each => each.provenance.isCited).length
      return [kind, { cited, estimated: facts.length - cited }]
    }),
  )
}
