// People's side of the record: whose it is, who opened it, emergencies, legal hold, erasure.
import { audit } from '#contract/audit'
import { identity } from '#contract/identity'
import { type Call, serviceCaller } from '#core/call'
import type { Handlers } from '#core/contract'
import { unlessGone } from '#core/fault'
import { newId } from '#core/id'
import { fromCursor, toPage } from '#core/page'
import { hourMs, instantOf } from '#core/time'
import { record } from '../contract.ts'
import type { Resource } from '../rules/index-values.ts'
import { parseQuery } from '../rules/query.ts'
import type { ReachRow } from '../store/people.ts'
import { faults, openText, type RecordDeps, writeCursor } from './deps.ts'
import { beginRecord, recordAt } from './beginning.ts'
import { erase } from './erasure.ts'
import { runSearch } from './searching.ts'

type Some<Keys extends keyof Handlers<typeof record>> = Pick<Handlers<typeof record>, Keys>

const emergencyMs = 4 * hourMs
const all = { reach: 'all' } as const

export function peopleHandlers(
  deps: RecordDeps,
): Some<
  | 'patientsOf'
  | 'personOf'
  | 'listAccesses'
  | 'breakGlass'
  | 'listEmergencies'
  | 'reviewEmergency'
  | 'listPatients'
  | 'patientOf'
  | 'recordsOf'
  | 'holdPatient'
  | 'erase'
> {
  const { kit, people } = deps
  const { database, clock } = kit
  return {
    async patientsOf({ personId }, call) {
      const rows = await database.read(call, () => people.patientsOf(personId), all)
      return { patientIds: rows.length > 0 ? rows.map(row => row.id) : await beginRecord(deps, personId, call) }
    },

    async personOf({ patientId }, call) {
      const [row] = await database.read(call, () => people.patients([patientId]), all)
      return row?.person_id ? { personId: row.person_id } : {}
    },

    async listAccesses({ patientId, ...page }, call) {
      const { personId } = call.caller
      const own = await database.read(call, () => people.patientsOf(personId!), all)
      const id = patientId ?? own[0]?.id
      if (id === undefined) return { items: [] }
      if (!own.some(row => row.id === id)) throw faults.notFound()
      const found = await kit.call(audit).accessesOf({ ...page, patientId: id }, call)
      return {
        ...found,
        items: found.items.map(({ at, action, personName, roles, purpose, outcome, personId: by }) => ({
          at,
          action,
          roles,
          outcome,
          isOwn: by === personId,
          ...(personName === undefined ? {} : { personName }),
          ...(purpose === undefined ? {} : { purpose }),
        })),
      }
    },

    async breakGlass({ patientId, reason }, call) {
      const nowMs = clock.nowMs()
      const [patient] = await database.read(call, () => people.patients([patientId]), all)
      if (!patient) throw faults.notFound()
      const id = newId(nowMs)
      const sealed = await kit.keys.sealFor(patient.subject_id, reason, `record.reach/${id}`)
      const until = new Date(nowMs + emergencyMs)
      const personId = call.caller.personId!
      kit.concerning({ patientIds: [patientId], purpose: 'ETREAT' })
      const opened = await database.save(
        call,
        async () => {
          await people.break({ id, patient: patientId, personId, since: new Date(nowMs), until, reason: sealed })
          kit.announce(record, 'glassBroken', {
            byPersonId: personId,
            until: instantOf(until.getTime()),
            ...(patient.person_id ? { patientPersonId: patient.person_id } : {}),
          })
          return { id, until: instantOf(until.getTime()) }
        },
        all,
      )
      deps.forgetNear()
      return opened
    },

    async listEmergencies({ state, cursor, limit }, call) {
      const before = fromCursor(cursor, 1)?.[0]
      const rows = await database.read(
        call,
        () => people.emergencies(state === undefined ? undefined : state === 'open', limit + 1, before),
        all,
      )
      const page = toPage(
        rows,
        limit,
        row => [row.id],
        row => row,
      )
      return { ...page, items: await shownEmergencies(deps, page.items, call) }
    },

    async reviewEmergency({ id, finding }, call) {
      const row = await database.read(call, () => people.emergency(id), all)
      if (!row) throw faults.notFound()
      if (row.person_id === call.caller.personId) throw faults.ownEmergency()
      const at = new Date(clock.nowMs())
      const [shown] = await shownEmergencies(deps, [{ ...row, finding, reviewed_at: at }], call)
      return database.save(
        call,
        async () => {
          await people.review(id, call.caller.personId!, finding, at)
          return shown!
        },
        all,
      )
    },

    async listPatients({ name, cursor, limit }, call) {
      const sight = await deps.sightOf(call)
      const parameters: [string, string][] = [
        ['_sort', 'family'],
        ['_count', String(limit)],
      ]
      if (name)
        for (const word of name.split(/\s+/).slice(0, 5))
          parameters.push(['name', word.replaceAll(/[\\,|$]/g, String.raw`\$&`)])
      if (cursor) parameters.push(['_cursor', cursor])
      const query = parseQuery(deps.registry(), deps.baseUrl, 'Patient', parameters, false)
      const { rows, hasMore } = await runSearch(deps, call, query, sight)
      kit.concerning({ patientIds: rows.map(row => row.id) })
      const items = await Promise.all(
        rows.map(async row => patientLine(row.id, JSON.parse((await openText(deps, row)) ?? '{}') as Resource)),
      )
      const last = rows.at(-1)
      return {
        items,
        ...(hasMore && last ? { nextCursor: writeCursor(deps, { value: last.sort_value, key: last.key }) } : {}),
      }
    },

    async patientOf({ personId }, call) {
      const rows = await database.read(call, () => people.patientsOf(personId), all)
      const sight = await deps.sightOf(call)
      for (const { id } of rows) {
        if (await database.read(call, () => deps.resources.read('Patient', id, sight))) return { patientId: id }
      }
      throw faults.notFound()
    },

    async recordsOf({ personId }, call) {
      const rows = await database.read(call, () => people.patientsOf(personId), all)
      kit.concerning({ patientIds: rows.map(row => row.id) })
      const isKnown = rows.length > 0 || (await unlessGone(kit.call(identity).contactOf({ personId }, call)))
      const items = rows.map(({ id, held_because: why }) => ({
        patientId: id,
        hasBegun: true,
        ...(why === null ? {} : { heldBecause: why }),
      }))
      return { items: rows.length === 0 && isKnown ? [{ patientId: personId, hasBegun: false }] : items }
    },

    async holdPatient({ patientId, reason }, call) {
      kit.concerning({ patientIds: [patientId] })
      await recordAt(deps, patientId, call)
      return database.save(
        call,
        async () => {
          await people.hold(patientId, reason)
          return { isHeld: reason !== null }
        },
        all,
      )
    },

    erase: ({ patientId }, call) => erase(deps, patientId, call),
  }
}

