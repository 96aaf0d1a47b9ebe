// One Medley with demo data and one browser for a test file, and the people who come to it, each with a browser context of their own.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { seedDemo } from '../../server/seed.ts'
import { demoAccounts } from '../../services/identity/seed.ts'
import { freePort } from '../servers/child.ts'
import { launchBrowser } from '../servers/chromium.ts'
import { type TestMedley, testMedley } from '../start.ts'
import { ensureWebBuilt } from './built.ts'

export type Size = { readonly width: number; readonly height: number }
export const phone: Size = { width: 390, height: 844 }
export const desk: Size = { width: 1440, height: 900 }

/** The zone of the demo's clinicians, so that a date means the same to everybody in a test. */
const timeZone = 'America/New_York'

/** A camera and a microphone that are not there: a picture that moves, and a beep. */
export const fakeDevices = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

/** How long a role may take to appear; a loaded machine of two cores is slow. */
export const patienceMs = 15_000

export type Role = 'patient' | 'clinician' | 'pharmacist' | 'operator'
export type Visitor = { readonly context: BrowserContext; readonly page: Page; readonly errors: string[] }
export type Account = { email: string; password: string }
export type Stage = {
  readonly url: string
  readonly browser: Browser
  readonly medley: TestMedley
  /** Somebody new with a window of their own, or a `browser`; signed in through the API where the sign-in is not what is tested. */
  enter(options?: { size?: Size; as?: Role | Account; browser?: Browser }): Promise<Visitor>
  [Symbol.asyncDispose](): Promise<void>
}

/** `args` are the browser's, `env` Medley's. */
export async function openStage({
  args = [],
  env = {},
}: { args?: string[]; env?: Record<string, string> } = {}): Promise<Stage> {
  await ensureWebBuilt()
  const port = await freePort()
  const [medley, browser] = await Promise.all([
    testMedley({ env: { MEDLEY_PORT: String(port), MEDLEY_DEMO: 'on', ...env }, startMs: 'real' }),
    launchBrowser({ args }),
  ])
  await seedDemo(medley, () => {})
  const url = `http://localhost:${port}`
  return {
    url,
    browser,
    medley,
    async enter({ size = desk, as, browser: own = browser } = {}) {
      const context = await own.newContext({
        baseURL: url,
        viewport: size,
        locale: 'en-US',
        timezoneId: timeZone,
        reducedMotion: 'reduce',
        hasTouch: size.width < 600,
      })
      context.setDefaultTimeout(patienceMs)
      if (as) await signInQuietly(context, url, as)
      const page = await context.newPage()
      return { context, page, errors: watchErrors(page) }
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await medley.stop()
    },
  }
}

export function accountOf(role: Role): { email: string; name: string; password: string } {
  const account = demoAccounts.find(each => each.role === role)
  assert.ok(account, `the demo has no ${role}`)
  return account
}

async function signInQuietly(context: BrowserContext, url: string, who: Role | Account): Promise<void> {
  const { email, password } = typeof who === 'string' ? accountOf(who) : who
  const answer = await context.request.post('/auth/sign-in/email', {
    data: { email, password },
    headers: { origin: url },
  })
  assert.ok(answer.ok(), `signing in as ${email} answers ${answer.status()}: ${await answer.text()}`)
}

/** Through the form, as a person does it. */
export async function signInByForm(page: Page, who: { email: string; password: string }): Promise<void> {
  await page.getByLabel('E-mail').fill(who.email)
  await page.getByLabel('Password').fill(who.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Everything a page complains about, but for the one refusal it provokes itself: asking who is signed in. */
function watchErrors(page: Page): string[] {
  const errors: string[] = []
  page.on('pageerror', error => errors.push(`uncaught: ${error.message}`))
  page.on('console', message => {
    if (message.type() !== 'error') return
    const { url } = message.location()
    if (message.text().includes('401') && url.endsWith('/api/identity/token')) return
    errors.push(`console: ${message.text()}${url ? ` (${new URL(url).pathname})` : ''}`)
  })
  return errors
}

/** Asks until the answer is yes; says what it waited for when it never is. */
export async function eventually(what: string, isSo: () => Promise<boolean>, withinMs = patienceMs): Promise<void> {
  for (const startMs = Date.now(); Date.now() - startMs < withinMs; await pause(100)) if (await isSo()) return
  throw new Error(`${what}: not within ${withinMs / 1_000} s`)
}

/** Waits until something shows, and says what the page shows instead when it never does. */
export async function sees(what: string, locator: Locator): Promise<void> {
  await locator
    .first()
    .waitFor()
    .catch(async (cause: unknown) => {
      const page = locator.page()
      const shown = await page
        .locator('body')
        .innerText()
        .catch(() => '(nothing)')
      throw new Error(`${what} does not show at ${page.url()}, which says:\n${shown.slice(0, 1_500)}`, { cause })
    })
}
