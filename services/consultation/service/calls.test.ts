// Calls with a media server: which way they go, how many fit in, and that whoever loses the right to be there is put out of it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { appointment } from '#contract/appointment'
import { identity } from '#contract/identity'
import type { Call } from '#core/call'
import { newId } from '#core/id'
import { aClinician, aPatient, type TestClinician } from '../../../test/clinic.ts'
import { isAvailable } from '../../../test/servers/available.ts'
import { type FakeLiveKit, startLiveKit } from '../../../test/servers/livekit.ts'
import { startPostgres } from '../../../test/servers/postgres.ts'
import { type TestMedley, testMedley } from '../../../test/start.ts'
import { consultation } from '../contract.ts'

const startMs = Date.parse('2026-11-24T08:45:00-05:00')
const nine = '2026-11-24T14:00:00.000Z'
const code = (expected: string) => ({ code: `consultation.${expected}` })
const keyed = (call: Call): Call => ({ ...call, idempotencyKey: newId() })

let medley: TestMedley
let server: FakeLiveKit
before(async () => {
  server = await startLiveKit(() => medley.clock.nowMs())
  medley = await testMedley({ env: server.env, startMs })
})
after(async () => {
  await medley.stop()
  await server.stop()
})

type Scene = { medley: TestMedley; clinician: TestClinician; patient: Call; visitId: string }

/** A visit that runs, in which nobody is in the call yet. */
async function running(where: TestMedley = medley): Promise<Scene> {
  const clinician = await aClinician(where)
  const patient = await aPatient(where)
  const { id } = await where.call(appointment).book({ ...clinician.wish, startsAt: nine }, patient)
  await where.call(consultation).checkIn({ visitId: id }, keyed(patient))
  await where.call(consultation).callIn({ visitId: id }, keyed(clinician.call))
  return { medley: where, clinician, patient, visitId: id }
}

/** Somebody whom the patient invited, and who came. */
async function aGuest({ medley: where, patient, visitId }: Scene, name = 'Gabi') {
  const ops = where.call(consultation)
  const call = await aPatient(where)
  const { guest, code: word } = await ops.invite({ visitId, name, relation: 'relative' }, keyed(patient))
  await ops.acceptInvitation({ visitId, code: word }, keyed(call))
  return { call, guestId: guest.id }
}

const join = ({ medley: where, visitId }: Scene, call: Call) =>
  where.call(consultation).joinCall({ visitId }, keyed(call))
const typesOf = async ({ medley: where, visitId }: Scene) =>
  (await where.platform.channels.read(`consultation.visit/${visitId}`, 0, 200)).map(each => each.type)

/** Joins, and comes in at the media server as an app does. */
async function present(scene: Scene, call: Call, at: FakeLiveKit = server) {
  const joined = await join(scene, call)
  assert.ok(joined.ticket.kind === 'livekit', `the call is ${joined.ticket.kind}`)
  const { room } = await at.join(joined.ticket.token)
  return { ...joined, room, isIn: () => at.participants(room).includes(joined.peerId) }
}

/** Four may be in it, so that a server carries it. */
async function aGroup(where: TestMedley = medley, at: FakeLiveKit = server) {
  const scene = await running(where)
  const [one, other] = [await aGuest(scene, 'Ines'), await aGuest(scene, 'Omar')]
  const guest = await present(scene, one.call, at)
  const clinician = await present(scene, scene.clinician.call, at)
  return { scene, one, other, guest, clinician }
}

