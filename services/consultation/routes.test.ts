// Recordings over HTTP as a browser makes and plays them, with everything that may be wrong about consent and about the bytes.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { appointment } from '#contract/appointment'
import { audit } from '#contract/audit'
import { identity } from '#contract/identity'
import { record } from '#contract/record'
import type { Call } from '#core/call'
import { newId } from '#core/id'
import { dayMs, minuteMs } from '#core/time'
import { aClinician, aPatient, aPerson } from '../../test/clinic.ts'
import { signIn } from '../../test/people.ts'
import { isAvailable } from '../../test/servers/available.ts'
import { freePort } from '../../test/servers/child.ts'
import { startPostgres } from '../../test/servers/postgres.ts'
import { splitMedley, type TestMedley, testMedley } from '../../test/start.ts'
import { consultation } from './contract.ts'

const startMs = Date.parse('2026-11-24T08:45:00-05:00')
const password = 'a-long-enough-password'
let medley: TestMedley
/** With a port of its own, since one signs in at an address. */
const started = async (env: Record<string, string> = {}, atMs = startMs) =>
  testMedley({ startMs: atMs, env: { MEDLEY_PORT: String(await freePort()), ...env } })
before(async () => (medley = await started()))
after(() => medley.stop())

const keyed = (call: Call): Call => ({ ...call, idempotencyKey: newId() })
const code = (expected: string) => ({ code: expected.includes('.') ? expected : `consultation.${expected}` })

type Party = { email: string; call: Call; headers: Record<string, string> }
type Scene = {
  medley: TestMedley
  visitId: string
  clinician: Party
  patient: Party
  joined: { token: string; peerId: string }
}

async function signedIn(on: TestMedley, email: string, call: Call): Promise<Party> {
  const { token } = await signIn(on.url, email, password)
  return { email, call, headers: { authorization: `Bearer ${token}` } }
}

/** A visit that runs, with both in the call. */
async function calling(on: TestMedley = medley): Promise<Scene> {
  const emails = [`${newId()}@example.org`, `${newId()}@example.org`] as const
  const doctor = await aClinician(on, {}, { email: emails[0], password })
  const person = await aPerson(on, { email: emails[1], password })
  const patientCall = on.as({ ...person, roles: ['patient'] })
  const startsAt = new Date(Date.parse('2026-11-24T09:00:00-05:00')).toISOString()
  const { id: visitId } = await on.call(appointment).book({ ...doctor.wish, startsAt }, keyed(patientCall))
  const ops = on.call(consultation)
  await ops.checkIn({ visitId }, keyed(patientCall))
  await ops.callIn({ visitId }, keyed(doctor.call))
  const clinician = await signedIn(on, emails[0], doctor.call)
  const patient = await signedIn(on, emails[1], patientCall)
  await ops.joinCall({ visitId }, keyed(clinician.call))
  const joined = await ops.joinCall({ visitId }, keyed(patient.call))
  return { medley: on, visitId, clinician, patient, joined }
}

const opsOf = (scene: Scene) => scene.medley.call(consultation)
const now = async (scene: Scene) =>
  (await opsOf(scene).recording({ visitId: scene.visitId }, scene.patient.call)).recording

/** Asked by the clinician, agreed to by the patient. */
async function recording(scene: Scene): Promise<string> {
  const { id: recordingId } = await opsOf(scene).askToRecord({ visitId: scene.visitId }, keyed(scene.clinician.call))
  const answer = { visitId: scene.visitId, recordingId, agrees: true }
  assert.equal((await opsOf(scene).answerRecording(answer, keyed(scene.patient.call))).state, 'running')
  return recordingId
}

const withdraw = (scene: Scene, recordingId: string, who: Party = scene.patient) =>
  opsOf(scene).answerRecording({ visitId: scene.visitId, recordingId, agrees: false }, keyed(who.call))

