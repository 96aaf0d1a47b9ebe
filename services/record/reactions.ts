// What the record does on others’ events, and its jobs. How a fact becomes a resource: reactions/.
import { identity } from '#contract/identity'
import type { Call } from '#core/call'
import { on, type Reaction, type RunJob } from '#core/service'
import { record } from './contract.ts'
import { appointmentReactions } from './reactions/appointment.ts'
import { consultationReactions } from './reactions/consultation.ts'
import { diagnosisReactions } from './reactions/diagnosis.ts'
import { prescriptionReactions } from './reactions/prescription.ts'
import type { Resource } from './rules/index-values.ts'
import type { RecordDeps } from './service/deps.ts'
import { importJob } from './service/importing.ts'
import { loadResources } from './service/load.ts'
import { notifyJob, tellSubscribers } from './service/subscriptions.ts'

const all = { reach: 'all' } as const

export function recordReactions(deps: RecordDeps): Reaction[] {
  const { kit, people } = deps
  return [
    ...appointmentReactions(deps),
    ...consultationReactions(deps),
    ...diagnosisReactions(deps),
    ...prescriptionReactions(deps),
    on(record, 'changed', (changed, call) => tellSubscribers(deps, changed, call)),
    on(identity, 'claimed', async ({ personId, formerPersonId }, call) => {
      await kit.database.save(call, () => people.rename(formerPersonId, personId), all)
    }),
  ]
}

export function recordRuns(deps: RecordDeps): Record<string, RunJob> {
  return {
    import: importJob(deps),
    notify: notifyJob(deps),
    loadKept: (_data, { call, progress }) => loadKept(deps, call, progress),
  }
}

/** Bundles that imports kept before there was a record: each is loaded, and then not kept any more. */
async function loadKept(
  deps: RecordDeps,
  call: Call,
  progress: (done: number, total: number, note?: string) => Promise<void>,
): Promise<void> {
  const { kit } = deps
  const keys: string[] = []
  for await (const key of kit.blobs.list('import/')) keys.push(key)
  for (const [index, key] of keys.entries()) {
    const personId = key.split('/')[1]!
    const blob = await kit.blobs.get(key)
    const text = blob && (await kit.keys.openTextFor(personId, blob.body, key))
    if (text !== undefined) {
      const bundle = JSON.parse(text) as { entry: { fullUrl?: string; resource: Resource }[] }
      await loadResources(deps, personId, bundle.entry, call)
    }
    await kit.blobs.delete(key)
    await progress(index + 1, keys.length)
  }
}
