// Where a booking's CPU time goes: one api process under load with V8's profiler on.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signInDemo } from '../test/people.ts'
import { concurrency, install, load } from './installation.ts'
import { round } from './machine.ts'
import { slotAt } from './slots.ts'

type Frame = { functionName: string; url: string; lineNumber: number }
type Profile = { nodes: { id: number; callFrame: Frame }[]; samples: number[]; timeDeltas: number[] }

const count = 3_000
const shown = 25

export async function run(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'medley-profile-'))
  const installation = await install()
  try {
    // The sampling starts with the process, so the load must be long beside the start.
    const medley = await installation.start({
      roles: process.argv[3] ?? 'api',
      env: { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${directory}` },
    })
    const patient = await signInDemo(medley.url, 'patient')
    const sinceMs = performance.now()
    const result = await load({
      urls: [medley.url],
      pids: [medley.pid],
      path: '/api/appointment/bookings',
      headers: patient.headers,
      slots: Array.from({ length: count + 200 }, (_, index) => slotAt(index, installation.bookable)),
      count,
      warmUp: 200,
      concurrency,
    })
    const loadMs = performance.now() - sinceMs
    await medley.stop()
    const file = readdirSync(directory).find(each => each.endsWith('.cpuprofile'))!
    print(JSON.parse(readFileSync(join(directory, file), 'utf8')) as Profile, loadMs)
    process.stdout.write(`\n${result.perSecond} bookings/s under the profiler, ${result.serverCpuMs} ms CPU each\n`)
  } finally {
    await installation.postgres.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Only the last `loadMs`, which are the load's. */
function print({ nodes, samples, timeDeltas }: Profile, loadMs: number): void {
  const frames = new Map(nodes.map(each => [each.id, each.callFrame]))
  const byFunction = new Map<string, number>()
  const byCategory = new Map<string, number>()
  let left = loadMs * 1_000
  for (let index = samples.length - 1; index >= 0 && left > 0; index--) {
    const tookUs = timeDeltas[index]!
    left -= tookUs
    const frame = frames.get(samples[index]!)!
    if (frame.functionName === '(idle)') continue
    const category = categoryOf(frame)
    add(byCategory, category, tookUs)
    add(byFunction, `${category.padEnd(16)} ${frame.functionName || '(anonymous)'} ${placeOf(frame)}`, tookUs)
  }
  for (const [title, times] of [
    ['by category', byCategory],
    ['by function', byFunction],
  ] as const) {
    process.stdout.write(`\nSelf time ${title}, ms per booking:\n`)
    for (const [name, tookUs] of [...times].toSorted((a, b) => b[1] - a[1]).slice(0, shown))
      process.stdout.write(`  ${round(tookUs / 1_000 / (count + 200), 3).toFixed(3)}  ${name}\n`)
  }
}

const add = (to: Map<string, number>, key: string, value: number) => to.set(key, (to.get(key) ?? 0) + value)

const placeOf = ({ url, lineNumber }: Frame) =>
  url === '' ? '' : `${url.replace(/^.*\/(node_modules|main)\//, '')}:${lineNumber + 1}`

function categoryOf({ functionName, url }: Frame): string {
  if (functionName === '(garbage collector)') return 'garbage'
  if (/^write(v|Buffer|Utf8String|Latin1String)$/.test(functionName)) return 'socket writes'
  if (url === '') return functionName === '(program)' ? 'native (program)' : 'native'
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/')
  const library = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url)?.[1]
  return library === undefined ? 'ours' : library
}
