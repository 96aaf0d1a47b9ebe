import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { appointment } from '#contract/appointment'
import { consultation } from '#contract/consultation'
import { diagnosis } from '#contract/diagnosis'
import { directory } from '#contract/directory'
import { notification } from '#contract/notification'
import { prescription } from '#contract/prescription'
import { record } from '#contract/record'
import type { Call } from '#core/call'
import { newId } from '#core/id'
import { dayMs, instantOf } from '#core/time'
import { aClinician, aPatient, aPerson, type TestClinician } from '../../test/clinic.ts'
import { type TestMedley, testMedley } from '../../test/start.ts'
import { task } from './contract.ts'

let medley: TestMedley
/** Tuesday 2026-11-24 at a wall time in Boston. */
const tuesday = (time: string) => new Date(`2026-11-24T${time}:00-05:00`).toISOString()
before(async () => (medley = await testMedley({ startMs: Date.parse(tuesday('08:45')) })))
after(() => medley.stop())

const ops = () => medley.call(task)
const visits = () => medley.call(consultation)
const keyed = (call: Call, key: string = newId()): Call => ({ ...call, idempotencyKey: key })
const code = (expected: string) => ({ code: expected.includes('.') ? expected : `task.${expected}` })
const sections = { subjective: 'A cough', objective: '', assessment: '', plan: 'Rest' }
const inDays = (days: number) => instantOf(medley.clock.nowMs() + days * dayMs)

const list = async (call: Call, view: 'open' | 'delegated' | 'done' = 'open') => {
  await medley.settle()
  return (await ops().list({ view }, call)).items
}
const shown = async (call: Call, view: 'open' | 'delegated' | 'done' = 'open') =>
  (await list(call, view)).map(each => `${each.kind} ${each.state}`)

async function at<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const start = medley.clock.nowMs()
  medley.clock.set(ms)
  try {
    return await work()
  } finally {
    medley.clock.set(start)
  }
}

type Scene = { clinician: TestClinician; patient: Call; visitId: string }

async function booked(): Promise<Scene> {
  const [clinician, patient] = [await aClinician(medley), await aPatient(medley)]
  const wish = { ...clinician.wish, startsAt: tuesday('09:00') }
  const { id } = await medley.call(appointment).book(wish, keyed(patient))
  return { clinician, patient, visitId: id }
}

/** A visit that ended with two orders and a follow-up in two weeks. */
async function ended(): Promise<Scene> {
  const scene = await booked()
  const { visitId, patient, clinician } = scene
  await visits().checkIn({ visitId }, keyed(patient))
  await visits().callIn({ visitId }, keyed(clinician.call))
  const orders = [
    { kind: 'laboratory' as const, text: 'Full blood count' },
    { kind: 'imaging' as const, text: 'X-ray of the chest' },
  ]
  const care = { plan: 'Rest', diagnoses: [], orders, followUp: { inDays: 14, note: 'Listen again' }, tasks: [] }
  await visits().end({ visitId, version: 0, sections, ...care }, keyed(clinician.call))
  return scene
}

/** Somebody else who practises at the same clinic. */
async function aColleague({ organizationId }: TestClinician): Promise<{ id: string; personId: string; call: Call }> {
  const draft = { organizationId, name: 'Dr. Colleague', specialties: ['general-practice' as const], languages: ['en'] }
  const price = { amountMinor: 9_000, currency: 'USD' as const }
  const services = [{ name: 'Visit', minutes: 20, modes: ['video' as const], price }]
  const { id } = await medley
    .call(directory)
    .addClinician({ ...draft, services }, medley.composition.serviceCall('test'))
  const person = await aPerson(medley, { memberships: [{ organizationId, role: 'clinician', clinicianId: id }] })
  const organizationIds = [organizationId]
  return { id, ...person, call: medley.as({ ...person, roles: ['clinician'], clinicianId: id, organizationIds }) }
}

