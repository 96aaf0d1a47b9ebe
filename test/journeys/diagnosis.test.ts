// From a symptom check to a diagnosis in the record, in every placement on every database.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appointment } from '#contract/appointment'
import { audit } from '#contract/audit'
import { diagnosis } from '#contract/diagnosis'
import { record } from '#contract/record'
import { newId } from '#core/id'
import { aClinician, aPatient } from '../clinic.ts'
import { isAvailable } from '../servers/available.ts'
import { startPostgres } from '../servers/postgres.ts'
import { splitMedley, type TestMedley, testMedley } from '../start.ts'

async function story(medley: TestMedley, settle: () => Promise<void>): Promise<void> {
  const keyed = <C extends object>(call: C) => ({ ...call, idempotencyKey: newId() })
  const [clinician, patient] = [await aClinician(medley), await aPatient(medley)]
  const startsAt = '2026-11-24T15:00:00.000Z'
  const booked = await medley.call(appointment).book({ ...clinician.wish, startsAt }, keyed(patient))
  await settle()
  const ops = medley.call(diagnosis)
  const profile = { age: 30, sex: 'female' as const }
  let state = await ops.start({ profile, complaint: 'It burns', findings: ['burning-urine'] }, keyed(patient))
  const interviewId = state.id
  while (state.question) {
    const { id: finding } = state.question
    const value = ['frequent-urine', 'urgent-urine'].includes(finding) ? 'yes' : 'no'
    state = await ops.answer({ interviewId, finding, value }, keyed(patient))
  }
  await ops.finish({ interviewId }, keyed(patient))
  await ops.share({ interviewId, bookingId: booked.id }, keyed(patient))
  const shown = await ops.interview({ interviewId }, clinician.call)
  const first = shown.result!.suggestions[0]!
  assert.equal(first.condition.id, 'bladder-infection')
  await ops.decide({ suggestionId: first.id, decision: 'accepted', reason: 'Nitrite positive' }, keyed(clinician.call))
  await settle()
  const { body } = await medley.call(record).interact({ method: 'GET', path: `Condition/${first.id}` }, clinician.call)
  assert.match(body!, /"code":"N30"/)
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  const { items } = await medley.call(audit).search({ limit: 200 }, operator)
  const actions = new Set(items.map(each => each.action))
  for (const action of ['diagnosis.start', 'diagnosis.finish', 'diagnosis.share', 'diagnosis.decide'])
    assert.ok(actions.has(action), `${action} is not in the audit trail`)
}

async function inOneProcess(env: Record<string, string>): Promise<void> {
  await using medley = await testMedley({ env })
  await story(medley, () => medley.settle())
}

async function splitInThree(env: Record<string, string>): Promise<void> {
  await using split = await splitMedley({ env })
  const settle = async () => {
    // What one part announces another one answers, and that may be announced again.
    for (let round = 0; round < 3; round++) for (const part of split.parts) await part.settle()
  }
  await story(split.edge, settle)
}

test('a symptom check becomes a diagnosis, in one process on the embedded database', () => inOneProcess({}))
test('a symptom check becomes a diagnosis, split in three on the embedded database', () => splitInThree({}))

if (isAvailable('postgres')) {
  test('a symptom check becomes a diagnosis on PostgreSQL, in one process and split in three', async () => {
    const server = await startPostgres()
    try {
      await inOneProcess({ MEDLEY_DATABASE_URL: await server.createDatabase('one') })
      await splitInThree({ MEDLEY_DATABASE_URL: await server.createDatabase('three') })
    } finally {
      await server.stop()
    }
  })
}
