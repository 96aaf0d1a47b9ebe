// One visit in two real browsers: the waiting room, the call, what is said and written, the end, and what the patient takes home.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { appointment } from '#contract/appointment'
import { newId } from '#core/id'
import { aClinician, aPerson } from '../clinic.ts'
import { desk, eventually, openStage, phone, sees, type Size, type Stage } from './stage.ts'

/** A camera and a microphone that are not there: a picture that moves, and a beep. */
export const fakeDevices = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

let stage: Stage
before(async () => {
  stage = await openStage({ args: fakeDevices })
})
after(() => stage?.[Symbol.asyncDispose]())

const always = {
  timeZone: 'UTC',
  windows: [1, 2, 3, 4, 5, 6, 7].map(weekday => ({ weekday, from: '00:00', to: '24:00' })),
  stepMinutes: 5,
}
const password = 'a-long-enough-password'
const account = () => ({ email: `${newId()}@example.org`, password })

/** A visit that begins within the hour, and the accounts of both sides. */
async function aVisit() {
  const { medley } = stage
  const [clinicianAccount, patientAccount] = [account(), account()]
  const clinician = await aClinician(medley, always, clinicianAccount)
  const { personId } = await aPerson(medley, { ...patientAccount, name: 'Petra Waiting' })
  const call = medley.as({ personId, roles: ['patient'], jurisdiction: 'US-MA' })
  const ask = { clinicianId: clinician.id, serviceId: clinician.serviceId, days: 1 }
  const { times } = await medley.call(appointment).freeTimes(ask, call)
  const { id } = await medley.call(appointment).book({ ...clinician.wish, startsAt: times[0]!.startsAt }, call)
  await medley.settle()
  return { visitId: id, clinicianAccount, patientAccount }
}

/** Pictures of the other side that were really shown, in all videos but one's own. */
export const framesSeen = (page: Page): Promise<number> =>
  page.evaluate(() =>
    [...document.querySelectorAll('video')]
      .filter(each => !each.muted)
      .reduce((total, each) => total + each.getVideoPlaybackQuality().totalVideoFrames, 0),
  )

export async function bothSee(patient: Page, clinician: Page): Promise<void> {
  for (const page of [patient, clinician])
    await eventually('the other side moves', async () => {
      const first = await framesSeen(page)
      return first > 0 && (await page.waitForTimeout(300).then(() => framesSeen(page))) > first
    })
}

async function say(from: Page, to: Page, words: string): Promise<void> {
  await from.getByRole('textbox', { name: 'Message' }).fill(words)
  await from.getByRole('textbox', { name: 'Message' }).press('Enter')
  await sees(`"${words}" on the other side`, to.getByRole('log').getByText(words))
}

for (const size of [desk, phone]) {
  test(`a visit from the waiting room to the summary, the patient at ${size.width} px`, async () => {
    const { visitId, clinicianAccount, patientAccount } = await aVisit()
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

export async function waitAndJoin(patient: Page, clinician: Page, visitId: string): Promise<void> {
  await patient.goto(`/visits/${visitId}/call`)
  await patient.getByRole('button', { name: 'Test now' }).click()
  for (const what of ['Camera', 'Microphone', 'Network'])
    await sees(`${what} works`, patient.getByRole('listitem').filter({ hasText: `${what}: works` }))
  await patient.getByRole('button', { name: 'Enter the waiting room' }).click()
  await sees('the place in the queue', patient.getByRole('status').filter({ hasText: 'place in the queue' }))
  await clinician.goto(`/inbox`)
  await clinician.getByRole('link', { name: /Petra Waiting/ }).click()
  await sees('that the patient waits', clinician.getByText('Petra Waiting is in the waiting room.'))
  await clinician.getByRole('button', { name: 'Ask in and join' }).click()
  // Nobody reloads: the page of whoever waits changes by itself.
  await patient.getByRole('button', { name: 'Join the call' }).click()
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
  await sheet.getByRole('textbox', { name: 'Diagnosis' }).fill('Acute bronchitis')
  await sheet.getByRole('textbox', { name: 'ICD-10 code' }).fill('J20.9')
  await sheet.getByRole('button', { name: 'Add' }).first().click()
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
  const { visitId } = await aVisit()
  const stranger = await stage.enter({ as: 'patient' })
  await stranger.page.goto(`/visits/${visitId}/call`)
  await sees('the refusal', stranger.page.getByRole('alert'))
  await stranger.context.close()
})

test('a question in writing is asked, answered and read', async () => {
  const { clinicianAccount, patientAccount } = await aVisit()
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
