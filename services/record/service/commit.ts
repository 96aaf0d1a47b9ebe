// Writing: resources are checked, indexed and sealed before the transaction, which then only compares versions and writes.
import type { Call } from '#core/call'
import { newId } from '#core/id'
import { instantOf } from '#core/time'
import { record } from '../contract.ts'
import { careAfterMs, openTypes } from '../rules/access.ts'
import { labelsOf, patientsIn } from '../rules/compartments.ts'
import { consentingPatient, consentRules } from '../rules/consent.ts'
import { indexRows, type Resource } from '../rules/index-values.ts'
import { fhirError } from '../rules/refusal.ts'
import { type Change, overtakenCode, type VersionRow } from '../store/resources.ts'
import type { SubscriptionRow } from '../store/subscriptions.ts'
import type { Sight } from '../store/visible.ts'
import { type RecordDeps, scopesAllow, sealText, subjectsOf } from './deps.ts'
import { accepted, asShown } from './subscriptions.ts'

/** What is to become of one resource, before its place in the store is known. */
export type Draft = {
  type: string
  id: string
  method: Change['method']
  /** Undefined when it is to be deleted. */
  resource?: Resource | undefined
  /** The version it replaces, as it was read; 0 when there is none. */
  after: number
  owner?: string | null
}
export type Written = {
  type: string
  id: string
  version: number
  updatedAt: string
  text: string | undefined
  patients: string[]
}

/** Somebody else was faster; the whole request is worth another try. */
class Overtaken extends Error {}

const triesMax = 8

/** Repeats what was overtaken, since what it decided by has changed. A request that named a version never is: it was refused. */
export async function untilSettled<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error
      if (tries === triesMax)
        throw fhirError('conflict', 'Others keep changing the same resource. Read it again and repeat what you did.')
    }
  }
}

export type Commit<Result> = {
  /** The interaction, for the audit trail. */
  act: string
  drafts: readonly Draft[]
  /** What the request is answered with, and again when it is repeated with the same key. */
  answer: (written: Written[]) => Result
  /** Runs inside the transaction and says whether what was decided before still holds. */
  recheck?: (() => Promise<boolean>) | undefined
  /** What else belongs to the same transaction. */
  also?: (() => Promise<unknown>) | undefined
  /** The person that new patients are. */
  personId?: string | undefined
  /** Medley's own writing, which no role decides. */
  isTrusted?: boolean
}

/** Checks, indexes, seals and writes drafts in one transaction. */
export async function commit<Result>(
  deps: RecordDeps,
  call: Call,
  sight: Sight,
  { act, drafts, answer, recheck, also, personId, isTrusted }: Commit<Result>,
): Promise<Result> {
  const { kit, resources, people, subscriptions } = deps
  const nowMs = kit.clock.nowMs()
  const listening = await subscribing(deps, call, drafts)
  const prepared = drafts.map(draft => prepare(deps, draft, nowMs))
  if (!isTrusted) await assertMayWrite(deps, call, sight, prepared)
  const abouts = prepared.flatMap(({ patients }) => (patients[0] === undefined ? [] : [patients[0]]))
  const { keys, entering } = await subjectsOf(deps, call, [...new Set(abouts)], personId)
  const changes = await Promise.all(
    prepared.map(async ({ draft, text, patients, ...rest }): Promise<Change> => {
      const subjectId = patients[0] === undefined ? null : keys.get(patients[0])!
      return {
        type: draft.type,
        id: draft.id,
        after: draft.after,
        method: draft.method,
        updatedAt: instantOf(nowMs),
        patients,
        subjectId,
        content: text === undefined ? null : await sealText(deps, subjectId, draft.type, draft.id, text),
        owner: draft.owner ?? null,
        authorId: isTrusted ? null : (call.caller.personId ?? null),
        ...rest,
      }
    }),
  )
  const entered = isTrusted ? [] : caresOf(call, prepared, nowMs)
  const written = prepared.map(({ draft, text, patients }) => ({
    type: draft.type,
    id: draft.id,
    version: draft.after + 1,
    updatedAt: instantOf(nowMs),
    text,
    patients,
  }))
  kit.concerning({
    act,
    patientIds: [...new Set(prepared.flatMap(each => each.patients))].slice(0, 200),
    purpose: sight.purpose,
    subjects: drafts.length === 1 ? { type: drafts[0]!.type, id: drafts[0]!.id } : { written: String(drafts.length) },
  })
  const saving = kit.database.save(
    call,
    async () => {
      if (recheck && !(await recheck())) throw new Overtaken()
      if (entering.length > 0) people.enter(entering, new Date(nowMs))
      // Or erased one: what was sealed for them a moment ago must not outlive them, nor a patient have rows and no owner.
      if (keys.size > 0) people.stay(keys)
      if (changes.length > 0) await resources.write(changes)
      for (const each of listening) await (each.row ? subscriptions.put(each.row) : subscriptions.remove([each.id]))
      if (entered.length > 0) await people.care(entered)
      await also?.()
      for (let start = 0; start < changes.length; start += 200) {
        const some = changes.slice(start, start + 200)
        kit.announce(record, 'changed', {
          changes: some.map(({ type, id, after, method, patients }) => ({
            type,
            id,
            version: after + 1,
            method,
            patientIds: patients.slice(0, 20),
          })),
        })
      }
      return answer(written)
    },
    // The wall reads relations as they are now; what a new patient's first resource needs is only being written.
    { reach: 'all' },
  )
  const result = await saving.catch((error: unknown) => {
    if ((error as { code?: string }).code !== overtakenCode) throw error
    for (const patient of keys.keys()) deps.subjects.delete(patient)
    throw new Overtaken()
  })
  if (entering.length > 0 || entered.length > 0 || also || changes.some(each => each.type === 'Consent'))
    deps.forgetNear()
  return result
}

