// Free times: the search people wait for, and the engine beneath it on one long calendar.
import { minuteMs } from '#core/time'
import type { Availability } from '#contract/appointment'
import { signInDemo } from '../test/people.ts'
import { freeTimes, type Taken, wallClockOf } from '../services/appointment/rules/times.ts'
import { clinicianCount, type Installation } from './installation.ts'
import { cpuMsOf, median, quantile, round } from './machine.ts'

const requests = 100
const runs = 50

/** One request after the other, so that the time is the search's own and no queue's. */
export async function measureSearch({ start }: Installation) {
  const medley = await start({ roles: 'api' })
  const patient = await signInDemo(medley.url, 'patient')
  const tookMs: number[] = []
  let found = 0
  let startCpuMs = 0
  for (let index = 0; index < requests + 10; index++) {
    if (index === 10) startCpuMs = cpuMsOf(medley.pid)
    const startMs = performance.now()
    const answer = await fetch(`${medley.url}/api/appointment/care?limit=50&days=14`, { headers: patient.headers })
    const { items } = (await answer.json()) as { items: unknown[] }
    if (index >= 10) tookMs.push(performance.now() - startMs)
    found = items.length
  }
  const cpuMs = round((cpuMsOf(medley.pid) - startCpuMs) / requests)
  await medley.stop()
  return {
    clinicians: clinicianCount,
    found,
    cpuMs,
    p50Ms: round(quantile(tookMs, 0.5)),
    p95Ms: round(quantile(tookMs, 0.95)),
  }
}

/** Ninety days of one clinician in Berlin across the change to winter time of 2026-10-25. */
export function measureEngine() {
  const nowMs = Date.parse('2026-09-15T06:00:00Z')
  const availability: Availability = {
    timeZone: 'Europe/Berlin',
    windows: [1, 2, 3, 4, 5].flatMap(weekday => [
      { weekday, from: '08:00', to: '12:30' },
      { weekday, from: '13:30', to: '18:00' },
    ]),
    exceptions: ['2026-10-02', '2026-10-26', '2026-11-20'].map(date => ({ date, windows: [] })),
    bufferBeforeMinutes: 5,
    bufferAfterMinutes: 5,
    noticeMinutes: 120,
    horizonDays: 365,
    stepMinutes: 10,
  }
  const taken: Taken[] = Array.from({ length: 400 }, (_, index) => {
    const startMs = nowMs + Math.floor(index / 4.5) * 86_400_000 + (index % 4) * 100 * minuteMs
    return { startMs, endMs: startMs + 30 * minuteMs, kind: 'booked' as const }
  }).toSorted((a, b) => a.startMs - b.startMs)
  const question = { availability, minutes: 20, taken, nowMs }
  let times = 0
  const cpuMs = Array.from({ length: runs }, () => {
    const start = process.cpuUsage()
    times = freeTimes(question, nowMs, nowMs + 90 * 86_400_000, wallClockOf('Europe/Berlin')).toArray().length
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1_000
  })
  return { freeTimes: times, firstRunCpuMs: round(cpuMs[0]!, 2), medianCpuMs: round(median(cpuMs), 2) }
}
