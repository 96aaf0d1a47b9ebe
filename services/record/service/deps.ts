// What every part of the record is given, and who the caller of a request is to it.
import { LRUCache } from 'lru-cache'
import type { Call, Caller } from '#core/call'
import { faultsOf } from '#core/contract'
import { newId } from '#core/id'
import { type Access, parseScope, scopesFor } from '#core/scope'
import type { Kit } from '#platform'
import { record } from '../contract.ts'
import { loadDefinitions, loadTerminology } from '../data.ts'
import type { Terminology } from '../rules/terminology.ts'
import { actorsOf, mayClaim, type Near, type Purpose, purposes, viewOf } from '../rules/access.ts'
import { parseQuery } from '../rules/query.ts'
import { createRegistry, type Registry } from '../rules/parameters.ts'
import { fhirError } from '../rules/refusal.ts'
import { type BulkStore, bulkStore } from '../store/export.ts'
import { type PeopleStore, peopleStore } from '../store/people.ts'
import { type ResourceStore, resourceStore, type VersionRow } from '../store/resources.ts'
import { type SearchStore, searchStore } from '../store/search.ts'
import { type SubscriptionStore, subscriptionStore } from '../store/subscriptions.ts'
import type { Sight } from '../store/visible.ts'

export type RecordKit = Pick<
  Kit,
  | 'database'
  | 'clock'
  | 'keys'
  | 'blobs'
  | 'settings'
  | 'log'
  | 'call'
  | 'announce'
  | 'enqueue'
  | 'concerning'
  | 'region'
  | 'egress'
  | 'recordAct'
>

export type RecordDeps = {
  kit: RecordKit
  resources: ResourceStore
  search: SearchStore
  people: PeopleStore
  bulk: BulkStore
  subscriptions: SubscriptionStore
  /** Address of the FHIR API, without a trailing slash. */
  baseUrl: string
  registry: () => Registry
  /** Code systems and value sets; read when somebody first asks about codes. */
  terminology: () => Terminology
  sightOf: (call: Call, purpose?: string) => Promise<Sight>
  /** Keys of patients' records; a patient keeps theirs for ever, so they are remembered. */
  subjects: LRUCache<string, string>
  /** To be called when somebody comes near a patient, so that they need not wait for what is remembered to end. */
  forgetNear: () => void
}

export const faults = faultsOf(record)
/** How long it may take until somebody who came near sees more. What they may not see any more is decided at every read. */
const nearMs = 2_000

export function createDeps(kit: RecordKit): RecordDeps {
  let registry: Registry | undefined
  let terminology: Terminology | undefined
  const people = peopleStore(kit.database)
  const near = new LRUCache<string, Near>({ max: 5_000, ttl: nearMs })
  const deps: RecordDeps = {
    kit,
    people,
    resources: resourceStore(kit.database),
    search: searchStore(kit.database),
    bulk: bulkStore(kit.database),
    subscriptions: subscriptionStore(kit.database),
    baseUrl: `${kit.settings.publicUrl}/fhir/R4`,
    terminology: () => (terminology ??= loadTerminology()),
    registry: () => (registry ??= createRegistry(loadDefinitions())),
    subjects: new LRUCache({ max: 50_000 }),
    forgetNear: () => near.clear(),
    async sightOf(call, purpose) {
      const { caller } = call
      const claimed = purposeOf(call, purpose)
      const at = new Date(kit.clock.nowMs())
      if (caller.roles.includes('service')) return viewOf(caller, { own: [], candidates: null }, claimed, at)
      const actors = actorsOf(caller)
      const key = `${caller.personId}/${caller.clinicianId}/${actors.join()}`
      let found = near.get(key)
      if (!found) {
        const read = () => people.near(caller.personId ?? null, caller.clinicianId ?? null, actors)
        found = await kit.database.read(call, read, { reach: 'all', isSingle: true })
        near.set(key, found)
      }
      return narrowed(deps, call, viewOf(caller, found, claimed, at))
    },
  }
  return deps
}

function purposeOf({ caller }: Call, purpose: string | undefined): Purpose | undefined {
  if (purpose === undefined) return undefined
  const known = purposes.find(each => each === purpose)
  if (!known) throw fhirError('value', `A purpose of use is one of ${purposes.join(', ')}.`)
  if (!mayClaim(caller, known)) throw fhirError('forbidden', `Your role does not act for the purpose ${known}.`)
  return known
}