/** Whoever enters a new patient treats them, as if they had a visit now. */
function caresOf({ caller }: Call, prepared: readonly Prepared[], nowMs: number) {
  const { clinicianId } = caller
  const made = prepared.filter(({ draft }) => draft.type === 'Patient' && draft.after === 0)
  if (clinicianId === undefined) return []
  return made.map(({ draft }) => ({
    id: newId(nowMs),
    patient: draft.id,
    clinicianId,
    since: instantOf(nowMs),
    until: instantOf(nowMs + careAfterMs),
    source: `entered/${draft.id}`,
  }))
}

/** What becomes of the subscriptions among the drafts; an accepted one is active. */
async function subscribing(deps: RecordDeps, call: Call, drafts: readonly Draft[]) {
  const found: { id: string; row: SubscriptionRow | undefined }[] = []
  for (const draft of drafts.filter(each => each.type === 'Subscription')) {
    const row = draft.resource && (await accepted(deps, call, { ...draft.resource, id: draft.id }))
    if (row && draft.resource) draft.resource = asShown(draft.resource)
    found.push({ id: draft.id, row })
  }
  return found
}

type Prepared = Pick<Change, 'patients' | 'labels' | 'rows' | 'consent'> & { draft: Draft; text: string | undefined }

function prepare(deps: RecordDeps, draft: Draft, nowMs: number): Prepared {
  const { resource, type, id } = draft
  if (!resource) return { draft, text: undefined, patients: draftPatients(draft), labels: [], rows: null }
  const { resourceType: _type, id: _id, meta, ...rest } = resource
  const stored: Resource = {
    resourceType: type,
    id,
    meta: { ...(meta as object | undefined), versionId: String(draft.after + 1), lastUpdated: instantOf(nowMs) },
    ...rest,
  }
  const patient = type === 'Consent' ? consentingPatient(stored) : undefined
  return {
    draft,
    text: JSON.stringify(stored),
    patients: patientsIn(stored, deps.baseUrl),
    labels: labelsOf(stored),
    rows: indexRows(stored, deps.registry(), deps.baseUrl),
    ...(patient ? { consent: { patient, rules: consentRules(stored) } } : {}),
  }
}

/** A deletion has no content to find patients in, so it carries those of the version it ends. */
const draftPatients = (draft: Draft & { patients?: string[] }) => draft.patients ?? []

/** What a patient may enter about themselves; the rest is for those who treat them. */
const patientWrites = new Set([
  'Communication',
  'Consent',
  'Device',
  'DocumentReference',
  'Observation',
  'QuestionnaireResponse',
  'RelatedPerson',
])

/** These are the patient's word, whoever entered it. */
const alwaysTheirs = new Set(['Consent', 'RelatedPerson'])

/** Changes of what somebody else entered: a patient may not correct the doctor's measurement, nor take it away. */
async function enteredByOthers(deps: RecordDeps, call: Call, prepared: readonly Prepared[]): Promise<Set<Draft>> {
  const changed = prepared.map(each => each.draft).filter(each => each.after > 0 && !alwaysTheirs.has(each.type))
  if (changed.length === 0) return new Set()
  const rows = await deps.kit.database.read(call, () => deps.resources.versions(changed), {
    reach: 'all',
    isSingle: true,
  })
  const own = new Set(rows.filter(row => row.author_id === call.caller.personId).map(row => `${row.type}/${row.id}`))
  return new Set(changed.filter(each => !own.has(`${each.type}/${each.id}`)))
}

async function assertMayWrite(
  deps: RecordDeps,
  call: Call,
  sight: Sight,
  prepared: readonly Prepared[],
): Promise<void> {
  if (sight.isAll) return
  const { roles } = call.caller
  const isTreating = roles.includes('clinician') || roles.includes('pharmacist') || sight.isSystem
  const foreign = isTreating ? new Set<Draft>() : await enteredByOthers(deps, call, prepared)
  for (const { draft, patients } of prepared) {
    const isOwn = patients.length > 0 && patients.every(each => sight.own.includes(each)) && !foreign.has(draft)
    const may =
      isTreating ||
      (roles.includes('operator') && openTypes.has(draft.type)) ||
      (isOwn && patientWrites.has(draft.type))
    if (!may) throw fhirError('forbidden', `Your role may not write ${draft.type} resources here.`)
    const access = draft.method === 'DELETE' ? 'd' : draft.after === 0 ? 'c' : 'u'
    if (!scopesAllow(call.caller, draft.type, access, patients))
      throw fhirError(
        'forbidden',
        `The scopes of this app do not allow to write ${draft.type} resources of this patient.`,
      )
  }
  const byType = Map.groupBy(prepared, each => `${each.draft.type}\n${each.labels.join()}`)
  for (const group of byType.values()) {
    const { draft, labels } = group[0]!
    // A new patient is out of reach by nature: whoever enters one may.
    const patients = [
      ...new Set(group.flatMap(each => (each.draft.type === 'Patient' && each.draft.after === 0 ? [] : each.patients))),
    ]
    const known = patients.filter(
      each => !prepared.some(({ draft: other }) => other.type === 'Patient' && other.after === 0 && other.id === each),
    )
    const out = await deps.kit.database.read(call, () => deps.people.unreachable(known, draft.type, labels, sight), {
      reach: 'all',
    })
    if (out.length > 0) throw fhirError('forbidden', 'This is about a patient whose record is not within your reach.')
  }
}

export const deletion = ({ type, id, version, patients }: VersionRow): Draft & { patients: string[] } => ({
  type,
  id,
  method: 'DELETE',
  after: version,
  patients,
})
