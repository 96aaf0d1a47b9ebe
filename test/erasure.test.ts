// Who is erased is nowhere any more: in no table of any service, no file, no export, and in no older backup that is started again.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { appointment } from '#contract/appointment'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { notification } from '#contract/notification'
import { record } from '#contract/record'
import type { Call } from '#core/call'
import { Fault } from '#core/fault'
import { newId } from '#core/id'
import { aClinician, type TestClinician } from './clinic.ts'
import { signIn } from './people.ts'
import { isAvailable } from './servers/available.ts'
import { freePort } from './servers/child.ts'
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
  email: 'zq-5502@erasure.example',
  device: 'canary-of-a-device-8841',
  review: 'canary-of-a-review-4402',
  app: 'canary-of-an-app-6173',
}
const password = 'a-long-enough-password'

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

/**
 * A person with a record, a visit they gave a reason for, and one they cancelled with another. Without an account they were imported;
 * with one they signed in, wrote a review, and left their name wherever else an account does.
 */
async function aHistory(medley: TestMedley, hasAccount: boolean): Promise<string> {
  const service = medley.composition.serviceCall('test')
  const { personId } = await medley.call(identity).enrol(
    {
      ...(hasAccount ? { email: words.email, password } : {}),
      source: { system: `urn:mrn:${hasAccount}`, value: words.identifier },
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
  if (hasAccount) await anAccount(medley, clinician, own)
  return personId
}

async function anAccount(medley: TestMedley, clinician: TestClinician, own: Call): Promise<void> {
  const { url, clock } = medley
  const signedIn = await fetch(`${url}/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(url).origin, 'user-agent': words.device },
    body: JSON.stringify({ email: words.email, password }),
  })
  assert.equal(signedIn.status, 200)
  const as = () => ({ ...own, idempotencyKey: newId() })
  await medley.call(identity).createApiKey({ name: words.device, expiresInDays: 30 }, as())
  const { id: appId } = await medley.call(identity).registerApp(
    {
      name: words.app,
      maker: words.family,
      kind: 'public',
      redirectUris: ['https://app.example/callback'],
      scopes: ['openid'],
    },
    as(),
  )
  assert.ok(appId)
  await medley
    .call(notification)
    .addDevice({ endpoint: `https://push.example/${words.device}`, keys: { p256dh: 'a', auth: 'b' } }, as())
  const startsAt = new Date(clock.nowMs() + 26 * 3_600_000).toISOString()
  const { items } = await medley.call(appointment).listBookings({}, own)
  const bookingId = items.find(each => each.startsAt === startsAt)!.id
  clock.advance(27 * 3_600_000)
  await medley.call(appointment).complete({ bookingId }, { ...clinician.call, idempotencyKey: newId() })
  await medley.settle()
  await medley.call(directory).review({ clinicianId: clinician.id, bookingId, stars: 4, text: words.review }, as())
  await medley.settle()
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
  const patientIds = await beforeBackUp(kept)
  await kept.backUp()
  await erased(kept, patientIds)
  await restored(kept, patientIds)
}

async function beforeBackUp(kept: Kept): Promise<string[]> {
  await using medley = await kept.open()
  const patientIds = [await aHistory(medley, false), await aHistory(medley, true)]
  const before = await readableIn(medley, kept.files)
  const readable = Object.values(words).filter(word => before.some(each => each.endsWith(`: ${word}`)))
  // The reason of a visit is sealed wherever it is, so nobody finds it before either.
  const hidden = Object.values(words).filter(word => !readable.includes(word))
  assert.deepEqual(hidden, [words.reason], 'the search would find nothing in any case')
  assert.match(await exported(medley), new RegExp(words.canary))
  return patientIds
}

async function erased(kept: Kept, patientIds: readonly string[]): Promise<void> {
  await using medley = await kept.open()
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  for (const patientId of patientIds) await medley.call(record).erase({ patientId, confirm: 'erase' }, operator)
  await medley.settle()
  assert.deepEqual(await readableIn(medley, kept.files), [])
  await assert.rejects(signIn(medley.url, words.email, password), /401/)
}

async function restored(kept: Kept, patientIds: readonly string[]): Promise<void> {
  await using medley = await kept.openBackup()
  const service = medley.composition.serviceCall('test')
  for (const patientId of patientIds) {
    await assert.rejects(
      medley.call(record).interact({ method: 'GET', path: `Patient/${patientId}` }, service),
      (error: unknown) => error instanceof Fault && error.kind === 'not_found',
    )
  }
  await assert.rejects(signIn(medley.url, words.email, password), /401/, 'the account came back')
  assert.doesNotMatch(await exported(medley), new RegExp(Object.values(words).join('|')))
  const { rows } = await medley.platform.database.execute(
    'select wrapped from medley.person_key where person_id = any($1)',
    [patientIds],
  )
  assert.deepEqual(rows, [], 'a key came back')
  const { names } = await medley.call(identity).namesOf({ personIds: [...patientIds] }, service)
  assert.deepEqual(Object.values(names), ['', ''], 'a name came back')
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
  const open = async (folder: string) =>
    testMedley({ env: { MEDLEY_DATA: folder, MEDLEY_SECRET: secret, MEDLEY_PORT: String(await freePort()) } })
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
    const kept = { MEDLEY_DATA: join(top, 'data'), MEDLEY_SECRET: secret }
    const open = async (url: string) =>
      testMedley({ env: { ...kept, MEDLEY_DATABASE_URL: url, MEDLEY_PORT: String(await freePort()) } })
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
