// How long it takes until people in a call see each other: from browser to browser, through a TURN server alone, and through Janus.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { aVisit, waitAndJoin } from '../test/browser/call.ts'
import { eventually, fakeDevices, openStage, type Stage } from '../test/browser/stage.ts'
import { launchBrowser } from '../test/servers/chromium.ts'
import { hasCoturn, startCoturn } from '../test/servers/coturn.ts'
import { hasJanus, startJanus } from '../test/servers/janus.ts'
import { machine, median, round } from './machine.ts'
import { report } from './rounds.ts'

const rounds = 7

type Server = { env: Record<string, string>; stop(): Promise<void> }
/** Milliseconds on the side of whoever joins, and the kinds of candidates that won (RFC 8445 §5.1.1). */
type Round = { pressedMs: number; openedMs: number; otherMs: number; path: string }

const ways: Record<string, () => Promise<Server | undefined>> = {
  direct: async () => ({ env: {}, stop: async () => {} }),
  async relay() {
    if (!hasCoturn()) return undefined
    const { url, secret, stop } = await startCoturn()
    return { env: { MEDLEY_TURN_URLS: url, MEDLEY_TURN_SECRET: secret, MEDLEY_TURN_ONLY: 'on' }, stop }
  },
  async janus() {
    if (!hasJanus()) return undefined
    const { env, stop } = await startJanus()
    return { env: { ...env, MEDLEY_VIDEO_DIRECT: 'never' }, stop }
  },
}

/** Runs in the page before its own code: notes when connections are made and when a picture of somebody else is first shown. */
function watchPictures(): void {
  type Watched = { openedAt: number; shownAt: number; connections: RTCPeerConnection[] }
  const watched: Watched = { openedAt: 0, shownAt: 0, connections: [] }
  Object.assign(globalThis, { watched })
  const Native = RTCPeerConnection
  globalThis.RTCPeerConnection = new Proxy(Native, {
    construct(target, args: [RTCConfiguration?]) {
      const connection = new target(...args)
      watched.openedAt ||= Date.now()
      watched.connections.push(connection)
      return connection
    },
  })
  const known = new WeakSet<HTMLVideoElement>()
  setInterval(() => {
    for (const video of document.querySelectorAll('video')) {
      if (video.muted || known.has(video)) continue
      known.add(video)
      video.requestVideoFrameCallback(() => void (watched.shownAt ||= Date.now()))
    }
  }, 5)
}

type Shown = { openedAt: number; shownAt: number; path: string }

const reset = (page: Page) =>
  page.evaluate(() => Object.assign((globalThis as never)['watched'], { openedAt: 0, shownAt: 0, connections: [] }))

/** Once a picture came; with the kinds of both ends of the connection it came through. */
const shownOn = (page: Page): Promise<Shown> =>
  page.evaluate(async () => {
    type Watched = { openedAt: number; shownAt: number; connections: RTCPeerConnection[] }
    const watched = (globalThis as never)['watched'] as Watched
    while (watched.shownAt === 0) await new Promise(resolve => setTimeout(resolve, 5))
    const kinds = new Set<string>()
    for (const connection of watched.connections) {
      const stats = await connection.getStats()
      for (const pair of stats.values() as Iterable<Record<string, unknown>>) {
        if (pair['type'] !== 'candidate-pair' || pair['nominated'] !== true || pair['state'] !== 'succeeded') continue
        const kindOf = (id: unknown) => String((stats.get(String(id)) as { candidateType?: string })?.candidateType)
        kinds.add(`${kindOf(pair['localCandidateId'])}-${kindOf(pair['remoteCandidateId'])}`)
      }
    }
    return { openedAt: watched.openedAt, shownAt: watched.shownAt, path: [...kinds].join(', ') }
  })

/** One of the two comes again and again; the other one stays. */
async function measure(stage: Stage, other: Browser): Promise<Round[]> {
  const { visitId, clinicianAccount, patientAccount } = await aVisit(stage.medley)
  const clinician = await stage.enter({ as: clinicianAccount, browser: other })
  const patient = await stage.enter({ as: patientAccount })
  for (const { context } of [clinician, patient]) await context.addInitScript(watchPictures)
  await waitAndJoin(patient.page, clinician.page, visitId)
  await Promise.all([shownOn(patient.page), shownOn(clinician.page)])
  const measured: Round[] = []
  for (let count = 0; count < rounds; count++) {
    await patient.page.getByRole('button', { name: 'Leave', exact: true }).click()
    await eventually('the other side is alone', () => clinician.page.getByText('Nobody else is here yet.').isVisible())
    await Promise.all([reset(patient.page), reset(clinician.page)])
    const pressedAt = await patient.page.evaluate(() => {
      const button = [...document.querySelectorAll('button')].find(each => each.textContent === 'Join the call')
      button?.click()
      return Date.now()
    })
    const [own, theirs] = await Promise.all([shownOn(patient.page), shownOn(clinician.page)])
    measured.push({
      pressedMs: own.shownAt - pressedAt,
      openedMs: own.shownAt - own.openedAt,
      otherMs: theirs.shownAt - pressedAt,
      path: own.path,
    })
  }
  return measured
}

const summary = (all: readonly Round[]) => ({
  pressedMs: round(median(all.map(each => each.pressedMs))),
  openedMs: round(median(all.map(each => each.openedMs))),
  otherMs: round(median(all.map(each => each.otherMs))),
  paths: [...new Set(all.map(each => each.path))],
  rounds: all,
})

export async function run(): Promise<void> {
  const before = machine()
  report('machine', `${before.cores} cores, load ${before.loadAverage.join(' ')}`)
  const other = await launchBrowser({ args: fakeDevices })
  const result: Record<string, ReturnType<typeof summary>> = {}
  try {
    for (const [name, start] of Object.entries(ways)) {
      const server = await start()
      if (!server) {
        report(name, 'not measured: its program is not installed')
        continue
      }
      const stage = await openStage({ args: fakeDevices, env: server.env })
      try {
        result[name] = summary(await measure(stage, other))
        const { pressedMs, openedMs, otherMs, paths } = result[name]
        const figures = `${pressedMs} ms from pressing, ${openedMs} ms from the first connection, ${otherMs} ms for the other`
        report(name, `${figures} (${paths.join('; ')})`)
      } finally {
        await stage[Symbol.asyncDispose]()
        await server.stop()
      }
    }
  } finally {
    await other.close()
  }
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true })
  const content = { machine: before, browser: other.version(), firstPicture: result }
  writeFileSync(join(import.meta.dirname, 'results', 'call.json'), `${JSON.stringify(content, null, 2)}\n`)
}
