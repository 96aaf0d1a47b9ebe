// What happens to people who come unexpectedly: through a deep link, with a wrong password, to a place that is not theirs, while the server is
// away, or without a mouse.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { accountOf, desk, eventually, openStage, phone, sees, signInByForm, type Stage } from './stage.ts'

let stage: Stage
before(async () => {
  stage = await openStage()
})
after(() => stage?.[Symbol.asyncDispose]())

const patient = accountOf('patient')
const clinician = accountOf('clinician')
const pathOf = (page: Page) => new URL(page.url()).pathname + new URL(page.url()).search

test('a deep link leads a stranger to the sign-in and back to where it pointed', async () => {
  const { page, context } = await stage.enter()
  await page.goto('/visits?tab=past')
  await sees('the sign-in', page.getByRole('heading', { level: 1, name: 'Sign in' }))
  await signInByForm(page, patient)
  await sees('the page that was asked for', page.getByRole('heading', { level: 1, name: 'Visits' }))
  assert.equal(pathOf(page), '/visits?tab=past')
  assert.equal(await page.getByRole('tab', { name: 'Past' }).getAttribute('aria-selected'), 'true')
  await context.close()
})

test('a link that wants to lead out of the app after the sign-in leads home', async () => {
  const { page, context } = await stage.enter()
  await page.goto(`/sign-in?next=${encodeURIComponent('//evil.example/')}`)
  await signInByForm(page, patient)
  await sees('the home of the patient', page.getByRole('heading', { level: 1, name: /^Good / }))
  assert.equal(page.url(), `${stage.url}/`)
  await context.close()
})

test('a time chosen by a stranger is held after the sign-in', async () => {
  const { page, context } = await stage.enter({ size: phone })
  await page.goto('/find')
  const time = page.getByRole('list', { name: 'First free times' }).getByRole('link')
  await sees('a free time', time)
  await time.first().click()
  const slot = page.getByRole('group', { name: 'Free times' }).getByRole('button')
  await sees('the times of the clinician', slot)
  await slot.nth(3).click()
  await sees('the sign-in', page.getByRole('heading', { level: 1, name: 'Sign in' }))
  await signInByForm(page, patient)
  await sees('the hold', page.getByText(/Held for you for \d+:\d\d/))
  await page.getByRole('button', { name: 'Choose another time' }).click()
  await sees('the times again', slot)
  await context.close()
})

test('a stranger sees who may treat them where they are, and whoever looks further is told before choosing a time', async () => {
  const { page, context } = await stage.enter()
  await page.goto('/find')
  const results = page.getByRole('region', { name: 'Clinicians' })
  await sees('the clinicians', results.getByRole('article'))
  assert.match(
    await results.innerText(),
    /Licensed in [^\n]*Massachusetts/,
    'the clock of the device suggests the place',
  )
  assert.doesNotMatch(await results.innerText(), /Singapore/)
  await page.getByRole('button', { name: /Where you are/ }).click()
  await page.getByRole('option', { name: 'Singapore' }).click()
  const abroad = results.getByRole('article').filter({ hasText: 'Singapore' })
  await sees('clinicians of another place', abroad)
  await eventually('nobody else', async () => (await results.getByText(/Massachusetts/).count()) === 0)
  await abroad.getByRole('list', { name: 'First free times' }).first().getByRole('link').first().click()
  await sees('the times of the clinician', page.getByRole('group', { name: 'Free times' }).getByRole('button'))
  await page.goto(`/sign-in?next=${encodeURIComponent(pathOf(page).replace(/&at=[^&]*/, ''))}`)
  await signInByForm(page, patient)
  await sees('that no visit is possible', page.getByText(/is not licensed in Massachusetts, United States/))
  await page.getByRole('link', { name: 'Find clinicians licensed there' }).click()
  await sees('clinicians licensed there', results.getByRole('article').filter({ hasText: 'Massachusetts' }))
  await context.close()
})

test('a wrong password is told clearly, and the next try works', async () => {
  const { page, context } = await stage.enter()
  await page.goto('/sign-in')
  await signInByForm(page, { email: patient.email, password: 'not-the-password' })
  const alert = page.getByRole('alert').filter({ hasText: 'The e-mail or the password is not right' })
  await sees('the problem', alert)
  assert.equal(await page.getByLabel('E-mail').inputValue(), patient.email, 'the e-mail stays')
  await signInByForm(page, patient)
  await sees('the home of the patient', page.getByRole('heading', { level: 1, name: /^Good / }))
  await context.close()
})

test('an empty form says what is needed and takes the focus there', async () => {
  const { page, context } = await stage.enter()
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  const email = page.getByLabel('E-mail')
  await eventually('the first wrong field has the focus', () =>
    email.evaluate(field => field === document.activeElement),
  )
  assert.equal(await email.getAttribute('aria-invalid'), 'true')
  assert.ok(await email.evaluate(field => field.getAttribute('aria-describedby')), 'the field names its problem')
  await context.close()
})

