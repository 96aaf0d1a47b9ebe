import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { directory } from '#contract/directory'
import { notification } from '#contract/notification'
import type { Call } from '#core/call'
import { newId } from '#core/id'
import { aClinician, aPatient, hours, type TestClinician } from '../../test/clinic.ts'
import { mondayNoonMs, type TestMedley, testMedley } from '../../test/start.ts'
import { appointment } from './contract.ts'

let medley: TestMedley
before(async () => (medley = await testMedley()))
after(() => medley.stop())

const ops = () => medley.call(appointment)
const minute = 60_000
const hour = 60 * minute
/** Tuesday 2026-11-24 at a wall time in Boston. */
const tuesday = (time: string) => new Date(`2026-11-24T${time}:00-05:00`).toISOString()
const keyed = (call: Call, key: string = newId()): Call => ({ ...call, idempotencyKey: key })
const code = (expected: string) => ({ code: `appointment.${expected}` })

async function booked(clinician: TestClinician, call: Call, time: string) {
  return ops().book({ ...clinician.wish, startsAt: tuesday(time) }, call)
}

test('free times are the clinician’s hours, and a booked one is gone for everybody', async () => {
  const clinician = await aClinician(medley)
  const [alice, bob] = [await aPatient(medley), await aPatient(medley)]
  const ask = { clinicianId: clinician.id, serviceId: clinician.serviceId, from: tuesday('00:00'), days: 1 }
  assert.equal((await ops().freeTimes(ask, bob)).times.length, 24)
  await booked(clinician, alice, '10:00')
  const { times } = await ops().freeTimes(ask, bob)
  assert.equal(times.length, 23)
  assert.ok(!times.some(each => each.startsAt === tuesday('10:00')))
  assert.deepEqual(
    (
      await ops()
        .whyNot({ ...ask, startsAt: tuesday('10:00') } as never, bob)
        .catch(error => error)
    ).code,
    'request.invalid',
  )
  const why = await ops().whyNot(
    { clinicianId: clinician.id, serviceId: clinician.serviceId, startsAt: tuesday('10:00') },
    bob,
  )
  assert.deepEqual([why.reasons, why.nextFree?.startsAt], [['booked'], tuesday('10:20')])
})

test('a hold keeps others out, runs out, and becomes a booking only for its holder and in time', async () => {
  const clinician = await aClinician(medley)
  const [alice, bob] = [await aPatient(medley), await aPatient(medley)]
  const startsAt = tuesday('09:00')
  const hold = await ops().hold({ ...clinician.wish, startsAt }, alice)
  await assert.rejects(ops().hold({ ...clinician.wish, startsAt }, bob), code('slotTaken'))
  assert.deepEqual(await ops().hold({ ...clinician.wish, startsAt }, alice), hold)
  await assert.rejects(ops().book({ holdId: hold.id }, bob), code('holdNotFound'))
  const start = medley.clock.nowMs()
  medley.clock.advance(11 * minute)
  await assert.rejects(ops().book({ holdId: hold.id }, alice), code('holdExpired'))
  const second = await ops().hold({ ...clinician.wish, startsAt }, bob)
  const booking = await ops().book({ holdId: second.id, reason: 'A cough' }, bob)
  assert.deepEqual([booking.startsAt, booking.state, booking.reason], [startsAt, 'booked', 'A cough'])
  await assert.rejects(ops().book({ holdId: second.id }, bob), code('holdNotFound'))
  medley.clock.set(start)
})

test('nobody hoards times', async () => {
  const clinician = await aClinician(medley)
  const alice = await aPatient(medley)
  for (const time of ['09:00', '09:20', '09:40'])
    await ops().hold({ ...clinician.wish, startsAt: tuesday(time) }, alice)
  await assert.rejects(ops().hold({ ...clinician.wish, startsAt: tuesday('10:00') }, alice), code('tooManyHolds'))
})