const webm = [0x1a, 0x45, 0xdf, 0xa3]
/** The words stand in the bytes, so that finding them in a store means finding the recording. */
const bytesOf = (number: number, sizeBytes = 3_000) =>
  Buffer.concat([Buffer.from(number === 0 ? webm : []), Buffer.alloc(sizeBytes, `canary-of-a-recording-${number}-`)])

type Sent = { number: number; bytes?: Buffer; ms?: number | string; as?: Party; visitId?: string }

async function send(scene: Scene, recordingId: string, { number, bytes, ms = 3_000, as, visitId }: Sent) {
  const answer = await fetch(
    `${scene.medley.url}/visit-recordings/${visitId ?? scene.visitId}/${recordingId}/${number}`,
    {
      method: 'PUT',
      headers: {
        ...(as ?? scene.clinician).headers,
        'content-type': 'application/octet-stream',
        'x-part-ms': String(ms),
      },
      body: new Uint8Array(bytes ?? bytesOf(number)),
    },
  )
  const problem = (answer.status < 400 ? {} : await answer.json()) as { code?: string; details?: unknown }
  return { status: answer.status, code: problem.code, details: problem.details }
}

async function later(ms: number, work: () => Promise<unknown>): Promise<void> {
  const atMs = medley.clock.nowMs()
  medley.clock.advance(ms)
  try {
    await work()
  } finally {
    medley.clock.set(atMs)
  }
}

const refuses = (reason: string) => (answer: { code: string | undefined }) =>
  assert.equal(answer.code, reason.includes('.') ? reason : `consultation.${reason}`)
const takes = (answer: { status: number; code: string | undefined }) =>
  assert.deepEqual([answer.status, answer.code], [204, undefined])

async function play(scene: Scene, recordingId: string, who: Party, range?: string): Promise<Response> {
  const { token } = await opsOf(scene).playRecording({ visitId: scene.visitId, recordingId }, keyed(who.call))
  return bytesBy(scene, recordingId, who, token, range)
}

const bytesBy = (scene: Scene, recordingId: string, who: Party, token: string, range?: string) =>
  fetch(`${scene.medley.url}/visit-recordings/${scene.visitId}/${recordingId}`, {
    headers: { ...who.headers, 'x-playback-token': token, ...(range ? { range } : {}) },
  })

/** Not by `deepEqual`, which would print every byte. */
const holds = async (answer: Response, bytes: Buffer) =>
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes), `answers ${answer.status}, and other bytes`)

const acts = async (scene: Scene) =>
  (await scene.medley.platform.channels.read(`consultation.visit/${scene.visitId}`, 0, 100))
    .filter(each => each.type === 'recording')
    .map(each => (each.data as { act: string }).act)

const blobsOf = ({ medley: { platform }, visitId }: Scene) =>
  Array.fromAsync(platform.blobs.list(`visit-recordings/${visitId}/`))

