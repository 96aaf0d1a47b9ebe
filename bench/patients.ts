// Simulated patients for the diagnosis benchmark. Reads the knowledge files by itself and shares no code with the engine, so that a
// mistake there cannot hide itself here. Patients can come from a world that differs from what is written down.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

type Sex = 'female' | 'male'
export type Level = 'emergency' | 'urgent' | 'routine' | 'selfCare'
type Finding = {
  id: string
  kind: string
  parent?: string
  sex?: Sex
  ages?: { from: number; to: number }
  background: { probability: number }
}
type Condition = {
  id: string
  triage: Level
  frequency: { perHundredThousand: number; byAge: Record<string, number>; bySex: Record<Sex, number> }
  likelihoods: { finding: string; probability: number }[]
}

export type Patient = {
  age: number
  sex: Sex
  truth: string
  level: Level
  complaints: string[]
  /** Everything that is there, in truth. */
  findings: Set<string>
  /** What the patient says when asked, slips included. */
  say: (finding: string) => 'yes' | 'no' | 'unknown'
  /** What is left to believe for who knows this world and every finding. */
  differential: Map<string, number>
}

export type World = {
  name: string
  /** Spread of the true probabilities about the written ones, in log odds. */
  drift: number
  /** How much a patient's own severity makes all their symptoms likelier or less so together, in log odds. */
  severity: number
  /** Shares of answers that are wrong, and that are "I do not know". */
  slips: number
  unsure: number
}

/** A small generator with a seed (mulberry32), so that every run has the same patients. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const folder = join(import.meta.dirname, '../services/diagnosis/knowledge')
const readAll = <Item>(name: string): Item[] =>
  readdirSync(join(folder, name))
    .toSorted()
    .flatMap(file => JSON.parse(readFileSync(join(folder, name, file), 'utf8')) as Item[])

/** Ages of people who ask for help: from, to, share. */
const agesOfVisitors = [
  [0, 0, 0.04],
  [1, 11, 0.13],
  [12, 17, 0.08],
  [18, 39, 0.35],
  [40, 64, 0.25],
  [65, 90, 0.15],
] as const

/** `asMet` draws conditions as often as they are met; `alike` each as often as the next, so that rare emergencies are seen at all. */
export function createPatients(world: World, seed: number, mix: 'asMet' | 'alike'): () => Patient {
  const random = seeded(seed)
  const findings = readAll<Finding>('findings')
  const conditions = readAll<Condition>('conditions')
  const drifted = driftOf(world, conditions, findings)
  return () => {
    for (;;) {
      const age = ageOf(random)
      const sex: Sex = random() < 0.53 ? 'female' : 'male'
      const weights = conditions.map(each => frequencyOf(each, age, sex))
      const shares = mix === 'asMet' ? weights : weights.map(each => Number(each > 0))
      const truth = conditions[draw(random, shares)]!
      const severity = gaussian(random) * world.severity
      const present = presentIn(random, drifted, findings, truth, { age, sex }, severity)
      const complaints = complaintsOf(random, findings, truth, present)
      if (complaints.length === 0) continue
      const answers = new Map<string, 'yes' | 'no' | 'unknown'>(complaints.map(id => [id, 'yes']))
      // Their own, so that the next patient is the same however many questions this one was asked.
      const slipping = seeded(random() * 4_294_967_296)
      return {
        age,
        sex,
        truth: truth.id,
        level: truth.triage,
        complaints,
        findings: present,
        say(id) {
          // Asked twice, a person says the same twice.
          const said = answers.get(id) ?? answerOf(slipping, world, present.has(id))
          answers.set(id, said)
          return said
        },
        differential: differentialOf(drifted, findings, conditions, weights, { age, sex }, present),
      }
    }
  }
}

function answerOf(random: () => number, { slips, unsure }: World, isPresent: boolean): 'yes' | 'no' | 'unknown' {
  const chance = random()
  if (chance < unsure) return 'unknown'
  return isPresent === chance > unsure + slips ? 'yes' : 'no'
}

const logit = (probability: number) => Math.log(probability / (1 - probability))
const expit = (odds: number) => 1 / (1 + Math.exp(-odds))
const gaussian = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** The probability of a finding with a condition as it truly is in this world, and without any that lists it. */
type Truth = { of: (condition: string, finding: string) => number; background: Map<string, number> }

