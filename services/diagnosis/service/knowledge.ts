// The knowledge base, open to everybody: what is known of each condition, and where each number comes from.
import type { Specialty } from '#contract/directory'
import type { Call } from '#core/call'
import type { Handlers } from '#core/contract'
import { fromCursor, type Page, toPage } from '#core/page'
import type { diagnosis } from '../contract.ts'
import { type Basis, type Condition, findingOf, frequencyFor, type Words } from '../rules/knowledge.ts'
import { plain } from '../rules/match.ts'
import { type Deps, faults, inWords, languageOf, named } from './deps.ts'

type Some<Keys extends keyof Handlers<typeof diagnosis>> = Pick<Handlers<typeof diagnosis>, Keys>

export function knowledgeHandlers({
  known,
}: Deps): Some<'listConditions' | 'condition' | 'listFindings' | 'knowledge'> {
  return {
    async listConditions({ text, triage, ...page }, call) {
      const fitting = known().model.knowledge.conditions.filter(
        each =>
          (triage === undefined || each.triage === triage) &&
          says(each, text, call, each.icd10, ...Object.values(each.label)),
      )
      return pageByLabel(fitting, page, call, each => summaryOf(each, call))
    },

    async condition({ conditionId }, call) {
      const { model } = known()
      const { sources } = model.knowledge
      const condition = model.knowledge.conditions[model.conditionAt.get(conditionId) ?? -1]
      if (!condition) throw faults.conditionNotFound()
      const { frequency, likelihoods } = condition
      const cited = new Set([frequency, ...likelihoods].map(each => each.source))
      const byAge = Object.keys(frequency.byAge).map(from => {
        const at = (sex: 'female' | 'male') => frequencyFor(condition, { age: Number(from), sex })
        return { fromAge: Number(from), female: at('female'), male: at('male') }
      })
      return {
        ...summaryOf(condition, call),
        frequency: { perHundredThousand: frequency.perHundredThousand, basis: frequency.basis, byAge },
        likelihoods: likelihoods
          .toSorted((a, b) => b.probability - a.probability)
          .map(({ finding: id, probability, basis, source }) => {
            const finding = named(findingOf(model, id), id)
            const label = inWords(finding.label, call)
            const background = finding.background.probability
            return { id, label, probability, background, basis, ...(source ? { source } : {}) }
          }),
        sources: sources.filter(each => cited.has(each.id)),
      }
    },

    async listFindings({ text, ...page }, call) {
      const { model } = known()
      const fitting = model.knowledge.findings.filter(each => says(each, text, call, ...(each.words ?? [])))
      return pageByLabel(fitting, page, call, ({ id, label, kind, question, parent, background }) => ({
        id,
        label: inWords(label, call),
        kind,
        question: inWords(question, call),
        ...(parent
          ? { parent: { id: parent, label: inWords(named(findingOf(model, parent), parent).label, call) } }
          : {}),
        probability: background.probability,
        basis: background.basis,
      }))
    },

    async knowledge(_, call) {
      const { model, version } = known()
      const { conditions, findings, redFlags, sources } = model.knowledge
      const numbers: Basis[] = [
        ...findings.map(each => each.background),
        ...conditions.flatMap(each => [each.frequency, ...each.likelihoods]),
      ]
      return {
        version,
        conditions: conditions.length,
        findings: findings.length,
        numbers: numbers.length,
        cited: numbers.filter(each => each.basis === 'cited').length,
        redFlags: redFlags.map(({ id, level, why, basis }) => ({ id, level, why: inWords(why, call), basis })),
        sources: [...sources],
      }
    },
  }
}

const summaryOf = ({ id, label, icd10, triage, specialty, likelihoods }: Condition, call: Call) => ({
  id,
  label: inWords(label, call),
  icd10,
  triage,
  specialty: specialty as Specialty,
  findings: likelihoods.length,
  cited: likelihoods.filter(each => each.basis === 'cited').length,
})

/** Whether a name or another word for it has this text in it. */
function says({ label }: { label: Words }, text: string | undefined, call: Call, ...others: string[]): boolean {
  const wanted = plain(text ?? '')
  return wanted === '' || [inWords(label, call), ...others].some(each => plain(each).includes(wanted))
}

/** By name, as the reader's language sorts names, and by id where two are the same. */
function pageByLabel<Item extends { id: string; label: Words }, View>(
  items: readonly Item[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
  call: Call,
  view: (item: Item) => View,
): Page<View> {
  const { compare } = new Intl.Collator(languageOf(call))
  const keyOf = (item: Item) => [inWords(item.label, call), item.id]
  const after = fromCursor(cursor, 2)
  const isAfter = (item: Item) => {
    const [label = '', id = ''] = keyOf(item)
    return after === undefined || (compare(label, after[0]!) || compare(id, after[1]!)) > 0
  }
  const sorted = items.filter(isAfter).toSorted((a, b) => compare(keyOf(a)[0]!, keyOf(b)[0]!) || compare(a.id, b.id))
  return toPage(sorted.slice(0, limit + 1), limit, keyOf, view)
}
