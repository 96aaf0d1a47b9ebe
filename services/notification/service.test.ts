import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { appointment, type Booking } from '#contract/appointment'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import type { Call } from '#core/call'
import { Fault } from '#core/fault'
import { newId } from '#core/id'
import { hourMs, minuteMs } from '#core/time'
import { type TestMedley, testMedley } from '../../test/start.ts'
import { notification, type Preferences } from './contract.ts'

let medley: TestMedley
before(async () => {
  medley = await testMedley()
})
after(() => medley.stop())

const client = () => medley.call(notification)
const house = () => medley.composition.serviceCall('test')
const operator = () => medley.as({ roles: ['operator'], personId: newId() })
const refused = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

type Someone = { personId: string; email: string; call: Call }

async function someone(
  extra: Partial<Parameters<ReturnType<typeof medley.call<typeof identity>>['enrol']>[0]> = {},
  at = medley,
): Promise<Someone> {
  const email = `${newId()}@example.org`
  const { personId } = await at.call(identity).enrol(
    {
      source: { system: 'test', value: newId() },
      name: 'Maya Torres',
      email,
      jurisdiction: 'US-MA',
      timeZone: 'America/New_York',
      ...extra,
    },
    at.composition.serviceCall('test'),
  )
  return { personId, email, call: at.as({ roles: ['patient'], personId, jurisdiction: 'US-MA' }) }
}

/** A clinician with an account, hours and a licence. */
async function aClinician(at = medley) {
  const call = at.composition.serviceCall('test')
  const place = { jurisdiction: 'US-MA', city: 'Boston', address: '1 Main Street', timeZone: 'America/New_York' }
  const { id: organizationId } = await at
    .call(directory)
    .addOrganization({ kind: 'clinic', name: 'Clinic', ...place }, call)
  const price = { amountMinor: 100, currency: 'USD' as const }
  const clinician = await at.call(directory).addClinician(
    {
      organizationId,
      name: 'Dr. Ada Lind',
      specialties: ['dermatology'],
      languages: ['en'],
      services: [{ name: 'Acne consultation', minutes: 30, modes: ['video', 'clinic'], price }],
    },
    call,
  )
  const period = { validFrom: '2024-01-01', validTo: '2030-01-01' }
  const draft = { clinicianId: clinician.id, jurisdiction: 'US-MA', number: newId(), ...period }
  const { id: licenceId } = await at.call(directory).addLicence(draft, call)
  await at.call(directory).verifyLicence({ licenceId, outcome: 'verified', evidence: 'register' }, call)
  const windows = [1, 2, 3, 4, 5].map(weekday => ({ weekday, from: '09:00', to: '17:00' }))
  const rest = { exceptions: [], bufferBeforeMinutes: 0, bufferAfterMinutes: 0, noticeMinutes: 0 }
  const availability = { timeZone: 'America/New_York', windows, horizonDays: 60, stepMinutes: 30, ...rest }
  await at.call(appointment).setAvailability({ clinicianId: clinician.id, availability }, call)
  const memberships = [{ organizationId, role: 'clinician' as const, clinicianId: clinician.id }]
  const person = await someone({ name: 'Ada Lind', locale: 'de', memberships }, at)
  return { ...person, clinician }
}

type ClinicianHere = Awaited<ReturnType<typeof aClinician>>['clinician']

async function book(patient: Someone, { id, services }: ClinicianHere, at = medley): Promise<Booking> {
  const wish = { clinicianId: id, serviceId: services[0]!.id, mode: 'video' as const }
  const startsAt = '2026-11-24T16:00:00.000Z'
  const booking = await at.call(appointment).book({ ...wish, startsAt, reason: 'a rash that itches' }, patient.call)
  await at.settle()
  return booking
}

const inbox = async (who: Someone) => (await client().list({}, who.call)).items
const sentTo = async (to: string) =>
  (await client().listOutbox({ limit: 200 }, operator())).items.filter(each => each.to === to)
const deliveriesOf = async ({ personId }: Someone) =>
  (await client().listDeliveries({ personId }, operator())).items
    .map(each => `${each.channel} ${each.state}`)
    .toSorted()
const prefer = (who: Someone, channels: Preferences['channels']['booking'], extra: Partial<Preferences> = {}) =>
  client().setPreferences(
    {
      locale: 'en',
      channels: {
        booking: channels,
        reminder: channels,
        waitList: channels,
        prescription: channels,
        account: channels,
      },
      ...extra,
    },
    who.call,
  )

function eventOf(booking: Booking) {
  const { id, clinicianId, patientId, organizationId, startsAt, endsAt, timeZone, revision } = booking
  return { bookingId: id, clinicianId, patientId, organizationId, startsAt, endsAt, timeZone, revision }
}

