// A call that goes through a TURN server and nothing else, and credentials that open it only for their time.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { aVisit, bothSee, waitAndJoin } from '../browser/call.ts'
import { fakeDevices, openStage } from '../browser/stage.ts'
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

async function expired(page: Page, { url, secret }: Coturn): Promise<void> {
  const made = (atSeconds: number) => {
    const username = `${atSeconds}:somebody`
    return { urls: [url], username, credential: createHmac('sha1', secret).update(username).digest('base64') }
  }
  const nowSeconds = Math.floor(Date.now() / 1_000)
  assert.equal(await givesAddress(page, made(nowSeconds + 60)), true)
  assert.equal(await givesAddress(page, made(nowSeconds - 60)), false)
  assert.equal(await givesAddress(page, { ...made(nowSeconds + 60), credential: 'bm90LXRoZS1vbmU=' }), false)
}

if (hasCoturn()) {
  test('both see each other through the relay alone, and an expired credential opens nothing', async t => {
    const coturn = await startCoturn()
    const env = { MEDLEY_TURN_URLS: coturn.url, MEDLEY_TURN_SECRET: coturn.secret, MEDLEY_TURN_ONLY: 'on' }
    const stage = await openStage({ args: fakeDevices, env })
    try {
      const { visitId, clinicianAccount, patientAccount } = await aVisit(stage.medley)
      const patient = await stage.enter({ as: patientAccount })
      const clinician = await stage.enter({ as: clinicianAccount })
      await waitAndJoin(patient.page, clinician.page, visitId)
      t.diagnostic(`first picture after ${await firstFrameMs(patient.page, Date.now())} ms`)
      await bothSee(patient.page, clinician.page)
      await expired(patient.page, coturn)
    } finally {
      await stage[Symbol.asyncDispose]()
      await coturn.stop()
    }
    // What it writes to a pipe comes out at its end.
    assert.match(coturn.output(), /peer usage: .*rp=[1-9]/)
  })
}