for (const [name, startsAt, reason] of [
  ['in the past', '2026-11-20T15:00:00.000Z', 'past'],
  ['outside hours', tuesday('20:00'), 'outsideHours'],
  ['between steps', tuesday('09:07'), 'offStep'],
  ['beyond the horizon', '2027-06-01T14:00:00.000Z', 'beyondHorizon'],
] as const) {
  test(`a time ${name} cannot be booked, and the refusal says why`, async () => {
    const clinician = await aClinician(medley)
    const error = await ops()
      .book({ ...clinician.wish, startsAt }, await aPatient(medley))
      .catch((refusal: { code: string; details: { reasons: string[] } }) => refusal)
    assert.ok('code' in error && error.code === 'appointment.slotNotOffered', JSON.stringify(error))
    assert.ok(error.details.reasons.includes(reason))
  })
}

test('without a verified licence where the patient is, nothing can be held, booked or waited for', async () => {
  const clinician = await aClinician(medley)
  const elsewhere = medley.as({ ...(await aPatient(medley)).caller, jurisdiction: 'US-TX' })
  const wish = { ...clinician.wish, startsAt: tuesday('09:00') }
  await assert.rejects(ops().hold(wish, elsewhere), code('noLicence'))
  await assert.rejects(ops().book(wish, elsewhere), code('noLicence'))
  const wait = { ...clinician.wish, earliestAt: tuesday('09:00'), latestAt: tuesday('17:00') }
  await assert.rejects(ops().joinWaitList(wait, elsewhere), code('noLicence'))
})

test('a licence that is revoked stops bookings at once', async () => {
  const clinician = await aClinician(medley)
  const alice = await aPatient(medley)
  const service = medley.composition.serviceCall('test')
  const { licences } = await medley.call(directory).clinician({ clinicianId: clinician.id }, service)
  await medley
    .call(directory)
    .verifyLicence({ licenceId: licences[0]!.id, outcome: 'revoked', evidence: 'register' }, service)
  await medley.settle()
  await assert.rejects(booked(clinician, alice, '09:00'), code('noLicence'))
})

test('a clinician or service that does not exist is not found', async () => {
  const clinician = await aClinician(medley)
  const alice = await aPatient(medley)
  await assert.rejects(
    ops().book({ ...clinician.wish, clinicianId: newId(), startsAt: tuesday('09:00') }, alice),
    code('clinicianNotFound'),
  )
  await assert.rejects(
    ops().book({ ...clinician.wish, serviceId: newId(), startsAt: tuesday('09:00') }, alice),
    code('serviceNotFound'),
  )
})

test('forty people want one time at once and one gets it', async () => {
  const clinician = await aClinician(medley)
  const people = await Promise.all(Array.from({ length: 40 }, () => aPatient(medley)))
  const outcomes = await Promise.allSettled(people.map(call => booked(clinician, keyed(call), '11:00')))
  assert.equal(outcomes.filter(each => each.status === 'fulfilled').length, 1)
  for (const each of outcomes)
    if (each.status === 'rejected') assert.equal((each.reason as { code: string }).code, 'appointment.slotTaken')
})

test('the same key asked a hundred times at once books once, and all hear the same', async () => {
  const clinician = await aClinician(medley)
  const alice = keyed(await aPatient(medley))
  const answers = await Promise.all(Array.from({ length: 100 }, () => booked(clinician, alice, '11:20')))
  assert.equal(new Set(answers.map(each => JSON.stringify(each))).size, 1)
  const mine = await ops().listBookings({}, alice)
  assert.equal(mine.items.length, 1)
})

test('a key with another body is refused, a refusal is replayed, and another person’s same key is another key', async () => {
  const clinician = await aClinician(medley)
  const [alice, bob] = [await aPatient(medley), await aPatient(medley)]
  const key = newId()
  await booked(clinician, keyed(alice, key), '12:00')
  await assert.rejects(booked(clinician, keyed(alice, key), '12:20'), { code: 'idempotency.keyReused' })
  await assert.rejects(booked(clinician, keyed(bob, key), '12:00'), code('slotTaken'))
  const [mine] = (await ops().listBookings({}, alice)).items
  await ops().cancel({ bookingId: mine!.id }, alice)
  await assert.rejects(booked(clinician, keyed(bob, key), '12:00'), code('slotTaken'))
  assert.equal((await booked(clinician, keyed(bob), '12:00')).state, 'booked')
})

