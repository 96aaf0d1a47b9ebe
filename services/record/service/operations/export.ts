// Bulk Data export (https://hl7.org/fhir/uv/bulkdata/STU2). Nothing is copied: the files are ranges of the store, read when they are
// fetched, by whoever asks then. So an erased patient or a withdrawn consent is gone from every export, the older ones included, and
// a broken download starts again at the file it broke in.
import type { Answer } from '../../contract.ts'
import { fhirError, shown } from '../../rules/refusal.ts'
import { stretchOf } from '../../rules/values.ts'
import type { Bulk } from '../../store/export.ts'
import { openText, readCursor, type RecordDeps, scopesAllow, wallOf, writeCursor } from '../deps.ts'
import { assertScope, notFound, patientsOf } from '../reading.ts'
import { type Asked, textOf } from './operation.ts'

/** Resources of one file. */
const fileSize = 2_000

/** What the signed address of an export says: everything that is needed to carry it out, in any process. */
type Job = Bulk & { by: string; at: string; url: string }

export async function runExport(asked: Asked): Promise<Answer> {
  const { deps, call, request, type, id } = asked
  if (!/\brespond-async\b/.test(request.prefer ?? ''))
    throw fhirError('processing', 'An export needs the header Prefer: respond-async.')
  if (type === 'Group' && id === undefined) throw fhirError('not-supported', 'Name the group, as in Group/1/$export.')
  if (type === 'Patient' && id !== undefined)
    throw fhirError('not-supported', 'One patient is exported with $everything.')
  const format = textOf(asked, '_outputFormat')
  if (format !== undefined && !/ndjson/.test(format))
    throw fhirError('not-supported', 'Exports are application/fhir+ndjson.')
  const since = textOf(asked, '_since')
  const stretch = since === undefined ? undefined : stretchOf(since)
  if (since !== undefined && !stretch) throw fhirError('value', '_since is an instant, such as 2026-05-17T08:00:00Z.')
  const types = textOf(asked, '_type')?.split(',')
  for (const each of types ?? []) {
    if (!deps.registry().types.has(each)) throw fhirError('value', `There is no resource type '${shown(each)}'.`)
    assertScope(call, each, 's')
  }
  const patients = type === 'Group' ? await membersOf(asked, id!) : undefined
  const job: Job = {
    by: ownerOf(call),
    at: new Date(deps.kit.clock.nowMs()).toISOString(),
    url: `${deps.baseUrl}/${request.path}`,
    ...(types ? { types } : {}),
    ...(stretch ? { since: stretch.low } : {}),
    ...(type === undefined ? {} : { isAboutPatients: true }),
    ...(patients ? { patients } : {}),
  }
  deps.kit.concerning({ act: 'export', subjects: type ? { type } : {} })
  return { status: 202, contentLocation: `${deps.baseUrl}/$export-status?job=${writeCursor(deps, job)}` }
}

/** Only whoever began an export may follow it; what they see is decided again at every file. */
const ownerOf = ({ caller }: Asked['call']) => caller.personId ?? caller.grant?.clientId ?? 'service'

/** The patients of a group, which the caller must be able to see. */
async function membersOf({ deps, call, request }: Asked, id: string): Promise<string[]> {
  const sight = await deps.sightOf(call, request.purpose)
  const row = await deps.kit.database.read(call, () => deps.resources.read('Group', id, sight), wallOf(sight))
  const text = row && (await openText(deps, row))
  if (text === undefined) throw notFound('Group', id)
  const { member } = JSON.parse(text) as { member?: { entity?: { reference?: string }; inactive?: boolean }[] }
  return (member ?? []).flatMap(each =>
    each.inactive ? [] : (/^Patient\/([A-Za-z0-9.-]{1,64})$/.exec(each.entity?.reference ?? '')?.[1] ?? []),
  )
}

function jobOf(asked: Asked): Job {
  const job = readCursor<Job>(asked.deps, textOf(asked, 'job') ?? '')
  if (job.by !== ownerOf(asked.call)) throw fhirError('not-found', 'There is no such export.')
  return job
}

/** The manifest. There is nothing to wait for, so the first look already finds it. */
export async function runExportStatus(asked: Asked): Promise<Answer> {
  const { deps, call, request } = asked
  const job = jobOf(asked)
  const sight = await deps.sightOf(call, request.purpose)
  const ranges = await deps.kit.database.read(call, () => deps.bulk.ranges(job, fileSize, sight), wallOf(sight))
  deps.kit.concerning({ act: 'export-status' })
  const output = ranges
    .filter(({ type }) => scopesAllow(call.caller, type, 's'))
    .map(({ type, first, last, count }) => {
      const address = new URLSearchParams({
        job: textOf(asked, 'job')!,
        file: writeCursor(deps, { type, first, last }),
      })
      return { type, url: `${deps.baseUrl}/$export-file?${address.toString()}`, count }
    })
  const manifest = { transactionTime: job.at, request: job.url, requiresAccessToken: true, output, error: [] }
  return { status: 200, body: JSON.stringify(manifest), mediaType: 'application/json' }
}

export async function runExportFile(asked: Asked): Promise<Answer> {
  const { deps, call, request } = asked
  const job = jobOf(asked)
  const file = readCursor<{ type: string; first: string; last: string }>(deps, textOf(asked, 'file') ?? '')
  assertScope(call, file.type, 's')
  const sight = await deps.sightOf(call, request.purpose)
  const rows = await deps.kit.database.read(call, () => deps.bulk.file(job, file, sight), wallOf(sight))
  deps.kit.concerning({
    act: 'export-file',
    patientIds: patientsOf(rows),
    purpose: sight.purpose,
    subjects: { type: file.type, found: String(rows.length) },
  })
  const lines = await texts(deps, rows)
  return { status: 200, body: lines.map(each => `${each}\n`).join(''), mediaType: 'application/fhir+ndjson' }
}

async function texts(deps: RecordDeps, rows: Awaited<ReturnType<RecordDeps['bulk']['file']>>): Promise<string[]> {
  const opened = await Promise.all(rows.map(row => openText(deps, row)))
  return opened.filter(each => each !== undefined)
}
