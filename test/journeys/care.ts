// The story of one illness, told over HTTP to a running Medley with demo data: from the symptom check to the medicine in the hand.
import { appointment } from '#contract/appointment'
import { audit } from '#contract/audit'
import { consultation } from '#contract/consultation'
import { diagnosis } from '#contract/diagnosis'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { prescription } from '#contract/prescription'
import { record } from '#contract/record'
import type { Prescription } from '#core/prescription'
import { signIn, signInDemo, signUp } from '../people.ts'
import type { OpenRooms } from './rooms.ts'
import { eventually, type Journey, once, refused, type Somebody, somebody, telling, told } from './telling.ts'

const order = { medicine: 'nitrofurantoin', form: 'capsule', strength: '100 mg', amount: 1, timesPerDay: 2, days: 7 }
type Step = ReturnType<typeof telling>['step']
type Team = { patient: Somebody; clinician: Somebody; operator: Somebody; pharmacist: Somebody; colleague: Somebody }

/** The two meet over the API unless they are given rooms of another kind, such as real browsers. */
export const careIn =
  (openRooms: OpenRooms): Journey =>
  async (url, onStep = () => {}) => {
    const { steps, step } = telling(onStep)
    const team = await step('sign in, and a new patient signs up', async (): Promise<Team> => {
      const as = async (role: string) => somebody(url, await signInDemo(url, role))
      const [clinician, operator, pharmacist] = [await as('clinician'), await as('operator'), await as('pharmacist')]
      const colleague = somebody(url, await signIn(url, 'pharmacy@demo.medley.example', 'medley-demo-2026'))
      return { patient: somebody(url, await signUp(url, 'Casey Morrow')), clinician, operator, pharmacist, colleague }
    })
    const interviewId = await checkSymptoms(team, step)
    const visitId = await bookNow(team, step)
    await meet(team, step, () => openRooms(url, team, visitId), visitId)
    const patientId = await diagnose(team, step, { interviewId, visitId })
    await end(team, step, visitId)
    const prescriptionId = await prescribe(team, step, patientId)
    await dispense(team, step, prescriptionId)
    await step(
      'everything is in the record',
      () => eventually('the record', () => recorded(team.patient, patientId)),
      types => types.join(', '),
    )
    await step(
      'and in the audit trail, whose chain holds',
      async () => {
        const wanted = ['diagnosis.decide', 'consultation.end', 'prescription.sign', 'prescription.handOver']
        for (const action of wanted)
          await eventually(action, async () =>
            (await team.operator.as(audit).search({ action, limit: 1 }, undefined)).items.at(0),
          )
        const verdict = await team.operator.as(audit).verify({}, once())
        if (!verdict.isIntact) throw new Error(`the chain is broken at ${verdict.brokenAt}`)
        return verdict.entries
      },
      entries => `${entries} entries`,
    )
    return steps
  }

async function checkSymptoms({ patient }: Team, step: Step): Promise<string> {
  const ask = patient.as(diagnosis)
  return step(
    'check symptoms, question by question',
    async () => {
      const begun = { profile: { age: 31, sex: 'female' as const }, complaint: 'It burns', findings: ['burning-urine'] }
      let state = await ask.start(begun, once())
      while (state.question) {
        const { id: finding } = state.question
        const value = ['frequent-urine', 'urgent-urine'].includes(finding) ? ('yes' as const) : ('no' as const)
        state = await ask.answer({ interviewId: state.id, finding, value }, once())
      }
      await ask.finish({ interviewId: state.id }, once())
      return state.id
    },
    id => id,
  )
}