async function nameOfPatient(deps: RecordDeps, patientId: string, call: Call): Promise<string> {
  const sight = await deps.sightOf({ ...call, caller: serviceCaller })
  const row = await deps.kit.database.read(call, () => deps.resources.read('Patient', patientId, sight), all)
  const text = row && (await openText(deps, row))
  return text === undefined ? '' : patientLine(patientId, JSON.parse(text) as Resource).name
}

async function shownEmergencies(deps: RecordDeps, rows: readonly ReachRow[], call: Call) {
  const { kit, people } = deps
  const patients = await kit.database.read(call, () => people.patients(rows.map(row => row.patient)), all)
  const subjectOf = new Map(patients.map(each => [each.id, each.subject_id]))
  const personIds = [...new Set(rows.flatMap(row => row.person_id ?? []))]
  const { names } =
    personIds.length > 0
      ? await kit.call(identity).namesOf({ personIds }, call)
      : { names: {} as Record<string, string> }
  return Promise.all(
    rows.map(async row => {
      const subject = subjectOf.get(row.patient)
      const reason =
        subject && row.reason_sealed
          ? await kit.keys.openTextFor(subject, row.reason_sealed, `record.reach/${row.id}`)
          : undefined
      return {
        id: row.id,
        patientId: row.patient,
        patientName: await nameOfPatient(deps, row.patient, call),
        personId: row.person_id!,
        personName: names[row.person_id!] ?? '',
        since: instantOf(row.since.getTime()),
        until: instantOf(row.until.getTime()),
        reason: reason ?? '',
        ...(row.finding ? { finding: row.finding } : {}),
        ...(row.reviewed_at ? { reviewedAt: instantOf(row.reviewed_at.getTime()) } : {}),
      }
    }),
  )
}

type Name = { use?: string; text?: string; given?: string[]; family?: string }

function patientLine(patientId: string, patient: Resource) {
  const names = (patient['name'] ?? []) as Name[]
  const name = names.find(each => each.use === 'official') ?? names[0]
  const text = name?.text ?? [...(name?.given ?? []), name?.family ?? ''].join(' ').trim()
  const { birthDate, gender } = patient as { birthDate?: string; gender?: string }
  return { patientId, name: text, ...(birthDate ? { birthDate } : {}), ...(gender ? { gender } : {}) }
}