test('both agree, it is recorded in parts, and both can play it; who did what is told and audited', async () => {
  const scene = await calling()
  const { visitId, clinician, patient } = scene
  const asked = await opsOf(scene).askToRecord({ visitId }, keyed(clinician.call))
  assert.equal(asked.state, 'asked')
  assert.deepEqual(
    asked.consents.map(each => [each.seat, each.answer]),
    [
      ['patient', 'asked'],
      ['clinician', 'agreed'],
    ],
  )
  assert.equal(Date.parse(asked.expiresAt) - Date.parse(asked.askedAt), 90 * dayMs)
  await send(scene, asked.id, { number: 0 }).then(refuses('consentPending'))
  assert.deepEqual(await blobsOf(scene), [], 'what is refused is not kept')
  await opsOf(scene).answerRecording({ visitId, recordingId: asked.id, agrees: true }, keyed(patient.call))
  for (const number of [0, 1, 2]) await send(scene, asked.id, { number }).then(takes)
  const ended = await opsOf(scene).endRecording({ visitId, recordingId: asked.id, parts: 3 }, keyed(clinician.call))
  assert.deepEqual(
    [ended.state, ended.ending, ended.parts, ended.durationMs, ended.isComplete, ended.contentType],
    ['ended', 'stopped', 3, 9_000, true, 'video/webm'],
  )
  const whole = Buffer.concat([bytesOf(0), bytesOf(1), bytesOf(2)])
  assert.equal(ended.sizeBytes, whole.length)
  for (const who of [patient, clinician]) {
    const answer = await play(scene, asked.id, who)
    await holds(answer, whole)
    assert.deepEqual(
      ['content-type', 'cache-control', 'content-length'].map(each => answer.headers.get(each)),
      ['video/webm', 'private, no-store', String(whole.length)],
    )
    const { items } = await opsOf(scene).recordings({ visitId }, who.call)
    assert.deepEqual(
      items.map(each => each.id),
      [asked.id],
    )
  }
  const piece = await play(scene, asked.id, patient, 'bytes=2990-6100')
  assert.deepEqual([piece.status, piece.headers.get('content-range')], [206, `bytes 2990-6100/${whole.length}`])
  await holds(piece, whole.subarray(2_990, 6_101))
  assert.deepEqual(await acts(scene), ['asked', 'agreed', 'ended', 'played', 'played', 'played'])
  await medley.settle()
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  for (const action of ['askToRecord', 'agreeToRecording', 'endRecording', 'playRecording']) {
    const { items } = await medley.call(audit).search({ action: `consultation.${action}`, limit: 20 }, operator)
    assert.ok(
      items.some(each => each.subjects['visitId'] === visitId),
      action,
    )
  }
})

test('a patient may ask as well, and the clinician refuse: then there is nothing', async () => {
  const scene = await calling()
  const { visitId } = scene
  const { id: recordingId } = await opsOf(scene).askToRecord({ visitId }, keyed(scene.patient.call))
  await assert.rejects(opsOf(scene).askToRecord({ visitId }, keyed(scene.clinician.call)), code('recordingUnderWay'))
  assert.equal((await withdraw(scene, recordingId, scene.clinician)).ending, 'refused')
  await send(scene, recordingId, { number: 0 }).then(refuses('recordingOver'))
  assert.equal(await now(scene), undefined)
  assert.deepEqual((await opsOf(scene).recordings({ visitId }, scene.patient.call)).items, [])
  await assert.rejects(
    opsOf(scene).playRecording({ visitId, recordingId }, keyed(scene.patient.call)),
    code('recordingNotFound'),
  )
  const again = { visitId, recordingId, agrees: true }
  await assert.rejects(opsOf(scene).answerRecording(again, keyed(scene.patient.call)), code('recordingOver'))
})

async function askAtOnce(on: TestMedley): Promise<number> {
  const scene = await calling(on)
  const { visitId, clinician, patient } = scene
  const asks = Array.from({ length: 12 }, (_, index) =>
    opsOf(scene).askToRecord({ visitId }, keyed(index % 2 ? clinician.call : patient.call)),
  )
  return (await Promise.allSettled(asks)).filter(each => each.status === 'fulfilled').length
}

test('of many who ask at once one asks', async () => assert.equal(await askAtOnce(medley), 1))

test('a withdrawal ends it at once on the server, and what came before stays', async () => {
  const scene = await calling()
  const recordingId = await recording(scene)
  await send(scene, recordingId, { number: 0 }).then(takes)
  const ended = await withdraw(scene, recordingId)
  assert.deepEqual([ended.state, ended.ending, ended.parts, ended.isComplete], ['ended', 'withdrawn', 1, false])
  await send(scene, recordingId, { number: 1 }).then(refuses('recordingOver'))
  const answer = await play(scene, recordingId, scene.patient)
  await holds(answer, bytesOf(0))
  assert.equal((await blobsOf(scene)).length, 1)
})