/** The clinician sees people at once today: their week says nothing about when this story is told. */
async function bookNow({ patient, clinician }: Team, step: Step): Promise<string> {
  const { clinicianId } = await clinician.as(identity).me({}, undefined)
  const hours = clinician.as(appointment)
  const before = await hours.availability({ clinicianId: clinicianId! }, undefined)
  await step('the clinician opens their hours now', async () => {
    const dateIn = (offsetMs: number) =>
      new Intl.DateTimeFormat('en-CA', { timeZone: before.timeZone }).format(new Date(Date.now() + offsetMs))
    const open = [...new Set([dateIn(0), dateIn(3_600_000)])].map(date => ({
      date,
      windows: [{ from: '00:00', to: '23:59' }],
    }))
    const exceptions = [...before.exceptions.filter(each => !open.some(one => one.date === each.date)), ...open]
    const availability = { ...before, exceptions, noticeMinutes: 0, bufferBeforeMinutes: 0, stepMinutes: 5 }
    await hours.setAvailability({ clinicianId: clinicianId!, availability }, once())
  })
  try {
    return await step(
      'book the next free time',
      async () => {
        const find = patient.as(appointment)
        const { services } = await patient.as(directory).clinician({ clinicianId: clinicianId! }, undefined)
        const wish = { clinicianId: clinicianId!, serviceId: services[0]!.id }
        const { times } = await find.freeTimes({ ...wish, days: 2 }, undefined)
        const visit = { ...wish, mode: 'video' as const, startsAt: times[0]!.startsAt, reason: 'It burns' }
        return (await find.book(visit, once())).id
      },
      id => id,
    )
  } finally {
    await hours.setAvailability({ clinicianId: clinicianId!, availability: before }, once())
  }
}

async function meet(
  { patient, clinician }: Team,
  step: Step,
  openRooms: () => ReturnType<OpenRooms>,
  visitId: string,
): Promise<void> {
  const [mine, theirs] = [patient.as(consultation), clinician.as(consultation)]
  await step('nobody comes into the call before being asked in', async () => {
    await mine.enter({ visitId }, once())
    return refused(mine.joinCall({ visitId }, once()), 'consultation.notCalledIn')
  })
  const rooms = await openRooms()
  try {
    await step('wait in the waiting room', rooms.wait, note => note)
    await step(
      'the clinician sees who waits',
      () =>
        eventually('the queue', async () => {
          const { items } = await theirs.waiting({}, undefined)
          return items.find(each => each.id === visitId)
        }),
      visit => `place ${visit.queue?.place ?? 1}`,
    )
    await step('the clinician is told', () => told(clinician, 'booking', visitId))
    await step('asks them in, and both are in the call', rooms.meet, note => note)
    await step('they write to each other', async () => {
      await rooms.write('It began on Monday.', 'Any fever, or pain in your back?')
      const { items } = await mine.messages({ visitId }, undefined)
      if (items.length !== 2) throw new Error(`${items.length} messages instead of two`)
    })
  } finally {
    await rooms.close()
  }
}

async function diagnose(
  { patient, clinician }: Team,
  step: Step,
  { interviewId, visitId }: { interviewId: string; visitId: string },
): Promise<string> {
  const patientId = await step('the record is open to the clinician', () =>
    eventually('care', async () => {
      const found = clinician.as(record).patientOf({ personId: patient.personId }, undefined)
      return (await found.catch(() => undefined))?.patientId
    }),
  )
  await step(
    'the patient shows the check, the clinician accepts a diagnosis',
    async () => {
      await patient.as(diagnosis).share({ interviewId, bookingId: visitId }, once())
      const { result } = await clinician.as(diagnosis).interview({ interviewId }, undefined)
      const [first] = result!.suggestions
      const decision = { suggestionId: first!.id, decision: 'accepted' as const, reason: 'Typical, nitrite positive' }
      await clinician.as(diagnosis).decide(decision, once())
      return first!.condition.label
    },
    label => label,
  )
  return patientId
}

async function end({ patient, clinician }: Team, step: Step, visitId: string): Promise<void> {
  const theirs = clinician.as(consultation)
  await step(
    'the note is signed with diagnosis, order and follow-up in one act',
    async () => {
      const sections = { subjective: 'Burning since Monday', objective: '', assessment: 'Cystitis', plan: 'Antibiotic' }
      const found = {
        plan: 'Take the capsules for seven days and drink enough.',
        diagnoses: [{ text: 'Acute cystitis', certainty: 'provisional' as const }],
        orders: [{ kind: 'laboratory' as const, text: 'Urine culture' }],
        followUp: { inDays: 7 },
        tasks: [{ text: 'Finish all capsules' }],
      }
      const draft = await theirs.saveNote({ visitId, version: 0, sections }, once())
      return theirs.end({ visitId, version: draft.version, sections, ...found }, once())
    },
    ({ diagnoses }) => diagnoses[0]!.text,
  )
  await step('nobody signs it twice', () =>
    refused(theirs.signNote({ visitId, version: 2 }, once()), 'consultation.noteSigned'),
  )
  await step('the patient is told, and ticks a task', async () => {
    await told(patient, 'booking', visitId)
    const { tasks } = await patient.as(consultation).aftercare({ visitId }, undefined)
    await patient.as(consultation).tickTask({ visitId, taskId: tasks[0]!.id, isDone: true }, once())
  })
}

