// Writing: a resource is checked, indexed and sealed before the transaction, which then only compares versions and writes.
import type { Call } from '#core/call'
import { instantOf } from '#core/time'
import { newId } from '#core/id'
import { record, type Answer, type Interaction } from '../contract.ts'
import { openTypes } from '../rules/access.ts'
import { labelsOf, patientsIn } from '../rules/compartments.ts'
import { consentRules, consentingPatient } from '../rules/consent.ts'
import { indexRows, type Resource } from '../rules/index-values.ts'
import { patched } from '../rules/patch.ts'
import { parseQuery } from '../rules/query.ts'
import { fhirError, fhirErrors, shown } from '../rules/refusal.ts'
import { validate } from '../rules/validate.ts'
import type { Change, VersionRow } from '../store/resources.ts'
import type { SubscriptionRow } from '../store/subscriptions.ts'
import type { Sight } from '../store/visible.ts'
import { openText, type RecordDeps, scopesAllow, sealText, subjectsOf } from './deps.ts'
import { assertScope, etagOf, notFound, readOne, versionOf } from './reading.ts'
import { runSearch } from './searching.ts'
import { accepted } from './subscriptions.ts'

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
        ...rest,
      }
    }),
  )
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
  const result = await kit.database.save(
    call,
    async () => {
      if (recheck && !(await recheck())) throw new Overtaken()
      // Somebody else may have entered the same patient meanwhile, with another key.
      if (entering.length > 0 && !(await people.enter(entering, new Date(nowMs)))) throw new Overtaken()
      if (changes.length > 0 && !(await resources.write(changes))) throw new Overtaken()
      for (const each of listening) await (each.row ? subscriptions.put(each.row) : subscriptions.remove([each.id]))
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
  if (entering.length > 0 || also || changes.some(each => each.type === 'Consent')) deps.forgetNear()
  return result
}

/** What becomes of the subscriptions among the drafts; an accepted one is active. */
async function subscribing(deps: RecordDeps, call: Call, drafts: readonly Draft[]) {
  const found: { id: string; row: SubscriptionRow | undefined }[] = []
  for (const draft of drafts.filter(each => each.type === 'Subscription')) {
    const row = draft.resource && (await accepted(deps, call, { ...draft.resource, id: draft.id }))
    if (row && draft.resource) draft.resource = { ...draft.resource, status: 'active' }
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

/** What a patient may write about themselves; the rest is for those who treat them. */
const patientWrites = new Set([
  'Communication',
  'Consent',
  'Device',
  'DocumentReference',
  'Observation',
  'QuestionnaireResponse',
  'RelatedPerson',
  'Subscription',
])

async function assertMayWrite(
  deps: RecordDeps,
  call: Call,
  sight: Sight,
  prepared: readonly Prepared[],
): Promise<void> {
  if (sight.isAll) return
  const { roles } = call.caller
  const isTreating = roles.includes('clinician') || roles.includes('pharmacist') || sight.isSystem
  for (const { draft, patients } of prepared) {
    const isOwn = patients.length > 0 && patients.every(each => sight.own.includes(each))
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

/** The body as a resource of the type that the address names, valid, or a refusal that says everything that is wrong. */
export function checkedResource(deps: RecordDeps, body: unknown, type: string, id?: string): Resource {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw fhirError('structure', 'The body is to be one FHIR resource.')
  const resource = body as Resource
  if (resource.resourceType !== type)
    throw fhirError(
      'invalid',
      `The address says ${shown(type)}, the body ${shown(String(resource.resourceType))}.`,
      'Resource.resourceType',
    )
  if (!deps.registry().types.has(type)) throw fhirError('not-supported', `There is no resource type '${shown(type)}'.`)
  if (id !== undefined && resource.id !== id)
    throw fhirError('invalid', `The body’s id is to be ${shown(id)}, as in the address.`, `${type}.id`)
  const problems = validate(resource, deps.registry().knowledge).filter(
    each => each.severity === 'error' || each.severity === 'fatal',
  )
  // What could not be read at all is 400, what was read and breaks a rule 422.
  const isUnreadable = problems.some(({ code }) => /^(structure|required|value|invalid|too-long)$/.test(code))
  if (problems.length > 0) throw fhirErrors(isUnreadable ? 'invalid' : 'unprocessable', problems)
  return resource
}

export async function create(deps: RecordDeps, call: Call, request: Interaction, type: string): Promise<Answer> {
  assertScope(call, type, 'c')
  const sight = await deps.sightOf(call, request.purpose)
  const resource = checkedResource(deps, withoutId(request.body), type)
  const draft: Draft = { type, id: newId(deps.kit.clock.nowMs()), method: 'POST', resource, after: 0 }
  const answer = ([written]: Written[]) => answerOf(deps, request, written!, 201)
  if (request.ifNoneExist === undefined) {
    return commit(deps, call, sight, { act: 'create', drafts: [draft], answer })
  }
  const criteria = request.ifNoneExist
  return untilSettled(async () => {
    const found = await conditional(deps, call, sight, type, criteria)
    if (found)
      return { ...(await readOne(deps, call, { ...request, ifNoneMatch: undefined }, type, found.id)), status: 200 }
    const recheck = criteriaLock(deps, call, sight, type, criteria, undefined)
    return commit(deps, call, sight, { act: 'create', drafts: [draft], answer, recheck })
  })
}

/** The server names new resources; what a client sends as id of a new one means nothing. */
function withoutId(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('id' in body)) return body
  const { id: _id, ...rest } = body as Record<string, unknown>
  return rest
}

export async function update(
  deps: RecordDeps,
  call: Call,
  request: Interaction,
  type: string,
  id: string,
): Promise<Answer> {
  assertScope(call, type, 'u')
  const sight = await deps.sightOf(call, request.purpose)
  const resource = checkedResource(deps, request.body, type, id)
  return untilSettled(async () => {
    const current = await present(deps, call, sight, type, id)
    assertVersion(request, current)
    const draft: Draft = { type, id, method: 'PUT', resource, after: current?.version ?? 0 }
    const status = !current || current.is_deleted ? 201 : 200
    return commit(deps, call, sight, {
      act: 'update',
      drafts: [draft],
      answer: ([written]) => answerOf(deps, request, written!, status),
    })
  })
}

/** PUT with criteria: updates the one match, or makes a new resource. */
export async function updateWhere(deps: RecordDeps, call: Call, request: Interaction, type: string): Promise<Answer> {
  assertScope(call, type, 'u')
  const sight = await deps.sightOf(call, request.purpose)
  const criteria = new URLSearchParams(request.query.map(each => [...each])).toString()
  const given = (request.body as Resource | undefined)?.id
  return untilSettled(async () => {
    const found = await conditional(deps, call, sight, type, criteria)
    if (found && given !== undefined && given !== found.id)
      throw fhirError('invalid', 'The body’s id is not that of the resource the criteria find.', `${type}.id`)
    const id = found?.id ?? given ?? newId(deps.kit.clock.nowMs())
    const resource = checkedResource(deps, { ...(request.body as object), id }, type, id)
    const current = found ?? (await present(deps, call, sight, type, id))
    if (!found && current && !current.is_deleted)
      throw fhirError('duplicate', 'The criteria find nothing, but a resource with the body’s id exists.')
    assertVersion(request, current)
    const draft: Draft = { type, id, method: 'PUT', resource, after: current?.version ?? 0 }
    const recheck = criteriaLock(deps, call, sight, type, criteria, found?.id)
    const status = found ? 200 : 201
    return commit(deps, call, sight, {
      act: 'update',
      drafts: [draft],
      answer: ([written]) => answerOf(deps, request, written!, status),
      recheck,
    })
  })
}

export async function patch(
  deps: RecordDeps,
  call: Call,
  request: Interaction,
  type: string,
  id: string | undefined,
): Promise<Answer> {
  assertScope(call, type, 'u')
  const sight = await deps.sightOf(call, request.purpose)
  const criteria = new URLSearchParams(request.query.map(each => [...each])).toString()
  return untilSettled(async () => {
    const current =
      id === undefined
        ? await conditional(deps, call, sight, type, criteria)
        : await present(deps, call, sight, type, id)
    if (!current) throw id === undefined ? fhirError('not-found', 'Nothing matches the criteria.') : notFound(type, id)
    assertVersion(request, current)
    const text = await openText(deps, current)
    if (text === undefined) throw fhirError('deleted', `${type}/${current.id} was deleted.`)
    const resource = checkedResource(
      deps,
      patched(JSON.parse(text) as Resource, request.body, deps.registry().knowledge),
      type,
      current.id,
    )
    const draft: Draft = { type, id: current.id, method: 'PATCH', resource, after: current.version }
    return commit(deps, call, sight, {
      act: 'patch',
      drafts: [draft],
      answer: ([written]) => answerOf(deps, request, written!, 200),
    })
  })
}

/** Deleting what is gone is no error, so that a retry is none either. */
export async function remove(
  deps: RecordDeps,
  call: Call,
  request: Interaction,
  type: string,
  id: string,
): Promise<Answer> {
  assertScope(call, type, 'd')
  const sight = await deps.sightOf(call, request.purpose)
  return untilSettled(async () => {
    const current = await present(deps, call, sight, type, id)
    if (!current || current.is_deleted) return { status: 204 }
    assertVersion(request, current)
    return commit(deps, call, sight, { act: 'delete', drafts: [deletion(current)], answer: goneAnswer })
  })
}

export async function removeWhere(deps: RecordDeps, call: Call, request: Interaction, type: string): Promise<Answer> {
  assertScope(call, type, 'd')
  const sight = await deps.sightOf(call, request.purpose)
  const criteria = new URLSearchParams(request.query.map(each => [...each])).toString()
  return untilSettled(async () => {
    const found = await conditional(deps, call, sight, type, criteria)
    if (!found) return { status: 204 }
    assertVersion(request, found)
    return commit(deps, call, sight, { act: 'delete', drafts: [deletion(found)], answer: goneAnswer })
  })
}

export const deletion = ({ type, id, version, patients }: VersionRow): Draft & { patients: string[] } => ({
  type,
  id,
  method: 'DELETE',
  after: version,
  patients,
})

/** The present version, deleted or not. What exists out of the caller's reach must not be overwritten, nor told of. */
export async function present(
  deps: RecordDeps,
  call: Call,
  sight: Sight,
  type: string,
  id: string,
): Promise<VersionRow | undefined> {
  return deps.kit.database.read(
    call,
    async () => {
      const row = await deps.resources.read(type, id, sight)
      if (row) return row
      const hidden = await deps.resources.versions([{ type, id }])
      if (hidden.length > 0) throw notFound(type, id)
      return undefined
    },
    { reach: 'all' },
  )
}

/** The one resource that criteria find; undefined for none, a refusal for several. */
export async function conditional(
  deps: RecordDeps,
  call: Call,
  sight: Sight,
  type: string,
  criteria: string,
): Promise<VersionRow | undefined> {
  assertScope(call, type, 's')
  const parameters = [
    ...new URLSearchParams(criteria.includes('?') ? criteria.slice(criteria.indexOf('?') + 1) : criteria),
  ].filter(([name]) => name !== '_format' && name !== '_pretty')
  if (parameters.length === 0)
    throw fhirError('required', 'A conditional interaction needs at least one search parameter.')
  const query = parseQuery(deps.registry(), deps.baseUrl, type, parameters, false)
  if (query.filters.length === 0)
    throw fhirError('required', 'A conditional interaction needs at least one search parameter.')
  const { rows } = await runSearch(
    deps,
    call,
    { ...query, count: 2, includes: [], revincludes: [], cursor: undefined, summary: undefined },
    sight,
  )
  if (rows.length > 1)
    throw fhirError('multiple-matches', 'More than one resource matches the criteria. Make them more precise.')
  return rows[0]
}

/** Two requests with the same criteria wait for each other, and the second looks again. */
export function criteriaLock(
  deps: RecordDeps,
  call: Call,
  sight: Sight,
  type: string,
  criteria: string,
  expected: string | undefined,
): () => Promise<boolean> {
  return async () => {
    await deps.resources.lock(`${type}?${criteria}`)
    const found = await conditional(deps, call, sight, type, criteria)
    return found?.id === expected
  }
}

function assertVersion({ ifMatch, ifNoneMatch }: Interaction, current: VersionRow | undefined): void {
  const exists = current !== undefined && !current.is_deleted
  if (ifNoneMatch === '*' && exists)
    throw fhirError('duplicate', 'The resource exists, and the request asked for it not to.')
  if (ifMatch === undefined) return
  if (!exists || versionOf(ifMatch) !== current.version)
    throw fhirError('multiple-matches', `The resource is not at version ${shown(ifMatch)}.`)
}

const goneAnswer = ([written]: Written[]): Answer => ({ status: 204, etag: etagOf(written!.version) })

export function answerOf(
  { baseUrl }: RecordDeps,
  { prefer }: Pick<Interaction, 'prefer'>,
  written: Written,
  status: number,
): Answer {
  const location = `${baseUrl}/${written.type}/${written.id}/_history/${written.version}`
  const isMinimal = /\breturn=minimal\b/.test(prefer ?? '')
  const outcome = /\breturn=OperationOutcome\b/.test(prefer ?? '')
  const body = outcome ? doneText : written.text
  return {
    status,
    etag: etagOf(written.version),
    lastModified: new Date(written.updatedAt).toUTCString(),
    location,
    ...(isMinimal || body === undefined ? {} : { body }),
  }
}

const doneText = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'information', code: 'informational', diagnostics: 'All done.' }],
})
