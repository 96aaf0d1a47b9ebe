// What tests of a recorded call share: what is pressed and said, what axe finds, how many parts came, and whether they play.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { desk, eventually, phone, sees, type Stage } from './stage.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
export const says = (page: Page, words: string) => sees(words, page.getByRole('status').filter({ hasText: words }))
export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** What axe finds wrong, and whether anything is wider than the screen, in both widths and both directions of writing. */
export async function isAccessible(page: Page, what: string): Promise<void> {
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

export const partsOf = async ({ medley }: Stage, visitId: string): Promise<number> => {
  const { rows } = await medley.platform.database.execute(
    'select coalesce(max(parts), 0)::int as n from consultation.recording where visit_id = $1',
    [visitId],
  )
  return Number(rows[0]!['n'])
}

type Film = { durationSeconds: number; frames: number; width: number; isLoud: boolean }

/** Its beginning and its end, since a part that does not fit would stop it in between; and how long it is by its own account. */
export async function playsBack(page: Page): Promise<Film> {
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
    const samples = new Float32Array(ear.fftSize)
    let isLoud = false
    const until = async (isSo: () => boolean) => {
      while (!isSo()) {
        await new Promise(resolve => setTimeout(resolve, 50))
        ear.getFloatTimeDomainData(samples)
        isLoud ||= samples.some(each => Math.abs(each) > 0.01)
      }
    }
    const { duration: durationSeconds } = video
    await video.play()
    await until(() => video.currentTime > 1.5)
    video.currentTime = durationSeconds - 1.5
    await until(() => video.ended)
    const { totalVideoFrames: frames } = video.getVideoPlaybackQuality()
    return { durationSeconds, frames, width: video.videoWidth, isLoud }
  })
}