test('a question is a task until it is answered, and again when the patient writes on', async () => {
  const [clinician, patient] = [await aClinician(medley), await aPatient(medley)]
  const question = { clinicianId: clinician.id, subject: 'Itching at night', text: 'It itches' }
  const { id: visitId, awaits } = await visits().ask(question, keyed(patient))
  assert.equal(awaits, 'clinician')
  const [open] = await list(clinician.call)
  assert.deepEqual(
    [open!.kind, open!.urgency, open!.text, open!.patientName],
    ['question', 'today', 'Itching at night', 'Pat Testing'],
  )
  assert.deepEqual([open!.visitId, open!.may], [visitId, []])
  await visits().say({ visitId, text: 'Since when?' }, keyed(clinician.call))
  assert.deepEqual(await shown(clinician.call), [])
  assert.equal((await visits().visit({ visitId }, patient)).awaits, 'patient')
  assert.deepEqual(await shown(clinician.call, 'done'), ['question completed'])
  await visits().say({ visitId, text: 'For a week' }, keyed(patient))
  assert.deepEqual(await shown(clinician.call), ['question accepted'])
  assert.equal((await visits().visit({ visitId }, patient)).awaits, 'clinician')
})

test('a message before a visit is a task until it is read, however often somebody writes', async () => {
  const { clinician, patient, visitId } = await booked()
  await visits().enter({ visitId }, keyed(patient))
  const said = await visits().say({ visitId, text: 'May I bring my son?' }, keyed(patient))
  await visits().say({ visitId, text: 'He is four' }, keyed(patient))
  assert.deepEqual(await shown(clinician.call), ['message accepted'])
  const { items } = await visits().messages({ visitId }, clinician.call)
  assert.equal(items.length, 2)
  await visits().markRead({ visitId, messageId: said.id }, keyed(clinician.call))
  assert.deepEqual(await shown(clinician.call), ['message accepted'], 'one is still unread')
  await visits().markRead({ visitId, messageId: items[0]!.id }, keyed(clinician.call))
  assert.deepEqual(await shown(clinician.call), [])
})

test('the note of a visit is owed once its time is over, and paid by its end', async () => {
  const { clinician, patient, visitId } = await booked()
  await visits().checkIn({ visitId }, keyed(patient))
  await visits().callIn({ visitId }, keyed(clinician.call))
  assert.deepEqual(await shown(clinician.call), [])
  await at(Date.parse(tuesday('09:30')), async () => {
    const [note] = await list(clinician.call)
    assert.deepEqual([note!.kind, note!.may], ['note', []])
    await visits().end(
      { visitId, version: 0, sections, plan: '', diagnoses: [], orders: [], tasks: [] },
      keyed(clinician.call),
    )
    assert.deepEqual(await shown(clinician.call), [])
  })
})

test('orders come out of a visit at once, a follow-up days before it is due, and a booking fulfils it', async () => {
  const { clinician, patient } = await ended()
  const open = await list(clinician.call)
  assert.deepEqual(open.map(each => [each.kind, each.orderKind, each.text]).toSorted(), [
    ['order', 'imaging', 'X-ray of the chest'],
    ['order', 'laboratory', 'Full blood count'],
  ])
  await at(medley.clock.nowMs() + 12 * dayMs, async () => {
    assert.deepEqual((await shown(clinician.call)).toSorted(), [
      'followUp accepted',
      'order accepted',
      'order accepted',
    ])
    const startsAt = new Date('2026-12-08T10:00:00-05:00').toISOString()
    await medley.call(appointment).book({ ...clinician.wish, startsAt }, keyed(patient))
    assert.deepEqual(await shown(clinician.call), ['order accepted', 'order accepted'])
  })
})

test('several are done at once, undone at once, and what only the act itself ends stays', async () => {
  const { clinician } = await ended()
  const patient = await aPatient(medley)
  await visits().ask({ clinicianId: clinician.id, subject: 'A rash', text: 'Look' }, keyed(patient))
  const other = await ended()
  const [foreign] = await list(other.clinician.call)
  const open = await list(clinician.call)
  const orders = open.filter(each => each.kind === 'order').map(each => each.id)
  const question = open.find(each => each.kind === 'question')!.id
  const taskIds = [...orders, question, foreign!.id]
  const key = newId()
  const { done, left } = await ops().complete({ taskIds, outcome: 'Sent off' }, keyed(clinician.call, key))
  assert.deepEqual(
    done.map(each => [each.state, each.outcome]),
    [
      ['completed', 'Sent off'],
      ['completed', 'Sent off'],
    ],
  )
  assert.deepEqual(left, [
    { taskId: question, because: 'needsAct' },
    { taskId: foreign!.id, because: 'notMine' },
  ])
  assert.deepEqual(await ops().complete({ taskIds, outcome: 'Sent off' }, keyed(clinician.call, key)), { done, left })
  const again = await ops().complete({ taskIds: orders }, keyed(clinician.call))
  assert.deepEqual(
    again.left.map(each => each.because),
    ['moved', 'moved'],
  )
  assert.deepEqual(await shown(clinician.call), ['question accepted'])
  const { items } = await ops().reopen({ taskIds }, keyed(clinician.call))
  assert.deepEqual(
    items.map(each => each.state),
    ['accepted', 'accepted'],
  )
  assert.equal((await shown(clinician.call)).length, 3)
  assert.equal((await list(other.clinician.call)).length, 2, 'nothing of anybody else has changed')
})

