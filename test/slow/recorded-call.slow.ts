// A call that is recorded in two real browsers: asked for, agreed to, stopped by one of them, and played back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { aVisit, bothSee, waitAndJoin } from '../browser/call.ts'
import { isAccessible, partsOf, playsBack, press, says } from '../browser/recorded.ts'
import { desk, eventually, fakeDevices, openStage, phone, sees, type Stage } from '../browser/stage.ts'

let stage: Stage
before(async () => {
  stage = await openStage({ args: fakeDevices })
})
after(() => stage?.[Symbol.asyncDispose]())

test('one asks, the other agrees, it runs, one withdraws, and the patient plays and deletes it', async () => {
  const { visitId, clinicianAccount, patientAccount } = await aVisit(stage.medley)
  const patient = await stage.enter({ size: phone, as: patientAccount })
  const clinician = await stage.enter({ size: desk, as: clinicianAccount })
  await waitAndJoin(patient.page, clinician.page, visitId)
  await bothSee(patient.page, clinician.page)
  await sees('whom they see', clinician.page.locator('video[aria-label="Petra Waiting"]'))

  await press(clinician.page, 'Record this call')
  await says(clinician.page, 'Waiting until everybody agrees')
  await says(patient.page, 'asks to record this call')
  assert.equal(await partsOf(stage, visitId), 0)
  await isAccessible(patient.page, 'the question')
  await press(patient.page, 'Agree')
  for (const page of [patient.page, clinician.page]) await says(page, 'This call is being recorded')
  await isAccessible(clinician.page, 'the sign')
  await eventually('parts come', async () => (await partsOf(stage, visitId)) >= 2)

  await press(patient.page, 'Stop and withdraw consent')
  await says(clinician.page, 'has withdrawn consent')
  const parts = await partsOf(stage, visitId)
  await press(clinician.page, 'Record this call')
  await press(patient.page, 'Do not record')
  await says(clinician.page, 'does not agree')
  assert.equal(await partsOf(stage, visitId), parts, 'nothing came after the withdrawal')

  const film = await playsBack(patient.page)
  assert.ok(film.durationSeconds > 4, `${film.durationSeconds} s`)
  assert.ok(film.frames > 20, `${film.frames} pictures`)
  assert.deepEqual([film.width, film.isLoud], [960, true])
  await isAccessible(patient.page, 'the player')
  await patient.page.keyboard.press('Escape')
  await press(patient.page, 'Delete')
  await patient.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await eventually(
    'it is gone',
    async () => (await patient.page.getByText('Recordings', { exact: true }).count()) === 0,
  )
  assert.deepEqual([patient.errors, clinician.errors], [[], []])
  await Promise.all([patient.context.close(), clinician.context.close()])
})
