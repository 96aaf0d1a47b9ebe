// From a trouble in one's own words to a diagnosis in the record: asked, corrected, shared, and decided on by a clinician.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { desk, openStage, phone, sees, type Stage } from './stage.ts'

let stage: Stage
before(async () => (stage = await openStage()))
after(() => stage?.[Symbol.asyncDispose]())

/** Answers yes to these and no to all else, until there is nothing more to ask; returns how many were asked. */
async function answerAll(page: Page, yes: readonly RegExp[]): Promise<number> {
  for (let asked = 0; asked < 30; asked++) {
    const end = page.getByRole('button', { name: 'See the result', exact: true })
    const question = page.locator('main h2').first()
    await sees('a question or the end', end.or(page.getByRole('button', { name: 'No', exact: true })))
    if (await end.isVisible()) return asked
    const text = await question.innerText()
    await page.getByRole('button', { name: yes.some(each => each.test(text)) ? 'Yes' : 'No', exact: true }).click()
    await page.waitForFunction(former => document.querySelector('main h2')?.textContent !== former, text)
  }
  throw new Error('the questions do not end')
}

async function begin(page: Page, complaint: string, sex: 'Female' | 'Male'): Promise<void> {
  await page.goto('/symptoms')
  await page.getByLabel('What troubles you?').fill(complaint)
  await page.getByLabel('Age in years').fill('38')
  await page.getByText(sex, { exact: true }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await sees('what was understood', page.getByText('We understood this. Is it right?').last())
  await page.getByRole('button', { name: 'Begin the questions' }).click()
  await page.waitForURL(/\/symptoms\/[0-9a-f-]{36}$/)
}

test('a patient says what hurts, answers, sees how soon and what, and shares it; the clinician accepts it into the record', async () => {
  const patient = await stage.enter({ size: phone, as: 'patient' })
  const { page } = patient
  await begin(page, 'Bad headache since yesterday and I feel sick', 'Male')
  await page.getByRole('button', { name: 'Why do you ask?' }).click()
  await sees('the reason of the question', page.getByText(/dangers first|would speak for/))
  const asked = await answerAll(page, [/throb/i, /light hurt/i, /noise/i, /one side/i])
  assert.ok(asked >= 3, `${asked} questions`)
  await page.getByRole('button', { name: 'Change: Nausea' }).click()
  await page.getByRole('dialog').getByText('No', { exact: true }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await sees('the correction', page.getByText('Corrected'))
  await answerAll(page, [])
  await page.getByRole('button', { name: 'See the result', exact: true }).click()
  await sees('how soon', page.getByRole('heading', { name: 'See a clinician in the next days' }))
  await page.getByRole('button', { name: /^Migraine/ }).click()
  await sees('what speaks for it', page.getByText('Speaks for it').first())
  await page.getByText('Dr. Elena Brandt').first().click()
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await sees('whom it is shared with', page.getByText('Shared with Dr. Elena Brandt'))
  assert.deepEqual(patient.errors, [])

  const clinician = await stage.enter({ size: desk, as: 'clinician' })
  const chart = clinician.page
  await chart.goto('/patients')
  await chart
    .getByRole('link', { name: /Maya Torres/ })
    .first()
    .click()
  await chart.getByRole('button', { name: 'Diagnosis assistance' }).click()
  await sees('the patient’s own words', chart.getByText('Bad headache since yesterday'))
  await chart.getByRole('button', { name: 'Accept Migraine' }).click()
  const dialog = chart.getByRole('dialog', { name: 'Accept Migraine' })
  await dialog.getByRole('button', { name: 'Accept', exact: true }).click()
  await sees('that a reason is missing', dialog.getByText('Say why, in at least three letters.'))
  await dialog.getByLabel('Reason').fill('Typical attacks, normal examination')
  await dialog.getByRole('button', { name: 'Accept', exact: true }).click()
  await sees('the decision with its reason', chart.getByText('Typical attacks, normal examination'))
  await chart.reload()
  await sees('the diagnosis in the record', chart.getByText('Migraine').first())
  assert.deepEqual(clinician.errors, [])
})

test('an emergency shows the number to call before anything else', async () => {
  const { page, errors } = await stage.enter({ size: phone, as: 'patient' })
  await begin(page, 'chest pain', 'Male')
  await answerAll(page, [/fifteen minutes/, /pressure, tightness/])
  const call = page.getByRole('link', { name: 'Call 911 now' })
  await sees('the number', call)
  assert.equal(await call.getAttribute('href'), 'tel:911')
  await page.getByRole('button', { name: 'See the result', exact: true }).click()
  await sees('the number over the result', page.getByText('What it may be'))
  assert.ok(await call.isVisible())
  assert.deepEqual(errors, [])
})

test('anybody reads the knowledge base and sees what is cited and what is an estimate', async () => {
  const { page, errors } = await stage.enter({ size: desk })
  await page.goto('/knowledge')
  await sees('that it is not validated', page.getByText(/not validated clinically/))
  await page.getByLabel('Search by name').fill('influenza')
  await page.getByRole('button', { name: 'Influenza' }).click()
  const drawer = page.getByRole('dialog')
  await sees('a cited number', drawer.getByText('Cited').first())
  await sees('its source', drawer.getByText(/Monto AS/))
  await sees('an estimate', drawer.getByText('Estimate').first())
  assert.deepEqual(errors, [])
})
