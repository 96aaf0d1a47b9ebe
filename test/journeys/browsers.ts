// The rooms of a journey in two real browsers with a camera each that is not there: both must see moving pictures.
import type { BrowserContext, Page } from 'playwright-core'
import { bothSee, framesSeen } from '../browser/call.ts'
import { fakeDevices, patienceMs, sees } from '../browser/stage.ts'
import { findChromium, launchBrowser } from '../servers/chromium.ts'
import type { OpenRooms } from './rooms.ts'

export const inBrowsers: OpenRooms = async (url, { patient, clinician }, visitId) => {
  const { executablePath } = await findChromium()
  // Cameras are given to safe origins only, and a Medley to be tried out has no certificate.
  const browser = await launchBrowser({ args: [...fakeDevices, `--unsafely-treat-insecure-origin-as-secure=${url}`] })
  const enter = async (cookie: string): Promise<Page> => {
    const context = await browser.newContext({ baseURL: url, locale: 'en-US', reducedMotion: 'reduce' })
    context.setDefaultTimeout(patienceMs)
    await context.addCookies(cookiesIn(cookie, url))
    return context.newPage()
  }
  const [mine, theirs] = [await enter(patient.cookie), await enter(clinician.cookie)]
  return {
    async wait() {
      await mine.goto(`/visits/${visitId}/call`)
      await mine.getByRole('button', { name: 'Enter the waiting room' }).click()
      await sees('the place in the queue', mine.getByRole('status').filter({ hasText: 'place in the queue' }))
      return `in ${executablePath}`
    },
    async meet() {
      await theirs.goto(`/room/${visitId}`)
      await theirs.getByRole('button', { name: 'Ask in and join' }).click()
      await mine.getByRole('button', { name: 'Join the call' }).click()
      await bothSee(mine, theirs)
      return `pictures seen: ${await framesSeen(mine)} and ${await framesSeen(theirs)}`
    },
    async write(question, answer) {
      await say(mine, theirs, question)
      await say(theirs, mine, answer)
    },
    close: () => browser.close(),
  }
}

async function say(from: Page, to: Page, words: string): Promise<void> {
  const field = from.getByRole('textbox', { name: 'Message' })
  await field.fill(words)
  await field.press('Enter')
  await sees(`"${words}" on the other side`, to.getByRole('log').getByText(words))
}

function cookiesIn(header: string, url: string): Parameters<BrowserContext['addCookies']>[0] {
  return header.split('; ').map(each => {
    const at = each.indexOf('=')
    return { name: each.slice(0, at), value: each.slice(at + 1), url }
  })
}
