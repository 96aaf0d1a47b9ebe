// The story of one record in a real browser: the patient reads it and decides who else does, the clinician works in it, is refused, breaks
// the glass, and an operator judges that.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { record } from '#contract/record'
import type { Locator, Page } from 'playwright-core'
import { signUp } from '../people.ts'
import { accountOf, desk, eventually, openStage, phone, sees, type Stage, type Visitor } from './stage.ts'

let stage: Stage
before(async () => {
  stage = await openStage()
})
after(() => stage?.[Symbol.asyncDispose]())

const { name: clinicianName } = accountOf('clinician')
const { name: patientName } = accountOf('patient')

const main = (page: Page) => page.getByRole('main')
const dialog = (page: Page, name: string | RegExp) => page.getByRole('dialog', { name })

/** Refusals that a story provokes are answers, and browsers call every one of them an error. */
const withoutRefusals = ({ errors }: Visitor) => errors.filter(each => !/status of 40[0-9]/.test(each))

test('a patient reads the timeline: by kind, one entry in plain words, and page by page', async () => {
  for (const size of [desk, phone]) {
    const visitor = await stage.enter({ size, as: 'patient' })
    const { page } = visitor
    await page.goto('/record')
    await sees('the first month', main(page).getByRole('heading', { level: 2 }))
    await main(page).getByRole('radio', { name: 'Medicines' }).click()
    const medicine = main(page).getByRole('button', { name: /Lisinopril 10 mg tablet/ })
    await sees('a medicine', medicine)
    assert.match(await medicine.innerText(), new RegExp(`20\\d\\d[^]*${clinicianName}`), 'a date and a source')
    await medicine.click()
    const sheet = dialog(page, /Lisinopril/)
    await sees('how to take it', sheet.getByText('1 tablet each evening'))
    await sheet.getByRole('button', { name: 'As stored (FHIR)' }).click()
    await sees('the resource itself', sheet.getByText('"resourceType": "MedicationRequest"'))
    await sheet.getByRole('button', { name: 'Close' }).click()
    await main(page).getByRole('radio', { name: 'Everything' }).click()
    const entries = main(page).getByRole('listitem')
    await sees('the whole timeline', main(page).getByRole('button', { name: /Check-up panel/ }))
    const former = await entries.count()
    await main(page).getByRole('button', { name: 'Show more' }).click()
    await eventually('the next page comes', async () => (await entries.count()) > former)
    assert.deepEqual(visitor.errors, [], 'the console stays clean')
    await visitor.context.close()
  }
})

test('a patient sees trends with their usual range, and every figure of a chart in a table', async () => {
  const visitor = await stage.enter({ as: 'patient' })
  const { page } = visitor
  await page.goto('/record/results')
  await sees('a value that stands out', main(page).getByRole('button', { name: /LDL cholesterol.*High/ }))
  await main(page)
    .getByRole('button', { name: /^Blood pressure/ })
    .click()
  const chart = dialog(page, 'Blood pressure')
  await sees('the chart', chart.getByRole('img', { name: /Blood pressure: \d+ values/ }))
  const columns = await chart.getByRole('columnheader').allInnerTexts()
  assert.deepEqual(columns.slice(1, 3), ['Systolic blood pressure', 'Diastolic blood pressure'])
  assert.ok((await chart.getByRole('row').count()) > 10, 'the table has the readings of years')
  assert.deepEqual(visitor.errors, [], 'the console stays clean')
  await visitor.context.close()
})

test('a patient takes the record along as one file and as a printable page', async () => {
  const { page, context } = await stage.enter({ as: 'patient' })
  await page.goto('/record')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ])
  assert.match(download.suggestedFilename(), /^medley-record-.*\.json$/)
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
  const bundle = JSON.parse(Buffer.concat(chunks).toString()) as { entry: { resource: { resourceType: string } }[] }
  const types = new Set(bundle.entry.map(each => each.resource.resourceType))
  for (const type of ['Patient', 'Condition', 'Observation', 'Consent']) assert.ok(types.has(type), `${type} is in it`)
  await page.goto('/record/print')
  await sees('the allergies on paper', page.getByRole('heading', { level: 2, name: 'Allergies' }))
  await sees('the one that matters', main(page).getByText('Penicillin'))
  await context.close()
})

