// The story of one visit in a real browser, at a desk and on a phone: the patient books, moves and cancels it while the clinician looks on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { accountOf, desk, eventually, openStage, phone, sees, signInByForm, type Size, type Stage } from './stage.ts'

let stage: Stage
before(async () => {
  stage = await openStage()
})
after(() => stage?.[Symbol.asyncDispose]())

const { name: clinicianName } = accountOf('clinician')
const { name: patientName } = accountOf('patient')

/** Both navigations are in the page; only the one for this width is visible, and only visible things have a role. */
const navigation = (page: Page) => page.getByRole('navigation', { name: 'Main' })

async function enterAs(role: 'patient' | 'clinician' | 'operator', size: Size) {
  const visitor = await stage.enter({ size })
  await visitor.page.goto('/sign-in')
  await signInByForm(visitor.page, accountOf(role))
  await sees(`the navigation of a signed-in ${role}`, navigation(visitor.page))
  return visitor
}

/** The day and the clock of a free time as its button names them: "Tuesday, November 24 9:20 AM". */
async function pressTime(page: Page, which: number): Promise<{ day: string; clock: string }> {
  const times = page.getByRole('group', { name: 'Free times' }).getByRole('button')
  await sees('a free time', times)
  const time = times.nth(which)
  const words = (await time.innerText()).replaceAll(/\s+/g, ' ').trim()
  const [, day, clock] = /^(.+?) (\d{1,2}:\d\d [AP]M)$/.exec(words) ?? []
  assert.ok(day && clock, `the time button is named "${words}" and not by day and clock`)
  await time.click()
  return { day, clock }
}

async function findAndHold(page: Page): Promise<{ day: string; clock: string }> {
  await navigation(page).getByRole('link', { name: 'Find care' }).click()
  await sees('the heading of the search', page.getByRole('heading', { level: 1, name: 'Find care' }))
  const need = page.getByRole('combobox', { name: 'What do you need?' })
  await need.fill(clinicianName)
  await need.press('Escape')
  await page.getByRole('button', { name: 'Search', exact: true }).click()
  const found = page.getByRole('region', { name: 'Clinicians' }).getByRole('article').filter({ hasText: clinicianName })
  await sees(`${clinicianName} among the results`, found)
  await found.getByRole('link', { name: clinicianName, exact: true }).click()
  await sees('the page of the clinician', page.getByRole('heading', { level: 1, name: clinicianName }))
  const chosen = await pressTime(page, 4)
  await sees('the hold with its countdown', page.getByText(/Held for you for \d+:\d\d/))
  const countdown = page.getByText('Held for you for')
  const first = await countdown.innerText()
  await eventually('the countdown runs', async () => (await countdown.innerText()) !== first, 5_000)
  return chosen
}

/** The clinician walks through the days until the one of the visit. */
async function showDay(page: Page, day: string): Promise<void> {
  await page.goto('/today')
  const title = page.getByRole('heading', { level: 1 })
  await sees('the day of the clinician', title)
  // Today's heading says so, and has its date below; every other day is headed by its date.
  const date = page.getByRole('main').getByText(day, { exact: true })
  for (let step = 0; step < 21; step++) {
    if ((await date.count()) > 0) return
    const former = await title.innerText()
    await page.getByRole('button', { name: 'Next day' }).click()
    await eventually('the next day shows', async () => (await title.innerText()) !== former)
  }
  assert.fail(`the clinician does not reach ${day} within three weeks`)
}

const inQueue = (page: Page, clock: string) =>
  page.getByRole('button', { name: patientName }).filter({ hasText: patientName }).filter({ hasText: clock }).first()

