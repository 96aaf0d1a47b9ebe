// A demo shows every state of the work there is, and starting it again changes nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consultation } from '#contract/consultation'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { prescription } from '#contract/prescription'
import { task } from '#contract/task'
import { testMedley } from '../test/start.ts'
import { seedDemo } from './seed.ts'

test('a demo has visits, questions, tasks and prescriptions in their states, and once', async () => {
  // A Saturday evening in Boston: nobody works then, and a demo is to be seen all the same.
  await using medley = await testMedley({ startMs: Date.parse('2026-11-21T23:00:00Z') })
  await seedDemo(medley, () => {})
  await medley.settle()
  const service = medley.composition.serviceCall('test')
  const { items } = await medley.call(directory).search({ limit: 200 }, service)
  const elena = items.find(each => each.name === 'Dr. Elena Brandt')!
  const { personIds } = await medley.call(identity).peopleBehind({ clinicianIds: [elena.id] }, service)
  const clinician = medley.as({
    personId: personIds[elena.id]!,
    roles: ['clinician'],
    clinicianId: elena.id,
    organizationIds: [elena.organization.id],
  })
  const look = async () => {
    await medley.settle()
    const { items: visits } = await medley.call(consultation).conversations({ as: 'clinician' }, clinician)
    const { items: tasks } = await medley.call(task).list({}, clinician)
    const { items: scripts } = await medley.call(prescription).list({ as: 'clinician' }, clinician)
    return {
      visits: visits.map(each => `${each.kind} ${each.state} ${each.awaits ?? ''}`.trim()).toSorted(),
      tasks: tasks.map(each => each.kind).toSorted(),
      waiting: (await medley.call(consultation).waiting({}, clinician)).items.map(each => each.patientName),
      scripts: [...new Set(scripts.map(each => each.state))].toSorted(),
    }
  }
  const seen = await look()
  assert.deepEqual(seen.visits, [
    'booked scheduled',
    'booked waiting',
    'written ended',
    'written ended',
    'written inProgress clinician',
    'written inProgress patient',
  ])
  assert.deepEqual(seen.tasks, [
    'followUp',
    'message',
    'order',
    'order',
    'own',
    'own',
    'pharmacyQuery',
    'question',
    'sharedCheck',
  ])
  assert.deepEqual(seen.waiting, ['Amara Okonkwo'])
  assert.deepEqual(seen.scripts, ['accepted', 'partlyDispensed', 'queriedBack', 'sent', 'signed'])
  await seedDemo(medley, () => {})
  assert.deepEqual(await look(), seen)
})
