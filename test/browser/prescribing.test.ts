// From the chart to the hand, in the browser: prescribed against an allergy with a reason, sent, asked back, corrected, taken from the
// shelf by one pharmacist, verified by another, handed over; and a code that a scanner types, which works once.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { prescription } from '#contract/prescription'
import { remoteClient } from '#core/client'
import { demoAccounts } from '../../services/identity/seed.ts'
import { signInDemo } from '../people.ts'
import { accountOf, openStage, sees, signInByForm, type Stage } from './stage.ts'

let stage: Stage
before(async () => (stage = await openStage()))
after(() => stage?.[Symbol.asyncDispose]())

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })

async function clientOf(role: string) {
  const { headers } = await signInDemo(stage.url, role)
  return remoteClient(prescription, { url: `${stage.url}/api`, headers: () => headers })
}

async function ownPatientId(): Promise<string> {
  const { items } = await (await clientOf('patient')).list({ limit: 1 }, {})
  return items[0]!.patientId
}

/** The second pharmacist of the demo; a stage knows one account of each role. */
async function colleague(): Promise<Page> {
  const account = demoAccounts.filter(each => each.role === 'pharmacist')[1]!
  const { page } = await stage.enter()
  await page.goto('/sign-in')
  await signInByForm(page, account)
  await page.waitForURL('**/pharmacy')
  return page
}

test('a prescription against an allergy is signed with a reason, sent, and told to the patient', async () => {
  const { page, errors } = await stage.enter({ as: 'clinician' })
  const patientId = await ownPatientId()
  await page.goto(`/patients/${patientId}`)
  await page.getByRole('link', { name: 'Prescribe' }).click()
  await page.getByLabel('Medicine', { exact: true }).fill('amoxil'.slice(0, 5))
  await button(page, /^Amoxicillin J01CA04/).click()
  await sees('the allergy', page.getByText('Allergy: Penicillin'))
  const sign = button(page, 'Sign')
  assert.equal(await sign.isDisabled(), true)
  await page.getByLabel('Your reason: Penicillin').fill('Tested negative by the allergist in May')
  await sign.click()
  await sees('the signature', page.getByText('The prescription is signed'))
  await button(page, 'Send to Charles River Pharmacy').click()
  await sees('where it is', page.getByText('The prescription is at Charles River Pharmacy'))
  assert.deepEqual(errors, [])
  const { page: own } = await stage.enter({ as: 'patient' })
  await own.goto('/medicines')
  await sees('the prescription', own.getByRole('link', { name: /Amoxicillin 250 mg.*Sent/ }))
})

test('a controlled substance asks who is there, and goes on by itself', async () => {
  const { page, errors } = await stage.enter({ as: 'clinician' })
  const patientId = await ownPatientId()
  // They came in an hour ago.
  const { database } = stage.medley.platform
  await database.execute(`update identity."session" set "createdAt" = "createdAt" - interval '1 hour'`)
  await database.execute('delete from identity.proof')
  await page.goto(`/patients/${patientId}/prescribe`)
  await page.getByLabel('Medicine', { exact: true }).fill('zolpidem')
  await button(page, /^Zolpidem/).click()
  await page.getByLabel('Refills').fill('0')
  await button(page, 'Sign').click()
  const dialog = page.getByRole('dialog', { name: 'Is it you?' })
  await dialog.getByLabel('Password').fill('not my password')
  await button(page, 'Confirm and go on').click()
  await sees('that it is wrong', dialog.getByText('The password is not right. Try again.'))
  await dialog.getByLabel('Password').fill(accountOf('clinician').password)
  await button(page, 'Confirm and go on').click()
  await sees('the signature', page.getByText('The prescription is signed'))
  // The browser speaks of every refusal, and these two were meant: no proof, then a wrong one.
  assert.deepEqual(
    errors.map(each => /status of (\d+)/.exec(each)?.[1]),
    ['403', '422'],
  )
})

test('asked back and corrected, prepared by one, verified by another, handed over', async () => {
  const clinician = await clientOf('clinician')
  const patientId = await ownPatientId()
  const order = { medicine: 'paracetamol', form: 'tablet', strength: '500 mg', amount: 2, timesPerDay: 4, days: 5 }
  const { id } = await clinician.draft({ patientId, order }, {})
  await clinician.complete({ prescriptionId: id }, {})
  await clinician.sign({ prescriptionId: id }, {})
  const pharmacies = await clinician.listPharmacies({ prescriptionId: id }, {})
  await clinician.send({ prescriptionId: id, pharmacyId: pharmacies.items[0]!.id }, {})

  const { page, errors } = await stage.enter({ as: 'pharmacist' })
  await page.goto('/pharmacy')
  await page
    .getByRole('region', { name: 'Received' })
    .getByRole('link', { name: /Paracetamol/ })
    .click()
  await button(page, 'Take it on').click()
  await button(page, 'Ask back').click()
  await page.getByRole('dialog').getByLabel('Pharmacy asks').fill('Three days would do, would they not?')
  await page.getByRole('dialog').getByRole('button', { name: 'Ask back' }).click()
  await sees('that it waits', page.getByText('Question from the pharmacy'))

  const { page: prescriber } = await stage.enter({ as: 'clinician' })
  await prescriber.goto('/prescriptions')
  await prescriber.getByRole('link', { name: /Paracetamol.*Question from the pharmacy/ }).click()
  await prescriber.getByLabel('Your answer to the pharmacy').fill('Yes, three days, thank you')
  await prescriber.getByText('Correct the order').click()
  await prescriber.getByLabel('Days').fill('3')
  await button(prescriber, 'Answer').click()
  await sees('that it was answered', prescriber.getByText('At the pharmacy'))

  await page.goto(`/pharmacy/${id}`)
  await page.getByLabel('Lot', { exact: true }).fill('PC500-9')
  assert.equal(await page.getByLabel('Quantity').inputValue(), '24')
  await page.getByText('Can order it').click()
  await sees('that it was said', page.getByText('Others see it from now on').first())
  await button(page, /^Prepared/).click()
  await sees('who must verify', page.getByText('You prepared this yourself. A colleague must verify it.').first())
  assert.equal(await button(page, 'All of it is right').count(), 0)
  const other = await colleague()
  await other
    .getByRole('region', { name: 'Verify' })
    .getByRole('link', { name: /Paracetamol/ })
    .click()
  await button(other, 'All of it is right').click()
  await button(other, 'Hand over').click()
  await sees('the end', other.getByText('Dispensed', { exact: true }))
  const now = await clinician.listPharmacies({ prescriptionId: id }, {})
  assert.equal(now.items[0]!.availability, 'canOrder')
  assert.deepEqual(errors, [])
})

test('a scanned code opens the prescription once, and says so the second time', async () => {
  const patient = await clientOf('patient')
  const { items } = await patient.list({ limit: 50 }, {})
  const { id: prescriptionId, medicineName, order } = items.find(each => each.state === 'signed')!
  const { token } = await patient.token({ prescriptionId }, {})
  const { page } = await stage.enter({ as: 'pharmacist' })
  await page.goto('/pharmacy')
  const field = page.getByLabel('Scan or paste the code of a patient')
  await field.fill(token)
  await field.press('Enter')
  await sees('the prescription', page.getByRole('heading', { name: `${medicineName} ${order.strength}` }))
  await page.goto('/pharmacy')
  await field.fill(token)
  await field.press('Enter')
  await sees('the refusal', page.getByText('This prescription was redeemed already.'))
})