test('a call of three goes from browser to browser, and of four through the server', async () => {
  const scene = await running()
  const first = await join(scene, scene.patient)
  assert.deepEqual([first.ticket, first.others], [{ kind: 'direct' }, []])
  const { call } = await aGuest(scene)
  const third = await join(scene, call)
  assert.deepEqual(third.ticket, { kind: 'direct' })
  assert.deepEqual(third.others, [{ peerId: first.peerId, personId: scene.patient.caller.personId, seat: 'patient' }])
  await aGuest(scene, 'Omar')
  const clinician = await present(scene, scene.clinician.call)
  assert.deepEqual(clinician.others.map(each => each.seat).toSorted(), ['guest', 'patient'])
  // The others hear which way to go, and then all are in one room.
  const entries = await medley.platform.channels.read(`consultation.visit/${scene.visitId}`, 0, 200)
  const ways = entries.filter(each => each.type === 'joined').map(each => (each.data as { way: string }).way)
  assert.deepEqual(ways, ['direct', 'direct', 'server'])
  assert.equal((await present(scene, scene.patient)).room, clinician.room)
})

/** Fourteen or five are invited at once, and ten or one of them fit. */
async function invitingAtOnce(more: Record<string, string> = {}): Promise<void> {
  for (const [env, expected] of [
    [server.env, 10],
    [{}, 1],
  ] as const) {
    await using other = await testMedley({ env: { ...env, ...more }, startMs })
    const scene = await running(other)
    const { visitId, patient } = scene
    const invite = (name: string) =>
      other.call(consultation).invite({ visitId, name, relation: 'other' }, keyed(patient))
    const outcomes = await Promise.allSettled(
      Array.from({ length: expected + 4 }, (_, index) => invite(`Guest ${index}`)),
    )
    const refused = outcomes.filter(each => each.status === 'rejected').map(each => each.reason as { details: unknown })
    assert.equal(refused.length, 4)
    for (const fault of refused) assert.deepEqual(fault.details, { guestsMax: expected })
    const visit = await other.call(consultation).visit({ visitId }, patient)
    assert.deepEqual([visit.guests.length, visit.guestsMax], [expected, expected])
    // Room is made by ending somebody's access.
    const [guest] = visit.guests
    await other.call(consultation).consentToGuest({ visitId, guestId: guest!.id, agrees: false }, keyed(patient))
    await invite('One more')
    await assert.rejects(invite('And another'), code('roomFull'))
  }
}

test('a visit takes as many guests as a call can carry, however many are invited at once', () => invitingAtOnce())

// One after the other as an embedded engine does it, nobody could overtake; here only the lock of the visit is in the way.
test('on PostgreSQL too', { skip: !isAvailable('postgres') && 'AVAILABLE=postgres' }, async () => {
  const postgres = await startPostgres()
  try {
    await invitingAtOnce({ MEDLEY_DATABASE_URL: await postgres.createDatabase('guests') })
  } finally {
    await postgres.stop()
  }
})

test('whom the patient refuses is out of the call, at the server and for the others, and does not come back', async () => {
  const { scene, one, guest, clinician } = await aGroup()
  const { visitId, patient } = scene
  const ops = medley.call(consultation)
  await ops.consentToGuest({ visitId, guestId: one.guestId, agrees: false }, keyed(patient))
  assert.deepEqual((await typesOf(scene)).slice(-2), ['changed', 'left'])
  await medley.settle()
  assert.deepEqual([guest.isIn(), clinician.isIn()], [false, true])
  await assert.rejects(join(scene, one.call), code('consentMissing'))
  const signals = [{ kind: 'candidate' as const, data: {} }]
  const late = { visitId, token: guest.token, to: clinician.peerId, signals }
  await assert.rejects(ops.signal(late, one.call), code('consentMissing'))
})

test('of a guest who joins while they are refused nothing stays', async () => {
  const scene = await running()
  const { visitId, patient } = scene
  await aGuest(scene)
  for (let round = 0; round < 5; round++) {
    const { call, guestId } = await aGuest(scene, `Guest ${round}`)
    const refuse = () => medley.call(consultation).consentToGuest({ visitId, guestId, agrees: false }, keyed(patient))
    const [joined] = await Promise.allSettled([join(scene, call), refuse().catch(refuse)])
    await medley.settle()
    const { others } = await join(scene, scene.clinician.call)
    assert.ok(!others.some(each => each.personId === call.caller.personId))
    if (joined.status === 'fulfilled' && joined.value.ticket.kind === 'livekit')
      assert.ok(!server.rooms().some(room => server.participants(room).includes(joined.value.peerId)))
  }
})