/** The withdrawal says how many parts there were; whatever was taken after it makes them more. */
async function withdrawAtOnce(on: TestMedley): Promise<void> {
  const scene = await calling(on)
  const recordingId = await recording(scene)
  await send(scene, recordingId, { number: 0 }).then(takes)
  const parts = [1, 1, 1, 1].map(number => send(scene, recordingId, { number }))
  const [ended, ...sent] = await Promise.all([withdraw(scene, recordingId), ...parts])
  const { items } = await opsOf(scene).recordings({ visitId: scene.visitId }, scene.patient.call)
  assert.equal(items[0]?.parts, ended.parts)
  assert.ok(sent.every(each => [undefined, 'consultation.recordingOver'].includes(each.code)))
  assert.equal((await blobsOf(scene)).length, ended.parts)
}

test('of a withdrawal and parts that come at the same moment, none is taken afterwards', () => withdrawAtOnce(medley))

test('on PostgreSQL too', { skip: !isAvailable('postgres') && 'AVAILABLE=postgres' }, async () => {
  const server = await startPostgres({ fsync: 'off' })
  try {
    await using own = await started({ MEDLEY_DATABASE_URL: await server.createDatabase('recordings') })
    assert.equal(await askAtOnce(own), 1)
    for (let round = 0; round < 10; round++) await withdrawAtOnce(own)
  } finally {
    await server.stop()
  }
})

test('who joins later pauses it until they agree; who is sent away does not count', async () => {
  const scene = await calling()
  const { visitId, patient } = scene
  const recordingId = await recording(scene)
  await send(scene, recordingId, { number: 0 }).then(takes)
  const guestCall = await aPatient(medley)
  const { guest, code: word } = await opsOf(scene).invite(
    { visitId, name: 'Ines', relation: 'interpreter' },
    keyed(patient.call),
  )
  await opsOf(scene).acceptInvitation({ visitId, code: word }, keyed(guestCall))
  assert.equal((await now(scene))?.state, 'running', 'who is not in the call is not asked')
  await opsOf(scene).joinCall({ visitId }, keyed(guestCall))
  assert.equal((await now(scene))?.state, 'paused')
  await send(scene, recordingId, { number: 1 }).then(refuses('consentPending'))
  const { recording: seen } = await opsOf(scene).recording({ visitId }, guestCall)
  assert.deepEqual(
    seen?.consents.map(each => [each.seat, each.answer]),
    [
      ['patient', 'agreed'],
      ['clinician', 'agreed'],
      ['guest', 'asked'],
    ],
  )
  await opsOf(scene).answerRecording({ visitId, recordingId, agrees: true }, keyed(guestCall))
  await send(scene, recordingId, { number: 1 }).then(takes)
  for (const ask of [
    () => opsOf(scene).askToRecord({ visitId }, keyed(guestCall)),
    () => opsOf(scene).recordings({ visitId }, guestCall),
    () => opsOf(scene).playRecording({ visitId, recordingId }, keyed(guestCall)),
    () => opsOf(scene).deleteRecording({ visitId, recordingId }, keyed(guestCall)),
  ])
    await assert.rejects(ask, code('visitNotFound'), String(ask))
  await opsOf(scene).joinCall({ visitId }, keyed(patient.call))
  assert.equal((await now(scene))?.state, 'running', 'who comes back has agreed already')
  await opsOf(scene).consentToGuest({ visitId, guestId: guest.id, agrees: false }, keyed(patient.call))
  await assert.rejects(
    opsOf(scene).answerRecording({ visitId, recordingId, agrees: false }, keyed(guestCall)),
    code('visitNotFound'),
  )
  assert.equal((await now(scene))?.state, 'running')
})

