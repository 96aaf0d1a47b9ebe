import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { appointment } from '#contract/appointment'
import { diagnosis } from '#contract/diagnosis'
import { notification } from '#contract/notification'
import { record } from '#contract/record'
import type { Call } from '#core/call'
import { newId } from '#core/id'
import { aClinician, aPatient, type TestClinician } from '../../test/clinic.ts'
import { type TestMedley, testMedley } from '../../test/start.ts'
import { consultation } from './contract.ts'

let medley: TestMedley
/** Tuesday 2026-11-24 at a wall time in Boston. */
const tuesday = (time: string) => new Date(`2026-11-24T${time}:00-05:00`).toISOString()
before(async () => (medley = await testMedley({ startMs: Date.parse(tuesday('08:45')) })))
after(() => medley.stop())

const ops = () => medley.call(consultation)
const minute = 60_000
const keyed = (call: Call, key: string = newId()): Call => ({ ...call, idempotencyKey: key })
const code = (expected: string) => ({ code: expected.includes('.') ? expected : `consultation.${expected}` })
const blank = { subjective: '', objective: '', assessment: '', plan: '' }
const sections = { ...blank, subjective: 'A cough for a week', plan: 'Rest and tea' }

type Scene = { clinician: TestClinician; patient: Call; visitId: string }

async function booked(time = '09:00', clinician?: TestClinician): Promise<Scene> {
  const whose = clinician ?? (await aClinician(medley))
  const patient = await aPatient(medley)
  const { id } = await medley.call(appointment).book({ ...whose.wish, startsAt: tuesday(time) }, patient)
  return { clinician: whose, patient, visitId: id }
}

/** Both are in the room and the visit runs. */
async function running(): Promise<Scene> {
  const scene = await booked()
  await ops().checkIn({ visitId: scene.visitId }, keyed(scene.patient))
  await ops().callIn({ visitId: scene.visitId }, keyed(scene.clinician.call))
  return scene
}

const care = { plan: 'Drink and rest.', diagnoses: [], orders: [], tasks: [] }

async function at<T>(time: string, work: () => Promise<T>): Promise<T> {
  const start = medley.clock.nowMs()
  medley.clock.set(Date.parse(tuesday(time)))
  try {
    return await work()
  } finally {
    medley.clock.set(start)
  }
}

test('a patient checks in, waits in the order of bookings, and is called in', async () => {
  const first = await booked('09:00')
  const second = await booked('09:20', first.clinician)
  const visitId = second.visitId
  const waiting = await ops().checkIn({ visitId }, keyed(second.patient))
  assert.deepEqual(
    [waiting.state, waiting.seat, waiting.queue],
    ['waiting', 'patient', { place: 1, expectedAt: tuesday('09:20') }],
  )
  await ops().checkIn({ visitId: first.visitId }, keyed(first.patient))
  assert.equal((await ops().checkIn({ visitId }, keyed(second.patient))).queue?.place, 2)
  assert.equal((await ops().visit({ visitId }, second.patient)).queue?.place, 2)
  const { items } = await ops().waiting({}, first.clinician.call)
  assert.deepEqual(
    items.map(each => [each.id, each.queue?.place, each.patientName]),
    [
      [first.visitId, 1, 'Pat Testing'],
      [visitId, 2, 'Pat Testing'],
    ],
  )
  const called = await ops().callIn({ visitId: first.visitId }, keyed(first.clinician.call))
  assert.deepEqual([called.state, called.queue], ['inProgress', undefined])
  assert.equal((await ops().visit({ visitId }, second.patient)).queue?.place, 1)
  assert.equal((await medley.call(appointment).booking({ bookingId: visitId }, second.patient)).state, 'arrived')
})

test('checking in twice, or from two devices at once, is one arrival', async () => {
  const { patient, visitId } = await booked()
  await Promise.all([0, 1, 2, 3].map(() => ops().checkIn({ visitId }, keyed(patient))))
  assert.equal((await ops().visit({ visitId }, patient)).state, 'waiting')
  const entries = await medley.platform.channels.read(`consultation.visit/${visitId}`, 0, 50)
  assert.deepEqual(
    entries.map(each => [each.seq, each.type, each.data]),
    [[1, 'changed', { state: 'waiting' }]],
  )
})