/** As the other service would: through the outbox. */
async function announce(topic: string, payload: unknown) {
  await medley.platform.database.record([{ id: newId(), kind: 'event', topic, payload }])
  await medley.settle()
}

test('a booking is told to both, each in their own language and zone, with an invitation', async () => {
  const patient = await someone({ timeZone: 'Europe/Berlin' })
  const ada = await aClinician()
  const booking = await book(patient, ada.clinician)
  const [mine] = await inbox(patient)
  assert.equal(mine?.title, 'Your visit is booked')
  assert.match(mine.body, /Dr\. Ada Lind.+24 November 2026 at 17:00 CET\. It takes place by video\./)
  assert.deepEqual([mine.link, mine.topic, mine.readAt], [`/visits/${booking.id}`, 'booking', undefined])
  const [theirs] = await inbox(ada)
  assert.match(theirs?.body ?? '', /Dienstag, 24\. November 2026 um 11:00/)
  const [mail] = await sentTo(patient.email)
  assert.equal(mail?.subject, 'Your visit is booked')
  assert.match(mail.text, /Hello Maya Torres/)
  assert.match(mail.attachments[0]?.contentType ?? '', /^text\/calendar; .*method=REQUEST/)
  assert.match(mail.attachments[0]?.text ?? '', /DTSTART:20261124T160000Z/)
  assert.deepEqual(await deliveriesOf(patient), ['inApp sent', 'mail sent'])
})

test('moving and cancelling are told too, the latter with a calendar cancellation', async () => {
  const patient = await someone()
  const ada = await aClinician()
  const booking = await book(patient, ada.clinician)
  medley.clock.advance(1)
  await medley
    .call(appointment)
    .reschedule({ bookingId: booking.id, startsAt: '2026-11-25T16:00:00.000Z' }, patient.call)
  await medley.settle()
  medley.clock.advance(1)
  await medley.call(appointment).cancel({ bookingId: booking.id }, patient.call)
  await medley.settle()
  const titles = ['Your visit was cancelled', 'Your visit was moved', 'Your visit is booked']
  assert.deepEqual(
    (await inbox(patient)).map(each => each.title),
    titles,
  )
  assert.equal((await inbox(ada)).length, 3)
  const [cancellation] = await sentTo(patient.email)
  assert.match(cancellation?.attachments[0]?.contentType ?? '', /method=CANCEL/)
})

test('nothing clinical leaves: neither the reason nor the kind of visit', async () => {
  const patient = await someone({ phone: '+16175550123' })
  await prefer(patient, ['inApp', 'mail', 'sms'])
  const { clinician } = await aClinician()
  await book(patient, clinician)
  const sent = [...(await sentTo(patient.email)), ...(await sentTo('+16175550123'))]
  assert.equal(sent.length, 2)
  assert.ok(!/rash|itch|acne/i.test(JSON.stringify([sent, await inbox(patient)])))
  const sms = sent.find(each => each.channel === 'sms')
  assert.ok(sms && !sms.text.includes('Lind'), 'a lock screen does not say with whom')
})

test('an event that comes twice is told once', async () => {
  const patient = await someone()
  const { clinician } = await aClinician()
  const booking = await book(patient, clinician)
  const data = {
    id: newId(),
    topic: 'appointment.rescheduled',
    payload: { ...eventOf(booking), formerStartsAt: booking.startsAt },
  }
  for (let index = 0; index < 3; index++) {
    await medley.platform.queue.enqueue('notification.events', [{ id: newId(), data }])
    await medley.settle()
  }
  assert.equal((await inbox(patient)).length, 2)
  assert.equal((await sentTo(patient.email)).length, 2)
})

test('preferences decide the ways, and what cannot be reached is noted', async () => {
  const patient = await someone()
  const before = await client().preferences({}, patient.call)
  assert.deepEqual([before.locale, before.channels.booking, before.quietHours], ['en', ['inApp', 'mail'], undefined])
  await prefer(patient, ['sms', 'push'], { locale: 'de' })
  assert.equal((await client().preferences({}, patient.call)).locale, 'de')
  await book(patient, (await aClinician()).clinician)
  assert.deepEqual(await inbox(patient), [])
  assert.deepEqual(await sentTo(patient.email), [])
  assert.deepEqual(await deliveriesOf(patient), ['push skipped', 'sms skipped'])
})