async function denyEverythingTo(page: Page, name: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Do not share something' }).click()
  const form = dialog(page, 'Do not share something')
  await form.getByText('One clinician').click()
  const whom = form.getByRole('combobox', { name: 'Clinician' })
  await whom.fill(name)
  await page.getByRole('option', { name: new RegExp(name) }).click()
  await sees('what it will mean', form.getByText(`${name} does not see my whole record`))
  await form.getByRole('button', { name: 'Save this rule' }).click()
  const rule = main(page)
    .getByRole('listitem')
    .filter({ hasText: `${name} does not see my whole record` })
  await sees('the rule', rule.getByRole('button', { name: 'Withdraw' }))
  return rule
}

/** Care begins with the demo's booking, once the queue has carried it to the record. */
async function openChart(page: Page): Promise<void> {
  const row = main(page).getByRole('link', { name: new RegExp(patientName) })
  await page.goto('/patients')
  await eventually('the patient is within reach', async () => {
    if ((await row.count()) > 0) return true
    await page.reload()
    await row.waitFor({ timeout: 1_500 }).catch(() => undefined)
    return (await row.count()) > 0
  })
  await main(page).getByRole('searchbox', { name: 'Name' }).fill('tor')
  await eventually(
    'the list narrows',
    async () => (await main(page).getByRole('link', { name: /years/ }).count()) === 1,
  )
  await row.click()
  await sees('the chart', page.getByRole('heading', { level: 1, name: patientName, includeHidden: true }))
}

async function addProblem(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a problem' }).click()
  const form = dialog(page, 'Add a problem')
  await form.getByRole('button', { name: 'Enter in the record' }).click()
  await sees('that a problem has a name', form.getByText('Say what it is.'))
  await form.getByLabel('Problem or diagnosis').fill(name)
  await form.getByLabel('Since').fill('some time ago')
  await form.getByRole('button', { name: 'Enter in the record' }).click()
  await sees('what the server said, at its field', form.getByText(/This is no date/))
  await form.getByLabel('Since').fill('2025-03')
  await form.getByRole('button', { name: 'Enter in the record' }).click()
  await sees(
    'the problem in the chart',
    page.getByRole('complementary').getByRole('button', { name: new RegExp(name) }),
  )
}

test('a clinician finds a cohort, and sees the search that found it', async () => {
  const { page, context, errors } = await stage.enter({ as: 'clinician' })
  await page.goto('/patients?condition=type&measure=systolic&limit=140')
  await sees('who fits', main(page).getByRole('link', { name: /Henrik Lund/ }))
  assert.equal(await main(page).getByRole('link', { name: /years/ }).count(), 1)
  await sees('the search', main(page).getByText('combo-code-value-quantity=http://loinc.org|8480-6$gt140'))
  await main(page).getByRole('link', { name: 'Open in the explorer' }).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await sees('the answer', page.getByText('1 match', { exact: false }).or(page.getByText('One match')))
  await page.getByRole('button', { name: /"http.*\/Patient\/[^?]+"$/ }).click()
  await sees('the resource that was followed', main(page).getByText('"resourceType": "Patient"'))
  assert.deepEqual(errors, [], 'the console stays clean')
  await context.close()
})