test('a third person who is erased leaves no recording that they are in', async () => {
  const scene = await calling()
  const { visitId, patient } = scene
  const guestCall = await aPatient(medley)
  const { code: word } = await opsOf(scene).invite({ visitId, name: 'Ines', relation: 'other' }, keyed(patient.call))
  await opsOf(scene).acceptInvitation({ visitId, code: word }, keyed(guestCall))
  const before = await recording(scene)
  await send(scene, before, { number: 0 }).then(takes)
  await withdraw(scene, before)
  await opsOf(scene).joinCall({ visitId }, keyed(guestCall))
  const { id: recordingId } = await opsOf(scene).askToRecord({ visitId }, keyed(patient.call))
  for (const call of [guestCall, scene.clinician.call])
    await opsOf(scene).answerRecording({ visitId, recordingId, agrees: true }, keyed(call))
  await send(scene, recordingId, { number: 0 }).then(takes)
  const patientId = guestCall.caller.personId!
  await medley.call(record).erase({ patientId, confirm: 'erase' }, medley.composition.serviceCall('test'))
  await medley.settle()
  await send(scene, recordingId, { number: 1 }).then(refuses('recordingOver'))
  const { items } = await opsOf(scene).recordings({ visitId }, patient.call)
  assert.deepEqual(
    items.map(each => each.id),
    [before],
  )
  assert.equal((await blobsOf(scene)).length, 1)
})

test('a call of one is not recorded', async () => {
  const scene = await calling()
  const { visitId, patient, clinician, joined } = scene
  const recordingId = await recording(scene)
  await send(scene, recordingId, { number: 0 }).then(takes)
  await opsOf(scene).signal({ visitId, token: joined.token }, keyed(patient.call))
  assert.equal((await now(scene))?.state, 'paused')
  await send(scene, recordingId, { number: 1 }).then(refuses('consentPending'))
  await opsOf(scene).endRecording({ visitId, recordingId, parts: 1 }, keyed(clinician.call))
  await assert.rejects(opsOf(scene).askToRecord({ visitId }, keyed(clinician.call)), code('nobodyElse'))
  await assert.rejects(opsOf(scene).askToRecord({ visitId }, keyed(patient.call)), code('notInCall'))
})

test('the page that records is gone: it ends, and what came is there', async () => {
  const scene = await calling()
  const { visitId, clinician } = scene
  const recordingId = await recording(scene)
  await send(scene, recordingId, { number: 0 }).then(takes)
  await opsOf(scene).joinCall({ visitId }, keyed(clinician.call))
  await send(scene, recordingId, { number: 1 }).then(refuses('recordingOver'))
  const { items } = await opsOf(scene).recordings({ visitId }, scene.patient.call)
  assert.deepEqual([items[0]?.ending, items[0]?.parts, items[0]?.isComplete], ['interrupted', 1, false])
  assert.equal((await play(scene, recordingId, scene.patient)).status, 200)
})

test('parts come in order, as they are, once, and from the browser that records', async () => {
  const scene = await calling()
  const other = await calling()
  const recordingId = await recording(scene)
  const theirs = await recording(other)
  await send(scene, recordingId, { number: 1 }).then(answer => {
    refuses('partMissing')(answer)
    assert.deepEqual(answer.details, { next: 0 })
  })
  await send(scene, recordingId, { number: 0, bytes: Buffer.alloc(500, 'no video') }).then(refuses('partRefused'))
  await send(scene, recordingId, { number: 0, bytes: Buffer.alloc(0) }).then(refuses('partRefused'))
  await send(scene, recordingId, { number: 0, ms: 60_000 }).then(refuses('partRefused'))
  await send(scene, recordingId, { number: 0, ms: 'long' }).then(refuses('partRefused'))
  await send(scene, recordingId, { number: 0, bytes: bytesOf(0, 4 * 1_048_576) }).then(refuses('partRefused'))
  await send(scene, recordingId, { number: 0, as: scene.patient }).then(refuses('access.forbidden'))
  await send(scene, recordingId, { number: 0, as: other.clinician }).then(refuses('visitNotFound'))
  await send(scene, theirs, { number: 0 }).then(refuses('recordingNotFound'))
  await send(scene, newId(), { number: 0, visitId: other.visitId }).then(refuses('visitNotFound'))
  assert.deepEqual(await blobsOf(scene), [])
  const sent = await Promise.all([0, 0, 0, 0, 0, 0].map(number => send(scene, recordingId, { number })))
  for (const each of sent) takes(each)
  await send(scene, recordingId, { number: 0 }).then(takes)
  await send(scene, recordingId, { number: 0, bytes: bytesOf(0, 99) }).then(refuses('partRefused'))
  assert.deepEqual([(await now(scene))?.parts, (await blobsOf(scene)).length], [1, 1])
  await send(scene, recordingId, { number: 2 }).then(refuses('partMissing'))
})