test('a colleague is asked until a time, told of it, takes it on and does it', async () => {
  const { clinician } = await ended()
  const colleague = await aColleague(clinician)
  assert.deepEqual(await ops().colleagues({}, clinician.call), {
    items: [{ clinicianId: colleague.id, name: 'Pat Testing' }],
  })
  const [open] = await list(clinician.call)
  const taskId = open!.id
  const asked = await ops().delegate(
    { taskId, toClinicianId: colleague.id, dueAt: inDays(1), note: 'I am away tomorrow' },
    keyed(clinician.call),
  )
  assert.deepEqual([asked.state, asked.owner.name, asked.may], ['requested', 'Dr. Colleague', ['takeBack']])
  const theirs = await list(colleague.call)
  assert.deepEqual(
    theirs.map(each => [each.id, each.note, each.requester.name, each.may]),
    [[taskId, 'I am away tomorrow', 'Dr. Test', ['accept', 'decline']]],
  )
  const told = await medley
    .call(notification)
    .list({}, medley.as({ personId: colleague.personId, roles: ['clinician'] }))
  assert.deepEqual(
    told.items.map(each => [each.title, each.link]),
    [['A colleague asks you', '/inbox']],
  )
  assert.doesNotMatch(JSON.stringify(told), /blood|Pat Testing|away/)
  await ops().accept({ taskId }, keyed(colleague.call))
  await ops().complete({ taskIds: [taskId], outcome: 'Ordered at the lab' }, keyed(colleague.call))
  const done = (await list(clinician.call, 'done')).find(each => each.id === taskId)
  assert.deepEqual([done!.id, done!.outcome, done!.may], [taskId, 'Ordered at the lab', []])
  assert.deepEqual(await list(clinician.call, 'delegated'), [])
})

test('what was asked is declined with a reason, or taken back, and is the requester’s again', async () => {
  const { clinician } = await ended()
  const colleague = await aColleague(clinician)
  const [first] = await list(clinician.call)
  const taskId = first!.id
  const ask = () => ops().delegate({ taskId, toClinicianId: colleague.id, dueAt: inDays(1) }, keyed(clinician.call))
  await ask()
  await ops().decline({ taskId, reason: 'I do not know the patient' }, keyed(colleague.call))
  const back = (await list(clinician.call)).find(each => each.id === taskId)!
  assert.deepEqual([back.state, back.note], ['accepted', 'I do not know the patient'])
  const told = await medley.call(notification).list({}, clinician.call)
  assert.ok(told.items.some(each => each.title === 'A task came back'))
  await ask()
  await ops().accept({ taskId }, keyed(colleague.call))
  await ops().takeBack({ taskId }, keyed(clinician.call))
  assert.deepEqual(await list(colleague.call), [])
  await assert.rejects(ops().accept({ taskId }, keyed(colleague.call)), code('taskNotFound'))
})

test('a colleague sees what the task says and nothing else of the patient', async () => {
  const { clinician, visitId, patient } = await ended()
  const colleague = await aColleague(clinician)
  const [first] = await list(clinician.call)
  await ops().delegate({ taskId: first!.id, toClinicianId: colleague.id, dueAt: inDays(1) }, keyed(clinician.call))
  const [theirs] = await list(colleague.call)
  assert.deepEqual([theirs!.patientName, theirs!.visitId], ['Pat Testing', visitId])
  await assert.rejects(visits().visit({ visitId }, colleague.call), { code: 'consultation.visitNotFound' })
  await assert.rejects(visits().aftercare({ visitId }, colleague.call), { code: 'consultation.visitNotFound' })
  const ask = medley.call(record).patientOf({ personId: patient.caller.personId! }, colleague.call)
  await assert.rejects(ask, { code: 'record.notFound' })
})