test('a visit that is not now is refused with the time from which it is', async () => {
  const { clinician, patient, visitId } = await booked('15:00')
  const early = await ops()
    .checkIn({ visitId }, keyed(patient))
    .catch((error: { code: string; details: unknown }) => error)
  assert.ok('code' in early && early.code === 'consultation.notToday')
  assert.deepEqual(early.details, { opensAt: tuesday('14:00') })
  await ops().enter({ visitId }, keyed(patient))
  await assert.rejects(ops().callIn({ visitId }, keyed(clinician.call)), code('notToday'))
  await assert.rejects(ops().joinCall({ visitId }, keyed(patient)), code('notToday'))
  await assert.rejects(ops().end({ visitId, version: 0, sections, ...care }, keyed(clinician.call)), code('notToday'))
})

/** As the live door asks it. */
async function mayWatch(id: string, { caller }: Call): Promise<boolean> {
  const { may } = await ops().visitWatchers({ watchers: [{ id, caller }] }, medley.composition.serviceCall('test'))
  return may[0]!
}

test('asked of many at once, each hears for themselves whether they may watch a visit or a queue', async () => {
  const [one, two] = [await running(), await running()]
  const [stranger, operator] = [await aPatient(medley), medley.as({ personId: newId(), roles: ['operator'] })]
  const service = medley.composition.serviceCall('test')
  const visits = [
    { id: one.visitId, caller: one.patient.caller },
    { id: one.visitId, caller: two.patient.caller },
    { id: two.visitId, caller: two.clinician.call.caller },
    { id: two.visitId, caller: one.clinician.call.caller },
    { id: one.visitId, caller: stranger.caller },
    { id: one.visitId, caller: operator.caller },
    { id: newId(), caller: one.patient.caller },
    { id: one.visitId, caller: service.caller },
  ]
  const { may } = await ops().visitWatchers({ watchers: visits }, service)
  assert.deepEqual(may, [true, false, true, false, false, false, false, false])
  const queues = [
    { id: one.clinician.id, caller: one.clinician.call.caller },
    { id: one.clinician.id, caller: one.patient.caller },
    { id: one.clinician.id, caller: two.patient.caller },
    { id: one.clinician.id, caller: two.clinician.call.caller },
    { id: one.clinician.id, caller: service.caller },
  ]
  assert.deepEqual((await ops().queueWatchers({ watchers: queues }, service)).may, [true, true, false, false, false])
  for (const ask of [ops().visitWatchers, ops().queueWatchers])
    await assert.rejects(ask({ watchers: visits.slice(0, 1) }, one.patient), { code: 'access.forbidden' })
})

test('strangers, other clinicians and operators find no visit', async () => {
  const { visitId, clinician } = await running()
  const [stranger, other] = [await aPatient(medley), (await aClinician(medley)).call]
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  const [messageId, fileId, guestId, taskId] = [newId(), newId(), newId(), newId()]
  const hidden = code('visitNotFound')
  for (const call of [stranger, other]) {
    for (const ask of [
      () => ops().enter({ visitId }, keyed(call)),
      () => ops().visit({ visitId }, call),
      () => ops().messages({ visitId }, call),
      () => ops().say({ visitId, text: 'hello' }, keyed(call)),
      () => ops().markRead({ visitId, messageId }, keyed(call)),
      () => ops().attach({ visitId, fileId, name: 'x.png' }, keyed(call)),
      () => ops().joinCall({ visitId }, keyed(call)),
      () => ops().invite({ visitId, name: 'Me', relation: 'other' }, keyed(call)),
      () => ops().aftercare({ visitId }, call),
      () => ops().enter({ visitId: newId() }, keyed(call)),
    ])
      await assert.rejects(ask, hidden, String(ask))
  }
  await assert.rejects(ops().checkIn({ visitId }, keyed(stranger)), hidden)
  await assert.rejects(ops().consentToGuest({ visitId, guestId, agrees: true }, keyed(stranger)), hidden)
  await assert.rejects(ops().tickTask({ visitId, taskId, isDone: true }, keyed(stranger)), hidden)
  const guess = { visitId, code: 'GUESSGUESS22' }
  await assert.rejects(ops().acceptInvitation(guess, keyed(stranger)), code('invitationRefused'))
  for (const ask of [
    () => ops().callIn({ visitId }, keyed(other)),
    () => ops().note({ visitId }, other),
    () => ops().noteVersions({ visitId }, other),
    () => ops().saveNote({ visitId, version: 0, sections }, keyed(other)),
    () => ops().signNote({ visitId, version: 1 }, keyed(other)),
    () => ops().amendNote({ visitId, version: 1, sections, reason: 'x' }, keyed(other)),
    () => ops().end({ visitId, version: 0, sections, ...care }, keyed(other)),
  ])
    await assert.rejects(ask, hidden, String(ask))
  await assert.rejects(ops().visit({ visitId }, operator), hidden)
  const question = { clinicianId: newId(), subject: 'Itching', text: 'It itches' }
  for (const ask of [
    () => ops().waiting({}, stranger),
    () => ops().templates({}, stranger),
    () => ops().details({ visitId }, operator),
    () => ops().enter({ visitId }, operator),
    () => ops().conversations({}, operator),
    () => ops().ask(question, operator),
  ])
    await assert.rejects(ask, code('access.forbidden'), String(ask))
  await assert.rejects(ops().iceServers({}, medley.as({})), code('access.unauthenticated'))
  const token = (await ops().joinCall({ visitId }, keyed(clinician.call))).token
  await assert.rejects(ops().signal({ visitId, token }, stranger), code('joinRefused'))
})

