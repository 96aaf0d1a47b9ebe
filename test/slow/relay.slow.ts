// A call that goes through a TURN server and nothing else, and credentials that open it only for their time.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { aVisit, bothSee, framesSeen, waitAndJoin } from '../browser/call.ts'
import { eventually, fakeDevices, openStage, type Stage } from '../browser/stage.ts'
import { type Coturn, hasCoturn, startCoturn } from '../servers/coturn.ts'

/** How long the other side's first picture took, from pressing the button. */
async function firstFrameMs(page: Page, startMs: number): Promise<number> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('video')].some(
      each => !each.muted && each.getVideoPlaybackQuality().totalVideoFrames > 0,
    ),
  )
  return Date.now() - startMs
}

/** Whether a relay gives an address to somebody with these credentials. */
const givesAddress = (page: Page, relay: { urls: string[]; username: string; credential: string }) =>
  page.evaluate(async server => {
    const connection = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: 'relay' })
    connection.createDataChannel('test')
    const found = new Promise<boolean>(resolve => {
      connection.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate?.type === 'relay') resolve(true)
        if (!candidate) resolve(false)
      })
    })
    await connection.setLocalDescription()
    const answer = await found
    connection.close()
    return answer
  }, relay)

/** As Medley makes them, for the second at which they end. */
const credentialFor = (secret: string, atSeconds: number) => {
  const username = `${atSeconds}:somebody`
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') }
}
const nowSeconds = () => Math.floor(Date.now() / 1_000)

async function expired(page: Page, { url, secret }: Coturn): Promise<void> {
  const made = (atSeconds: number) => ({ urls: [url], ...credentialFor(secret, atSeconds) })
  assert.equal(await givesAddress(page, made(nowSeconds() + 60)), true)
  assert.equal(await givesAddress(page, made(nowSeconds() - 60)), false)
  assert.equal(await givesAddress(page, { ...made(nowSeconds() + 60), credential: 'bm90LXRoZS1vbmU=' }), false)
}

const relayed = ({ url, secret }: Coturn): Promise<Stage> =>
  openStage({
    args: fakeDevices,
    env: { MEDLEY_TURN_URLS: url, MEDLEY_TURN_SECRET: secret, MEDLEY_TURN_ONLY: 'on' },
  })

async function twoPages(stage: Stage): Promise<{ visitId: string; patient: Page; clinician: Page }> {
  const { visitId, clinicianAccount, patientAccount } = await aVisit(stage.medley)
  const [patient, clinician] = [await stage.enter({ as: patientAccount }), await stage.enter({ as: clinicianAccount })]
  return { visitId, patient: patient.page, clinician: clinician.page }
}

const mendMs = 60_000
const moves = async (page: Page) => {
  const first = await framesSeen(page)
  await page.waitForTimeout(500)
  return (await framesSeen(page)) > first
}

if (hasCoturn()) {
  test('both see each other through the relay alone, and an expired credential opens nothing', async t => {
    const coturn = await startCoturn()
    const stage = await relayed(coturn)
    try {
      const { visitId, patient, clinician } = await twoPages(stage)
      await waitAndJoin(patient, clinician, visitId)
      t.diagnostic(`first picture after ${await firstFrameMs(patient, Date.now())} ms`)
      await bothSee(patient, clinician)
      await expired(patient, coturn)
    } finally {
      await stage[Symbol.asyncDispose]()
      await coturn.stop()
    }
    // What it writes to a pipe comes out at its end.
    assert.match(coturn.output(), /peer usage: .*rp=[1-9]/)
  })

  test('the relay dies in the middle of a call, and pictures come back with the next one', async () => {
    const first = await startCoturn()
    const stage = await relayed(first)
    let second: Coturn | undefined
    try {
      const { visitId, patient, clinician } = await twoPages(stage)
      await waitAndJoin(patient, clinician, visitId)
      await bothSee(patient, clinician)
      await first.stop(0)
      await eventually('the pictures stop', async () => !(await moves(patient)), mendMs)
      await patient
        .getByRole('status')
        .filter({ hasText: 'No picture and no sound come through' })
        .waitFor({ timeout: mendMs })
      second = await startCoturn({ at: first.port })
      for (const page of [patient, clinician]) await eventually('the pictures come back', () => moves(page), mendMs)
    } finally {
      await stage[Symbol.asyncDispose]()
      await first.stop()
      await second?.stop()
    }
    assert.match(second.output(), /CHANNEL_BIND processed, success/, 'through the second one')
  })

  test('credentials that have ended are renewed when another way is looked for', async () => {
    const coturn = await startCoturn()
    const stage = await relayed(coturn)
    try {
      const { visitId, patient, clinician } = await twoPages(stage)
      for (const page of [patient, clinician])
        await page.route('**/api/consultation/visits/*/join', async route => {
          const answer = await route.fetch()
          const ticket = (await answer.json()) as { iceServers: object[] }
          const ended = credentialFor(coturn.secret, nowSeconds() - 60)
          const iceServers = ticket.iceServers.map(each => ({ ...each, ...ended }))
          await route.fulfill({ response: answer, json: { ...ticket, iceServers } })
        })
      await waitAndJoin(patient, clinician, visitId)
      for (const page of [patient, clinician]) await eventually('the pictures come', () => moves(page), mendMs)
    } finally {
      await stage[Symbol.asyncDispose]()
      await coturn.stop()
    }
  })
}
