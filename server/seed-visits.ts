// Visits of a demo in every state: ended with notes and aftercare, asked, answered, waited for; and what of it is somebody's task.
import { appointment } from '#contract/appointment'
import { consultation } from '#contract/consultation'
import { diagnosis } from '#contract/diagnosis'
import { type Clinician, directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { task } from '#contract/task'
import type { Call, Role } from '#core/call'
import { dayMs, hourMs, instantOf, minuteMs } from '#core/time'
import type { Medley } from './lifecycle.ts'

type Stage = {
  call: Medley['call']
  service: Call
  clinician: Clinician
  /** The demo's clinician and patient, and two more patients. */
  elena: Call
  maya: Call
  henrik: Call
  amara: Call
}

type Cast = { patientId: string; clinicianId: string; clinician: Clinician }

export async function seedVisits(
  { composition, call, platform }: Pick<Medley, 'composition' | 'call' | 'platform'>,
  cast: Cast,
): Promise<void> {
  const service = composition.serviceCall('seed')
  const { jurisdiction } = cast.clinician.organization
  const as = (personId: string, role: Role, more: Partial<Call['caller']> = {}): Call => {
    const own = { ...service, caller: { personId, roles: [role], organizationIds: [], jurisdiction, ...more } }
    delete own.via
    return own
  }
  const named = async (name: string) => {
    const timeZone = cast.clinician.organization.timeZone
    const draft = { source: { system: 'demo', value: name }, name, jurisdiction, timeZone, memberships: [] }
    return as((await call(identity).enrol(draft, service)).personId, 'patient')
  }
  const work = { clinicianId: cast.clinician.id, organizationIds: [cast.clinician.organization.id] }
  const stage: Stage = {
    call,
    service,
    clinician: cast.clinician,
    elena: as(cast.clinicianId, 'clinician', work),
    maya: as(cast.patientId, 'patient'),
    henrik: await named('Henrik Lund'),
    amara: await named('Amara Okonkwo'),
  }
  const nowMs = platform.clock.nowMs()
  await pastVisits(stage)
  await openQuestions(stage)
  await aheadOfVisit(stage)
  await waitingNow(stage, nowMs)
  await tasks(stage, as, nowMs)
}

const dizzy = {
  sections: {
    subjective: 'Dizzy on getting up in the mornings for two weeks. No falls. Drinks little before noon.',
    objective: 'Home readings 104/66 lying, 92/60 standing.',
    assessment: 'Orthostatic symptoms, most likely too little to drink; thyroid dose to be checked.',
    plan: 'Two litres a day, get up slowly, TSH and ferritin.',
  },
  plan: 'Drink a large glass of water before you get up and two litres through the day. Sit on the edge of the bed for a minute first. Call at once if you faint or your heart races.',
  diagnoses: [
    {
      text: 'Orthostatic hypotension',
      certainty: 'provisional' as const,
      coding: { system: 'http://hl7.org/fhir/sid/icd-10', code: 'I95.1', display: 'Orthostatic hypotension' },
    },
  ],
  orders: [{ kind: 'laboratory' as const, text: 'TSH and ferritin, fasting' }],
  followUp: { inDays: 14, note: 'Readings and results' },
  tasks: [{ text: 'Drink two litres a day' }, { text: 'Write down your blood pressure every morning' }],
}
const knee = {
  sections: {
    subjective: 'Right knee hurts since gardening at the weekend, worse on stairs.',
    objective: 'On the photos slight swelling, no redness.',
    assessment: 'Overuse of the right knee.',
    plan: 'Rest, ice, paracetamol. X-ray if it is not better in ten days.',
  },
  plan: 'Rest the knee for a few days, cool it three times a day, and take the stairs slowly. Paracetamol helps if it hurts.',
  diagnoses: [
    {
      text: 'Pain in knee',
      certainty: 'confirmed' as const,
      coding: { system: 'http://hl7.org/fhir/sid/icd-10', code: 'M25.5', display: 'Pain in joint' },
    },
  ],
  orders: [{ kind: 'imaging' as const, text: 'X-ray of the right knee, only if not better in ten days' }],
  followUp: { inDays: 2, note: 'Ask how the knee is' },
  tasks: [{ text: 'Cool the knee three times a day' }],
}

/** Asked in writing, answered, and ended: written visits need no time of day, whenever a demo is started. */
async function pastVisits({ call, clinician, elena, maya, henrik }: Stage): Promise<void> {
  const visits = call(consultation)
  const ask = (who: Call, subject: string, text: string) =>
    visits.ask({ clinicianId: clinician.id, subject, text }, who)
  const first = await ask(
    maya,
    'Dizzy in the mornings',
    'For two weeks I have been dizzy when I get up. Should I worry?',
  )
  const answer =
    'Thank you for the readings. It looks as if you drink too little in the mornings; let us check your blood too.'
  await visits.say({ visitId: first.id, text: answer }, elena)
  await visits.end({ visitId: first.id, version: 0, ...dizzy }, elena)
  const second = await ask(
    henrik,
    'My knee',
    'Since the weekend my right knee hurts on the stairs. I attach what I see.',
  )
  await visits.say(
    { visitId: second.id, text: 'Rest it and cool it. Write again if it swells more or you have fever.' },
    elena,
  )
  await visits.end({ visitId: second.id, version: 0, ...knee }, elena)
}

/** One that waits for the clinician, and one whose answer the patient has not read. */
async function openQuestions({ call, clinician, elena, maya, amara }: Stage): Promise<void> {
  const visits = call(consultation)
  const rash = 'Since Tuesday there is a red, itching patch on my arm. It is not getting smaller.'
  await visits.ask({ clinicianId: clinician.id, subject: 'A rash on my arm', text: rash }, amara)
  const shot = 'May I have the flu shot while I take my thyroid tablets?'
  const { id: visitId } = await visits.ask({ clinicianId: clinician.id, subject: 'Flu shot', text: shot }, maya)
  const { items } = await visits.messages({ visitId }, elena)
  if (items[0]) await visits.markRead({ visitId, messageId: items[0].id }, elena)
  await visits.say({ visitId, text: 'Yes, they do not get in each other’s way. Any pharmacy can give it.' }, elena)
}

/** Before the next booked visit: a message, and a symptom check that was shown for it. */
async function aheadOfVisit({ call, clinician, maya }: Stage): Promise<void> {
  const { items } = await call(appointment).listBookings({ limit: 10 }, maya)
  const booking = items.find(each => each.clinicianId === clinician.id && each.state === 'booked')
  if (!booking) return
  await call(consultation).enter({ visitId: booking.id }, maya)
  const text = 'Shall I bring the list of my readings, or is it enough to read it to you?'
  await call(consultation).say({ visitId: booking.id, text }, maya)
  const checks = call(diagnosis)
  const profile = { age: 38, sex: 'female' as const }
  let interview = await checks.start({ profile, complaint: 'Headaches and tired', findings: ['headache'] }, maya)
  while (interview.question)
    interview = await checks.answer({ interviewId: interview.id, finding: interview.question.id, value: 'no' }, maya)
  await checks.finish({ interviewId: interview.id }, maya)
  await checks.share({ interviewId: interview.id, bookingId: booking.id }, maya)
}

/** Somebody sits in the waiting room: the clinician holds an hour open today, and a patient takes it and is early. */
async function waitingNow({ call, clinician, service, elena, amara }: Stage, nowMs: number): Promise<void> {
  const { timeZone } = clinician.organization
  const wall = (ms: number) => new Date(ms).toLocaleString('sv-SE', { timeZone })
  const [date, from] = wall(Math.ceil(nowMs / (10 * minuteMs)) * 10 * minuteMs).split(' ') as [string, string]
  const [endDate, to] = wall(nowMs + 90 * minuteMs).split(' ') as [string, string]
  // Nobody holds an hour open over midnight.
  if (endDate !== date) return
  const calendar = call(appointment)
  const availability = await calendar.availability({ clinicianId: clinician.id }, elena)
  const open = { date, windows: [{ from: from.slice(0, 5), to: to.slice(0, 5) }], note: 'Open hour' }
  const change = (noticeMinutes: number) =>
    calendar.setAvailability(
      {
        clinicianId: clinician.id,
        availability: { ...availability, noticeMinutes, exceptions: [...availability.exceptions, open] },
      },
      service,
    )
  await change(0)
  const visit = clinician.services.toSorted((a, b) => a.minutes - b.minutes)[0]!
  const wish = { clinicianId: clinician.id, serviceId: visit.id, mode: visit.modes[0]! }
  const { times } = await calendar.freeTimes({ clinicianId: clinician.id, serviceId: visit.id, days: 1 }, service)
  const time = times.find(each => Date.parse(each.startsAt) - nowMs < hourMs - 5 * minuteMs)
  if (time) {
    const { id: visitId } = await calendar.book(
      { ...wish, startsAt: time.startsAt, reason: 'The rash on my arm' },
      amara,
    )
    await call(consultation).checkIn({ visitId }, amara)
  }
  await change(availability.noticeMinutes)
}

/** What the clinician wrote down, and what a colleague asks of her. */
async function tasks(
  { call, clinician, service, elena }: Stage,
  as: (personId: string, role: Role, more: Partial<Call['caller']>) => Call,
  nowMs: number,
): Promise<void> {
  const organizationId = clinician.organization.id
  await call(task).add({ text: 'Sign the holiday cover for December', dueAt: instantOf(nowMs + 2 * dayMs) }, elena)
  const colleague = (await call(directory).search({ limit: 200 }, service)).items.find(
    each => each.organization.id === organizationId && each.id !== clinician.id,
  )
  if (!colleague) return
  const { jurisdiction, timeZone } = colleague.organization
  const memberships = [{ organizationId, role: 'clinician' as const, clinicianId: colleague.id }]
  const source = { system: 'demo', value: colleague.name }
  const draft = { source, name: colleague.name, jurisdiction, timeZone, memberships }
  const { personId } = await call(identity).enrol(draft, service)
  const theirs = as(personId, 'clinician', { clinicianId: colleague.id, organizationIds: [organizationId] })
  const dueAt = instantOf(nowMs + dayMs)
  const { id: taskId } = await call(task).add(
    { text: 'Call the school nurse back about the asthma plan', dueAt },
    theirs,
  )
  const note = 'I am away this afternoon. Could you?'
  await call(task).delegate({ taskId, toClinicianId: clinician.id, dueAt, note }, theirs)
}
