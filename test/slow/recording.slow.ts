// A recorded call of three: who comes later pauses it, and what was recorded before and after is one film.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { aVisit, waitAndJoin } from '../browser/call.ts'
import { isAccessible, partsOf, playsBack, press, says } from '../browser/recorded.ts'
import { eventually, fakeDevices, openStage, phone, sees, type Stage } from '../browser/stage.ts'

let stage: Stage
before(async () => {
  stage = await openStage({ args: fakeDevices })
})
after(() => stage?.[Symbol.asyncDispose]())

test('who comes later pauses it; it goes on when they agree, and the parts are one film, in Arabic as well', async () => {
  const { visitId, clinicianAccount, patientAccount } = await aVisit(stage.medley)
  const patient = await stage.enter({ as: patientAccount })
  const clinician = await stage.enter({ as: clinicianAccount })
  const guest = await stage.enter({ as: 'patient', size: phone })
  await waitAndJoin(patient.page, clinician.page, visitId)
  await press(patient.page, 'Record this call')
  await press(clinician.page, 'Agree')
  await eventually('a part comes', async () => (await partsOf(stage, visitId)) >= 1)
  await press(patient.page, 'Invite somebody')
  const dialog = patient.page.getByRole('dialog')
  await dialog.getByRole('textbox').first().fill('Ines')
  await dialog.getByRole('button', { name: 'Invite somebody' }).click()
  const word = await dialog.locator('dd').last().innerText()
  await patient.page.keyboard.press('Escape')
  await guest.page.goto(`/join/${visitId}?lang=ar`)
  await guest.page.getByRole('textbox').fill(word)
  await guest.page.getByRole('main').getByRole('button').first().click()
  await guest.page.getByRole('button', { name: 'الانضمام إلى المكالمة' }).click()
  for (const page of [patient.page, clinician.page]) await says(page, 'The recording is paused')
  await says(guest.page, 'التسجيل ينتظر موافقتك')
  await isAccessible(guest.page, 'the question in Arabic')
  const paused = await partsOf(stage, visitId)
  await press(guest.page, 'أوافق')
  for (const page of [patient.page, clinician.page]) await says(page, 'This call is being recorded')
  await eventually('it goes on', async () => (await partsOf(stage, visitId)) >= paused + 2)
  await press(clinician.page, 'Stop recording')
  await says(patient.page, 'The recording has ended')
  const { rows } = await stage.medley.platform.database.execute(
    'select is_complete, ending, parts from consultation.recording where visit_id = $1',
    [visitId],
  )
  assert.deepEqual([rows[0]?.['is_complete'], rows[0]?.['ending']], [true, 'stopped'])
  const film = await playsBack(clinician.page)
  assert.ok(film.durationSeconds > 5 && film.frames > 30, JSON.stringify(film))
  assert.equal(await guest.page.getByRole('button', { name: 'تشغيل' }).count(), 0, 'a guest plays nothing')
  await Promise.all([patient, clinician, guest].map(each => each.context.close()))
})

test('the browser that records dies: what came by then plays, and a new page ends it', async () => {
  const { visitId, clinicianAccount, patientAccount } = await aVisit(stage.medley)
  const patient = await stage.enter({ as: patientAccount })
  const clinician = await stage.enter({ as: clinicianAccount })
  await waitAndJoin(patient.page, clinician.page, visitId)
  await press(clinician.page, 'Record this call')
  await press(patient.page, 'Agree')
  await eventually('parts come', async () => (await partsOf(stage, visitId)) >= 2)
  const crash = clinician.page.waitForEvent('crash')
  await clinician.page.goto('chrome://crash').catch(() => {}) // It dies of it, and nobody leaves.
  await crash
  const parts = await partsOf(stage, visitId)
  await says(patient.page, 'This call is being recorded')
  const again = await stage.enter({ as: clinicianAccount })
  await again.page.goto(`/room/${visitId}`)
  await press(again.page, 'Join the call')
  const film = await playsBack(patient.page)
  assert.ok(film.durationSeconds > parts * 2 && film.frames > 20, JSON.stringify({ parts, ...film }))
  await sees('why it may be short', patient.page.getByText('It ended early; the last seconds may be missing.'))
  await Promise.all([patient, clinician, again].map(each => each.context.close()))
})
