// The story of one booking, told over HTTP to a running Medley with demo data, as its users' programs would.
import { appointment } from '#contract/appointment'
import { audit } from '#contract/audit'
import { identity } from '#contract/identity'
import { operations } from '#contract/operations'
import { signInDemo, signUp } from '../people.ts'
import { eventually, type Journey, once, refused, type Somebody, somebody, telling, told } from './telling.ts'

export const booking: Journey = async (url, onStep = () => {}) => {
  const { steps, step } = telling(onStep)

  const [patient, clinician, operator] = (await step('sign in as patient, clinician and operator', () =>
    Promise.all(['patient', 'clinician', 'operator'].map(async role => somebody(url, await signInDemo(url, role)))),
  )) as [Somebody, Somebody, Somebody]
  const rival = await step('a second patient signs up', async () => somebody(url, await signUp(url, 'Robin Marsh')))
  const me = await clinician.as(identity).me({}, undefined)
  const clinicianId = me.clinicianId!

  const found = await step(
    'find care by name, with real free times',
    async () => {
      const { items } = await patient.as(appointment).findCare({ text: me.name, days: 30 }, undefined)
      const item = items.find(each => each.clinician.id === clinicianId)
      if (!item || item.freeTimes.length === 0) throw new Error('the demo clinician shows no free times')
      return item
    },
    ({ clinician: { name }, freeTimes }) => `${name}, first ${freeTimes[0]!.startsAt}`,
  )
  const service = found.clinician.services.find(each => each.id === found.serviceId)!
  const wish = { clinicianId, serviceId: service.id, mode: service.modes[0]! }
  const { times } = await step(
    'list free times',
    () => patient.as(appointment).freeTimes({ clinicianId, serviceId: service.id, days: 30 }, undefined),
    r => `${r.times.length} offered`,
  )
  // Far enough ahead that nothing of a slow run is past, and different on each run so that runs do not meet.
  const [first, later] = [times[20 + Math.floor(Math.random() * 20)]!, times[60 + Math.floor(Math.random() * 20)]!]

  const held = await step(
    'hold a time',
    () => patient.as(appointment).hold({ ...wish, startsAt: first.startsAt }, once()),
    hold => `until ${hold.expiresAt}`,
  )
  await step(
    'the same time is refused to somebody else',
    () => refused(rival.as(appointment).hold({ ...wish, startsAt: first.startsAt }, once()), 'appointment.slotTaken'),
    code => code,
  )
  await step(
    'why it is not offered',
    () => rival.as(appointment).whyNot({ clinicianId, serviceId: service.id, startsAt: first.startsAt }, undefined),
    r => r.reasons.join(),
  )

  const key = once()
  const input = { holdId: held.id, reason: 'A journey through the house', remindMinutesBefore: [40_320] }
  const booked = await step(
    'book it',
    () => patient.as(appointment).book(input, key),
    b => `${b.clinicianName}, ${b.startsAt}`,
  )
  await step('booking again with the same key answers the same', async () => {
    const again = await patient.as(appointment).book(input, key)
    if (JSON.stringify(again) !== JSON.stringify(booked)) throw new Error('the replay differs')
  })
  await step('the clinician sees it in their day', async () => {
    const date = new Intl.DateTimeFormat('en-CA', { timeZone: booked.timeZone }).format(new Date(booked.startsAt))
    const { bookings } = await clinician.as(appointment).day({ clinicianId, date }, undefined)
    if (!bookings.some(each => each.id === booked.id && each.patientName)) throw new Error('the day does not show it')
  })
  await step(
    'both are told',
    () => Promise.all([told(patient, 'booking', booked.id), told(clinician, 'booking', booked.id)]),
    ([mine]) => mine,
  )

  await step(
    'the reminder goes out',
    async () => {
      await operator.as(operations).runNow({ name: 'appointment.remind' }, once())
      return told(patient, 'reminder', booked.id)
    },
    note => note,
  )
  await step('the second patient waits for that time', () =>
    rival.as(appointment).joinWaitList({ ...wish, earliestAt: first.startsAt, latestAt: first.endsAt }, once()),
  )
  const moved = await step(
    'reschedule',
    () => patient.as(appointment).reschedule({ bookingId: booked.id, startsAt: later.startsAt }, once()),
    b => `now ${b.startsAt}, revision ${b.revision}`,
  )
  const offer = await step(
    'the freed time is offered to who waited',
    () =>
      eventually(
        'the offer',
        async () => (await rival.as(appointment).listWaitList({}, undefined)).items.find(each => each.offer)?.offer,
      ),
    offer => offer.startsAt,
  )
  const theirs = await step(
    'they accept it',
    () => rival.as(appointment).book({ holdId: offer.id }, once()),
    b => b.startsAt,
  )
  await step('cancel both', async () => {
    await patient.as(appointment).cancel({ bookingId: moved.id, reason: 'The journey ends' }, once())
    await rival.as(appointment).cancel({ bookingId: theirs.id }, once())
    await refused(
      patient.as(appointment).reschedule({ bookingId: moved.id, startsAt: first.startsAt }, once()),
      'appointment.bookingClosed',
    )
  })
  await step(
    'the audit trail has it, and its chain holds',
    async () => {
      await eventually('the audit entry', async () => {
        const { items } = await operator
          .as(audit)
          .search({ personId: patient.personId, action: 'appointment.book', limit: 5 }, undefined)
        return items.find(each => Object.values(each.subjects).includes(held.id))
      })
      const verdict = await operator.as(audit).verify({}, once())
      if (!verdict.isIntact) throw new Error(`the chain is broken at ${verdict.brokenAt}`)
      return verdict.entries
    },
    entries => `${entries} entries`,
  )
  return steps
}
