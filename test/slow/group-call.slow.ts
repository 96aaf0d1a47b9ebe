// Calls through a real Janus: three browsers see each other move, come back after every interruption, and are put out when their right ends.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type axe from 'axe-core'
import type { Page } from 'playwright-core'
import { consultation } from '#contract/consultation'
import type { Call } from '#core/call'
import { newId } from '#core/id'
import { openJanus } from '../../web/pages/consultation/janus-client.ts'
import { aVisit, waitAndJoin } from '../browser/call.ts'
import { eventually, fakeDevices, openStage, phone, sees, type Stage, type Visitor } from '../browser/stage.ts'
import { aPerson } from '../clinic.ts'
import { hasJanus, type Janus, startJanus } from '../servers/janus.ts'
import { startPipe } from '../servers/pipe.ts'

// Where everything is meant to be there, a missing program is a failure and not a reason to be quiet.
const isMissing = !hasJanus() && process.env['CI'] !== 'true'
const options = { skip: isMissing ? 'there is no /usr/bin/janus: install the package janus' : false, timeout: 400_000 }

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const words = JSON.parse(readFileSync(join(import.meta.dirname, '../../web/i18n/ar.json'), 'utf8')) as Record<
  string,
  string
>
const keyed = (call: Call): Call => ({ ...call, idempotencyKey: newId() })
const patienceMs = 40_000

/** How many pictures of others move. */
async function moving(page: Page): Promise<number> {
  const frames = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('video')]
        .filter(each => !each.muted)
        .map(each => each.getVideoPlaybackQuality().totalVideoFrames),
    )
  const first = await frames()
  await page.waitForTimeout(400)
  const second = await frames()
  return second.filter((count, index) => count > (first[index] ?? 0)).length
}

async function allSee(what: string, pages: readonly Page[], others: number): Promise<void> {
  for (const [index, page] of pages.entries())
    await eventually(
      `${what}: page ${index} sees ${others} move`,
      async () => (await moving(page)) === others,
      patienceMs,
    )
}

/** What axe says of the call alone: the rest of the page is looked at with all others. */
const wrongWith = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: typeof axe }).axe
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const { violations } = await run('section:has(video)', { runOnly: tags })
    return violations.map(each => `${each.id}: ${each.nodes[0]?.html.slice(0, 200)}`)
  })

/** What Janus itself says; rooms are private, so sessions are counted. */
async function sessionsOf({ adminUrl, adminSecret }: Janus): Promise<number[]> {
  const body = JSON.stringify({ janus: 'list_sessions', transaction: 'test', admin_secret: adminSecret })
  const answer = (await (await fetch(adminUrl, { method: 'POST', body })).json()) as { sessions: number[] }
  return answer.sessions.toSorted((a, b) => a - b)
}

/** Somebody who was invited by the patient, with an account of their own. */
async function aGuest(stage: Stage, visitId: string, patient: Call) {
  const account = { email: `${newId()}@example.org`, password: 'a-long-enough-password' }
  const person = await aPerson(stage.medley, { ...account, name: 'Gabi Guest' })
  const call = stage.medley.as({ personId: person.personId, roles: ['patient'] })
  const ops = stage.medley.call(consultation)
  const { guest, code } = await ops.invite({ visitId, name: 'Gabi Guest', relation: 'interpreter' }, keyed(patient))
  await ops.acceptInvitation({ visitId, code }, keyed(call))
  return { account, call, guestId: guest.id }
}

type Scene = {
  stage: Stage
  janus: Janus
  visitId: string
  patientCall: Call
  clinicianCall: Call
  patient: Visitor
  clinician: Visitor
}

/** Runs before the page: `ways()` names how each connection is found, which changes with every restart of ICE (RFC 8839 §5.4). */
function noteWays(): void {
  const made: RTCPeerConnection[] = []
  globalThis.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct(target, args: [RTCConfiguration?]) {
      const connection = new target(...args)
      made.push(connection)
      return connection
    },
  })
  const ways = () => made.map(each => /a=ice-ufrag:(\S+)/.exec(each.localDescription?.sdp ?? '')?.[1] ?? '')
  Object.assign(globalThis, { ways })
}