test('a patient at an address of operators is told so, and nothing is asked for', async () => {
  const { page, context, errors } = await stage.enter({ as: 'patient' })
  const asked: string[] = []
  page.on('request', request => {
    if (/\/api\/(operations|audit)\//.test(request.url())) asked.push(request.url())
  })
  await page.goto('/operator/audit')
  await sees('a heading', page.getByRole('main').getByRole('heading', { level: 1 }))
  assert.equal(await page.getByRole('heading', { name: 'Audit trail' }).count(), 0, 'the page is not shown')
  assert.deepEqual(asked, [], 'no call that would be refused is made')
  await sees(
    'why this is not the page that was asked for',
    page.getByRole('main').getByText(/not (for|open to|part of) your|may not|another role|operators only/i),
  )
  assert.deepEqual(errors, [])
  await context.close()
})

test('while the server is away the page says so, and recovers when it is back', async () => {
  const { page, context } = await stage.enter({ as: 'patient' })
  await page.goto('/find')
  await sees('the clinicians', page.getByRole('article'))
  await page.route('**/api/**', route => route.abort('connectionrefused'))
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Visits' }).click()
  const alert = page.getByRole('alert')
  await sees('that it did not work', alert.filter({ hasText: 'did not' }))
  await page.unroute('**/api/**')
  await alert.getByRole('button', { name: 'Try again' }).click()
  await sees('the visits', page.getByRole('listitem').filter({ hasText: clinician.name }))
  await eventually('the problem goes away', async () => (await alert.count()) === 0)
  await context.close()
})

test('a page that opens while the server is away does not take the person for a stranger', async () => {
  const { page, context } = await stage.enter({ as: 'patient' })
  await page.route('**/api/**', route => route.abort('connectionrefused'))
  await page.goto('/visits')
  const retry = page.getByRole('button', { name: 'Try again' })
  await sees('that it did not work, with a way to try again', retry)
  await page.unroute('**/api/**')
  await retry.first().click()
  await sees('the visits', page.getByRole('listitem').filter({ hasText: clinician.name }))
  await context.close()
})

test('what is typed as a need is searched for at one press of Enter, and suggestions fit it', async () => {
  const { page, context } = await stage.enter()
  await page.goto('/find')
  await sees('the clinicians', page.getByRole('article'))
  const need = page.getByRole('combobox', { name: 'What do you need?' })
  await need.fill('card')
  const options = page.getByRole('option')
  await sees('a suggestion', options)
  assert.deepEqual(await options.allInnerTexts(), ['Cardiology'], 'the suggestions fit what is typed')
  await need.fill(clinician.name)
  await need.press('Enter')
  await eventually('the search is in the address', async () => page.url().includes('text='), 3_000)
  await sees('the clinician', page.getByRole('article').filter({ hasText: clinician.name }))
  await context.close()
})

type Focus = { name: string; isSeen: boolean }

/** Where the focus is, and whether an eye would find it: an outline, or a ring on the thing the focused control draws itself with. */
function focusOf(page: Page): Promise<Focus> {
  return page.evaluate(() => {
    const at = document.activeElement
    if (!(at instanceof HTMLElement) || at === document.body) return { name: '', isSeen: true }
    const ringed = (each: Element | null) => {
      if (!each) return false
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each)
      return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) || boxShadow.includes('inset')
    }
    const label = at.closest('label')
    const candidates = [at, label, ...(label ?? at).querySelectorAll('*')]
    const { top, bottom, width, height } = at.getBoundingClientRect()
    const isOnScreen = label ? true : width > 0 && height > 0 && bottom > 0 && top < innerHeight
    const name = at.getAttribute('aria-label') ?? (at.innerText || at.getAttribute('name') || at.tagName)
    return { name: name.replaceAll(/\s+/g, ' ').trim(), isSeen: isOnScreen && candidates.some(ringed) }
  })
}

test('without a mouse: from the top of the first page to a booked visit, always seeing where one is', async () => {
  for (const size of [desk, phone]) {
    const { page, context } = await stage.enter({ size, as: 'patient' })
    const unseen: string[] = []
    const tabTo = async (wanted: RegExp, stepsMax = 60) => {
      const passed: string[] = []
      for (let step = 0; step < stepsMax; step++) {
        await page.keyboard.press('Tab')
        const { name, isSeen } = await focusOf(page)
        if (!isSeen) unseen.push(`${pathOf(page)}: ${name.slice(0, 80)}`)
        if (wanted.test(name)) return
        passed.push(name.slice(0, 40))
      }
      assert.fail(
        `${wanted.source} is not reached by ${stepsMax} presses of Tab at ${pathOf(page)}:\n${passed.join('\n')}`,
      )
    }
    await page.goto('/')
    await sees('the home of the patient', page.getByRole('heading', { level: 1, name: /^Good / }))
    await tabTo(/^Skip to the content$/, 1)
    await tabTo(/^Find care$/)
    await page.keyboard.press('Enter')
    await sees('the clinicians', page.getByRole('article').filter({ hasText: clinician.name }))
    await tabTo(new RegExp(`^${clinician.name}$`), 90)
    await page.keyboard.press('Enter')
    await sees('the times', page.getByRole('group', { name: 'Free times' }).getByRole('button'))
    await tabTo(/\d{1,2}:\d\d [AP]M$/)
    const first = await focusOf(page)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    const { name, isSeen } = await focusOf(page)
    assert.notEqual(name, first.name, 'the arrow keys move between times')
    assert.ok(isSeen, 'the time under the focus is marked')
    await page.keyboard.press('Enter')
    await sees('the hold', page.getByText(/Held for you for \d+:\d\d/))
    await tabTo(/^Book this visit$/)
    await page.keyboard.press('Enter')
    await sees('the confirmation', page.getByRole('status').filter({ hasText: 'Your visit is booked' }))
    assert.deepEqual(unseen, [], `the focus is not to be seen there, at ${size.width} px`)
    await context.close()
  }
})