function driftOf({ drift }: World, conditions: readonly Condition[], findings: readonly Finding[]): Truth {
  // Its own seed: the world stays the same whoever lives in it.
  const random = seeded(20_261_121)
  const moved = (probability: number) =>
    expit(logit(Math.min(0.995, Math.max(0.001, probability))) + drift * gaussian(random))
  const background = new Map(findings.map(each => [each.id, moved(each.background.probability)]))
  const listed = new Map(
    conditions.map(each => [each.id, new Map(each.likelihoods.map(one => [one.finding, moved(one.probability)]))]),
  )
  return { background, of: (condition, finding) => listed.get(condition)?.get(finding) ?? background.get(finding)! }
}

function ageOf(random: () => number): number {
  const [from, to] =
    agesOfVisitors[
      draw(
        random,
        agesOfVisitors.map(each => each[2]),
      )
    ]!
  return from + Math.floor(random() * (to - from + 1))
}

function draw(random: () => number, weights: readonly number[]): number {
  let left = random() * weights.reduce((sum, each) => sum + each, 0)
  for (const [index, weight] of weights.entries()) {
    left -= weight
    if (left < 0) return index
  }
  return weights.length - 1
}

function frequencyOf({ frequency }: Condition, age: number, sex: Sex): number {
  const band = Object.keys(frequency.byAge)
    .map(Number)
    .filter(from => from <= age)
    .toSorted((a, b) => b - a)[0]
  return frequency.perHundredThousand * (frequency.byAge[String(band)] ?? 0) * frequency.bySex[sex]
}

const canHave = ({ sex, ages }: Finding, who: { age: number; sex: Sex }) =>
  (!sex || sex === who.sex) && (!ages || (who.age >= ages.from && who.age <= ages.to))

function presentIn(
  random: () => number,
  truth: Truth,
  findings: readonly Finding[],
  { id, likelihoods }: Condition,
  who: { age: number; sex: Sex },
  severity: number,
): Set<string> {
  const present = new Set<string>()
  const listed = new Set(likelihoods.map(each => each.finding))
  const roll = (finding: Finding) => {
    if (!canHave(finding, who)) return
    const shift = finding.kind === 'symptom' && listed.has(finding.id) ? severity : 0
    if (random() < expit(logit(truth.of(id, finding.id)) + shift)) present.add(finding.id)
  }
  // Parents before details, and those before details of theirs.
  for (let waiting = findings; waiting.length > 0;) {
    const ready = waiting.filter(each => !each.parent || !waiting.some(one => one.id === each.parent))
    for (const each of ready) if (!each.parent || present.has(each.parent)) roll(each)
    waiting = waiting.filter(each => !ready.includes(each))
  }
  return present
}

/** What troubles most: something the condition does, the more telling the likelier it is said. One person in three says two things. */
function complaintsOf(
  random: () => number,
  findings: readonly Finding[],
  { likelihoods }: Condition,
  present: ReadonlySet<string>,
): string[] {
  const byId = new Map(findings.map(each => [each.id, each]))
  const own = likelihoods.filter(({ finding }) => {
    const known = byId.get(finding)
    return present.has(finding) && known?.kind === 'symptom' && !known.parent
  })
  if (own.length === 0) return []
  const telling = own.map(
    ({ finding, probability }) => probability / (0.02 + byId.get(finding)!.background.probability),
  )
  const first = own[draw(random, telling)]!.finding
  const second = random() < 0.35 ? own[draw(random, telling)]!.finding : first
  return [...new Set([first, second])]
}

/** Plain Bayes over every finding there could be, with the true probabilities: the best anybody could know. */
function differentialOf(
  truth: Truth,
  findings: readonly Finding[],
  conditions: readonly Condition[],
  weights: readonly number[],
  who: { age: number; sex: Sex },
  present: ReadonlySet<string>,
): Map<string, number> {
  const relevant = findings.filter(each => canHave(each, who) && (!each.parent || present.has(each.parent)))
  const base = relevant.map(each => {
    const probability = truth.background.get(each.id)!
    return Math.log(present.has(each.id) ? probability : 1 - probability)
  })
  const at = new Map(relevant.map((each, index) => [each.id, index]))
  const scores = conditions.map(({ id, likelihoods }, index) => {
    let score = Math.log(weights[index]!)
    for (const { finding } of likelihoods) {
      const place = at.get(finding)
      if (place === undefined) continue
      const probability = truth.of(id, finding)
      score += Math.log(present.has(finding) ? probability : 1 - probability) - base[place]!
    }
    return score
  })
  const top = Math.max(...scores)
  const masses = scores.map(each => Math.exp(each - top))
  const total = masses.reduce((sum, each) => sum + each, 0)
  return new Map(conditions.map((each, index) => [each.id, masses[index]! / total]))
}