test('a recording has an end: two hours', async () => {
  const scene = await calling()
  const recordingId = await recording(scene)
  await send(scene, recordingId, { number: 0 }).then(takes)
  const { execute } = medley.platform.database
  await execute('update consultation.recording set duration_ms = $2 where id = $1', [recordingId, 7_199_000])
  await send(scene, recordingId, { number: 1 }).then(refuses('recordingFull'))
  await send(scene, recordingId, { number: 1, ms: 1_000 }).then(takes)
})

test('an ended visit takes no part, ends its recording, and lets nobody ask', async () => {
  const scene = await calling()
  const { visitId, clinician } = scene
  const recordingId = await recording(scene)
  await send(scene, recordingId, { number: 0 }).then(takes)
  const sections = { subjective: 'Seen', objective: '', assessment: '', plan: '' }
  const care = { plan: 'Rest.', diagnoses: [], orders: [], tasks: [] }
  await opsOf(scene).end({ visitId, version: 0, sections, ...care }, keyed(clinician.call))
  assert.ok(
    ['consultation.visitClosed', 'consultation.recordingOver'].includes(
      (await send(scene, recordingId, { number: 1 })).code!,
    ),
  )
  await assert.rejects(opsOf(scene).askToRecord({ visitId }, keyed(clinician.call)), code('visitClosed'))
  await medley.settle()
  const { items } = await opsOf(scene).recordings({ visitId }, scene.patient.call)
  assert.deepEqual([items[0]?.ending, items[0]?.parts], ['interrupted', 1])
  assert.equal((await acts(scene)).at(-1), 'ended')
})

test('playing needs the token of that person and recording, and bytes that are there', async () => {
  const scene = await calling()
  const { visitId, patient, clinician } = scene
  const recordingId = await recording(scene)
  await send(scene, recordingId, { number: 0 }).then(takes)
  const running = opsOf(scene).playRecording({ visitId, recordingId }, keyed(patient.call))
  await assert.rejects(running, code('recordingRuns'))
  await assert.rejects(
    opsOf(scene).deleteRecording({ visitId, recordingId }, keyed(patient.call)),
    code('recordingRuns'),
  )
  await withdraw(scene, recordingId)
  const { token } = await opsOf(scene).playRecording({ visitId, recordingId }, keyed(patient.call))
  const refusal = async (answer: Response) => ((await answer.json()) as { code: string }).code
  for (const wrong of ['', `${token}x`])
    assert.equal(await refusal(await bytesBy(scene, recordingId, patient, wrong)), 'consultation.playbackRefused')
  assert.equal(await refusal(await bytesBy(scene, recordingId, clinician, token)), 'consultation.playbackRefused')
  assert.equal(await refusal(await bytesBy(scene, newId(), patient, token)), 'consultation.playbackRefused')
  for (const range of ['bytes=999999-', 'bytes=9-3', 'lines=1-2', 'bytes=-'])
    assert.equal(
      await refusal(await bytesBy(scene, recordingId, patient, token, range)),
      'consultation.rangeRefused',
      range,
    )
  const strangers = [await aPatient(medley), (await aClinician(medley)).call]
  for (const stranger of strangers) {
    for (const ask of [
      () => opsOf(scene).recording({ visitId }, stranger),
      () => opsOf(scene).recordings({ visitId }, stranger),
      () => opsOf(scene).askToRecord({ visitId }, keyed(stranger)),
      () => opsOf(scene).answerRecording({ visitId, recordingId, agrees: true }, keyed(stranger)),
      () => opsOf(scene).playRecording({ visitId, recordingId }, keyed(stranger)),
    ])
      await assert.rejects(ask, code('visitNotFound'), String(ask))
  }
  const end = { visitId, recordingId, parts: 1 }
  await assert.rejects(opsOf(scene).endRecording(end, keyed(strangers[1]!)), code('visitNotFound'))
  await assert.rejects(opsOf(scene).endRecording(end, keyed(patient.call)), code('access.forbidden'))
  await assert.rejects(opsOf(scene).endRecording(end, keyed(clinician.call)), code('recordingOver'))
  await assert.rejects(
    opsOf(scene).deleteRecording({ visitId, recordingId }, keyed(strangers[0]!)),
    code('visitNotFound'),
  )
  await assert.rejects(
    opsOf(scene).deleteRecording({ visitId, recordingId: newId() }, keyed(patient.call)),
    code('recordingNotFound'),
  )
  const part = { visitId, recordingId, number: 1, blobId: newId(), sizeBytes: 1, durationMs: 1 }
  await assert.rejects(opsOf(scene).keepPart(part, keyed(clinician.call)), code('access.forbidden'))
})

