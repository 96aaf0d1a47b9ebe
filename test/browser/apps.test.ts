// Letting an app in, and coming in without a password: an app's own server on the other end, an authenticator in the browser.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { audit } from '#contract/audit'
import { remoteClient } from '#core/client'
import { signInDemo } from '../people.ts'
import { clientOf, smartApp } from '../smart.ts'
import { accountOf, eventually, openStage, phone, sees, signInByForm, type Stage } from './stage.ts'

let stage: Stage
/** The app's server: it only remembers where people came back to. */
let appServer: Server
let redirectUri: string
const cameBack: URL[] = []

before(async () => {
  stage = await openStage()
  appServer = createServer((request, reply) => {
    const at = new URL(request.url ?? '/', redirectUri)
    if (at.pathname === '/callback') cameBack.push(at)
    reply.setHeader('content-type', 'text/html').end('<!doctype html><title>The app</title><h1>Back in the app</h1>')
  })
  await new Promise<void>(resolve => appServer.listen(0, '127.0.0.1', resolve))
  redirectUri = `http://127.0.0.1:${(appServer.address() as AddressInfo).port}/callback`
})
after(async () => {
  appServer?.close()
  await stage?.[Symbol.asyncDispose]()
})

const patient = accountOf('patient')
const scopes = [
  'launch/patient',
  'openid',
  'fhirUser',
  'offline_access',
  'patient/Observation.rs',
  'patient/Condition.rs',
]

test('a stranger sent by an app signs in, sees who asks for what, shares part of it, and ends it later', async () => {
  const developer = await signInDemo(stage.url, 'clinician')
  const app = await smartApp(stage.url, developer, { name: 'Heart Diary', redirectUri, scopes })
  const { page, context, errors } = await stage.enter({ size: phone })
  await page.goto(app.authorizeUrl())
  await signInByForm(page, patient)
  await sees('the question', page.getByRole('heading', { level: 1, name: 'Heart Diary asks for access' }))
  for (const words of [
    'By Example Labs',
    'has not reviewed this app',
    'Measurements and lab results',
    'for 90 days',
    '127.0.0.1',
  ])
    await sees(words, page.getByText(words))
  await page.getByRole('checkbox', { name: /Diagnoses/ }).press('Space')
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await sees('the app', page.getByRole('heading', { name: 'Back in the app' }))
  const at = cameBack.at(-1)!
  assert.equal(at.searchParams.get('state'), 'a-state')
  const tokens = await app.redeem(at.searchParams.get('code')!)
  assert.equal(tokens['scope'], 'launch/patient openid fhirUser offline_access patient/Observation.rs')
  assert.ok(tokens['patient'] && tokens['refresh_token'] && tokens['id_token'])

  await page.goto('/account?tab=apps')
  const entry = page.getByRole('listitem').filter({ hasText: 'Heart Diary' })
  await sees('the app in the list', entry)
  assert.equal(await entry.getByText('Diagnoses').count(), 0, 'what was not shared is not listed')
  await page.getByRole('button', { name: 'End access: Heart Diary' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'End access' }).click()
  await eventually('the app is gone from the list', async () => (await entry.count()) === 0)
  assert.deepEqual(errors, [])
  await context.close()
})

test('no is no: the app hears it and gets nothing', async () => {
  const developer = await signInDemo(stage.url, 'clinician')
  const app = await smartApp(stage.url, developer, { name: 'Nosy', redirectUri, scopes })
  const { page, context } = await stage.enter({ as: 'patient' })
  await page.goto(app.authorizeUrl())
  await page.getByRole('button', { name: 'Do not allow' }).click()
  await sees('the app', page.getByRole('heading', { name: 'Back in the app' }))
  const at = cameBack.at(-1)!
  assert.deepEqual([at.searchParams.get('error'), at.searchParams.has('code')], ['access_denied', false])
  await context.close()
})