test('one person is in a call once: the newest page counts, and the former one is put out', async () => {
  const { scene, one, guest, clinician } = await aGroup()
  const again = await present(scene, one.call)
  await medley.settle()
  assert.deepEqual([guest.isIn(), again.isIn(), clinician.isIn()], [false, true, true])
  assert.equal(again.others.length, 1)
  const late = { visitId: scene.visitId, token: guest.token, to: clinician.peerId }
  await assert.rejects(medley.call(consultation).signal(late, one.call), code('joinRefused'))
})

test('whoever leaves is out, and the room goes with the last one', async () => {
  const { scene, one, guest, clinician } = await aGroup()
  const { visitId } = scene
  await medley.call(consultation).signal({ visitId, token: guest.token }, one.call)
  await medley.settle()
  assert.deepEqual([guest.isIn(), clinician.isIn()], [false, true])
  await medley.call(consultation).signal({ visitId, token: clinician.token }, scene.clinician.call)
  await medley.settle()
  assert.ok(!server.rooms().includes(clinician.room))
})

test('the end of a visit is the end of its call', async () => {
  const { scene, clinician } = await aGroup()
  const sections = { subjective: '', objective: '', assessment: '', plan: 'Rest' }
  const end = { visitId: scene.visitId, version: 0, sections, tasks: [] }
  await medley.call(consultation).end(end, keyed(scene.clinician.call))
  await medley.settle()
  assert.ok(!server.rooms().includes(clinician.room))
})

test('a visit whose booking is cancelled has no call any more', async () => {
  const { scene, clinician } = await aGroup()
  const { visitId } = scene
  await medley.call(appointment).cancel({ bookingId: visitId }, keyed(scene.patient))
  await medley.settle()
  assert.equal((await medley.call(consultation).visit({ visitId }, scene.patient)).state, 'cancelled')
  assert.ok(!server.rooms().includes(clinician.room))
})

test('a time that is over, or a sign-in that has ended, puts out those who had it and nobody else', async () => {
  const scene = await running()
  await aGuest(scene)
  const { call } = await aGuest(scene, 'Omar')
  const signedIn = { ...call, caller: { ...call.caller, sessionId: newId() } }
  const guest = await present(scene, signedIn)
  const clinician = await present(scene, scene.clinician.call)
  await medley.run('consultation.watchCalls')
  assert.deepEqual([guest.isIn(), clinician.isIn()], [false, true])
  assert.equal((await typesOf(scene)).at(-1), 'left')
  medley.clock.set(startMs + 3 * 3_600_000)
  try {
    await medley.run('consultation.watchCalls')
    assert.ok(!server.rooms().includes(clinician.room))
  } finally {
    medley.clock.set(startMs)
  }
})

test('in a direct call too the others hear who has signed out, and no server is asked', async () => {
  const scene = await running()
  const { patient, clinician } = scene
  const gone = await join(scene, { ...patient, caller: { ...patient.caller, sessionId: newId() } })
  const asked = server.asked.length
  await medley.run('consultation.watchCalls')
  const last = (await medley.platform.channels.read(`consultation.visit/${scene.visitId}`, 0, 200)).at(-1)
  assert.deepEqual([last?.type, last?.data], ['left', { peerId: gone.peerId }])
  assert.deepEqual((await join(scene, clinician.call)).others, [])
  const signals = [{ kind: 'candidate' as const, data: {} }]
  const late = { visitId: scene.visitId, token: gone.token, to: newId(), signals }
  await assert.rejects(medley.call(consultation).signal(late, patient), code('joinRefused'))
  assert.equal(server.asked.length, asked)
})