test('a patient keeps a clinician out, who breaks the glass, which an operator reviews', async () => {
  const [patient, clinician, operator] = await Promise.all([
    stage.enter({ as: 'patient' }),
    stage.enter({ as: 'clinician' }),
    stage.enter({ as: 'operator' }),
  ])
  await openChart(clinician.page)
  await addProblem(clinician.page, 'Migraine')
  const address = new URL(clinician.page.url()).pathname

  await patient.page.goto('/record/sharing')
  const look = main(patient.page).getByRole('listitem').filter({ hasText: clinicianName })
  await sees('that the clinician looked, and why', look.filter({ hasText: 'To treat you' }))
  const rule = await denyEverythingTo(patient.page, clinicianName)

  await clinician.page.goto(address)
  await sees('the closed door', clinician.page.getByRole('heading', { name: 'This record is not open to you' }))
  assert.equal(await clinician.page.getByText(patientName).count(), 0, 'not even the name is shown')
  await clinician.page.getByRole('button', { name: 'Open in an emergency' }).click()
  await sees('that a reason is needed', clinician.page.getByText(/at least ten letters/))
  await clinician.page.getByLabel('Why do you need this record now?').fill('Unconscious in the emergency room')
  await clinician.page.getByRole('button', { name: 'Open in an emergency' }).click()
  await sees(
    'until when it is open',
    clinician.page.getByRole('status').filter({ hasText: /Emergency access until \d/ }),
  )
  await sees('the record', clinician.page.getByRole('button', { name: /Migraine/ }))

  await patient.page.reload()
  await sees('the emergency in the log', look.filter({ hasText: 'Opened the record in an emergency' }))
  await rule.getByRole('button', { name: 'Withdraw' }).click()
  await dialog(patient.page, 'Withdraw this rule?').getByRole('button', { name: 'Withdraw' }).click()
  await eventually('the rule does not stand any more', async () => (await rule.getByRole('button').count()) === 0)
  await patient.page.getByText('One former rule').click()
  await sees('the rule among the former ones', rule.getByText('Withdrawn'))

  await operator.page.goto('/emergencies')
  const open = main(operator.page).getByRole('listitem').filter({ hasText: 'Unconscious in the emergency room' })
  await sees('the emergency to review', open.getByText(`${clinicianName} opened the record of ${patientName}`))
  await open.getByRole('button', { name: 'Justified', exact: true }).click()
  await dialog(operator.page, 'Was this justified?').getByRole('button', { name: 'Justified' }).click()
  await operator.page.getByRole('tab', { name: 'Reviewed' }).click()
  await sees('the finding', open.getByText('Justified', { exact: true }))

  for (const each of [patient, clinician, operator])
    assert.deepEqual(withoutRefusals(each), [], 'the console stays clean')
  await Promise.all([patient, clinician, operator].map(each => each.context.close()))
})

test('an operator keeps a record by law, and erases it with the account once nothing keeps it', async () => {
  const name = 'Wilhelmina Gone'
  const person = await signUp(stage.url, name)
  const { personId } = person
  const resource = { resourceType: 'Patient', id: personId, name: [{ text: name }] }
  const service = stage.medley.composition.serviceCall('test')
  await stage.medley.call(record).load({ personId, entries: [{ resource }] }, service)
  const { page, context, errors } = await stage.enter({ as: 'operator' })
  await page.goto(`/operator/people?search=${encodeURIComponent(name)}`)
  await main(page)
    .getByRole('button', { name: `Record of ${name}` })
    .click()
  const records = dialog(page, `Record of ${name}`)
  await records.getByLabel('Reason of the hold').fill('Court order 12')
  await records.getByRole('button', { name: 'Put under legal hold' }).click()
  await sees('why it is held', records.getByText('Court order 12'))
  assert.equal(await records.getByRole('button', { name: 'Erase for good' }).count(), 0)
  await records.getByRole('button', { name: 'Lift the hold' }).click()
  const erase = records.getByRole('button', { name: 'Erase for good' })
  await sees('the way to erase', erase)
  assert.ok(await erase.isDisabled(), 'a slip of the finger erases nothing')
  await records.getByLabel('Type “erase” to confirm').fill('erase')
  await erase.click()
  await sees('what went', page.getByText(/One entry was erased|1 entry was erased/))
  await eventually('nothing is left to decide', async () => (await records.count()) === 0)
  await eventually('the account is gone', async () => {
    const answer = await fetch(`${stage.url}/api/identity/token`, {
      method: 'POST',
      headers: { cookie: person.cookie },
    })
    return answer.status === 401
  })
  assert.deepEqual(errors, [], 'the console stays clean')
  await context.close()
})
