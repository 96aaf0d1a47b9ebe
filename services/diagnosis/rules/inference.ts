// Bayes over conditions. Findings count as independent given a condition, except for two kinds of ties: a detail counts only
// given that its parent is there, and the findings of one group share their weight.
import { appliesTo, type Finding, findingOf, frequencyFor, type Model, type Profile } from './knowledge.ts'

export type Answer = 'yes' | 'no' | 'unknown'
export type Answers = ReadonlyMap<string, Answer>

/** How much each of `count` findings of a group counts: the design effect of correlated observations. */
const groupWeight = (count: number, correlation: number): number => 1 / (1 + correlation * (count - 1))

/** The probability of each condition, and of "none of these" at the end; they add up to one. */
export function posteriorOf(model: Model, profile: Profile, answers: Answers): Float64Array {
  const { knowledge, conditionCount, likelihood, findingAt } = model
  const { temperature, groupCorrelation, coincidence } = knowledge.calibration
  const width = conditionCount + 1
  const score = priorOf(model, profile)
  for (let index = 0; index < width; index++) score[index] = Math.log(score[index]!)
  const counts = groupCounts(model, answers)
  for (const [id, answer] of answers) {
    const finding = findingOf(model, id)
    if (!finding || answer === 'unknown' || !counts.counted.has(id)) continue
    const weight = finding.group ? groupWeight(counts.byGroup.get(finding.group)!, groupCorrelation) : 1
    const row = findingAt.get(id)! * width
    const isComplaint = answer === 'yes' && (profile.complaints?.includes(id) ?? false)
    const background = likelihood[row + conditionCount]!
    for (let index = 0; index < width; index++) {
      const listed = likelihood[row + index]!
      // People come with what their condition does to them, so a condition that does not do it explains little.
      const present = isComplaint && listed === background ? listed * coincidence : listed
      score[index]! += weight * Math.log(answer === 'yes' ? present : 1 - present)
    }
  }
  return softmax(score, temperature)
}

/** How often each is met among such people, before anything is asked. Not normalised. */
function priorOf({ knowledge, conditionCount }: Model, profile: Profile): Float64Array {
  const prior = new Float64Array(conditionCount + 1)
  let total = 0
  for (const [index, condition] of knowledge.conditions.entries()) {
    prior[index] = frequencyFor(condition, profile)
    total += prior[index]!
  }
  prior[conditionCount] = Math.max(1, total) * knowledge.calibration.otherShare
  return prior
}

/** Answers that say something: a detail of what is not there says nothing, and is not counted in its group either. */
function groupCounts(model: Model, answers: Answers) {
  const counted = new Set<string>()
  const byGroup = new Map<string, number>()
  for (const [id, answer] of answers) {
    const finding = findingOf(model, id)
    if (!finding || answer === 'unknown' || !parentIsPresent(finding, answers)) continue
    counted.add(id)
    if (finding.group) byGroup.set(finding.group, (byGroup.get(finding.group) ?? 0) + 1)
  }
  return { counted, byGroup }
}

const parentIsPresent = ({ parent }: Finding, answers: Answers) => parent === undefined || answers.get(parent) === 'yes'

function softmax(score: Float64Array, temperature: number): Float64Array {
  const top = score.reduce((best, each) => Math.max(best, each), -Infinity)
  let total = 0
  const result = score.map(each => Math.exp((each - top) / temperature))
  for (const each of result) total += each
  return result.map(each => each / total)
}

/** Findings that may be asked now: open, possible for this person, and no detail of what is absent or unsaid. */
export function askable(model: Model, profile: Profile, answers: Answers): Finding[] {
  return model.knowledge.findings.filter(
    each => !answers.has(each.id) && appliesTo(each, profile) && parentIsPresent(each, answers),
  )
}

const entropy = (probability: number): number =>
  probability <= 0 || probability >= 1
    ? 0
    : -probability * Math.log2(probability) - (1 - probability) * Math.log2(1 - probability)

export type Gain = { readonly finding: Finding; readonly bits: number }

/** What is learnt about urgency counts this often more: it is what a person acts by. */
const urgencyWeight = 3

/**
 * What each finding is expected to tell, in bits: about the condition, and about how urgent it is. It is the mutual information of
 * a yes-or-no answer with the condition, and with the level.
 */
export function gainsOf(
  model: Model,
  posterior: Float64Array,
  candidates: readonly Finding[],
  answers: Answers,
): Gain[] {
  const { conditionCount, likelihood, findingAt, knowledge } = model
  const width = conditionCount + 1
  const likely: number[] = []
  for (let index = 0; index < width; index++) if (posterior[index]! > 0.000_5) likely.push(index)
  const levels = likely.map(index => levelNumber[knowledge.conditions[index]?.triage ?? 'routine'])
  const { byGroup } = groupCounts(model, answers)
  return candidates.map(finding => {
    const row = findingAt.get(finding.id)! * width
    let present = 0
    let within = 0
    const mass = [0, 0, 0, 0]
    const presentAt = [0, 0, 0, 0]
    for (const [position, index] of likely.entries()) {
      const probability = posterior[index]!
      const one = likelihood[row + index]!
      present += probability * one
      within += probability * entropy(one)
      mass[levels[position]!]! += probability
      presentAt[levels[position]!]! += probability * one
    }
    let withinLevel = 0
    for (const [level, share] of mass.entries())
      if (share > 0) withinLevel += share * entropy(presentAt[level]! / share)
    const uncertain = entropy(present)
    const bits = uncertain - within + urgencyWeight * (uncertain - withinLevel)
    const known = finding.group ? (byGroup.get(finding.group) ?? 0) : 0
    return { finding, bits: bits * groupWeight(known + 1, knowledge.calibration.groupCorrelation) }
  })
}

const levelNumber = { emergency: 0, urgent: 1, routine: 2, selfCare: 3 } as const
