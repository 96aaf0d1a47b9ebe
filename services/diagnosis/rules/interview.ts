// The course of an interview: what to ask next and why, when to stop, and which answers cannot be.
import { type Answer, type Answers, askable, gainsOf, posteriorOf } from './inference.ts'
import {
  appliesTo,
  type Condition,
  type Finding,
  findingOf,
  type Model,
  type Profile,
  type RedFlag,
} from './knowledge.ts'
import { liftingQuestions, standingFlags } from './triage.ts'

export const questionsMax = 24
/** Fewer would leave a long tail of conditions unasked even where the first one seems clear. */
const questionsMin = 6
const safetyMax = 12
/** Below this a question costs more patience than it tells. */
const bitsMin = 0.03
const clearAbove = 0.92
/** An emergency less likely than this is no reason to ask about it. */
const dangerMin = 0.0007

export type Why =
  /** It shows or rules out an emergency. */
  | { readonly kind: 'safety'; readonly flags: readonly RedFlag[]; readonly conditions: readonly Condition[] }
  /** A yes speaks for the first, and against the second. */
  | { readonly kind: 'tellsApart'; readonly for: readonly Condition[]; readonly against: readonly Condition[] }

export type Question = { readonly finding: Finding; readonly why: Why }

/** `asked` counts the answers to questions, without what the person came with. */
export function nextQuestion(model: Model, profile: Profile, answers: Answers, asked: number): Question | undefined {
  const lifting = liftingQuestions(model, profile, answers)[0]
  if (lifting !== undefined) return safetyQuestion(model, profile, answers, findingOf(model, lifting)!)
  if (asked >= questionsMax || standingFlags(model, profile, answers)[0]?.level === 'emergency') return undefined
  const posterior = posteriorOf(model, profile, answers)
  const candidates = askable(model, profile, answers)
  const danger = asked < safetyMax ? mostDangerous(model, profile, answers, posterior, candidates) : undefined
  if (danger) return safetyQuestion(model, profile, answers, danger)
  const top = posterior.subarray(0, model.conditionCount).reduce((best, each) => Math.max(best, each), 0)
  if (asked >= questionsMin && top >= clearAbove) return undefined
  const gains = gainsOf(model, posterior, candidates, answers)
  const best = gains.reduce<(typeof gains)[number] | undefined>((a, b) => (a && a.bits >= b.bits ? a : b), undefined)
  if (!best || (best.bits < bitsMin && asked >= questionsMin) || best.bits <= 0) return undefined
  return { finding: best.finding, why: { kind: 'tellsApart', ...toldApart(model, posterior, best.finding) } }
}

/** The red-flag finding by which the likeliest emergency would show, or that completes a flag already half there. */
function mostDangerous(
  model: Model,
  { age }: Profile,
  answers: Answers,
  posterior: Float64Array,
  candidates: readonly Finding[],
): Finding | undefined {
  const { knowledge, likelihood, findingAt, conditionCount } = model
  const width = conditionCount + 1
  const begun = new Set(
    knowledge.redFlags
      .filter(
        ({ ages, all }) => (!ages || (ages.from <= age && age <= ages.to)) && all.some(id => answers.get(id) === 'yes'),
      )
      .filter(({ all }) => !all.some(id => answers.get(id) === 'no' || answers.get(id) === 'unknown'))
      .flatMap(({ all, any = [] }) => [...all, ...any]),
  )
  let best: Finding | undefined
  let bestScore = dangerMin
  for (const finding of candidates) {
    if (!model.isFlagged.has(finding.id)) continue
    const row = findingAt.get(finding.id)! * width
    let score = 0
    for (const [index, { triage }] of knowledge.conditions.entries()) {
      const listed = likelihood[row + index]!
      if (triage === 'emergency' && listed >= 0.25) score += posterior[index]! * listed
    }
    if (begun.has(finding.id)) score *= 2
    if (score > bestScore) [best, bestScore] = [finding, score]
  }
  return best
}

function safetyQuestion(model: Model, profile: Profile, answers: Answers, finding: Finding): Question {
  const { knowledge } = model
  const touches = (flag: RedFlag) => [...flag.all, ...(flag.any ?? []), ...(flag.unless ?? [])].includes(finding.id)
  const posterior = posteriorOf(model, profile, answers)
  const conditions = knowledge.conditions
    .map((condition, index) => ({ condition, weight: posterior[index]! * likelihoodOf(model, finding, index) }))
    .filter(
      ({ condition }) =>
        condition.triage === 'emergency' && condition.likelihoods.some(each => each.finding === finding.id),
    )
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, 2)
    .map(each => each.condition)
  return { finding, why: { kind: 'safety', flags: knowledge.redFlags.filter(touches).slice(0, 2), conditions } }
}

const likelihoodOf = ({ likelihood, findingAt, conditionCount }: Model, { id }: Finding, index: number): number =>
  likelihood[findingAt.get(id)! * (conditionCount + 1) + index]!

/** The conditions whose probability an answer moves most, either way. */
function toldApart(model: Model, posterior: Float64Array, finding: Finding) {
  const { conditions } = model.knowledge
  const mean = conditions.reduce((sum, _, index) => sum + posterior[index]! * likelihoodOf(model, finding, index), 0)
  const moved = conditions.map((condition, index) => ({
    condition,
    by: posterior[index]! * (likelihoodOf(model, finding, index) - mean),
  }))
  const rising = moved.filter(each => each.by > 0).toSorted((a, b) => b.by - a.by)
  const falling = moved.filter(each => each.by < 0).toSorted((a, b) => a.by - b.by)
  return {
    for: rising.slice(0, 2).map(each => each.condition),
    against: falling.slice(0, 2).map(each => each.condition),
  }
}

export type AnswerProblem =
  | { readonly kind: 'findingUnknown' | 'notForPerson' | 'alreadyAnswered' | 'notAnswered' }
  /** Both cannot be true; `with` is the finding that was answered before. */
  | { readonly kind: 'contradicting'; readonly with: string }

/** Why an answer cannot be taken; undefined when it can. A correction may change what was said, a first answer may not. */
export function answerProblem(
  model: Model,
  profile: Profile,
  answers: Answers,
  id: string,
  value: Answer,
  isCorrection: boolean,
): AnswerProblem | undefined {
  const finding = findingOf(model, id)
  if (!finding) return { kind: 'findingUnknown' }
  if (!appliesTo(finding, profile)) return { kind: 'notForPerson' }
  if (isCorrection !== answers.has(id)) return { kind: isCorrection ? 'notAnswered' : 'alreadyAnswered' }
  if (value !== 'yes') return undefined
  if (finding.parent !== undefined && answers.get(finding.parent) === 'no')
    return { kind: 'contradicting', with: finding.parent }
  const rival = (model.excluded.get(id) ?? []).find(each => answers.get(each) === 'yes')
  return rival === undefined ? undefined : { kind: 'contradicting', with: rival }
}

/** The answers after one more: a yes to a detail is a yes to what it is a detail of, and whatever is not there has no details. */
export function answered(model: Model, answers: Answers, id: string, value: Answer): Map<string, Answer> {
  const next = new Map(answers).set(id, value)
  const parent = findingOf(model, id)?.parent
  if (value === 'yes' && parent !== undefined && next.get(parent) !== 'yes')
    return answered(model, next, parent, 'yes').set(id, value)
  if (value !== 'yes') withdrawDetails(model, next, id)
  return next
}

function withdrawDetails(model: Model, answers: Map<string, Answer>, id: string): void {
  for (const child of model.children.get(id) ?? []) {
    answers.delete(child)
    withdrawDetails(model, answers, child)
  }
}