/** A patient and a clinician in a call that Janus may carry. */
async function aScene(
  t: TestContext,
  directCalls: string,
  socketUrl?: (janus: Janus) => Promise<string>,
  sessionSeconds?: number,
): Promise<Scene> {
  const janus = await startJanus(sessionSeconds === undefined ? {} : { sessionSeconds })
  t.after(() => janus.stop())
  const url = (await socketUrl?.(janus)) ?? janus.url
  const env = { ...janus.env, MEDLEY_VIDEO_DIRECT: directCalls, MEDLEY_JANUS_URL: url }
  const stage = await openStage({ args: fakeDevices, env })
  t.after(() => stage[Symbol.asyncDispose]())
  const { clinicianAccount, patientAccount, ...visit } = await aVisit(stage.medley)
  const patient = await stage.enter({ as: patientAccount })
  const clinician = await stage.enter({ as: clinicianAccount })
  for (const { context } of [patient, clinician]) await context.addInitScript(noteWays)
  await waitAndJoin(patient.page, clinician.page, visit.visitId)
  await allSee('two people', [patient.page, clinician.page], 1)
  return { stage, janus, ...visit, patient, clinician }
}

/** In Arabic, so that the call is seen from right to left as well. */
async function joinAs({ page }: Visitor, visitId: string): Promise<void> {
  await page.goto(`/visits/${visitId}/call?lang=ar`)
  await page.getByRole('button', { name: words['consult.join']! }).click()
}

test('three people through Janus: seen, cut off, gone, back, put out, and over', options, async t => {
  let cut = (): void => {}
  const { stage, janus, visitId, patientCall, clinicianCall, patient, clinician } = await aScene(
    t,
    'never',
    async ({ url }) => {
      const pipe = await startPipe(Number(new URL(url).port))
      t.after(() => pipe.stop())
      cut = pipe.cut
      return `ws://127.0.0.1:${pipe.port}`
    },
  )
  const { account, call: guestCall, guestId } = await aGuest(stage, visitId, patientCall)
  const guest = await stage.enter({ as: account, size: phone })
  await joinAs(guest, visitId)
  const pages = [patient.page, clinician.page, guest.page]
  await allSee('three people', pages, 2)
  for (const page of [patient.page, guest.page]) {
    await page.evaluate(axeSource)
    assert.deepEqual(await wrongWith(page), [])
  }
  const sessions = await sessionsOf(janus)
  assert.equal(sessions.length, 3)

  // Connections break; media goes on, and the sessions are found again rather than begun anew.
  cut()
  await allSee('after a cut', pages, 2)
  assert.deepEqual(await sessionsOf(janus), sessions)

  await turnedOffAndOn(clinician.page, patient.page)

  await guest.page.getByRole('button', { name: words['consult.leave']!, exact: true }).click()
  await allSee('without the guest', [patient.page, clinician.page], 1)
  await joinAs(guest, visitId)
  await allSee('with the guest again', pages, 2)
  await patient.page.reload()
  await patient.page.getByRole('button', { name: 'Join the call' }).click()
  await allSee('after a reload', pages, 2)

  // Whoever keeps what opened the room, and uses it without our page, is put out as well.
  const held = await stage.medley.call(consultation).joinCall({ visitId }, keyed(guestCall))
  assert.ok(held.ticket.kind === 'janus')
  let isOut = false
  const { url, session, room, token } = held.ticket
  const client = await openJanus({ url, session, onLost: () => (isOut = true) })
  t.after(() => client.close())
  const handle = await client.attach(event => {
    if (event !== 'hungUp' && event.data['reason'] === 'kicked') isOut = true
  })
  const wish = { request: 'join', ptype: 'publisher', room, id: held.peerId, token }
  await handle.ask(wish)
  await stage.medley.call(consultation).consentToGuest({ visitId, guestId, agrees: false }, keyed(patientCall))
  await eventually('the refused guest is out', async () => isOut)
  const another = await client.attach(() => {})
  await assert.rejects(another.ask(wish), /433/)
  await allSee('after the refusal', [patient.page, clinician.page], 1)

  const note = { subjective: '', objective: '', assessment: '', plan: 'Rest.' }
  await stage.medley.call(consultation).end({ visitId, version: 0, sections: note, tasks: [] }, keyed(clinicianCall))
  await sees('that it is over', patient.page.getByText('The visit is over'))
  client.close()
  await eventually('Janus has nobody left', async () => (await sessionsOf(janus)).length === 0, patienceMs)
})

