import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#core/id'
import { testMedley } from '../../test/start.ts'
import { record } from './contract.ts'

test('services learn whose record a person holds, and people do not ask', async () => {
  await using medley = await testMedley()
  const { patientsOf } = medley.call(record)
  const personId = newId()
  assert.deepEqual(await patientsOf({ personId }, medley.composition.serviceCall('identity')), {
    patientIds: [personId],
  })
  await assert.rejects(patientsOf({ personId }, medley.as({ personId, roles: ['patient'] })), {
    code: 'access.forbidden',
  })
})