test('rescheduling moves the time, keeps the booking, and frees the old one', async () => {
  const clinician = await aClinician(medley)
  const [alice, bob] = [await aPatient(medley), await aPatient(medley)]
  const booking = await booked(clinician, alice, '13:00')
  const moved = await ops().reschedule({ bookingId: booking.id, startsAt: tuesday('13:20') }, alice)
  assert.deepEqual([moved.id, moved.startsAt, moved.revision], [booking.id, tuesday('13:20'), 1])
  assert.equal((await booked(clinician, bob, '13:00')).state, 'booked')
  await assert.rejects(
    ops().reschedule({ bookingId: booking.id, startsAt: tuesday('13:00') }, alice),
    code('slotTaken'),
  )
  await assert.rejects(
    ops().reschedule({ bookingId: booking.id, startsAt: tuesday('13:40') }, bob),
    code('bookingNotFound'),
  )
  assert.equal(
    (await ops().reschedule({ bookingId: booking.id, startsAt: tuesday('13:40') }, clinician.call)).revision,
    2,
  )
})

test('a stranger finds neither booking nor day nor hours; the clinician and the patient find theirs', async () => {
  const clinician = await aClinician(medley)
  const other = await aClinician(medley)
  const [alice, eve] = [await aPatient(medley), await aPatient(medley)]
  const { id: bookingId } = await booked(clinician, alice, '14:00')
  for (const call of [eve, other.call]) {
    await assert.rejects(ops().booking({ bookingId }, call), code('bookingNotFound'))
    await assert.rejects(ops().cancel({ bookingId }, call), code('bookingNotFound'))
    await assert.rejects(ops().invitation({ bookingId }, call), code('bookingNotFound'))
  }
  await assert.rejects(
    ops().day({ clinicianId: clinician.id, date: '2026-11-24' }, other.call),
    code('clinicianNotFound'),
  )
  await assert.rejects(ops().availability({ clinicianId: clinician.id }, other.call), code('clinicianNotFound'))
  await assert.rejects(ops().day({ clinicianId: clinician.id, date: '2026-11-24' }, eve), { code: 'access.forbidden' })
  const day = await ops().day({ clinicianId: clinician.id, date: '2026-11-24' }, clinician.call)
  assert.deepEqual(
    [day.bookings.map(each => each.id), day.bookings[0]!.patientName, day.windows.length],
    [[bookingId], 'Pat Testing', 1],
  )
  assert.equal((await ops().booking({ bookingId }, alice)).id, bookingId)
})

test('row security hides bookings even from a query that forgot to ask', async () => {
  const clinician = await aClinician(medley)
  const [alice, eve] = [await aPatient(medley), await aPatient(medley)]
  await booked(clinician, alice, '14:20')
  const { sql } = await import('kysely')
  const database = medley.platform.database.service('appointment')
  const count = async (call: Call) =>
    (
      await database.read(call, () =>
        database.query(
          sql<{ n: number }>`select count(*)::int as n from appointment.booking where clinician_id = ${clinician.id}`,
        ),
      )
    )[0]!.n
  assert.deepEqual([await count(alice), await count(eve), await count(clinician.call)], [1, 0, 1])
})

