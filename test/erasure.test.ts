// Who is erased is nowhere any more: in no table of any service, no file, no export, and in no older backup that is started again.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { appointment } from '#contract/appointment'
import { identity } from '#contract/identity'
import { record } from '#contract/record'
import { Fault } from '#core/fault'
import { newId } from '#core/id'
import { aClinician } from './clinic.ts'
import { isAvailable } from './servers/available.ts'
import { startPostgres } from './servers/postgres.ts'
import { mondayNoonMs, type TestMedley, testMedley } from './start.ts'

/** Words that are nowhere else, so that finding one means finding the person. */
const words = {
  family: 'Quixenbury',
  given: 'Zephyrine',
  identifier: 'MRN-77421-QX',
  birthDate: '1931-07-19',
  canary: 'canary-of-a-note-5531',
  reason: 'canary-of-a-reason-9127',
  cancelled: 'canary-of-a-cancellation-3310',
  phone: '15550133777',
}

/** Where any of the words can be read: `schema.table: word`. */
async function readableIn({ platform }: TestMedley, files: string): Promise<string[]> {
  const { rows: columns } = await platform.database.execute(
    `select table_schema as s, table_name as t, column_name as c, data_type as d from information_schema.columns
     join information_schema.tables using (table_schema, table_name)
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    [],
  )
  const found: string[] = []
  for (const { s, t, c, d } of columns as Record<'s' | 't' | 'c' | 'd', string>[]) {
    const text = d === 'bytea' ? `encode("${c}", 'escape')` : `"${c}"::text`
    const { rows } = await platform.database.execute(
      `select w from unnest($1::text[]) w where exists (select from "${s}"."${t}" where ${text} ilike '%' || w || '%')`,
      [Object.values(words)],
    )
    for (const row of rows) found.push(`${s}.${t}: ${String(row['w'])}`)
  }
  for (const path of readdirSync(files, { recursive: true, encoding: 'utf8' })) {
    if (!statSync(join(files, path)).isFile()) continue
    const bytes = readFileSync(join(files, path))
    for (const word of Object.values(words)) if (bytes.includes(word) || path.includes(word)) found.push(path)
  }
  return found
}

/** An imported person with a record, a visit they gave a reason for, and one they cancelled with another. */
async function aHistory(medley: TestMedley): Promise<string> {
  const service = medley.composition.serviceCall('test')
  const { personId } = await medley.call(identity).enrol(
    {
      source: { system: 'urn:mrn', value: words.identifier },
      name: `${words.given} ${words.family}`,
      birthDate: words.birthDate,
      phone: `+${words.phone}`,
      jurisdiction: 'US-MA',
      timeZone: 'America/New_York',
      details: { identifiers: [words.identifier] },
    },
    service,
  )
  const patient = {
    resourceType: 'Patient',
    id: personId,
    identifier: [{ system: 'urn:mrn', value: words.identifier }],
    name: [{ family: words.family, given: [words.given] }],
    telecom: [{ system: 'phone', value: `+${words.phone}` }],
    birthDate: words.birthDate,
  }
  const observation = {
    resourceType: 'Observation',
    id: newId(),
    status: 'final',
    code: { text: words.canary },
    subject: { reference: `Patient/${personId}`, display: `${words.given} ${words.family}` },
    note: [{ text: words.canary }],
  }
  const entries = [{ resource: patient }, { resource: observation }]
  await medley.call(record).load({ personId, entries }, service)
  await medley
    .call(record)
    .load({ personId, entries: [{ resource: patient }, { resource: { ...observation, status: 'amended' } }] }, service)
  const clinician = await aClinician(medley)
  const own = medley.as({ personId, jurisdiction: 'US-MA', roles: ['patient'] }, { idempotencyKey: newId() })
  const at = (hours: number) => new Date(mondayNoonMs + hours * 3_600_000).toISOString()
  await medley.call(appointment).book({ ...clinician.wish, startsAt: at(26), reason: words.reason }, own)
  const again = { ...own, idempotencyKey: newId() }
  const { id } = await medley.call(appointment).book({ ...clinician.wish, startsAt: at(50) }, again)
  await medley.call(appointment).cancel({ bookingId: id, reason: words.cancelled }, { ...own, idempotencyKey: newId() })
  await medley.settle()
  return personId
}

async function exported(medley: TestMedley): Promise<string> {
  const service = medley.composition.serviceCall('test')
  const ask = (path: string, query: [string, string][]) =>
    medley.call(record).interact({ method: 'GET', path, query, prefer: 'respond-async' }, service)
  const { contentLocation } = await ask('$export', [])
  const { body } = await ask('$export-status', [...new URL(contentLocation!).searchParams])
  const { output } = JSON.parse(body!) as { output: { url: string }[] }
  const files = await Promise.all(output.map(({ url }) => ask('$export-file', [...new URL(url).searchParams])))
  return files.map(each => each.body).join('')
}

type Kept = {
  /** A Medley on the present data. */
  open(): Promise<TestMedley>
  /** Keeps the database as it is now; Medley does not run meanwhile. */
  backUp(): Promise<void>
  /** A Medley on what was kept, with the present files. */
  openBackup(): Promise<TestMedley>
  files: string
}

async function eraseAndRestore(kept: Kept): Promise<void> {
  const patientId = await beforeBackUp(kept)
  await kept.backUp()
  await erased(kept, patientId)
  await restored(kept, patientId)
}

async function beforeBackUp(kept: Kept): Promise<string> {
  await using medley = await kept.open()
  const patientId = await aHistory(medley)
  const before = await readableIn(medley, kept.files)
  assert.ok(before.length >= 8, 'the search would find nothing in any case')
  assert.match(await exported(medley), new RegExp(words.canary))
  return patientId
}

async function erased(kept: Kept, patientId: string): Promise<void> {
  await using medley = await kept.open()
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  await medley.call(record).erase({ patientId, confirm: 'erase' }, operator)
  await medley.settle()
  assert.deepEqual(await readableIn(medley, kept.files), [])
}

async function restored(kept: Kept, patientId: string): Promise<void> {
  await using medley = await kept.openBackup()
  const service = medley.composition.serviceCall('test')
  await assert.rejects(
    medley.call(record).interact({ method: 'GET', path: `Patient/${patientId}` }, service),
    (error: unknown) => error instanceof Fault && error.kind === 'not_found',
  )
  assert.doesNotMatch(await exported(medley), new RegExp(Object.values(words).join('|')))
  const { rows } = await medley.platform.database.execute(
    'select wrapped from medley.person_key where person_id = $1',
    [patientId],
  )
  assert.deepEqual(rows, [], 'the key came back')
  assert.deepEqual(
    (await medley.call(identity).namesOf({ personIds: [patientId] }, service)).names,
    { [patientId]: '' },
    'the name came back',
  )
  // What the others hold goes when they hear of the erasure again.
  await medley.settle()
  assert.deepEqual(await readableIn(medley, kept.files), [])
}

const secret = 's'.repeat(48)

test('another process that remembers an erased patient begins them anew, and they can be erased again', async () => {
  await using one = await testMedley({ env: { MEDLEY_SECRET: secret } })
  const database = one.platform.database
  await using other = await testMedley({ env: { MEDLEY_SECRET: secret }, roles: 'api', platform: { database } })
  const service = one.composition.serviceCall('test')
  const patientId = newId()
  const body = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: words.canary },
    subject: { reference: `Patient/${patientId}` },
  }
  const write = (medley: TestMedley) =>
    medley.call(record).interact({ method: 'POST', path: 'Observation', query: [], body }, service)
  const erase = () => one.call(record).erase({ patientId, confirm: 'erase' }, service)
  for (const medley of [one, other, other]) await write(medley)
  assert.deepEqual(await erase(), { erased: 3 })
  await write(other)
  assert.deepEqual(await erase(), { erased: 1 })
})

test('an erasure that failed leaves no note, or the next start would make up for it', async () => {
  await using medley = await testMedley({ env: { MEDLEY_SECRET: secret } })
  const service = medley.composition.serviceCall('test')
  const patientId = newId()
  const resource = { resourceType: 'Patient', id: patientId, name: [{ family: words.family }] }
  await medley.call(record).load({ personId: newId(), entries: [{ resource }] }, service)
  const { execute } = medley.platform.database
  await execute(`create function record.refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$`, [])
  await execute('create trigger refuse before delete on record.resource execute function record.refuse()', [])
  const erase = () => medley.call(record).erase({ patientId, confirm: 'erase' }, service)
  const notes = () => Array.fromAsync(medley.platform.blobs.list('record/erasures/'))
  await assert.rejects(erase())
  assert.deepEqual(await notes(), [])
  await execute('drop trigger refuse on record.resource', [])
  assert.deepEqual(await erase(), { erased: 1 })
  assert.equal((await notes()).length, 1)
})

test('an erased person stays erased when an older copy of the embedded database is started', async () => {
  const top = mkdtempSync(join(tmpdir(), 'medley-erasure-'))
  const [present, older] = [join(top, 'present'), join(top, 'older')]
  const open = (folder: string) => testMedley({ env: { MEDLEY_DATA: folder, MEDLEY_SECRET: secret } })
  try {
    await eraseAndRestore({
      files: join(present, 'files'),
      open: () => open(present),
      async backUp() {
        cpSync(present, older, { recursive: true })
        rmSync(join(older, 'files'), { recursive: true })
      },
      async openBackup() {
        cpSync(join(present, 'files'), join(older, 'files'), { recursive: true })
        return open(older)
      },
    })
  } finally {
    rmSync(top, { recursive: true, force: true })
  }
})

test(
  'and when a dump of PostgreSQL is restored',
  { skip: !isAvailable('postgres') && 'AVAILABLE=postgres' },
  async () => {
    const server = await startPostgres({ fsync: 'off' })
    const top = mkdtempSync(join(tmpdir(), 'medley-erasure-'))
    const run = promisify(execFile)
    const dump = join(top, 'dump.sql')
    const present = await server.createDatabase('present')
    const open = (url: string) =>
      testMedley({ env: { MEDLEY_DATABASE_URL: url, MEDLEY_DATA: join(top, 'data'), MEDLEY_SECRET: secret } })
    try {
      await eraseAndRestore({
        files: join(top, 'data/files'),
        open: () => open(present),
        backUp: async () => void (await run('pg_dump', ['--file', dump, present])),
        async openBackup() {
          const restored = await server.createDatabase('restored')
          await run('psql', ['--quiet', '--set', 'ON_ERROR_STOP=1', '--file', dump, restored])
          return open(restored)
        },
      })
    } finally {
      await server.stop()
      rmSync(top, { recursive: true, force: true })
    }
  },
)
