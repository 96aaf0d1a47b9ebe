// What every part of the service is given, and how an interview's content is sealed and opened.
import { createHash } from 'node:crypto'
import type { Call } from '#core/call'
import { faultsOf } from '#core/contract'
import { houseFault, invariant } from '#core/fault'
import type { Kit } from '#platform'
import { diagnosis, type Profile, type Triage, type Value } from '../contract.ts'
import { loadKnowledge } from '../data.ts'
import { type Language, type Model, modelOf, type Profile as Person, type Words } from '../rules/knowledge.ts'
import type { DiagnosisStore, InterviewRow } from '../store.ts'

export type DiagnosisKit = Pick<Kit, 'database' | 'clock' | 'keys' | 'call' | 'announce' | 'concerning'>
export type Known = { model: Model; version: string }
export type Deps = { kit: DiagnosisKit; store: DiagnosisStore; known: () => Known }

export const faults = faultsOf(diagnosis)

export function createDeps(kit: DiagnosisKit, store: DiagnosisStore): Deps {
  let known: Known | undefined
  const load = (): Known => {
    const knowledge = loadKnowledge()
    const version = createHash('sha256').update(JSON.stringify(knowledge)).digest('hex').slice(0, 12)
    return { model: modelOf(knowledge), version }
  }
  return { kit, store, known: () => (known ??= load()) }
}

export type KeptEvidence = { finding: string; isPresent: boolean; isStrong: boolean }
export type KeptSuggestion = {
  id: string
  condition: string
  probability: number
  for: KeptEvidence[]
  against: KeptEvidence[]
}

/** What is sealed of an interview. The result is kept as it was, whatever becomes of the knowledge base. */
export type Content = {
  profile: Profile
  complaint?: string | undefined
  complaints: string[]
  answers: [finding: string, value: Value][]
  /** Answers to questions, apart from what the person came with. */
  asked: number
  corrections: { finding: string; from: Value; at: string }[]
  /** Where the person was, for the number to call. */
  jurisdiction?: string | undefined
  knowledgeVersion: string
  result?: { triage: Triage; flags: string[]; suggestions: KeptSuggestion[]; noneOfThese: number } | undefined
}

/** An interview as it was read, with its content open. */
export type Opened = { row: InterviewRow; content: Content }

const contextOf = (id: string) => `diagnosis.interview/${id}`

export async function open({ kit }: Deps, row: InterviewRow): Promise<Opened> {
  const text = await kit.keys.openTextFor(row.subject_id, row.content_sealed, contextOf(row.id))
  if (text === undefined) throw faults.interviewNotFound()
  return { row, content: JSON.parse(text) as Content }
}

export const seal = ({ kit }: Deps, row: Pick<InterviewRow, 'id' | 'subject_id'>, content: Content) =>
  kit.keys.sealFor(row.subject_id, JSON.stringify(content), contextOf(row.id))

export const reasonContext = (suggestionId: string) => `diagnosis.reason/${suggestionId}`

/** Writes an interview in the open transaction; a change that was decided by an older one is refused as the house does it. */
export async function change({ store }: Deps, row: InterviewRow): Promise<void> {
  if (!(await store.change(row))) throw houseFault('data.conflict')
}

export const answersOf = ({ answers }: Content): Map<string, Value> => new Map(answers)
export const personOf = ({ profile, complaints }: Content): Person => ({
  age: profile.age,
  sex: profile.sex,
  complaints,
})

export const languageOf = ({ locale }: Call): Language => locale
export const inWords = (words: Words, call: Call): string => words[languageOf(call)]

/** What is kept by name stays in the knowledge base: names are never taken out of it. */
export function named<T>(found: T | undefined, name: string): T {
  invariant(found !== undefined, `the knowledge base has lost ${name}`)
  return found
}