test('the day goes on: arrive, complete, no-show, each in its time and never after the end', async () => {
  const clinician = await aClinician(medley)
  const alice = await aPatient(medley)
  const [first, second] = [await booked(clinician, alice, '15:00'), await booked(clinician, alice, '15:20')]
  await assert.rejects(ops().arrive({ bookingId: first.id }, alice), code('tooEarly'))
  medley.clock.set(Date.parse(tuesday('14:50')))
  assert.equal((await ops().arrive({ bookingId: first.id }, alice)).state, 'arrived')
  await assert.rejects(ops().markNoShow({ bookingId: second.id }, clinician.call), code('tooEarly'))
  medley.clock.set(Date.parse(tuesday('15:30')))
  assert.equal((await ops().complete({ bookingId: first.id }, clinician.call)).state, 'completed')
  assert.equal((await ops().markNoShow({ bookingId: second.id }, clinician.call)).state, 'noShow')
  await assert.rejects(ops().cancel({ bookingId: first.id }, alice), code('bookingClosed'))
  await assert.rejects(ops().complete({ bookingId: first.id }, alice), { code: 'access.forbidden' })
  medley.clock.set(mondayNoonMs)
})

test('a cancelled time goes to who waited longest and may use it, and back into the queue when the offer is missed', async () => {
  const clinician = await aClinician(medley)
  const [alice, first, second] = [await aPatient(medley), await aPatient(medley), await aPatient(medley)]
  const booking = await booked(clinician, alice, '16:00')
  const wait = { ...clinician.wish, earliestAt: tuesday('15:00'), latestAt: tuesday('17:00') }
  await ops().joinWaitList(wait, first)
  await assert.rejects(ops().joinWaitList(wait, first), code('alreadyWaiting'))
  medley.clock.advance(minute)
  await ops().joinWaitList(wait, second)
  await ops().cancel({ bookingId: booking.id }, alice)
  await medley.settle()
  const offerOf = async (call: Call) => (await ops().listWaitList({}, call)).items[0]!
  assert.equal((await offerOf(first)).offer?.startsAt, tuesday('16:00'))
  assert.equal((await offerOf(second)).state, 'waiting')
  await assert.rejects(booked(clinician, alice, '16:00'), code('slotTaken'))
  medley.clock.advance(61 * minute)
  await medley.run('appointment.expireHolds')
  const offered = await offerOf(second)
  assert.equal(offered.offer?.startsAt, tuesday('16:00'))
  assert.equal((await offerOf(first)).state, 'waiting')
  assert.equal((await ops().book({ holdId: offered.offer!.id }, second)).startsAt, tuesday('16:00'))
  assert.equal((await offerOf(second)).state, 'filled')
  await assert.rejects(ops().leaveWaitList({ entryId: offered.id }, second), code('entryNotFound'))
  assert.deepEqual(await ops().leaveWaitList({ entryId: (await offerOf(first)).id }, first), { left: true })
  medley.clock.set(mondayNoonMs)
})

test('a period in the past or upside down cannot be waited for', async () => {
  const clinician = await aClinician(medley)
  const alice = await aPatient(medley)
  for (const [earliestAt, latestAt] of [
    [tuesday('12:00'), tuesday('11:00')],
    ['2026-11-01T10:00:00.000Z', '2026-11-02T10:00:00.000Z'],
  ]) {
    await assert.rejects(
      ops().joinWaitList({ ...clinician.wish, earliestAt: earliestAt!, latestAt: latestAt! }, alice),
      code('periodInvalid'),
    )
  }
})

test('each reminder goes out once, in time, and not for what was cancelled', async () => {
  const clinician = await aClinician(medley)
  const [alice, bob] = [await aPatient(medley), await aPatient(medley)]
  await booked(clinician, alice, '10:40')
  const off = await booked(clinician, bob, '10:20')
  await ops().cancel({ bookingId: off.id }, bob)
  const reminders = async (call: Call) => {
    await medley.settle()
    return (await medley.call(notification).list({}, call)).items.filter(each => each.topic === 'reminder').length
  }
  await medley.run('appointment.remind')
  assert.equal(await reminders(alice), 0)
  medley.clock.set(Date.parse(tuesday('10:40')) - 24 * hour)
  await medley.run('appointment.remind')
  await medley.run('appointment.remind')
  assert.equal(await reminders(alice), 1)
  medley.clock.set(Date.parse(tuesday('10:40')) - 59 * minute)
  await medley.run('appointment.remind')
  assert.deepEqual([await reminders(alice), await reminders(bob)], [2, 0])
  medley.clock.set(mondayNoonMs)
})