const overridesOf = ({ findings }: Prescription) =>
  findings.map(({ key }) => ({ key, reason: 'Known, and discussed with the patient' }))

async function prescribe({ clinician, pharmacist, patient }: Team, step: Step, patientId: string): Promise<string> {
  const pad = clinician.as(prescription)
  const id = await step(
    'prescribe, checked and signed',
    async () => {
      const { id: prescriptionId } = await pad.draft({ patientId, order }, once())
      const overrides = overridesOf(await pad.complete({ prescriptionId }, once()))
      await pad.sign({ prescriptionId, overrides }, once())
      return prescriptionId
    },
    prescriptionId => prescriptionId,
  )
  await step(
    'send it to a near pharmacy',
    async () => {
      const { organizationIds } = await pharmacist.as(identity).me({}, undefined)
      const { items } = await patient.as(prescription).listPharmacies({ prescriptionId: id }, undefined)
      const pharmacy = items.find(each => organizationIds.includes(each.id))
      if (!pharmacy) throw new Error('the pharmacy of the demo is not offered')
      await patient.as(prescription).send({ prescriptionId: id, pharmacyId: pharmacy.id }, once())
      return pharmacy.name
    },
    name => name,
  )
  return id
}

async function dispense(
  { clinician, pharmacist, colleague, patient }: Team,
  step: Step,
  prescriptionId: string,
): Promise<void> {
  const [desk, other] = [pharmacist.as(prescription), colleague.as(prescription)]
  await step('the pharmacist takes it on and asks back', async () => {
    await desk.accept({ prescriptionId }, once())
    await desk.query({ prescriptionId, question: 'Would five days do?' }, once())
  })
  await step('the clinician corrects it', async () => {
    const pad = clinician.as(prescription)
    const overrides = overridesOf(await pad.prescription({ prescriptionId }, undefined))
    const corrected = { ...order, days: 5 }
    await pad.answer({ prescriptionId, text: 'Yes, five days', order: corrected, overrides }, once())
  })
  await step('prepared by one, verified by another, handed over once', async () => {
    const supply = {
      prescriptionId,
      quantity: 10,
      product: 'Nitrofurantoin 100 mg',
      lot: 'N7',
      lotExpiresOn: '2035-01-31',
    }
    const { fills } = await desk.prepare(supply, once())
    const fillId = fills[0]!.id
    await refused(desk.verify({ fillId, isRight: true }, once()), 'prescription.samePerson')
    await other.verify({ fillId, isRight: true }, once())
    const done = await other.handOver({ fillId }, once())
    if (done.state !== 'completed') throw new Error(`it is ${done.state}`)
    await refused(desk.prepare(supply, once()), 'prescription.stateUnfit')
  })
  await step(
    'the patient was told all the way',
    () => told(patient, 'prescription', prescriptionId),
    title => title,
  )
}

/** The types that have come of the story, once all of them are there. */
async function recorded(patient: Somebody, patientId: string): Promise<string[] | undefined> {
  const wanted = [
    'Appointment',
    'Composition',
    'Condition',
    'Encounter',
    'MedicationDispense',
    'MedicationRequest',
    'QuestionnaireResponse',
  ]
  const { body } = await patient
    .as(record)
    .interact({ method: 'GET', path: `Patient/${patientId}/$everything`, query: [['_count', '200']] }, undefined)
  const { entry = [] } = JSON.parse(body!) as { entry?: { resource: { resourceType: string } }[] }
  const types = new Set(entry.map(each => each.resource.resourceType))
  return wanted.every(each => types.has(each)) ? wanted : undefined
}
