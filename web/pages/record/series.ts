// From observations to what was measured over time. Pure.
import type { Observation, ObservationComponent } from '@medplum/fhirtypes'
import { conceptText, flagOf, type Flag } from '../../fhir/words.ts'

export interface Reading {
  at: string
  value: number
  flag: Flag | undefined
  who: string
}

/** One line of a chart; blood pressure has two. */
export interface Line {
  title: string
  readings: readonly Reading[]
  low: number | undefined
  high: number | undefined
}

export interface Series {
  /** LOINC where there is one. */
  code: string
  title: string
  unit: string
  isVital: boolean
  lines: readonly Line[]
  latest: Observation
  latestAt: string
  flag: Flag | undefined
}

const timeOf = (observation: Observation): string =>
  observation.effectiveDateTime ?? observation.effectivePeriod?.start ?? observation.issued ?? ''

/** Things measured as numbers, what was out of range at last first, then the latest. */
export function seriesOf(observations: readonly Observation[]): Series[] {
  const usable = observations.filter(
    each => each.status !== 'entered-in-error' && each.status !== 'cancelled' && timeOf(each) !== '',
  )
  const byCode = Map.groupBy(usable, each => each.code.coding?.[0]?.code ?? conceptText(each.code) ?? '')
  return [...byCode]
    .flatMap(([code, own]) => seriesOfCode(code, own))
    .toSorted(
      (a, b) => Number(Boolean(b.flag)) - Number(Boolean(a.flag)) || Date.parse(b.latestAt) - Date.parse(a.latestAt),
    )
}

function seriesOfCode(code: string, own: readonly Observation[]): Series[] {
  const ordered = own.toSorted((a, b) => Date.parse(timeOf(a)) - Date.parse(timeOf(b)))
  const latest = ordered.at(-1)!
  const parts = latest.component?.filter(each => each.valueQuantity?.value !== undefined) ?? []
  const lines =
    parts.length > 0
      ? parts.map(part => lineOf(ordered, part.code.coding?.[0]?.code, conceptText(part.code) ?? ''))
      : [lineOf(ordered, undefined, conceptText(latest.code) ?? code)]
  if (lines.every(each => each.readings.length === 0)) return []
  return [
    {
      code,
      title: conceptText(latest.code) ?? code,
      unit: (parts[0] ?? latest).valueQuantity?.unit ?? '',
      isVital: latest.category?.some(each => each.coding?.[0]?.code === 'vital-signs') ?? false,
      lines,
      latest,
      latestAt: timeOf(latest),
      flag: flagOf(latest),
    },
  ]
}

function lineOf(ordered: readonly Observation[], part: string | undefined, title: string): Line {
  const found = ordered.flatMap(observation => {
    const of: Observation | ObservationComponent | undefined =
      part === undefined
        ? observation
        : observation.component?.find(each => each.code.coding?.some(coding => coding.code === part))
    return of?.valueQuantity?.value === undefined ? [] : [{ observation, of, value: of.valueQuantity.value }]
  })
  const range = found.at(-1)?.of.referenceRange?.[0]
  return {
    title,
    low: range?.low?.value,
    high: range?.high?.value,
    readings: found.map(({ observation, of, value }) => ({
      at: timeOf(observation),
      value,
      flag: flagOf(of),
      who: observation.performer?.[0]?.display ?? '',
    })),
  }
}

export interface Scale {
  fromMs: number
  toMs: number
  bottom: number
  top: number
}

/** Leaves air above and below, and shows the whole usual range when it is not far away. */
export function scaleOf(lines: readonly Line[]): Scale {
  const times = lines.flatMap(line => line.readings.map(each => Date.parse(each.at)))
  const values = lines.flatMap(line => line.readings.map(each => each.value))
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const span = high - low || Math.abs(high) * 0.1 || 1
  const limits = lines.flatMap(line => [line.low, line.high].filter(each => each !== undefined))
  const near = limits.filter(each => each > low - 2 * span && each < high + 2 * span)
  const [bottom, top] = [Math.min(low, ...near), Math.max(high, ...near)]
  const air = (top - bottom || span) * 0.12
  const fromMs = Math.min(...times)
  const toMs = Math.max(...times)
  const isMoment = fromMs === toMs
  return {
    fromMs: isMoment ? fromMs - 1 : fromMs,
    toMs: isMoment ? toMs + 1 : toMs,
    bottom: low >= 0 ? Math.max(0, bottom - air) : bottom - air,
    top: top + air,
  }
}

/** Round values between bottom and top: 1, 2 or 5 times a power of ten apart. */
export function ticks({ bottom, top }: Scale, wanted = 4): number[] {
  const rough = (top - bottom) / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map(each => each * power).find(each => each >= rough) ?? rough
  const first = Math.ceil(bottom / step) * step
  return Array.from({ length: Math.floor((top - first) / step) + 1 }, (_, index) =>
    Number((first + index * step).toPrecision(10)),
  )
}