test('chat: what is said is heard live and listed, in the same order, with receipts', async () => {
  const { clinician, patient, visitId } = await running()
  const hello = await ops().say({ visitId, text: 'Hello doctor' }, keyed(patient))
  const answer = await ops().say({ visitId, text: 'Hello' }, keyed(clinician.call))
  await assert.rejects(ops().say({ visitId, text: '  ' }, keyed(patient)), code('messageEmpty'))
  const { items } = await ops().messages({ visitId }, patient)
  assert.deepEqual(items, [answer, hello])
  const page = await ops().messages({ visitId, limit: 1 }, patient)
  assert.deepEqual((await ops().messages({ visitId, limit: 1, cursor: page.nextCursor }, patient)).items, [hello])
  assert.equal((await ops().visit({ visitId }, patient)).unread, 1)
  await ops().markRead({ visitId, messageId: answer.id }, keyed(patient))
  await ops().markRead({ visitId, messageId: hello.id }, keyed(patient))
  const seen = await ops().visit({ visitId }, patient)
  assert.deepEqual([seen.unread, seen.readUpTo], [0, { [patient.caller.personId!]: answer.id }])
  await assert.rejects(ops().markRead({ visitId, messageId: newId() }, keyed(patient)), code('messageNotFound'))
  const entries = await medley.platform.channels.read(`consultation.visit/${visitId}`, 0, 50)
  assert.deepEqual(
    entries.slice(2).map(each => each.type),
    ['said', 'said', 'read'],
  )
  assert.deepEqual(entries[2]?.data, hello)
})

test('a message that is sent again with its key is said once', async () => {
  const { patient, visitId } = await running()
  const call = keyed(patient)
  const said = await Promise.all(Array.from({ length: 20 }, () => ops().say({ visitId, text: 'once' }, call)))
  assert.equal(new Set(said.map(each => each.id)).size, 1)
  assert.equal((await ops().messages({ visitId }, patient)).items.length, 1)
  await assert.rejects(ops().say({ visitId, text: 'twice' }, call), code('idempotency.keyReused'))
})

