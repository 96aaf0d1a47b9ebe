// Bulk import (https://github.com/smart-on-fhir/bulk-import): files of NDJSON are fetched through the egress gate and written as
// their sender, in the background. What is there already and equal is passed over, so that a run that broke begins where it was.
import { type Call, Caller } from '#core/call'
import { Fault, type Json } from '#core/fault'
import type { RunJob } from '#core/service'
import { dayMs } from '#core/time'
import type { Resource } from '../rules/index-values.ts'
import { fhirError, type Issue } from '../rules/refusal.ts'
import { checkedResource } from './checking.ts'
import { commit, untilSettled } from './commit.ts'
import type { RecordDeps } from './deps.ts'
import { changedOnly } from './load.ts'

export type ImportFile = { type: string; url: string }
export type ImportTask = { id: string; caller: Caller; files: ImportFile[] }
export type ImportState = {
  by: string
  isDone: boolean
  files: number
  filesDone: number
  written: number
  unchanged: number
  problems: string[]
}

/** Resources of one transaction; a broken one among them is named and left out. */
const chunk = 500
const problemsMax = 100
const keptMs = 7 * dayMs

const keyOf = (id: string) => `record/import/${id}`

export async function importState({ kit }: RecordDeps, id: string): Promise<ImportState | undefined> {
  const found = await kit.keyvalue.get(keyOf(id), { isConsistent: true })
  return found?.value as ImportState | undefined
}

export async function keepImportState({ kit }: RecordDeps, id: string, state: ImportState): Promise<void> {
  await kit.keyvalue.put(keyOf(id), state as unknown as Json, { ttlMs: keptMs })
}

export function importJob(deps: RecordDeps): RunJob {
  return async (data, { call, progress }) => {
    const { id, caller, files } = data as ImportTask
    const state = await importState(deps, id)
    if (!state || state.isDone) return
    const own: Call = { ...call, caller: Caller.parse(caller), via: undefined, idempotencyKey: undefined }
    const now: ImportState = { ...state, filesDone: 0, written: 0, unchanged: 0, problems: [] }
    for (const file of files) {
      await importFile(deps, own, file, now)
      now.filesDone++
      await keepImportState(deps, id, now)
      await progress(now.filesDone, files.length, `${now.written} written`)
    }
    await keepImportState(deps, id, { ...now, isDone: true })
  }
}

async function importFile(deps: RecordDeps, call: Call, { type, url }: ImportFile, state: ImportState): Promise<void> {
  const answer = await deps.kit.egress.fetch(url, { headers: { accept: 'application/fhir+ndjson' } })
  if (!answer.ok) throw new Error(`a file of an import answers ${answer.status}`)
  const lines = (await answer.text()).split('\n').filter(line => line.trim() !== '')
  for (let start = 0; start < lines.length; start += chunk) {
    const resources = lines
      .slice(start, start + chunk)
      .flatMap((line, index) => readLine(deps, type, line, start + index + 1, state))
    if (resources.length > 0) await writeChunk(deps, call, resources, state)
  }
}

function readLine(
  deps: RecordDeps,
  type: string,
  line: string,
  number: number,
  state: ImportState,
): (Resource & { id: string })[] {
  try {
    const resource = JSON.parse(line) as Resource & { id: string }
    checkedResource(deps, resource, type, resource.id)
    if (!resource.id) throw fhirError('required', 'A resource of an import needs an id.', `${type}.id`)
    return [resource]
  } catch (error) {
    addProblem(state, `${type}, line ${number}: ${sentenceOf(error)}`)
    return []
  }
}

async function writeChunk(
  deps: RecordDeps,
  call: Call,
  resources: readonly (Resource & { id: string })[],
  state: ImportState,
): Promise<void> {
  try {
    const sight = await deps.sightOf(call)
    const { written, unchanged } = await untilSettled(async () => {
      const drafts = await changedOnly(deps, call, resources)
      if (drafts.length > 0) await commit(deps, call, sight, { act: 'import', drafts, answer: () => null })
      return { written: drafts.length, unchanged: resources.length - drafts.length }
    })
    state.written += written
    state.unchanged += unchanged
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    addProblem(state, `${resources.length} ${resources[0]!.resourceType} resources: ${sentenceOf(error)}`)
  }
}

function addProblem(state: ImportState, problem: string): void {
  if (state.problems.length < problemsMax) state.problems.push(problem)
}

/** Sentences of ours only: a parser's own words quote what they could not read. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Fault)) return 'This is not JSON.'
  const [issue] = (error.details['issues'] as Issue[] | undefined) ?? []
  return issue ? `${issue.expression ? `${issue.expression}: ` : ''}${issue.text}` : error.message
}