test('a session that is revoked is out without waiting for anybody to look', async () => {
  const scene = await running()
  await aGuest(scene)
  const { call } = await aGuest(scene, 'Omar')
  const sessionId = newId()
  const guest = await present(scene, { ...call, caller: { ...call.caller, sessionId } })
  // As identity announces it when somebody ends another sign-in of theirs.
  const payload = identity.events.sessionRevoked.parse({ personId: call.caller.personId!, sessionId })
  const own = medley.platform.database.service('identity')
  const announce = async () => own.send('event', 'identity.sessionRevoked', payload)
  await own.save(medley.composition.serviceCall('identity'), announce)
  await medley.settle()
  assert.equal(guest.isIn(), false)
})

test('the media server learns neither the visit nor a person nor a name', async () => {
  const { scene } = await aGroup()
  const said = server.asked.map(each => `${each.path} ${each.body.toString()}`).join('\n')
  const { visitId, patient, clinician } = scene
  for (const secret of [
    visitId,
    patient.caller.personId!,
    clinician.id,
    clinician.personId,
    'Ines',
    'Omar',
    'Dr. Test',
  ])
    assert.ok(!said.includes(secret), secret)
})

test('guests see each other’s names, and not those whom the patient refused', async () => {
  const { scene, one, other } = await aGroup()
  const { visitId, patient } = scene
  const refused = await aGuest(scene, 'Sent Away')
  await medley.call(consultation).consentToGuest({ visitId, guestId: refused.guestId, agrees: false }, keyed(patient))
  const seen = await medley.call(consultation).visit({ visitId }, one.call)
  assert.deepEqual(seen.guests.map(each => [each.name, each.personId]).toSorted(), [
    ['Ines', one.call.caller.personId],
    ['Omar', other.call.caller.personId],
  ])
  assert.equal((await medley.call(consultation).visit({ visitId }, patient)).guests.length, 3)
})

test('without its server a call of few goes directly or not at all, as the operator wants, and all else goes on', async () => {
  for (const [directCalls, few] of [
    ['small', 'direct'],
    ['outage', 'direct'],
    ['never', undefined],
  ] as const) {
    const gone = await startLiveKit(() => startMs)
    const env = { ...gone.env, MEDLEY_VIDEO_DIRECT: directCalls, MEDLEY_LOG_LEVEL: 'silent' }
    await using other = await testMedley({ env, startMs })
    const scene = await running(other)
    const first = await join(scene, scene.patient)
    assert.equal(first.ticket.kind, directCalls === 'small' ? 'direct' : 'livekit')
    await gone.stop()
    if (few === undefined) await assert.rejects(join(scene, scene.clinician.call), code('callUnavailable'))
    else assert.equal((await join(scene, scene.clinician.call)).ticket.kind, few)
    await aGuest(scene)
    const fourth = await aGuest(scene, 'Omar')
    const refusal = await join(scene, fourth.call).catch((error: unknown) => error as { kind: string; code: string })
    assert.ok('code' in refusal)
    assert.deepEqual([refusal.code, refusal.kind], ['consultation.callUnavailable', 'unavailable'])
    const ready = await fetch(`${other.url}/readyz`)
    const { checks } = (await ready.json()) as { checks: { name: string; isHealthy: boolean }[] }
    assert.deepEqual([ready.status, checks.find(each => each.name === 'video')?.isHealthy], [200, false])
  }
})

test('pages may speak to the media server and to nobody else', async () => {
  const policyOf = async (where: TestMedley) =>
    /connect-src ([^;]*)/.exec((await fetch(`${where.url}/healthz`)).headers.get('content-security-policy') ?? '')?.[1]
  assert.equal(await policyOf(medley), `'self' ${server.url.replace('http', 'ws')} ${server.url}`)
  await using plain = await testMedley()
  assert.equal(await policyOf(plain), `'self'`)
  const { checks } = (await (await fetch(`${plain.url}/readyz`)).json()) as { checks: { name: string }[] }
  assert.ok(!checks.some(each => each.name === 'video'), 'what is not there is not looked at')
})
