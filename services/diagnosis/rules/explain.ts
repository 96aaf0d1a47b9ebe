// The ranked differential, and what speaks for and against each condition.
import { type Answers, posteriorOf } from './inference.ts'
import { type Condition, type Finding, findingOf, type Model, type Profile } from './knowledge.ts'

const shownMax = 8
/** The first ones are shown however unlikely, so that nobody sees one name alone and looks no further. */
const shownMin = 3
const shownAbove = 0.02
/** Natural log of the ratio at which an answer is worth naming, and at which it is strong. */
const worthNaming = 0.25
const strongAbove = 1.2

export type Evidence = { readonly finding: Finding; readonly isPresent: boolean; readonly isStrong: boolean }
export type Ranked = {
  readonly condition: Condition
  readonly probability: number
  readonly for: readonly Evidence[]
  readonly against: readonly Evidence[]
}

/** The likeliest first. What nobody would act on is left out, and "none of these" is what is missing to one. */
export function differentialOf(model: Model, profile: Profile, answers: Answers): Ranked[] {
  const posterior = posteriorOf(model, profile, answers)
  return model.knowledge.conditions
    .map((condition, index) => ({ condition, index, probability: posterior[index]! }))
    .filter(each => each.probability > 0)
    .toSorted((a, b) => b.probability - a.probability)
    .filter((each, place) => place < shownMin || each.probability >= shownAbove)
    .slice(0, shownMax)
    .map(({ condition, index, probability }) => ({
      condition,
      probability,
      ...evidenceFor(model, posterior, index, answers),
    }))
}

/** Each answer by how much likelier it is with this condition than with the others, as probable as they are now. */
function evidenceFor(model: Model, posterior: Float64Array, index: number, answers: Answers) {
  const weighed: (Evidence & { by: number })[] = []
  for (const [id, answer] of answers) {
    const finding = findingOf(model, id)
    if (!finding || answer === 'unknown') continue
    const isPresent = answer === 'yes'
    const by = ratio(model, posterior, index, id, isPresent)
    if (Math.abs(by) >= worthNaming) weighed.push({ finding, isPresent, isStrong: Math.abs(by) >= strongAbove, by })
  }
  const shown = weighed.toSorted((a, b) => Math.abs(b.by) - Math.abs(a.by))
  const without = ({ by: _by, ...rest }: Evidence & { by: number }): Evidence => rest
  return {
    for: shown.filter(each => each.by > 0).map(without),
    against: shown.filter(each => each.by < 0).map(without),
  }
}

function ratio(model: Model, posterior: Float64Array, index: number, id: string, isPresent: boolean): number {
  const { likelihood, findingAt, conditionCount } = model
  const row = findingAt.get(id)! * (conditionCount + 1)
  let others = 0
  let mass = 0
  for (let each = 0; each <= conditionCount; each++) {
    if (each === index) continue
    // A thousandth for each keeps the comparison sane where this condition has taken all the probability.
    const weight = posterior[each]! + 0.001 / conditionCount
    others += weight * likelihood[row + each]!
    mass += weight
  }
  const own = likelihood[row + index]!
  const rest = others / mass
  return isPresent ? Math.log(own / rest) : Math.log((1 - own) / (1 - rest))
}
