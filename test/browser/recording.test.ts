// A call that is recorded in two real browsers: asked for, agreed to, stopped by one of them, and played back.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { aVisit, bothSee, waitAndJoin } from './call.ts'
import { desk, eventually, fakeDevices, openStage, phone, sees, type Stage } from './stage.ts'

let stage: Stage
before(async () => {
  stage = await openStage({ args: fakeDevices })
})
after(() => stage?.[Symbol.asyncDispose]())

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const says = (page: Page, words: string) => sees(words, page.getByRole('status').filter({ hasText: words }))
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** What axe finds wrong, and whether anything is wider than the screen, in both widths and both directions of writing. */
async function isAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axeSource)
  const before = page.viewportSize()!
  for (const size of [desk, phone]) {
    await page.setViewportSize(size)
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: {
          run(of: object, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
        }
      }
      // What React Aria announces of a button that is gone by now names it for some seconds more.
      const within = { exclude: ['[data-live-announcer]'] }
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
      const { violations } = await axe.run(within, { runOnly: tags, resultTypes: ['violations'] })
      const spill = document.scrollingElement!.scrollWidth - innerWidth
      return [
        ...violations.map(each => `${each.id}: ${each.nodes[0]?.html}`),
        ...(spill > 1 ? [`${spill} px too wide`] : []),
      ]
    })
    assert.deepEqual(found, [], `${what} at ${size.width} px`)
  }
  await page.setViewportSize(before)
}

const partsOf = async (visitId: string) => {
  const { rows } = await stage.medley.platform.database.execute(
    'select coalesce(max(parts), 0)::int as n from consultation.recording where visit_id = $1',
    [visitId],
  )
  return Number(rows[0]!['n'])
}

/** How long what is on the screen lasts, and how many of its pictures are shown while it plays. */
async function playsBack(
  page: Page,
): Promise<{ durationSeconds: number; frames: number; width: number; isLoud: boolean }> {
  await press(page, 'Play')
  const film = page.getByRole('dialog').locator('video')
  await film.waitFor()
  await eventually('its length is known', () =>
    film.evaluate(node => Number.isFinite((node as HTMLVideoElement).duration)),
  )
  return film.evaluate(async node => {
    const video = node as HTMLVideoElement
    const context = new AudioContext()
    const ear = context.createAnalyser()
    context.createMediaElementSource(video).connect(ear)
    await video.play()
    let isLoud = false
    const samples = new Float32Array(ear.fftSize)
    await new Promise<void>(resolve => {
      const timer = setInterval(() => {
        ear.getFloatTimeDomainData(samples)
        isLoud ||= samples.some(each => Math.abs(each) > 0.01)
        if (!video.ended) return
        clearInterval(timer)
        resolve()
      }, 50)
    })
    const { totalVideoFrames: frames } = video.getVideoPlaybackQuality()
    return { durationSeconds: video.duration, frames, width: video.videoWidth, isLoud }
  })
}

test('one asks, the other agrees, it runs, one withdraws, and the patient plays and deletes it', async () => {
  const { visitId, clinicianAccount, patientAccount } = await aVisit(stage.medley)
  const patient = await stage.enter({ size: phone, as: patientAccount })
  const clinician = await stage.enter({ size: desk, as: clinicianAccount })
  await waitAndJoin(patient.page, clinician.page, visitId)
  await bothSee(patient.page, clinician.page)
  await sees('whom they see', clinician.page.locator('video[aria-label="Petra Waiting"]'))

  await press(clinician.page, 'Record this call')
  await says(clinician.page, 'Waiting until everybody agrees')
  await says(patient.page, 'asks to record this call')
  assert.equal(await partsOf(visitId), 0)
  await isAccessible(patient.page, 'the question')
  await press(patient.page, 'Agree')
  for (const page of [patient.page, clinician.page]) await says(page, 'This call is being recorded')
  await isAccessible(clinician.page, 'the sign')
  await eventually('parts come', async () => (await partsOf(visitId)) >= 2)

  await press(patient.page, 'Stop and withdraw consent')
  await says(clinician.page, 'has withdrawn consent')
  const parts = await partsOf(visitId)
  await press(clinician.page, 'Record this call')
  await press(patient.page, 'Do not record')
  await says(clinician.page, 'does not agree')
  assert.equal(await partsOf(visitId), parts, 'nothing came after the withdrawal')

  const film = await playsBack(patient.page)
  assert.ok(film.durationSeconds > 4, `${film.durationSeconds} s`)
  assert.ok(film.frames > 20, `${film.frames} pictures`)
  assert.deepEqual([film.width, film.isLoud], [960, true])
  await isAccessible(patient.page, 'the player')
  await patient.page.keyboard.press('Escape')
  await press(patient.page, 'Delete')
  await patient.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await eventually(
    'it is gone',
    async () => (await patient.page.getByText('Recordings', { exact: true }).count()) === 0,
  )
  assert.deepEqual([patient.errors, clinician.errors], [[], []])
  await Promise.all([patient.context.close(), clinician.context.close()])
})

test('who comes later pauses it; it goes on when they agree, and the parts are one film, in Arabic as well', async () => {
  const { visitId, clinicianAccount, patientAccount } = await aVisit(stage.medley)
  const patient = await stage.enter({ as: patientAccount })
  const clinician = await stage.enter({ as: clinicianAccount })
  const guest = await stage.enter({ as: 'patient', size: phone })
  await waitAndJoin(patient.page, clinician.page, visitId)
  await press(patient.page, 'Record this call')
  await press(clinician.page, 'Agree')
  await eventually('a part comes', async () => (await partsOf(visitId)) >= 1)
  await press(patient.page, 'Invite somebody')
  const dialog = patient.page.getByRole('dialog')
  await dialog.getByRole('textbox').first().fill('Ines')
  await dialog.getByRole('button', { name: 'Invite somebody' }).click()
  const word = await dialog.locator('dd').last().innerText()
  await patient.page.keyboard.press('Escape')
  await guest.page.goto(`/join/${visitId}?lang=ar`)
  await guest.page.getByRole('textbox').fill(word)
  await guest.page.getByRole('main').getByRole('button').first().click()
  await guest.page.getByRole('button', { name: 'الانضمام إلى المكالمة' }).click()
  for (const page of [patient.page, clinician.page]) await says(page, 'The recording is paused')
  await says(guest.page, 'التسجيل ينتظر موافقتك')
  await isAccessible(guest.page, 'the question in Arabic')
  const paused = await partsOf(visitId)
  await press(guest.page, 'أوافق')
  for (const page of [patient.page, clinician.page]) await says(page, 'This call is being recorded')
  await eventually('it goes on', async () => (await partsOf(visitId)) >= paused + 2)
  await press(clinician.page, 'Stop recording')
  await says(patient.page, 'The recording has ended')
  const { rows } = await stage.medley.platform.database.execute(
    'select is_complete, ending, parts from consultation.recording where visit_id = $1',
    [visitId],
  )
  assert.deepEqual([rows[0]?.['is_complete'], rows[0]?.['ending']], [true, 'stopped'])
  const film = await playsBack(clinician.page)
  assert.ok(film.durationSeconds > 5 && film.frames > 30, JSON.stringify(film))
  assert.equal(await guest.page.getByRole('button', { name: 'تشغيل' }).count(), 0, 'a guest plays nothing')
  await Promise.all([patient, clinician, guest].map(each => each.context.close()))
})
