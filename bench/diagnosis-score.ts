// How good differentials are, as the DDXPlus benchmark counts it (code/basd/metrics.py of mila-iqia/ddxplus), and how well
// urgency is judged and probabilities are calibrated.
import { round } from './machine.ts'
import type { Level } from './patients.ts'

/** What is believed at the end of one interview, the likeliest first. */
export type Outcome = {
  truth: string
  level: Level
  given: Level
  believed: readonly (readonly [condition: string, probability: number])[]
  /** The differential of who knows everything; absent where nobody does. */
  differential: ReadonlyMap<string, number> | undefined
  questions: number
}

/** A condition is in a differential when it is likelier than this, as in DDXPlus. */
const inDifferential = 0.01

export function scoreOf(outcomes: readonly Outcome[]) {
  const share = (of: readonly Outcome[], isSo: (each: Outcome) => boolean) =>
    of.length === 0 ? Number.NaN : round(of.filter(isSo).length / of.length, 3)
  const within = (k: number) => (each: Outcome) =>
    each.believed.slice(0, k).some(([id, probability]) => id === each.truth && probability > inDifferential)
  const emergencies = outcomes.filter(each => each.level === 'emergency')
  const others = outcomes.filter(each => each.level !== 'emergency')
  const pressing = outcomes.filter(each => rank[each.level] >= rank.urgent)
  return {
    patients: outcomes.length,
    gtpa1: share(outcomes, within(1)),
    gtpa3: share(outcomes, within(3)),
    gtpa5: share(outcomes, within(5)),
    ...overlapOf(outcomes),
    questions: round(outcomes.reduce((sum, each) => sum + each.questions, 0) / outcomes.length, 1),
    emergencies: emergencies.length,
    emergencySensitivity: share(emergencies, each => each.given === 'emergency'),
    emergencySpecificity: share(others, each => each.given !== 'emergency'),
    /** Of what is urgent or worse, the share not told to wait. */
    urgentSensitivity: share(pressing, each => rank[each.given] >= rank.urgent),
    sameLevel: share(outcomes, each => each.given === each.level),
    tooLow: share(outcomes, each => rank[each.given] < rank[each.level]),
  }
}

export type Score = ReturnType<typeof scoreOf>

const rank: Record<Level, number> = { selfCare: 0, routine: 1, urgent: 2, emergency: 3 }

/** Recall and precision of the conditions believed against those of the differential that is known, and their harmonic mean. */
function overlapOf(outcomes: readonly Outcome[]) {
  const known = outcomes.filter(each => each.differential)
  if (known.length === 0) return { ddr: Number.NaN, ddp: Number.NaN, ddf1: Number.NaN }
  let recall = 0
  let precision = 0
  let balance = 0
  for (const { believed, differential } of known) {
    const wanted = [...differential!].filter(([, probability]) => probability > inDifferential).map(([id]) => id)
    const found = new Set(believed.filter(([, probability]) => probability > inDifferential).map(([id]) => id))
    const both = wanted.filter(id => found.has(id)).length
    const [r, p] = [both / Math.max(1, wanted.length), both / Math.max(1, found.size)]
    recall += r
    precision += p
    balance += r + p === 0 ? 0 : (2 * r * p) / (r + p)
  }
  return {
    ddr: round(recall / known.length, 3),
    ddp: round(precision / known.length, 3),
    ddf1: round(balance / known.length, 3),
  }
}

export type Bin = { from: number; said: number; was: number; patients: number }

/** Of those told a probability, how many had it: by tenths of what was said of the first condition. */
export function reliabilityOf(outcomes: readonly Outcome[]): { bins: Bin[]; error: number; surprise: number } {
  const tops = outcomes.flatMap(({ believed, truth }) => {
    const [first] = believed
    return first ? [{ said: first[1], was: first[0] === truth }] : []
  })
  const bins = Array.from({ length: 10 }, (_, index): Bin => {
    const here = tops.filter(each => Math.min(9, Math.floor(each.said * 10)) === index)
    const mean = (of: (each: (typeof here)[number]) => number) =>
      here.length === 0 ? 0 : round(here.reduce((sum, each) => sum + of(each), 0) / here.length, 3)
    return {
      from: index / 10,
      said: mean(each => each.said),
      was: mean(each => Number(each.was)),
      patients: here.length,
    }
  })
  const error = bins.reduce((sum, each) => sum + (each.patients / tops.length) * Math.abs(each.said - each.was), 0)
  const surprise = outcomes.reduce((sum, { believed, truth }) => {
    const own = believed.find(([id]) => id === truth)?.[1] ?? 0
    return sum - Math.log(Math.max(own, 1e-6))
  }, 0)
  return { bins, error: round(error, 3), surprise: round(surprise / outcomes.length, 3) }
}