test('of two who accept and take back at once one wins, and the row says which', async () => {
  const { clinician } = await ended()
  const colleague = await aColleague(clinician)
  const [first] = await list(clinician.call)
  const taskId = first!.id
  await ops().delegate({ taskId, toClinicianId: colleague.id, dueAt: inDays(1) }, keyed(clinician.call))
  const results = await Promise.allSettled([
    ops().complete({ taskIds: [taskId] }, keyed(colleague.call)),
    ops().accept({ taskId }, keyed(colleague.call)),
    ops().takeBack({ taskId }, keyed(clinician.call)),
    ops().decline({ taskId, reason: 'Not today' }, keyed(colleague.call)),
  ])
  const [both] = await Promise.all([list(clinician.call), list(colleague.call)])
  const mine = both.filter(each => each.id === taskId)
  assert.ok(results.some(each => each.status === 'fulfilled'))
  for (const each of results)
    if (each.status === 'rejected') assert.match((each.reason as { code: string }).code, /task(Moved|NotFound)/)
  assert.deepEqual(
    mine.map(each => [each.state, each.owner.clinicianId]),
    [['accepted', clinician.id]],
  )
})

test('however often a source is told of, it has one open task; without the index it would have two', async () => {
  const { clinician } = await ended()
  const service = medley.platform.database
  const open = `state in ('requested', 'accepted')`
  const count = async () => {
    const { rows } = await service.execute(`select id from task.task where requester_id = $1 and ${open}`, [
      clinician.id,
    ])
    return rows.length
  }
  await medley.settle()
  assert.equal(await count(), 3)
  const again = () =>
    service.execute(
      `insert into task.task select gen_random_uuid(), region, kind, about_id, part, visit_id, patient_id, person_id, subject_id, requester_id,
        owner_id, state, state_since, urgency, due_at, shown_from, content_sealed, note_sealed, outcome_sealed, done_by, revision, created_at
      from task.task where requester_id = $1 and ${open} on conflict do nothing`,
      [clinician.id],
    )
  await again()
  assert.equal(await count(), 3)
  await service.execute('drop index task.task_one_open')
  await again()
  assert.equal(await count(), 6)
  await service.execute('delete from task.task where requester_id = $1', [clinician.id])
  await service.execute(
    `create unique index task_one_open on task.task (kind, about_id, part) where state in ('requested', 'accepted')`,
  )
})

test('a symptom check that was shown is a task of that clinician, who is told; with the visit it goes', async () => {
  const { clinician, patient, visitId } = await booked()
  const checks = medley.call(diagnosis)
  const profile = { age: 30, sex: 'female' as const }
  const { id } = await checks.start({ profile, findings: ['headache'] }, keyed(patient))
  await checks.finish({ interviewId: id }, keyed(patient))
  await checks.share({ interviewId: id, bookingId: visitId }, keyed(patient))
  const [open] = await list(clinician.call)
  assert.deepEqual([open!.kind, open!.interviewId, open!.dueAt], ['sharedCheck', id, tuesday('09:00')])
  const told = await medley.call(notification).list({}, clinician.call)
  assert.ok(told.items.some(each => each.title === 'A patient shared a symptom check'))
  await medley.call(appointment).cancel({ bookingId: visitId }, keyed(patient))
  assert.deepEqual(await list(clinician.call), [])
})