test('hours that overlap, end before they start or fall into a clock change are refused whole', async () => {
  const clinician = await aClinician(medley)
  const set = (change: object) =>
    ops().setAvailability({ clinicianId: clinician.id, availability: { ...hours, ...change } }, clinician.call)
  const two = (from: string, to: string) => [
    { weekday: 1, from: '09:00', to: '12:00' },
    { weekday: 1, from, to },
  ]
  await assert.rejects(set({ windows: two('11:00', '13:00') }), code('windowsOverlap'))
  await assert.rejects(set({ windows: two('14:00', '13:00') }), code('windowInvalid'))
  await assert.rejects(
    set({ exceptions: [{ date: '2027-03-14', windows: [{ from: '02:30', to: '05:00' }] }] }),
    code('windowInvalid'),
  )
  await assert.rejects(set({ timeZone: 'Mars/Olympus' }), { code: 'request.invalid' })
  assert.equal((await ops().availability({ clinicianId: clinician.id }, clinician.call)).windows.length, 5)
  const draft = {
    clinicianId: clinician.id,
    availability: { ...hours, windows: two('13:00', '14:00') },
    minutes: 20,
    from: '2026-11-30T05:00:00.000Z',
    days: 1,
  }
  const preview = await ops().previewAvailability({ ...draft, ask: '2026-11-30T17:20:00.000Z' }, clinician.call)
  assert.deepEqual([preview.times.length, preview.reasons], [12, ['outsideHours']])
})

test('an invitation and a feed carry the visit and nothing clinical; a renewed feed ends the old address', async () => {
  const clinician = await aClinician(medley)
  const alice = await aPatient(medley)
  const booking = await ops().book({ ...clinician.wish, startsAt: tuesday('16:40'), reason: 'secret rash' }, alice)
  const { ics } = await ops().invitation({ bookingId: booking.id }, alice)
  assert.ok(ics.includes(`UID:${booking.id}@medley`) && !ics.includes('rash'))
  const feed = async (path: string) => {
    const answer = await fetch(`${medley.url}${path}`)
    return { status: answer.status, text: await answer.text() }
  }
  const { path } = await ops().calendarFeed({}, alice)
  const first = await feed(path)
  assert.ok(first.status === 200 && first.text.includes(booking.id) && !first.text.includes('rash'))
  const renewed = await ops().calendarFeed({}, alice)
  assert.deepEqual(
    [(await feed(path)).status, (await feed(renewed.path)).status, (await feed('/calendar/guess.ics')).status],
    [404, 200, 404],
  )
})

test('find care shows the soonest first, three times each, and only who may see the patient', async () => {
  const [soon, late] = [await aClinician(medley), await aClinician(medley, { noticeMinutes: 3 * 24 * 60 })]
  const alice = await aPatient(medley)
  const { items } = await ops().findCare({ limit: 50 }, alice)
  const position = (clinician: TestClinician) => items.findIndex(each => each.clinician.id === clinician.id)
  assert.ok(position(soon) < position(late))
  assert.equal(items[position(soon)]!.freeTimes.length, 3)
  const texan = medley.as({ ...alice.caller, jurisdiction: 'US-TX' })
  assert.deepEqual((await ops().findCare({}, texan)).items, [])
  const pages = await ops().findCare({ limit: 1 }, alice)
  const next = await ops().findCare({ limit: 1, cursor: pages.nextCursor }, alice)
  assert.notEqual(pages.items[0]!.clinician.id, next.items[0]!.clinician.id)
})

test('who signed in for nothing books nothing', async () => {
  const clinician = await aClinician(medley)
  await assert.rejects(booked(clinician, medley.as({}), '09:00'), { code: 'access.unauthenticated' })
  await assert.rejects(booked(clinician, medley.as({ personId: newId(), roles: ['operator'] }), '09:00'), {
    code: 'access.forbidden',
  })
})