test('an app that wants people sent elsewhere is stopped on a page that says why', async () => {
  const developer = await signInDemo(stage.url, 'clinician')
  const app = await smartApp(stage.url, developer, { name: 'Borrowed Name', redirectUri, scopes })
  const { page, context } = await stage.enter()
  await page.goto(app.authorizeUrl().replace('callback', 'elsewhere'))
  await sees('why', page.getByText('an address that is not its own'))
  await context.close()
})

test('a developer registers an app that acts for itself, and an operator approves it', async () => {
  const { page, context, errors } = await stage.enter({ as: 'clinician' })
  await page.goto('/apps')
  await page.getByRole('button', { name: 'Register an app' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Night Export')
  await dialog.getByLabel('Who makes it').fill('Example Labs')
  await dialog.getByText('On a server, for itself').click()
  await dialog.getByLabel('Scopes').fill('system:Patient.read')
  await dialog.getByRole('button', { name: 'Register an app' }).click()
  await sees('that this is no scope', dialog.getByText('One of these is no scope'))
  await dialog.getByLabel('Scopes').fill('system/Patient.read')
  await dialog.getByRole('button', { name: 'Register an app' }).click()
  await sees('the secret, this once', dialog.getByText('shown this once'))
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await sees('that it waits', page.getByText('Waits for approval'))
  await sees('the scope in its one spelling', page.getByText('system/Patient.rs'))
  const operator = await stage.enter({ as: 'operator' })
  await operator.page.goto('/operator/apps')
  await operator.page.getByRole('button', { name: 'Approve: Night Export' }).click()
  await sees('what it would see', operator.page.getByRole('dialog').getByText('of everybody'))
  await operator.page.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).click()
  await sees('that it is reviewed', operator.page.getByText('Reviewed', { exact: true }))
  const { items } = await clientOf(stage.url, await signInDemo(stage.url, 'clinician')).listApps({}, {})
  assert.ok(items.find(each => each.name === 'Night Export')?.approvedAt)
  assert.deepEqual([...errors, ...operator.errors], [])
  await Promise.all([context.close(), operator.context.close()])
})

/** What a page could do that asks the device for less than our own page does. */
function signInLocked(page: Page): Promise<{ status: number; code: string }> {
  return page.evaluate(async () => {
    const options = (await (await fetch('/auth/passkey/generate-authenticate-options')).json()) as never
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
    const proof = await navigator.credentials.get({ publicKey: { ...publicKey, userVerification: 'discouraged' } })
    const answer = await fetch('/auth/passkey/verify-authentication', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ response: (proof as PublicKeyCredential).toJSON() }),
    })
    return { status: answer.status, code: ((await answer.json()) as { code: string }).code }
  })
}

test('a passkey is added, signs in without a password, and is removed; one that was not unlocked is refused', async () => {
  const { page, context, errors } = await stage.enter({ as: 'patient' })
  const devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await page.goto('/account?tab=security')
  await page.getByLabel('Name of the passkey').fill('My phone')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await sees('the passkey', page.getByRole('listitem').filter({ hasText: 'My phone' }))

  await context.clearCookies()
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await sees('the home of the patient', page.getByRole('heading', { level: 1, name: /^Good / }))

  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  assert.deepEqual(await signInLocked(page), { status: 401, code: 'PASSKEY_NOT_VERIFIED' })
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
  const trail = remoteClient(audit, { url: `${stage.url}/api`, headers: () => operator.headers })
  const operator = await signInDemo(stage.url, 'operator')
  await eventually('the trail has it', async () => {
    const { items } = await trail.search({ action: 'identity.addPasskey', limit: 5 }, {})
    return items.some(each => each.outcome === 'done' && each.personId !== undefined)
  })

  await page.goto('/account?tab=security')
  await page.getByRole('button', { name: 'Remove: My phone' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await sees('that there is none', page.getByText('No passkeys yet'))
  assert.deepEqual(
    errors.filter(each => !each.includes('/auth/passkey/verify-authentication')),
    [],
  )
  await context.clearCookies()
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await sees('that it is not known', page.getByText('This passkey is not known here'))
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await sees('that the device gave none', page.getByText('did not give a passkey'))
  await context.close()
})