test('a pharmacy that asks back comes first, and the answer is what ends it', async () => {
  const { clinician, patient } = await booked()
  await medley.settle()
  const scripts = medley.call(prescription)
  const place = { name: 'Task Pharmacy', city: 'Boston', address: '2 Test Street', jurisdiction: 'US-MA' }
  const draft = { kind: 'pharmacy' as const, ...place, timeZone: 'America/New_York' }
  const pharmacy = await medley.call(directory).addOrganization(draft, medley.composition.serviceCall('test'))
  const pharmacist = medley.as({ personId: newId(), roles: ['pharmacist'], organizationIds: [pharmacy.id] })
  const order = {
    medicine: 'lisinopril',
    form: 'tablet',
    strength: '10 mg',
    amount: 1,
    timesPerDay: 1,
    days: 30,
    refills: 0,
  }
  const patientId = patient.caller.personId!
  const { id: prescriptionId } = await scripts.draft({ patientId, order }, keyed(clinician.call))
  await scripts.complete({ prescriptionId }, keyed(clinician.call))
  await scripts.sign({ prescriptionId, overrides: [] }, keyed(clinician.call))
  await scripts.send({ prescriptionId, pharmacyId: pharmacy.id }, keyed(clinician.call))
  await scripts.accept({ prescriptionId }, keyed(pharmacist))
  await visits().ask({ clinicianId: clinician.id, subject: 'A rash', text: 'Look' }, keyed(await aPatient(medley)))
  await medley.settle()
  await scripts.query({ prescriptionId, question: 'Once or twice a day?' }, keyed(pharmacist))
  const open = await list(clinician.call)
  assert.deepEqual(
    open.map(each => each.kind),
    ['pharmacyQuery', 'question'],
  )
  assert.deepEqual(
    [open[0]!.text, open[0]!.medicine, open[0]!.prescriptionId],
    ['Once or twice a day?', 'lisinopril 10 mg', prescriptionId],
  )
  await scripts.answer({ prescriptionId, text: 'Once a day' }, keyed(clinician.call))
  assert.deepEqual(
    (await list(clinician.call)).map(each => each.kind),
    ['question'],
  )

  // All of it is handed over: a week before it is used up it is to be renewed, and a new prescription is that.
  const lot = { quantity: 30, product: 'Lisinopril 10 mg', lot: 'L1', lotExpiresOn: '2028-01-01' }
  const fillId = (await scripts.prepare({ prescriptionId, ...lot }, keyed(pharmacist))).fills[0]!.id
  const second = medley.as({ personId: newId(), roles: ['pharmacist'], organizationIds: [pharmacy.id] })
  await scripts.verify({ fillId, isRight: true }, keyed(second))
  await scripts.handOver({ fillId }, keyed(pharmacist))
  await at(medley.clock.nowMs() + 24 * dayMs, async () => {
    const renewal = (await list(clinician.call)).find(each => each.kind === 'renewal')
    assert.equal(renewal?.medicine, 'lisinopril 10 mg')
    const next = await scripts.draft({ patientId, order }, keyed(clinician.call))
    await scripts.complete({ prescriptionId: next.id }, keyed(clinician.call))
    await scripts.sign({ prescriptionId: next.id, overrides: [] }, keyed(clinician.call))
    assert.ok(!(await list(clinician.call)).some(each => each.kind === 'renewal'))
  })
})

test('what a clinician writes down is a task of theirs, of a patient only whose record is open to them', async () => {
  const { clinician, patient } = await booked()
  await medley.settle()
  const patientId = patient.caller.personId!
  const own = await ops().add({ text: 'Call the school', dueAt: inDays(2), patientId }, keyed(clinician.call))
  assert.deepEqual([own.kind, own.patientName, own.may], ['own', 'Pat Testing', ['complete', 'delegate']])
  const stranger = (await aClinician(medley)).call
  const wish = { text: 'Look them up', dueAt: inDays(2), patientId }
  await assert.rejects(ops().add(wish, keyed(stranger)), code('patientNotFound'))
  await assert.rejects(ops().add({ text: 'Too late', dueAt: inDays(-1) }, keyed(clinician.call)), code('duePast'))
  assert.deepEqual(await list(stranger), [])
})

test('erasing a person takes their tasks', async () => {
  const { clinician, patient } = await ended()
  assert.equal((await list(clinician.call)).length, 2)
  const service = medley.composition.serviceCall('test')
  await medley.call(record).erase({ patientId: patient.caller.personId!, confirm: 'erase' }, service)
  assert.deepEqual(await list(clinician.call), [])
  const { rows } = await medley.platform.database.execute('select id from task.task where person_id = $1', [
    patient.caller.personId!,
  ])
  assert.equal(rows.length, 0)
})

