// One visit in two real browsers: the waiting room, the call, what is said and written, the end, and what the patient takes home.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { aVisit, bothSee, waitAndJoin } from './call.ts'
import { desk, eventually, fakeDevices, openStage, phone, sees, type Size, type Stage } from './stage.ts'

let stage: Stage
before(async () => {
  stage = await openStage({ args: fakeDevices })
})
after(() => stage?.[Symbol.asyncDispose]())

async function say(from: Page, to: Page, words: string): Promise<void> {
  await from.getByRole('textbox', { name: 'Message' }).fill(words)
  await from.getByRole('textbox', { name: 'Message' }).press('Enter')
  await sees(`"${words}" on the other side`, to.getByRole('log').getByText(words))
}

for (const size of [desk, phone]) {
  test(`a visit from the waiting room to the summary, the patient at ${size.width} px`, async () => {
    const { visitId, clinicianAccount, patientAccount } = await aVisit(stage.medley)
    const patient = await stage.enter({ size, as: patientAccount })
    const clinician = await stage.enter({ size: desk, as: clinicianAccount })
    await waitAndJoin(patient.page, clinician.page, visitId)
    await bothSee(patient.page, clinician.page)
    await say(patient.page, clinician.page, 'Can you hear me?')
    await say(clinician.page, patient.page, 'Loud and clear')
    await interrupted(patient.page, clinician.page)
    await write(clinician.page)
    await end(clinician.page)
    await summary(patient.page)
    assert.deepEqual([patient.errors, clinician.errors], [[], []])
    await Promise.all([patient.context.close(), clinician.context.close()])
  })
}

/** The network goes away in the middle of the call and comes back; nothing that was said meanwhile is missing. */
async function interrupted(patient: Page, clinician: Page): Promise<void> {
  await patient.context().setOffline(true)
  await clinician.getByRole('textbox', { name: 'Message' }).fill('Said meanwhile')
  await clinician.getByRole('textbox', { name: 'Message' }).press('Enter')
  await sees('the message at its sender', clinician.getByRole('log').getByText('Said meanwhile'))
  await patient.context().setOffline(false)
  await sees('it after the interruption', patient.getByRole('log').getByText('Said meanwhile'))
}

async function write(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Template' }).click()
  await page.getByRole('option', { name: 'New complaint' }).click()
  await page.getByRole('textbox', { name: 'Plan' }).fill('Rest for a week')
  await sees('that it is saved', page.getByRole('status').filter({ hasText: /^Saved$/ }))
}

async function end(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'End the visit' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('textbox', { name: 'Diagnosis' }).fill('bronch')
  await sheet.getByRole('button', { name: /Acute bronchitis/ }).click()
  await sees('the diagnosis with its code', sheet.getByText('Acute bronchitis (J20'))
  await sheet.getByRole('textbox', { name: 'Diagnosis' }).fill('Tired since the holidays')
  await sheet.getByRole('button', { name: /^Tired since the holidays/ }).click()
  await sees('one in own words', sheet.getByRole('button', { name: 'Remove: Tired since the holidays' }))
  await sheet.getByRole('textbox', { name: 'In plain words' }).fill('Drink a lot and rest.')
  await sheet.getByRole('textbox', { name: 'A task to tick' }).fill('Drink two litres a day')
  await sheet.getByRole('button', { name: 'Add' }).last().click()
  await sheet.getByRole('button', { name: 'Sign and end' }).click()
  await sees('that it is signed', page.getByText('Signed', { exact: true }))
}

async function summary(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Read the summary' }).click()
  await sees('the plan', page.getByText('Drink a lot and rest.'))
  await sees('the diagnosis', page.getByText('Acute bronchitis'))
  const task = page.getByRole('checkbox', { name: 'Drink two litres a day' })
  await task.click({ force: true })
  await eventually('the task is ticked', () => task.isChecked())
  await page.reload()
  await eventually('it stays ticked', () => task.isChecked())
}

test('somebody who does not belong to it finds no visit', async () => {
  const { visitId } = await aVisit(stage.medley)
  const stranger = await stage.enter({ as: 'patient' })
  for (const path of [`/visits/${visitId}/call`, `/messages/${visitId}`, `/visits/${visitId}/summary`]) {
    await stranger.page.goto(path)
    await sees('the refusal', stranger.page.getByRole('alert'))
  }
  await stranger.context.close()
})

test('a question in writing is asked, answered and read', async () => {
  const { clinicianAccount, patientAccount } = await aVisit(stage.medley)
  const patient = await stage.enter({ as: patientAccount, size: phone satisfies Size })
  const clinician = await stage.enter({ as: clinicianAccount })
  await patient.page.goto('/visits')
  await patient.page
    .getByRole('link', { name: /Dr\. Test/ })
    .first()
    .click()
  const clinicianId = await idOfClinician(patient.page)
  await patient.page.goto(`/ask/${clinicianId}`)
  await patient.page.getByRole('textbox', { name: 'What it is about' }).fill('A rash')
  await patient.page.getByRole('textbox', { name: 'Your question' }).fill('It itches since Monday')
  await patient.page.getByRole('button', { name: 'Send' }).click()
  await sees('the question', patient.page.getByRole('log').getByText('It itches since Monday'))
  await clinician.page.goto('/inbox')
  await clinician.page.getByRole('link', { name: /A rash/ }).click()
  await say(clinician.page, patient.page, 'Please send a photo')
  await patient.page.locator('input[type=file]').setInputFiles({
    name: 'arm.png',
    mimeType: 'image/png',
    buffer: Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
  })
  await sees('the file beside the message', patient.page.getByText('arm.png'))
  await patient.page.getByRole('button', { name: 'Send', exact: true }).click()
  const file = clinician.page.getByRole('log').getByRole('button', { name: /arm\.png/ })
  await sees('the file on the other side', file)
  const downloading = clinician.page.waitForEvent('download')
  await file.click()
  assert.equal((await downloading).suggestedFilename(), 'arm.png')
  await patient.context.close()
  await clinician.context.close()
})

async function idOfClinician(page: Page): Promise<string> {
  const { items } = await page.evaluate(async () => {
    const { token } = (await (await fetch('/api/identity/token', { method: 'POST' })).json()) as { token: string }
    const answer = await fetch('/api/appointment/bookings', { headers: { authorization: `Bearer ${token}` } })
    return (await answer.json()) as { items: { clinicianId: string }[] }
  })
  return items[0]!.clinicianId
}