/** What one turns off, the other is told and shown, and a screen comes in the place of the camera. */
async function turnedOffAndOn(one: Page, other: Page): Promise<void> {
  const tile = other.getByRole('listitem').filter({ hasText: 'Dr. Test' })
  const picture = tile.locator('video')
  await one.getByRole('button', { name: 'Turn the microphone off' }).click()
  await sees('that the microphone is off', tile.getByText('microphone off'))
  await one.getByRole('button', { name: 'Turn the camera off' }).click()
  await eventually('the picture is hidden', async () => !(await picture.isVisible()))
  // A browser without a window has no screen to show, so a drawing takes its place.
  await one.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 960, height: 400 })
    setInterval(() => canvas.getContext('2d')!.fillRect(0, 0, Math.random() * 960, 400), 50)
    navigator.mediaDevices.getDisplayMedia = async () => canvas.captureStream(20)
  })
  await one.getByRole('button', { name: 'Share the screen' }).click()
  const ratio = () => picture.evaluate((video: HTMLVideoElement) => video.videoWidth / video.videoHeight)
  await eventually(
    'the screen is seen',
    async () => (await picture.isVisible()) && Math.abs((await ratio()) - 2.4) < 0.1,
  )
  await one.getByRole('button', { name: 'Stop sharing' }).click()
  await one.getByRole('button', { name: 'Turn the camera on' }).click()
  await one.getByRole('button', { name: 'Turn the microphone on' }).click()
  await eventually('the face is seen again', async () => (await picture.isVisible()) && (await ratio()) < 1.5)
  await eventually('the microphone is on', async () => (await tile.getByText('microphone off').count()) === 0)
}

test(
  'a media server that stands still for a while: connections find their way again, nobody joins anew',
  options,
  async t => {
    const { janus, patient, clinician } = await aScene(t, 'never', undefined, 60)
    const sessions = await sessionsOf(janus)
    const ways = (page: Page) => page.evaluate(() => (globalThis as unknown as { ways: () => string[] }).ways())
    const before = await ways(patient.page)
    janus.signal('SIGSTOP')
    const isRestarted = async () => (await ways(patient.page)).some((way, index) => way !== before[index])
    await eventually('a connection looks for another way', isRestarted, patienceMs)
    janus.signal('SIGCONT')
    await allSee('after the standstill', [patient.page, clinician.page], 1)
    assert.deepEqual(await sessionsOf(janus), sessions)
  },
)

test('a media server that ends and starts again: everybody comes back by themselves', options, async t => {
  const { janus, patient, clinician } = await aScene(t, 'never')
  const ports = { socket: Number(new URL(janus.url).port), admin: Number(new URL(janus.adminUrl).port) }
  await janus.stop(0)
  const again = await startJanus({ ports })
  t.after(() => again.stop())
  await allSee('after the restart', [patient.page, clinician.page], 1)
  assert.equal((await sessionsOf(again)).length, 2)
})

test('a media server that is gone: a call of two goes on from browser to browser', options, async t => {
  const { janus, patient, clinician } = await aScene(t, 'outage')
  assert.equal((await sessionsOf(janus)).length, 2)
  await janus.stop(0)
  await allSee('without Janus', [patient.page, clinician.page], 1)
})

test('a call of two is direct, and moves to the media server when it becomes too many', options, async t => {
  const { stage, janus, visitId, patientCall, patient, clinician } = await aScene(t, 'small')
  assert.equal((await sessionsOf(janus)).length, 0)
  await aGuest(stage, visitId, patientCall)
  const fourth = await aGuest(stage, visitId, patientCall)
  await stage.medley.call(consultation).joinCall({ visitId }, keyed(fourth.call))
  await eventually('both are at the server', async () => (await sessionsOf(janus)).length === 2, patienceMs)
  await allSee('moved', [patient.page, clinician.page], 1)
})