test('lists page in order, and one’s own only are watched', async () => {
  const { clinician } = await ended()
  await ops().add({ text: 'A third one', dueAt: inDays(9) }, keyed(clinician.call))
  await medley.settle()
  const first = await ops().list({ limit: 2 }, clinician.call)
  const rest = await ops().list({ limit: 2, cursor: first.nextCursor! }, clinician.call)
  assert.deepEqual(
    [...first.items, ...rest.items].map(each => each.kind),
    ['order', 'order', 'own'],
  )
  assert.equal(rest.nextCursor, undefined)
  const service = medley.composition.serviceCall('test')
  const watchers = [clinician.id, newId()].map(id => ({ id, caller: clinician.call.caller }))
  assert.deepEqual(await ops().inboxWatchers({ watchers }, service), { may: [true, false] })
  const { id } = first.items[0]!
  await ops().complete({ taskIds: [id] }, keyed(clinician.call))
  const entries = await medley.platform.channels.read(`task.inbox/${clinician.id}`, 0, 50)
  assert.ok(entries.length >= 3 && entries.every(each => each.type === 'changed' && JSON.stringify(each.data) === '{}'))
})

test('strangers, patients and operators have no part in it', async () => {
  const { clinician, patient } = await ended()
  const colleague = await aColleague(clinician)
  const [first] = await list(clinician.call)
  const taskId = first!.id
  const stranger = (await aClinician(medley)).call
  const dueAt = inDays(1)
  const [pat, operator] = [patient, medley.as({ personId: newId(), roles: ['operator'] })]
  for (const call of [pat, operator])
    for (const act of [
      () => ops().list({}, call),
      () => ops().colleagues({}, call),
      () => ops().add({ text: 'Mine', dueAt }, keyed(call)),
      () => ops().delegate({ taskId, toClinicianId: colleague.id, dueAt }, keyed(call)),
      () => ops().accept({ taskId }, keyed(call)),
      () => ops().decline({ taskId, reason: 'Never' }, keyed(call)),
      () => ops().takeBack({ taskId }, keyed(call)),
      () => ops().complete({ taskIds: [taskId] }, keyed(call)),
      () => ops().reopen({ taskIds: [taskId] }, keyed(call)),
      () => ops().inboxWatchers({ watchers: [] }, call),
      () => ops().details({ taskId }, call),
    ])
      await assert.rejects(act, code('access.forbidden'), String(act))
  for (const act of [
    () => ops().delegate({ taskId, toClinicianId: colleague.id, dueAt }, keyed(stranger)),
    () => ops().accept({ taskId }, keyed(stranger)),
    () => ops().decline({ taskId, reason: 'Never' }, keyed(stranger)),
    () => ops().takeBack({ taskId }, keyed(stranger)),
  ])
    await assert.rejects(act, code('taskNotFound'), String(act))
  const { left } = await ops().complete({ taskIds: [taskId] }, keyed(stranger))
  assert.deepEqual(left, [{ taskId, because: 'notMine' }])
  const far = (await aClinician(medley)).id
  await assert.rejects(
    ops().delegate({ taskId, toClinicianId: far, dueAt }, keyed(clinician.call)),
    code('colleagueNotFound'),
  )
  const late = { taskId, toClinicianId: colleague.id, dueAt: inDays(-1) }
  await assert.rejects(ops().delegate(late, keyed(clinician.call)), code('duePast'))
  await visits().ask({ clinicianId: clinician.id, subject: 'A rash', text: 'Look' }, keyed(await aPatient(medley)))
  const question = (await list(clinician.call)).find(each => each.kind === 'question')!
  const wish = { taskId: question.id, toClinicianId: colleague.id, dueAt }
  await assert.rejects(ops().delegate(wish, keyed(clinician.call)), code('notDelegable'))
  await assert.rejects(ops().accept({ taskId }, keyed(clinician.call)), code('taskMoved'))
  await assert.rejects(ops().list({ limit: 0 } as never, clinician.call), code('request.invalid'))
})

test('row security shows a task to its two clinicians and nobody else', async () => {
  const { clinician } = await ended()
  const [first] = await list(clinician.call)
  const own = medley.platform.database.service('task')
  const look = (call: Call) =>
    medley.platform.database.conduct({ call, name: 'test.look', auditOf: () => undefined }, () =>
      own.read(call, () => own.query(sql`select id from task.task where id = ${first!.id}`)),
    )
  assert.equal((await look(clinician.call)).length, 1)
  assert.equal((await look((await aClinician(medley)).call)).length, 0)
  assert.equal((await look(medley.as({ personId: newId(), roles: ['patient'] }))).length, 0)
})