test('the patient deletes it, and nothing of it is left', async () => {
  const scene = await calling()
  const { visitId, patient } = scene
  const recordingId = await recording(scene)
  for (const number of [0, 1]) await send(scene, recordingId, { number }).then(takes)
  await withdraw(scene, recordingId)
  const { token } = await opsOf(scene).playRecording({ visitId, recordingId }, keyed(patient.call))
  await opsOf(scene).deleteRecording({ visitId, recordingId }, keyed(patient.call))
  assert.equal((await bytesBy(scene, recordingId, patient, token)).status, 404)
  assert.deepEqual((await opsOf(scene).recordings({ visitId }, patient.call)).items, [])
  await medley.settle()
  assert.deepEqual(await blobsOf(scene), [])
  const { rows } = await medley.platform.database.execute(
    `select (select count(*) from consultation.recording where id = $1)::int
      + (select count(*) from consultation.recording_part where recording_id = $1)::int as n`,
    [recordingId],
  )
  assert.equal(rows[0]!['n'], 0)
})

test('whoever claims an older record of theirs keeps their recordings', async () => {
  const scene = await calling()
  const recordingId = await recording(scene)
  await send(scene, recordingId, { number: 0 }).then(takes)
  await withdraw(scene, recordingId)
  const service = medley.composition.serviceCall('test')
  const draft = {
    source: { system: 'test', value: newId() },
    name: 'Pat Testing',
    birthDate: '1970-05-17',
    jurisdiction: 'US-MA',
    timeZone: 'America/New_York',
  }
  const { personId } = await medley.call(identity).enrol(draft, service)
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  const { code: word } = await medley.call(identity).issueClaim({ personId }, operator)
  await medley.call(identity).claim({ code: word, birthDate: '1970-05-17' }, keyed(scene.patient.call))
  await medley.settle()
  const patient = await signedIn(medley, scene.patient.email, medley.as({ personId, roles: ['patient'] }))
  const { items } = await opsOf(scene).recordings({ visitId: scene.visitId }, patient.call)
  assert.deepEqual(items[0]?.consents[0], { personId, seat: 'patient', answer: 'withdrawn' })
  await holds(await play(scene, recordingId, patient), bytesOf(0))
})

test('its time over, it is shown to nobody and the job deletes it', async () => {
  const scene = await calling()
  const { visitId, patient } = scene
  const recordingId = await recording(scene)
  await send(scene, recordingId, { number: 0 }).then(takes)
  await withdraw(scene, recordingId)
  const listed = async () => (await opsOf(scene).recordings({ visitId }, patient.call)).items.length
  await later(90 * dayMs - minuteMs, async () => {
    await medley.run('consultation.deleteRecordings')
    assert.deepEqual([await listed(), (await blobsOf(scene)).length], [1, 1])
  })
  await later(90 * dayMs + minuteMs, async () => {
    assert.equal(await listed(), 0)
    await medley.run('consultation.deleteRecordings')
    assert.deepEqual(await blobsOf(scene), [])
    const operator = medley.as({ personId: newId(), roles: ['operator'] })
    const { items } = await medley.call(audit).search({ action: 'consultation.expireRecording', limit: 100 }, operator)
    assert.ok(items.some(each => each.subjects['recordingId'] === recordingId))
  })
})