test('nothing that was said, written or named lies readable in the database', async () => {
  const { clinician, patient, visitId } = await running()
  await ops().say({ visitId, text: 'canary-message-7731' }, keyed(patient))
  await ops().saveNote({ visitId, version: 0, sections: { ...blank, plan: 'canary-note-7731' } }, keyed(clinician.call))
  await ops().invite({ visitId, name: 'canary-guest-7731', relation: 'relative' }, keyed(patient))
  await medley.settle()
  const { rows: tables } = await medley.platform.database.execute(
    `select table_schema as s, table_name as t from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  )
  for (const { s, t } of tables as { s: string; t: string }[]) {
    const { rows } = await medley.platform.database.execute(`select count(*)::int as n from "${s}"."${t}" x
      where x::text ilike '%canary-%-7731%' or x::text ilike '%' || encode('canary-', 'hex') || '%'`)
    assert.equal(rows[0]!['n'], 0, `${s}.${t}`)
  }
})

test('the call: a token opens it for its person, its visit and its time', async () => {
  const { clinician, patient, visitId } = await running()
  const { visitId: otherVisit, patient: otherPatient } = await running()
  const mine = await ops().joinCall({ visitId }, keyed(patient))
  const theirs = await ops().joinCall({ visitId }, keyed(clinician.call))
  assert.deepEqual([mine.seat, theirs.seat, mine.iceServers], ['patient', 'clinician', []])
  const personId = patient.caller.personId!
  assert.deepEqual([mine.others, theirs.others], [[], [{ peerId: mine.peerId, personId, seat: 'patient' }]])
  const signals = [{ kind: 'description' as const, data: { type: 'offer', sdp: 'v=0' } }]
  const wanted = { visitId, token: mine.token, to: theirs.peerId, signals }
  await ops().signal(wanted, patient)
  const entries = await medley.platform.channels.read(`consultation.visit/${visitId}`, 0, 50)
  assert.deepEqual(
    entries.slice(2).map(each => each.type),
    ['joined', 'joined', 'signalled'],
  )
  assert.deepEqual(entries.at(-1)?.data, { from: mine.peerId, to: theirs.peerId, signals })
  const refused = code('joinRefused')
  await assert.rejects(ops().signal({ ...wanted, token: theirs.token }, patient), refused)
  await assert.rejects(ops().signal({ ...wanted, token: `${mine.token}x` }, patient), refused)
  await assert.rejects(ops().signal({ ...wanted, visitId: otherVisit }, otherPatient), refused)
  await at('10:00', () => assert.rejects(ops().signal(wanted, patient), refused))
  await ops().signal({ visitId, token: mine.token }, patient)
  const last = (await medley.platform.channels.read(`consultation.visit/${visitId}`, 0, 50)).at(-1)
  assert.deepEqual([last?.type, last?.data], ['left', { peerId: mine.peerId }])
})

test('nobody joins before the clinician asks them in', async () => {
  const { patient, visitId } = await booked()
  await ops().checkIn({ visitId }, keyed(patient))
  await assert.rejects(ops().joinCall({ visitId }, keyed(patient)), code('notCalledIn'))
})

test('relay credentials end with the visit and are those a relay expects', async () => {
  const env = {
    MEDLEY_TURN_URLS: 'stun:t.example:3478,turn:t.example:3478',
    MEDLEY_TURN_SECRET: 'a-secret-of-the-relay',
  }
  await using other = await testMedley({ env, startMs: Date.parse(tuesday('08:45')) })
  const clinician = await aClinician(other)
  const patient = await aPatient(other)
  const { id: visitId } = await other.call(appointment).book({ ...clinician.wish, startsAt: tuesday('09:00') }, patient)
  await other.call(consultation).checkIn({ visitId }, keyed(patient))
  await other.call(consultation).callIn({ visitId }, keyed(clinician.call))
  const { iceServers, expiresAt } = await other.call(consultation).joinCall({ visitId }, keyed(patient))
  assert.equal(expiresAt, tuesday('09:50'))
  const relay = iceServers[1]!
  assert.deepEqual(iceServers[0], { urls: ['stun:t.example:3478'] })
  assert.equal(Number(relay.username?.split(':')[0]) * 1_000, Date.parse(expiresAt))
  assert.ok(!relay.username?.includes(patient.caller.personId!), 'the relay learns no person')
  const { createHmac } = await import('node:crypto')
  const expected = createHmac('sha1', env.MEDLEY_TURN_SECRET).update(relay.username!).digest('base64')
  assert.equal(relay.credential, expected)
})

test('a third person comes in with the patient’s consent, and out when it is withdrawn', async () => {
  const { clinician, patient, visitId } = await running()
  const interpreter = await aPatient(medley)
  const { guest, code: word } = await ops().invite(
    { visitId, name: 'Ines', relation: 'interpreter' },
    keyed(clinician.call),
  )
  assert.equal(guest.consent, 'asked')
  await assert.rejects(ops().acceptInvitation({ visitId, code: word }, keyed(interpreter)), code('consentMissing'))
  await assert.rejects(ops().invite({ visitId, name: 'Two', relation: 'other' }, keyed(patient)), code('roomFull'))
  await ops().consentToGuest({ visitId, guestId: guest.id, agrees: true }, keyed(patient))
  const seen = await ops().acceptInvitation({ visitId, code: word.toLowerCase() }, keyed(interpreter))
  assert.deepEqual([seen.seat, seen.guests[0]?.name], ['guest', 'Ines'])
  assert.ok(await mayWatch(visitId, interpreter))
  await ops().say({ visitId, text: 'Hola' }, keyed(interpreter))
  const joined = await ops().joinCall({ visitId }, keyed(interpreter))
  await assert.rejects(
    ops().invite({ visitId, name: 'Four', relation: 'other' }, keyed(interpreter)),
    code('visitNotFound'),
  )
  await assert.rejects(ops().aftercare({ visitId }, interpreter), code('visitNotFound'))
  await assert.rejects(
    ops().acceptInvitation({ visitId, code: word }, keyed(await aPatient(medley))),
    code('invitationRefused'),
  )
  await ops().consentToGuest({ visitId, guestId: guest.id, agrees: false }, keyed(patient))
  assert.ok(!(await mayWatch(visitId, interpreter)))
  await assert.rejects(ops().joinCall({ visitId }, keyed(interpreter)), code('consentMissing'))
  const late = { visitId, token: joined.token, to: newId(), signals: [] }
  await assert.rejects(ops().signal(late, interpreter), code('consentMissing'))
  await assert.rejects(ops().say({ visitId, text: 'still here' }, keyed(interpreter)), code('visitNotFound'))
  await assert.rejects(
    ops().consentToGuest({ visitId, guestId: newId(), agrees: true }, keyed(patient)),
    code('guestNotFound'),
  )
})

test('of two who use an invitation at once one comes in', async () => {
  const { patient, visitId } = await running()
  const { code: word } = await ops().invite({ visitId, name: 'Aunt', relation: 'relative' }, keyed(patient))
  const people = await Promise.all([0, 1, 2, 3, 4, 5].map(() => aPatient(medley)))
  const outcomes = await Promise.allSettled(
    people.map(call => ops().acceptInvitation({ visitId, code: word }, keyed(call))),
  )
  assert.equal(outcomes.filter(each => each.status === 'fulfilled').length, 1)
})

test('notes: every save is a version, an older one is not saved over, and a signature is final', async () => {
  const { clinician, visitId } = await running()
  const { call } = clinician
  assert.deepEqual(await ops().note({ visitId }, call), { visitId, version: 0, state: 'draft', sections: blank })
  const one = await ops().saveNote({ visitId, version: 0, sections: { ...blank, plan: 'Rest' } }, keyed(call))
  await ops().saveNote({ visitId, version: 1, sections }, keyed(call))
  const stale = await ops()
    .saveNote({ visitId, version: 1, sections: blank }, keyed(call))
    .catch((error: unknown) => error)
  assert.deepEqual(
    [(stale as { code: string }).code, (stale as { details: unknown }).details],
    ['consultation.noteChanged', { version: 2 }],
  )
  assert.equal((await ops().signNote({ visitId, version: 2 }, keyed(call))).state, 'signed')
  await assert.rejects(ops().signNote({ visitId, version: 3 }, keyed(call)), code('noteSigned'))
  await assert.rejects(ops().saveNote({ visitId, version: 3, sections }, keyed(call)), code('noteSigned'))
  const amend = { visitId, version: 3, sections: { ...sections, plan: 'Rest longer' } }
  await assert.rejects(ops().amendNote(amend, keyed(call)), code('reasonMissing'))
  const amended = await ops().amendNote({ ...amend, reason: 'Too short' }, keyed(call))
  assert.deepEqual([amended.version, amended.state, amended.reason], [4, 'amended', 'Too short'])
  const { items } = await ops().noteVersions({ visitId }, call)
  assert.deepEqual(
    items.map(each => each.version),
    [4, 3, 2, 1],
  )
  assert.deepEqual(items.at(-1), one)
})

test('forty drafts saved at once on one version become one', async () => {
  const { clinician, visitId } = await running()
  const saves = Array.from({ length: 40 }, (_, index) =>
    ops().saveNote({ visitId, version: 0, sections: { ...blank, plan: `${index}` } }, keyed(clinician.call)),
  )
  const outcomes = await Promise.allSettled(saves)
  assert.equal(outcomes.filter(each => each.status === 'fulfilled').length, 1)
  for (const each of outcomes)
    if (each.status === 'rejected') assert.equal((each.reason as { code: string }).code, 'consultation.noteChanged')
})

test('an empty note is not signed, and a draft is not amended', async () => {
  const { clinician, visitId } = await running()
  await ops().saveNote({ visitId, version: 0, sections: blank }, keyed(clinician.call))
  await assert.rejects(ops().signNote({ visitId, version: 1 }, keyed(clinician.call)), code('noteEmpty'))
  const amend = { visitId, version: 1, sections, reason: 'x' }
  await assert.rejects(ops().amendNote(amend, keyed(clinician.call)), code('noteNotSigned'))
})

const coding = { system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'J20.9', display: 'Acute bronchitis, unspecified' }

test('the end of a visit is one act: signed, told, in the record, and a plan to tick', async () => {
  const { clinician, patient, visitId } = await running()
  await assert.rejects(ops().aftercare({ visitId }, patient), code('notEnded'))
  const ending = {
    visitId,
    version: 0,
    sections,
    plan: 'Drink and rest.',
    diagnoses: [
      { coding, text: 'Acute bronchitis' },
      { text: 'Tired', certainty: 'provisional' as const },
    ],
    orders: [{ kind: 'laboratory' as const, text: 'Blood count' }],
    followUp: { inDays: 14 },
    tasks: [{ text: 'Drink two litres a day' }, { text: 'Walk', dueOn: '2026-12-01' }],
  }
  await assert.rejects(ops().end({ ...ending, sections: blank }, keyed(clinician.call)), code('noteEmpty'))
  assert.equal((await ops().note({ visitId }, clinician.call)).version, 0, 'a refusal writes nothing')
  assert.equal((await ops().visit({ visitId }, patient)).state, 'inProgress')
  const ended = await ops().end(ending, keyed(clinician.call))
  assert.equal((await ops().note({ visitId }, clinician.call)).state, 'signed')
  await assert.rejects(ops().end(ending, keyed(clinician.call)), code('visitClosed'))
  await assert.rejects(ops().callIn({ visitId }, keyed(clinician.call)), code('visitClosed'))
  await assert.rejects(ops().checkIn({ visitId }, keyed(patient)), code('visitClosed'))
  await assert.rejects(ops().joinCall({ visitId }, keyed(patient)), code('visitClosed'))
  await assert.rejects(ops().invite({ visitId, name: 'Late', relation: 'other' }, keyed(patient)), code('visitClosed'))
  const taskId = ended.tasks[0]!.id
  const ticked = await ops().tickTask({ visitId, taskId, isDone: true }, keyed(patient))
  assert.deepEqual(
    ticked.tasks.map(each => each.doneAt !== undefined),
    [true, false],
  )
  assert.deepEqual((await ops().tickTask({ visitId, taskId, isDone: false }, keyed(patient))).tasks, ended.tasks)
  await assert.rejects(ops().tickTask({ visitId, taskId: newId(), isDone: true }, keyed(patient)), code('taskNotFound'))
  await medley.settle()
  assert.equal((await medley.call(appointment).booking({ bookingId: visitId }, patient)).state, 'completed')
  const read = async (path: string) => {
    const { body } = await medley.call(record).interact({ method: 'GET', path, query: [] }, patient)
    return JSON.parse(body!) as Record<string, never>
  }
  const encounter = await read(`Encounter/${visitId}`)
  assert.equal(encounter['status'], 'finished')
  assert.deepEqual((await read(`Condition/${visitId}-diagnosis-1`))['code'], {
    coding: [coding],
    text: 'Acute bronchitis',
  })
  assert.equal((await read(`Composition/${visitId}-note`))['status'], 'final')
  const amend = { visitId, version: 1, sections: { ...sections, plan: 'Amended plan' }, reason: 'Forgot' }
  await ops().amendNote(amend, keyed(clinician.call))
  await medley.settle()
  const composition = await read(`Composition/${visitId}-note`)
  assert.equal(composition['status'], 'amended')
  assert.match(JSON.stringify(composition), /Amended plan/)
  const { items } = await medley.call(notification).list({}, patient)
  assert.deepEqual(
    items
      .map(each => each.title)
      .filter(title => /summary|turn/.test(title))
      .toSorted(),
    ['It is your turn', 'Your visit summary is ready'],
  )
})

test('what a visit wrote into the record is changed in the visit only', async () => {
  const { clinician, visitId } = await running()
  await ops().end({ visitId, version: 0, sections, ...care }, keyed(clinician.call))
  await medley.settle()
  const path = `Composition/${visitId}-note`
  const { body } = await medley.call(record).interact({ method: 'GET', path, query: [] }, clinician.call)
  const changed = JSON.stringify({ ...(JSON.parse(body!) as object), title: 'Another note' })
  const write = medley.call(record).interact({ method: 'PUT', path, query: [], body: changed }, keyed(clinician.call))
  assert.ok(
    (await write.then(
      answer => answer.status,
      (error: { status: number }) => error.status,
    )) >= 400,
  )
})

test('two ends at once end once', async () => {
  const { clinician, visitId } = await running()
  const ends = Array.from({ length: 10 }, () =>
    ops().end({ visitId, version: 0, sections, ...care }, keyed(clinician.call)),
  )
  const outcomes = await Promise.allSettled(ends)
  assert.equal(outcomes.filter(each => each.status === 'fulfilled').length, 1)
})

test('asking in writing: told to the clinician, answered, ended, and limited', async () => {
  const clinician = await aClinician(medley)
  const patient = await aPatient(medley)
  const question = { clinicianId: clinician.id, subject: 'A rash', text: 'It itches since Monday' }
  const asked = await ops().ask(question, keyed(patient))
  assert.deepEqual([asked.kind, asked.state, asked.subject], ['written', 'inProgress', 'A rash'])
  await medley.settle()
  const titles = async (call: Call) => (await medley.call(notification).list({}, call)).items.map(each => each.title)
  assert.deepEqual(await titles(clinician.call), ['A patient asks you something'])
  const inbox = await ops().conversations({ as: 'clinician' }, clinician.call)
  assert.deepEqual(
    inbox.items.map(each => [each.id, each.unread, each.subject]),
    [[asked.id, 1, 'A rash']],
  )
  await ops().say({ visitId: asked.id, text: 'Send a photo' }, keyed(clinician.call))
  await ops().say({ visitId: asked.id, text: 'Please' }, keyed(clinician.call))
  await medley.settle()
  assert.deepEqual(await titles(patient), ['You have a message'], 'told once, however much there is to read')
  await ops().end({ visitId: asked.id, version: 0, sections, ...care }, keyed(clinician.call))
  assert.equal((await ops().conversations({}, patient)).items[0]?.state, 'ended')
  for (let count = 0; count < 5; count++) await ops().ask(question, keyed(patient))
  await assert.rejects(ops().ask(question, keyed(patient)), code('tooManyQuestions'))
  await assert.rejects(ops().ask({ ...question, clinicianId: newId() }, keyed(patient)), code('clinicianNotFound'))
  const elsewhere = medley.as({ ...(await aPatient(medley)).caller, jurisdiction: 'US-TX' })
  await assert.rejects(ops().ask(question, keyed(elsewhere)), code('noLicence'))
})

test('about a visit that ended one writes for a fortnight', async () => {
  const { clinician, patient, visitId } = await running()
  await ops().end({ visitId, version: 0, sections, ...care }, keyed(clinician.call))
  await ops().say({ visitId, text: 'One more thing' }, keyed(patient))
  const start = medley.clock.nowMs()
  medley.clock.advance(15 * 24 * 60 * minute)
  await assert.rejects(ops().say({ visitId, text: 'Too late' }, keyed(patient)), code('chatClosed'))
  await assert.rejects(ops().attach({ visitId, fileId: newId(), name: 'x' }, keyed(patient)), code('chatClosed'))
  medley.clock.set(start)
})

test('what becomes of a booking becomes of its room', async () => {
  const { patient, visitId } = await booked()
  await ops().enter({ visitId }, keyed(patient))
  await medley.call(appointment).cancel({ bookingId: visitId }, keyed(patient))
  await medley.settle()
  assert.equal((await ops().visit({ visitId }, patient)).state, 'cancelled')
  await assert.rejects(ops().say({ visitId, text: 'hello' }, keyed(patient)), code('chatClosed'))
  const moved = await booked()
  await ops().enter({ visitId: moved.visitId }, keyed(moved.patient))
  const startsAt = tuesday('11:00')
  await medley.call(appointment).reschedule({ bookingId: moved.visitId, startsAt }, keyed(moved.patient))
  await medley.settle()
  assert.equal((await ops().visit({ visitId: moved.visitId }, moved.patient)).startsAt, startsAt)
})

test('an erased person leaves no visit, no word and no file behind', async () => {
  const { clinician, patient, visitId } = await running()
  await ops().say({ visitId, text: 'secret' }, keyed(patient))
  await medley.settle()
  const service = medley.composition.serviceCall('test')
  await medley.call(record).erase({ patientId: patient.caller.personId!, confirm: 'erase' }, service)
  await medley.settle()
  assert.ok(!(await mayWatch(visitId, clinician.call)))
  assert.deepEqual(await medley.platform.channels.read(`consultation.visit/${visitId}`, 0, 10), [])
  const { rows } = await medley.platform.database.execute(
    'select count(*)::int as n from consultation.message where visit_id = $1',
    [visitId],
  )
  assert.equal(rows[0]!['n'], 0)
})

test('beginnings of notes come in the language of whoever writes', async () => {
  const { call } = await aClinician(medley)
  const { items } = await ops().templates({}, { ...call, locale: 'de' })
  assert.equal(items[0]?.name, 'Neue Beschwerden')
})

test('the end of a visit offers what was accepted for this patient, then what the clinician uses, then all that is known', async () => {
  const { clinician, visitId, patient } = await running()
  await medley.settle()
  const offers = async (text = '', id = visitId) =>
    (await ops().offerDiagnoses({ visitId: id, text }, clinician.call)).items
  assert.ok((await offers()).every(each => each.from === 'known'))
  const [cold] = await offers('common cold')
  assert.deepEqual([cold!.text, cold!.coding?.code], ['Common cold', 'J00'])
  const [german] = (await ops().offerDiagnoses({ visitId, text: 'bronchitis' }, { ...clinician.call, locale: 'de' }))
    .items
  assert.match(german!.text, /Bronchitis/)

  const checks = medley.call(diagnosis)
  const service = medley.composition.serviceCall('test')
  const { patientIds } = await medley.call(record).patientsOf({ personId: patient.caller.personId! }, service)
  const profile = { age: 30, sex: 'female' as const }
  const wish = { patientId: patientIds[0]!, profile, findings: ['headache'] }
  const { id: interviewId } = await checks.start(wish, keyed(clinician.call))
  const { result } = await checks.finish({ interviewId }, keyed(clinician.call))
  const { id: suggestionId, condition } = result!.suggestions[0]!
  await checks.decide({ suggestionId, decision: 'accepted', reason: 'It fits' }, keyed(clinician.call))
  const [first] = await offers()
  assert.deepEqual([first!.text, first!.from], [condition.label, 'accepted'])

  const diagnoses = [{ text: 'Tired of meetings', certainty: 'confirmed' as const }]
  await ops().end({ visitId, version: 0, sections, ...care, diagnoses }, keyed(clinician.call))
  const next = await booked('09:20', clinician)
  await ops().checkIn({ visitId: next.visitId }, keyed(next.patient))
  const later = await offers('', next.visitId)
  assert.deepEqual([later[0]!.text, later[0]!.from], ['Tired of meetings', 'used'])
  await assert.rejects(ops().offerDiagnoses({ visitId }, (await aClinician(medley)).call), code('visitNotFound'))
  await assert.rejects(ops().offerDiagnoses({ visitId }, patient), code('access.forbidden'))
})