for (const size of [desk, phone]) {
  test(`a visit is booked, moved and cancelled at ${size.width} px`, async () => {
    const patient = await enterAs('patient', size)
    const clinician = await enterAs('clinician', size)
    const { page } = patient

    const booked = await findAndHold(page)
    await page.getByLabel('What should they know?').fill('A cough that does not leave')
    await page.getByRole('button', { name: 'Book this visit' }).click()
    await sees('the confirmation', page.getByRole('status').filter({ hasText: 'Your visit is booked' }))
    await sees('the day that was chosen', page.getByRole('heading', { level: 2, name: booked.day }))

    await navigation(page).getByRole('link', { name: 'Visits' }).click()
    const line = page
      .getByRole('listitem')
      .filter({ hasText: clinicianName })
      .filter({ hasText: clockPattern(booked.clock) })
    await sees('the visit among the upcoming ones', line)

    await showDay(clinician.page, booked.day)
    await sees('the visit in the day of the clinician', inQueue(clinician.page, booked.clock))
    await inQueue(clinician.page, booked.clock).click()
    await sees('what the patient wrote', clinician.page.getByText('A cough that does not leave'))
    await clinician.page.getByRole('button', { name: 'Close' }).click()

    await line.first().getByRole('link').click()
    await page.getByRole('link', { name: 'Move to another time' }).click()
    const moved = await pressTime(page, 9)
    const moveDialog = page.getByRole('dialog', { name: 'Move this visit?' })
    await sees('the question before moving', moveDialog)
    await moveDialog.getByRole('button', { name: 'Move the visit' }).click()
    await sees('the new day', page.getByRole('heading', { level: 2, name: moved.day }))
    await sees('the new time', page.getByText(clockPattern(moved.clock)))
    await showDay(clinician.page, moved.day)
    await sees('the visit at its new time', inQueue(clinician.page, moved.clock))

    await page.getByRole('button', { name: 'Cancel the visit' }).click()
    const cancelDialog = page.getByRole('dialog', { name: 'Cancel this visit?' })
    await cancelDialog.getByLabel('Reason').fill('The cough has left')
    await cancelDialog.getByRole('button', { name: 'Cancel the visit' }).click()
    await sees('that the visit is cancelled', page.getByRole('main').getByText('Cancelled', { exact: true }))
    await sees('the way to book again', page.getByRole('link', { name: 'Book again' }))
    await showDay(clinician.page, moved.day)
    await eventually(
      'the visit leaves the day of the clinician',
      async () => (await inQueue(clinician.page, moved.clock).count()) === 0,
      30_000,
    )

    assert.deepEqual([...patient.errors, ...clinician.errors], [], 'the console stays clean')
    await Promise.all([patient.context.close(), clinician.context.close()])
  })

  test(`an operator looks after the installation at ${size.width} px`, async () => {
    const { page, context, errors } = await enterAs('operator', size)
    await sees('the overview', page.getByRole('heading', { level: 1, name: 'Overview' }))
    await sees('that all is well', page.getByText('All is well', { exact: true }))
    await sees('the health checks', page.getByRole('heading', { name: 'Health' }))

    await navigation(page).getByRole('link', { name: 'Jobs' }).click()
    const run = page.getByRole('button', { name: /^Run now: / })
    await sees('a job to run', run)
    const job = ((await run.first().getAttribute('aria-label')) ?? '').replace('Run now: ', '')
    await run.first().click()
    const dialog = page.getByRole('dialog', { name: `Run ${job} now` })
    await dialog.getByRole('button', { name: 'Run now' }).click()
    await sees('that the job is queued', page.getByText('The job has been queued'))
    await page.getByRole('tab', { name: 'Runs' }).click()
    const runs = page.getByRole('region', { name: 'Runs' }).getByRole('row').filter({ hasText: job })
    await sees(`the run of ${job}`, runs)
    await sees(`a run of ${job} that is done`, runs.filter({ hasText: 'Done' }))

    await navigation(page).getByRole('link', { name: 'Audit trail' }).click()
    await page.getByRole('button', { name: 'Verify the chain' }).click()
    await sees('that the chain is intact', page.getByRole('status').filter({ hasText: /Intact: (all )?[\d,]+ entr/ }))
    await sees('who ran the job', page.getByRole('row').filter({ hasText: 'operations.runNow' }))
    assert.deepEqual(errors, [], 'the console stays clean')
    await context.close()
  })
}

test('on a phone, a time that was just pressed is seen to be held, and the focus goes along', async () => {
  const { page, context } = await stage.enter({ size: phone, as: 'patient' })
  await page.goto(`/find?text=${encodeURIComponent(clinicianName)}`)
  await page.getByRole('article').getByRole('link', { name: clinicianName, exact: true }).click()
  await pressTime(page, 14)
  const countdown = page.getByText(/Held for you for \d+:\d\d/)
  await sees('the hold', countdown)
  const isOnScreen = () =>
    countdown.evaluate(element => {
      const { top, bottom } = element.getBoundingClientRect()
      return top >= 0 && bottom <= innerHeight
    })
  await eventually('the countdown is on the screen and not above it', isOnScreen, 3_000)
  const hasFocus = () => page.evaluate(() => document.activeElement !== document.body)
  await eventually('the focus is somewhere, though the pressed time is gone', hasFocus, 3_000)
  await context.close()
})

/** A range may name AM or PM once, at its end: "9:20 – 9:40 AM". */
function clockPattern(clock: string): RegExp {
  return new RegExp(`\\b${clock.split(' ')[0]}\\b`)
}