test('a recording of which nothing comes any more ends, and one that goes on does not', async () => {
  const [silent, going] = [await calling(), await calling()]
  const ids = [await recording(silent), await recording(going)] as const
  await send(silent, ids[0], { number: 0 }).then(takes)
  await later(minuteMs, () => send(going, ids[1], { number: 0 }).then(takes))
  await later(2.5 * minuteMs, async () => {
    await medley.run('consultation.endRecordings')
    assert.deepEqual([(await now(silent))?.state, (await now(going))?.state], [undefined, 'running'])
    assert.equal((await acts(silent)).at(-1), 'ended')
  })
})

test('where recordings are kept for no time nobody may ask', async () => {
  await using own = await started({ MEDLEY_RECORDING_DAYS: '0' })
  const scene = await calling(own)
  const { visitId, clinician } = scene
  assert.equal((await opsOf(scene).recording({ visitId }, clinician.call)).isOffered, false)
  await assert.rejects(opsOf(scene).askToRecord({ visitId }, keyed(clinician.call)), code('recordingOff'))
})

test('stopped in the middle and started again: what came is there and plays, sealed where it lies, and goes with its patient', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'medley-recording-'))
  const env = { MEDLEY_DATA: folder, MEDLEY_SECRET: 's'.repeat(48) }
  const readable = (words: string) =>
    readdirSync(join(folder, 'files'), { recursive: true, encoding: 'utf8' })
      .map(path => join(folder, 'files', path))
      .filter(path => statSync(path).isFile() && readFileSync(path).includes(words))
  try {
    const first = await started(env)
    const scene = await calling(first)
    const recordingId = await recording(scene)
    for (const number of [0, 1]) await send(scene, recordingId, { number }).then(takes)
    // Bytes whose row never came, as a crash between the two leaves them.
    await first.platform.blobs.put(
      `visit-recordings/${scene.visitId}/${recordingId}/${newId()}`,
      Buffer.from('orphan'),
      {
        contentType: 'application/octet-stream',
      },
    )
    assert.deepEqual(readable('canary-of-a-recording'), [], 'parts lie sealed')
    await first.stop()
    await using second = await started(env, startMs + 3 * minuteMs)
    const patient = await signedIn(second, scene.patient.email, scene.patient.call)
    const after = { ...scene, medley: second, patient }
    await second.run('consultation.endRecordings')
    const answer = await play(after, recordingId, after.patient)
    await holds(answer, Buffer.concat([bytesOf(0), bytesOf(1)]))
    const patientId = after.patient.call.caller.personId!
    await second.call(record).erase({ patientId, confirm: 'erase' }, second.composition.serviceCall('test'))
    await second.settle()
    assert.deepEqual(await blobsOf(after), [])
    const { rows } = await second.platform.database.execute(
      `select (select count(*) from consultation.recording)::int + (select count(*) from consultation.call_peer)::int
        + (select count(*) from consultation.recording_consent)::int as n`,
    )
    assert.equal(rows[0]!['n'], 0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('through an edge that runs none of it, long answers included', async () => {
  await using split = await splitMedley({ startMs })
  const scene = await calling(split.edge)
  const recordingId = await recording(scene)
  const long = bytesOf(0, 3 * 1_048_576)
  await send(scene, recordingId, { number: 0, bytes: long }).then(takes)
  await send(scene, recordingId, { number: 1 }).then(takes)
  await withdraw(scene, recordingId)
  const whole = Buffer.concat([long, bytesOf(1)])
  await holds(await play(scene, recordingId, scene.patient), whole)
  await holds(await play(scene, recordingId, scene.patient, 'bytes=3000000-'), whole.subarray(3_000_000))
  await send(scene, recordingId, { number: 2 }).then(refuses('recordingOver'))
})
