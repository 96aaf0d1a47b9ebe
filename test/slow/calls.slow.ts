// A call in two real browsers while its network goes wrong: lost, weak, gone; and while the server that introduced them restarts.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { aVisit, bothSee, framesSeen, waitAndJoin } from '../browser/call.ts'
import { type Network, openNetwork } from '../browser/network.ts'
import { eventually, fakeDevices, openStage, sees, type Stage } from '../browser/stage.ts'
import { testMedley } from '../start.ts'

let stage: Stage
before(async () => {
  stage = await openStage({ args: fakeDevices })
})
after(() => stage?.[Symbol.asyncDispose]())

/** How long finding out, giving up and finding another way may take a browser. */
const mendMs = 60_000

type Pair = { patient: Page; clinician: Page; network: Network; close(): Promise<void> }

async function calling(on: Stage = stage): Promise<Pair> {
  const { visitId, clinicianAccount, patientAccount } = await aVisit(on.medley)
  const [patient, clinician] = [await on.enter({ as: patientAccount }), await on.enter({ as: clinicianAccount })]
  const network = openNetwork()
  for (const { page } of [patient, clinician]) await network.between(page)
  await waitAndJoin(patient.page, clinician.page, visitId)
  await bothSee(patient.page, clinician.page)
  const close = async () => {
    network.close()
    await Promise.all([patient.context.close(), clinician.context.close()])
  }
  return { patient: patient.page, clinician: clinician.page, network, close }
}

async function write(from: Page, to: Page, words: string): Promise<void> {
  await from.getByRole('textbox', { name: 'Message' }).fill(words)
  await from.getByRole('textbox', { name: 'Message' }).press('Enter')
  await sees(`"${words}" on the other side`, to.getByRole('log').getByText(words))
}

const moves = async (page: Page, forMs = 500) => {
  const first = await framesSeen(page)
  await page.waitForTimeout(forMs)
  return (await framesSeen(page)) > first
}

const says = (page: Page, words: RegExp) => page.getByRole('status').filter({ hasText: words })

/** Whether sound arrives that was not there before. */
const hears = (page: Page) =>
  page.evaluate(async () => {
    const context = new AudioContext()
    const ear = context.createAnalyser()
    const remote = [...document.querySelectorAll('video')].find(each => !each.muted)!.srcObject as MediaStream
    context.createMediaStreamSource(remote).connect(ear)
    const samples = new Float32Array(ear.fftSize)
    for (const startMs = performance.now(); performance.now() - startMs < 10_000;) {
      await new Promise(resolve => setTimeout(resolve, 50))
      ear.getFloatTimeDomainData(samples)
      if (samples.some(each => Math.abs(each) > 0.01)) return true
    }
    return false
  })

test('every way they knew is gone: another one is found, and pictures come back by themselves', async () => {
  const { patient, clinician, network, close } = await calling()
  network.change()
  await eventually('the pictures stop', async () => !(await moves(patient)), mendMs)
  for (const page of [patient, clinician]) await eventually('the pictures come back', () => moves(page), mendMs)
  await close()
})

test('nothing comes through: the page says so, they go on in writing, and the call comes back with the network', async () => {
  const { patient, clinician, network, close } = await calling()
  network.lose(1)
  for (const page of [patient, clinician])
    await says(page, /No picture and no sound come through/).waitFor({ timeout: mendMs })
  await write(patient, clinician, 'I cannot see you')
  await write(clinician, patient, 'Let us write then')
  network.lose(0)
  for (const page of [patient, clinician]) {
    await eventually('the pictures come back', () => moves(page), mendMs)
    await eventually('nothing is said of it any more', async () => (await says(page, /No picture/).count()) === 0)
  }
  await close()
})

test('the whole network is gone, the way to the server as well: both come back by themselves', async () => {
  const { patient, clinician, network, close } = await calling()
  await patient.context().setOffline(true)
  network.change()
  await says(patient, /No picture and no sound come through/).waitFor({ timeout: mendMs })
  await patient.context().setOffline(false)
  for (const page of [patient, clinician]) await eventually('the pictures come back', () => moves(page), mendMs)
  await write(clinician, patient, 'There you are')
  await close()
})

test('a network that loses a third: pictures are given up for sound, and whose picture it is is told', async () => {
  const { patient, clinician, network, close } = await calling()
  network.lose(0.3)
  await says(patient, /network is weak, so your picture is off/).waitFor({ timeout: mendMs })
  await says(clinician, /network is weak, so your picture is off/).waitFor({ timeout: mendMs })
  await eventually('no more pictures', async () => !(await moves(patient, 1_500)), mendMs)
  for (const page of [patient, clinician]) assert.ok(await hears(page), 'the sound goes on')
  network.lose(0)
  for (const page of [patient, clinician]) await page.getByRole('button', { name: 'Turn the camera on' }).click()
  for (const page of [patient, clinician]) await eventually('the pictures come back', () => moves(page), mendMs)
  network.lose(0.3)
  await says(patient, /network is weak, so your picture is off/).waitFor({ timeout: mendMs })
  await close()
})

test('the server restarts in the middle: they go on seeing each other, and write again when it is back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'medley-calls-'))
  const env = { MEDLEY_DATA: folder, MEDLEY_SECRET: 's'.repeat(48) }
  const own = await openStage({ args: fakeDevices, env })
  try {
    const { patient, clinician, network, close } = await calling(own)
    await own.medley.stop()
    for (const page of [patient, clinician]) assert.ok(await moves(page), 'media needs no server')
    const port = new URL(own.url).port
    const again = await testMedley({ env: { ...env, MEDLEY_PORT: port, MEDLEY_DEMO: 'on' }, startMs: 'real' })
    try {
      await write(patient, clinician, 'Are you still there?')
      await write(clinician, patient, 'All the time')
      for (const page of [patient, clinician]) assert.ok(await moves(page))
      // The way to each other leads through the new server as well.
      network.change()
      for (const page of [patient, clinician]) await eventually('the pictures come back', () => moves(page), mendMs)
      await close()
    } finally {
      await again.stop()
    }
  } finally {
    await own[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
})
