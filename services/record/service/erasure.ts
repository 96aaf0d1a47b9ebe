// Erasing a record for good, and again wherever an older copy of the database brings it back.
import type { Call } from '#core/call'
import { record } from '../contract.ts'
import type { PatientRow } from '../store/people.ts'
import { recordAt } from './beginning.ts'
import { faults, openText, type RecordDeps } from './deps.ts'

const all = { reach: 'all' } as const
/** One note per erased record, named by the key it was sealed under. A patient who comes back has another key, and is not meant. */
const notes = 'record/erasures/'
const noteOf = (subjectId: string) => `${notes}${subjectId}.json`
const subjectOf = (note: string) => note.slice(notes.length, -'.json'.length)

/** Rows first, key last: if we die between, the record is gone and the next start destroys the key. */
export async function erase(deps: RecordDeps, patientId: string, call: Call): Promise<{ erased: number }> {
  const { kit, people } = deps
  const patient = await recordAt(deps, patientId, call)
  if (patient.held_because !== null) throw faults.onHold()
  kit.concerning({ patientIds: [patientId] })
  const binaries = await binariesOf(deps, patientId, call)
  let isNoted = false
  const erased = await removed(deps, patient, binaries, call, async () => {
    // From here on the patient is locked: a legal hold stands already, or comes too late.
    if (!(await people.isFree(patientId))) throw faults.onHold()
    // Outside of the database and before it commits, so that an older backup of it forgets the patient again.
    const note = new TextEncoder().encode(JSON.stringify({ patientId, subjectId: patient.subject_id }))
    await kit.blobs.put(noteOf(patient.subject_id), note, { contentType: 'application/json' })
    isNoted = true
  }).catch(async (error: unknown) => {
    // What was not erased must not be erased at the next start. A lost connection does not tell, so the database is asked.
    const left = isNoted ? await kit.database.read(call, () => people.patientsUnder([patient.subject_id]), all) : []
    if (left.length > 0) await kit.blobs.delete(noteOf(patient.subject_id))
    throw error
  })
  await kit.keys.destroy(patient.subject_id)
  return erased
}

/** So many versions are opened at once. */
const versionsAtOnce = 500

/** Files the patient's resources, in any version, say are at `Binary/…`: a Binary without a securityContext does not say itself whose it is. */
async function binariesOf(deps: RecordDeps, patientId: string, call: Call): Promise<string[]> {
  const ids = new Set<string>()
  const binary = /"([^"\\]*\/)?Binary\/([A-Za-z0-9.-]{1,64})/g
  for (let after = { key: '0', version: 0 }; ;) {
    const rows = await deps.kit.database.read(call, () => deps.people.versionsOf(patientId, after, versionsAtOnce), all)
    for (const row of rows) {
      const text = await openText(deps, row)
      for (const [, base, id] of text?.matchAll(binary) ?? [])
        if (base === undefined || base === `${deps.baseUrl}/`) ids.add(id!)
    }
    const last = rows.at(-1)
    if (!last || rows.length < versionsAtOnce) return [...ids]
    after = last
  }
}

function removed(
  { kit, people, subjects }: RecordDeps,
  { id, person_id: personId }: PatientRow,
  binaries: readonly string[],
  call: Call,
  check: () => Promise<void>,
): Promise<{ erased: number }> {
  subjects.delete(id)
  return kit.database.save(
    call,
    async () => {
      await check()
      const erased = await people.erase(id, binaries)
      const others = personId === null ? [] : await people.patientsOf(personId)
      const person = personId === null ? {} : { personId, isLastOfPerson: others.length === 0 }
      kit.announce(record, 'erased', { patientId: id, ...person })
      return { erased }
    },
    all,
  )
}

/** So many notes are compared with the database at once. */
const chunk = 1_000

/**
 * Applies every note to the database this process begins with. A hold found there does not count: it was lifted before the
 * record could be erased. Keys go in any case, since a process may have died between the rows and the key.
 */
export async function eraseAgain(deps: RecordDeps, call: Call): Promise<void> {
  const { kit, people } = deps
  const subjectIds: string[] = []
  for await (const note of kit.blobs.list(notes)) subjectIds.push(subjectOf(note))
  for (let start = 0; start < subjectIds.length; start += chunk) {
    const some = subjectIds.slice(start, start + chunk)
    const back = await kit.database.read(call, () => people.patientsUnder(some), all)
    for (const patient of back) {
      await removed(deps, patient, await binariesOf(deps, patient.id, call), call, async () => {})
      await kit.recordAct('record.eraseAgain', call, { patientId: patient.id }, 'done')
    }
    if (back.length > 0) kit.log.warn({ erased: back.length }, 'an older copy held erased records; they are gone again')
    for (const subjectId of some) await kit.keys.destroy(subjectId)
  }
}