/** What stands between a person and their own reach when an app acts for them: each scope with its query and its one patient. */
function narrowed({ registry, baseUrl }: RecordDeps, { caller: { grant } }: Call, sight: Sight): Sight {
  if (!grant) return sight
  const scopes = grant.scopes.flatMap(text => {
    const scope = parseScope(text)
    return scope && scope.context !== 'plain' && /[rs]/.test(scope.access) ? [scope] : []
  })
  const ready = scopes.map(({ context, type, only }) => ({
    type,
    filters: only.length > 0 ? parseQuery(registry(), baseUrl, type, only.map(pairOf), false).filters : [],
    // Launched for one patient: nobody else's, even if the person may see them.
    within: context === 'patient' ? (grant.patientId === undefined ? [] : [grant.patientId]) : undefined,
  }))
  return { ...sight, ready }
}

function pairOf(condition: string): readonly [string, string] {
  const [name = '', value = ''] = condition.split(/=(.*)/s)
  return [name, value]
}

/** Whether the scopes of the app between allow this on a type, about these patients; people themselves have none. */
export function scopesAllow(
  { grant }: Caller,
  type: string,
  access: Access,
  patients: readonly string[] = [],
): boolean {
  if (!grant) return true
  return scopesFor(grant.scopes, type, access).some(
    ({ context, only }) =>
      // A scope with a query reads what matches; what is written could be made to match, so it does not cover writing.
      (only.length === 0 || access === 'r' || access === 's') &&
      (context !== 'patient' || patients.every(each => each === grant.patientId)),
  )
}

/** Where a resource's content is sealed; its own place, so that nothing can be put somewhere else. */
const sealContext = (type: string, id: string) => `record/${type}/${id}`

export function sealText(
  { kit }: RecordDeps,
  subjectId: string | null,
  type: string,
  id: string,
  text: string,
): Promise<Uint8Array> {
  return subjectId === null
    ? Promise.resolve(Buffer.from(text))
    : kit.keys.sealFor(subjectId, text, sealContext(type, id))
}

/** The JSON text of a version; undefined when it was deleted, or its key was destroyed. */
export async function openText(
  { kit }: RecordDeps,
  { content, subject_id, type, id }: Pick<VersionRow, 'content' | 'subject_id' | 'type' | 'id'>,
): Promise<string | undefined> {
  if (content === null) return undefined
  if (subject_id === null) return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8')
  return kit.keys.openTextFor(subject_id, content, sealContext(type, id))
}

export type Subjects = {
  /** Patient id → the key their record is sealed under. */
  keys: ReadonlyMap<string, string>
  /** Patients the record did not know; they are entered with the change that names them. */
  entering: { id: string; personId: string | null; subjectId: string }[]
}

/** The key of each patient's record; unknown patients get one. Never inside a transaction. */
export async function subjectsOf(
  { kit, people, subjects }: RecordDeps,
  call: Call,
  patients: readonly string[],
  personId?: string,
): Promise<Subjects> {
  const keys = new Map<string, string>()
  const unknown = new Set<string>()
  for (const id of patients) {
    const known = subjects.get(id)
    if (known) keys.set(id, known)
    else unknown.add(id)
  }
  if (unknown.size === 0) return { keys, entering: [] }
  const rows = await kit.database.read(call, () => people.patients([...unknown]), { reach: 'all', isSingle: true })
  for (const row of rows) {
    subjects.set(row.id, row.subject_id)
    keys.set(row.id, row.subject_id)
    unknown.delete(row.id)
  }
  const entering = [...unknown].map(id => ({ id, personId: personId ?? null, subjectId: newId(kit.clock.nowMs()) }))
  for (const each of entering) keys.set(each.id, each.subjectId)
  return { keys, entering }
}

/** Signed, so that what comes back is what was given out and can go into a statement as it is. */
export function writeCursor({ kit }: RecordDeps, place: unknown): string {
  const text = Buffer.from(JSON.stringify(place)).toString('base64url')
  return `${text}.${kit.keys.sign('record cursor', text).slice(0, 22)}`
}

export function readCursor<Shape>({ kit }: RecordDeps, cursor: string): Shape {
  const [text = '', signature] = cursor.split('.')
  if (signature === undefined || kit.keys.sign('record cursor', text).slice(0, 22) !== signature)
    throw fhirError('value', 'This page address is not one this server made. Start again from the first page.')
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as Shape
}

/** Row security is the second wall for people; a machine that may see everybody has only the first one, its queries. */
export const wallOf = ({ isSystem }: Sight) => (isSystem ? ({ reach: 'all' } as const) : {})