test('quiet hours hold a mail back until they end, and never a reminder', async () => {
  const patient = await someone({ phone: '+16175550999' })
  // Noon in UTC is seven in the morning in New York.
  await prefer(patient, ['inApp', 'mail'], { quietHours: { from: '00:00', to: '12:00' } })
  const booking = await book(patient, (await aClinician()).clinician)
  await medley.run('notification.deliver')
  assert.deepEqual(await deliveriesOf(patient), ['inApp sent', 'mail waiting'])
  await announce('appointment.reminderDue', { ...eventOf(booking), leadMinutes: 60 })
  assert.deepEqual(
    (await sentTo(patient.email)).map(each => each.subject),
    ['Your visit is coming up'],
  )
  medley.clock.advance(6 * hourMs)
  await medley.run('notification.deliver')
  assert.deepEqual(
    new Set((await sentTo(patient.email)).map(each => each.subject)),
    new Set(['Your visit is booked', 'Your visit is coming up']),
  )
})

test('a reminder reaches the phone by default; one for a visit that was moved or cancelled reaches nobody', async () => {
  const patient = await someone({ phone: '+16175550777' })
  const booking = await book(patient, (await aClinician()).clinician)
  await announce('appointment.reminderDue', {
    ...eventOf(booking),
    startsAt: '2026-11-24T15:00:00.000Z',
    leadMinutes: 60,
  })
  assert.deepEqual(await sentTo('+16175550777'), [])
  await announce('appointment.reminderDue', { ...eventOf(booking), leadMinutes: 60 })
  const [sms] = await sentTo('+16175550777')
  assert.match(sms?.text ?? '', /^Reminder: your visit is on Tue, Nov 24/)
  await medley.call(appointment).cancel({ bookingId: booking.id }, patient.call)
  await announce('appointment.reminderDue', { ...eventOf(booking), leadMinutes: 30 })
  assert.equal((await sentTo('+16175550777')).length, 1)
})

test('an arrival is told to the clinician alone, and a held time to the person who waits', async () => {
  const patient = await someone()
  const ada = await aClinician()
  const booking = await book(patient, ada.clinician)
  await announce('appointment.arrived', eventOf(booking))
  assert.ok((await inbox(ada)).some(each => each.title === 'Ihre Patientin oder Ihr Patient ist da'))
  assert.equal((await inbox(patient)).length, 1)
  const { clinicianId, patientId, startsAt, timeZone } = booking
  const expiresAt = '2026-11-23T13:00:00.000Z'
  const offer = { entryId: newId(), holdId: newId(), patientId, clinicianId, startsAt, expiresAt, timeZone }
  await announce('appointment.offered', offer)
  const told = (await inbox(patient)).find(each => each.topic === 'waitList')
  assert.match(told?.body ?? '', /held for you until Monday, November 23, 2026 at 8:00 AM EST/)
})

test('nobody is told about what does not exist, and the event is not tried for ever', async () => {
  const patient = await someone()
  const { clinician } = await aClinician()
  const booking = await book(patient, clinician)
  await announce('appointment.arrived', { ...eventOf(booking), bookingId: newId() })
  await announce('appointment.cancelled', { ...eventOf(booking), patientId: newId() })
  const failed = await medley.platform.queue.runs({ name: 'notification.events', state: 'failed', limit: 10 })
  assert.deepEqual(failed, [])
})

test('who claims an account finds what was told before', async () => {
  const [former, me] = [await someone(), await someone()]
  await book(former, (await aClinician()).clinician)
  await announce('identity.claimed', { personId: me.personId, formerPersonId: former.personId })
  assert.deepEqual(
    new Set((await inbox(me)).map(each => each.title)),
    new Set(['Your visit is booked', 'Your records are connected']),
  )
  assert.deepEqual(await inbox(former), [])
})

test('notifications are read by their owner, page, and count down', async () => {
  const patient = await someone()
  const other = await someone()
  const { clinician } = await aClinician()
  const booking = await book(patient, clinician)
  for (let index = 0; index < 4; index++) {
    medley.clock.advance(1)
    await announce('appointment.rescheduled', { ...eventOf(booking), formerStartsAt: booking.startsAt })
  }
  const unread = async () => (await client().countUnread({}, patient.call)).unread
  const first = await client().list({ limit: 3 }, patient.call)
  const rest = await client().list({ limit: 3, cursor: first.nextCursor! }, patient.call)
  assert.deepEqual([first.items.length, rest.items.length, rest.nextCursor], [3, 2, undefined])
  const ids = first.items.map(each => each.id)
  assert.equal(await unread(), 5)
  assert.deepEqual(await client().markRead({ notificationIds: ids }, other.call), { marked: 0 })
  assert.deepEqual(await client().markRead({ notificationIds: ids }, operator()), { marked: 0 })
  assert.deepEqual(await client().markRead({ notificationIds: ids }, patient.call), { marked: 3 })
  assert.equal((await client().list({ unreadOnly: 'true' }, patient.call)).items.length, 2)
  assert.deepEqual(await client().markRead({}, patient.call), { marked: 2 })
  assert.equal(await unread(), 0)
})

