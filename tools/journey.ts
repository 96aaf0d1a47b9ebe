// `npm run journey -- NAME --url URL`: drives a running Medley through a story, prints its steps, exits 0 or 1.
import { parseArgs } from 'node:util'
import { booking } from '../test/journeys/booking.ts'
import { careIn } from '../test/journeys/care.ts'
import { type OpenRooms, overTheApi } from '../test/journeys/rooms.ts'
import type { Journey } from '../test/journeys/telling.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { url: { type: 'string', default: 'http://localhost:8080' }, 'without-browser': { type: 'boolean' } },
})

/** In real browsers where there is one on this machine; the step says which. */
async function rooms(): Promise<OpenRooms> {
  if (values['without-browser']) return overTheApi
  try {
    const { findChromium } = await import('../test/servers/chromium.ts')
    await Promise.all([findChromium(), import('playwright-core')])
    return (await import('../test/journeys/browsers.ts')).inBrowsers
  } catch (error) {
    process.stdout.write(`  without browsers: ${(error as Error).message}\n`)
    return overTheApi
  }
}

const journeys: Record<string, Journey> = {
  booking,
  care: async (url, onStep) => careIn(await rooms())(url, onStep),
}
const name = positionals[0] ?? ''
const journey = journeys[name]
if (!journey) {
  process.stderr.write(
    `Name a journey: ${Object.keys(journeys).join(', ')}. For example: npm run journey -- booking --url http://localhost:8080\n`,
  )
  process.exit(2)
}

const startMs = performance.now()
try {
  const steps = await journey(values.url.replace(/\/$/, ''), step => {
    process.stdout.write(`  ✓ ${step.name.padEnd(52)} ${String(step.tookMs).padStart(6)} ms  ${step.note}\n`)
  })
  process.stdout.write(
    `journey ${name}: passed, ${steps.length} steps in ${((performance.now() - startMs) / 1_000).toFixed(1)} s\n`,
  )
} catch (error) {
  const { code, message, details } = error as { code?: string; message: string; details?: unknown }
  process.stdout.write(`  ✗ ${code ? `${code}: ` : ''}${message} ${details ? JSON.stringify(details) : ''}\n`)
  process.stdout.write(`journey ${name}: failed after ${((performance.now() - startMs) / 1_000).toFixed(1)} s\n`)
  process.exitCode = 1
}