test('a push goes to each device, and a device belongs to one person', async () => {
  const patient = await someone()
  const other = await someone()
  const device = { endpoint: `https://push.example/${newId()}`, keys: { p256dh: 'p', auth: 'a' } }
  const { deviceId } = await client().addDevice(device, patient.call)
  assert.equal((await client().addDevice(device, patient.call)).deviceId, deviceId)
  await prefer(patient, ['push'])
  await book(patient, (await aClinician()).clinician)
  assert.deepEqual(await deliveriesOf(patient), ['push sent'])
  await assert.rejects(client().removeDevice({ deviceId }, other.call), refused('notification.deviceNotFound'))
  assert.deepEqual(await client().removeDevice({ deviceId }, patient.call), { removed: true })
  const unsafe = client().addDevice({ ...device, endpoint: 'http://push.example/x' }, patient.call)
  await assert.rejects(unsafe, refused('request.invalid'))
})

test('a mail server that is away is tried five times with growing pauses, then given up', async () => {
  await using alone = await testMedley({ platform: { smtpUrl: 'smtp://127.0.0.1:1', logLevel: 'silent' } })
  const patient = await someone({}, alone)
  await book(patient, (await aClinician(alone)).clinician, alone)
  const mail = async () =>
    (await alone.call(notification).listDeliveries({ personId: patient.personId }, operator())).items.find(
      each => each.channel === 'mail',
    )!
  const seen = [await mail()]
  for (const pauseMinutes of [1, 4, 16, 64]) {
    await alone.run('notification.deliver')
    assert.equal((await mail()).tries, seen.at(-1)!.tries, 'not before its time')
    alone.clock.advance(pauseMinutes * minuteMs)
    await alone.run('notification.deliver')
    seen.push(await mail())
  }
  assert.deepEqual(
    seen.map(each => `${each.tries} ${each.state}`),
    ['1 waiting', '2 waiting', '3 waiting', '4 waiting', '5 failed'],
  )
  assert.ok(seen.at(-1)!.detail && !seen.at(-1)!.detail!.includes('@'))
})

test('two workers never send the same delivery twice', async () => {
  const patient = await someone()
  await prefer(patient, ['mail'], { quietHours: { from: '00:00', to: '23:59' } })
  await book(patient, (await aClinician()).clinician)
  medley.clock.advance(24 * hourMs)
  const runs = Array.from({ length: 6 }, () => ({ id: newId(), data: {} }))
  await medley.platform.queue.enqueue('notification.deliver', runs)
  await medley.settle()
  const { items } = await client().listDeliveries({ personId: patient.personId }, operator())
  assert.deepEqual(
    items.map(each => [each.state, each.tries]),
    [['sent', 1]],
  )
})

test('visitors are told nothing, and only operators see deliveries and the outbox', async () => {
  const visitor = medley.as({})
  const patient = await someone()
  const preferences: Preferences = {
    locale: 'en',
    channels: { booking: [], reminder: [], waitList: [], prescription: [], account: [] },
  }
  await assert.rejects(client().list({}, visitor), refused('access.unauthenticated'))
  await assert.rejects(client().countUnread({}, visitor), refused('access.unauthenticated'))
  await assert.rejects(client().markRead({}, visitor), refused('access.unauthenticated'))
  await assert.rejects(client().preferences({}, visitor), refused('access.unauthenticated'))
  await assert.rejects(client().setPreferences(preferences, visitor), refused('access.unauthenticated'))
  const device = { endpoint: 'https://push.example/x', keys: { p256dh: 'p', auth: 'a' } }
  await assert.rejects(client().addDevice(device, visitor), refused('access.unauthenticated'))
  await assert.rejects(client().removeDevice({ deviceId: newId() }, visitor), refused('access.unauthenticated'))
  await assert.rejects(client().listDeliveries({}, patient.call), refused('access.forbidden'))
  await assert.rejects(client().listOutbox({}, patient.call), refused('access.forbidden'))
  const incomplete = { locale: 'en', channels: { booking: [] } } as never
  await assert.rejects(client().setPreferences(incomplete, patient.call), refused('request.invalid'))
  const unknown = { locale: 'en', channels: { nonsense: [] } } as never
  await assert.rejects(client().setPreferences(unknown, patient.call), refused('request.invalid'))
  assert.ok(house().caller.roles.includes('service'))
})
