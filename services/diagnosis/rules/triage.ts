// How soon somebody should be seen: red flags decide by themselves, and else what the probable conditions need.
import type { Answers } from './inference.ts'
import { findingOf, isWithin, type Model, type Profile, type RedFlag, type TriageLevel } from './knowledge.ts'

const isYes = (answers: Answers) => (id: string) => answers.get(id) === 'yes'

/** What could lift a flag is asked first, and until then the flag is open. */
const isLifted = ({ unless = [] }: RedFlag, answers: Answers) => unless.some(isYes(answers))

function holds({ all, any, ages }: RedFlag, { age }: Profile, answers: Answers): boolean {
  return isWithin(ages, age) && all.every(isYes(answers)) && (any === undefined || any.some(isYes(answers)))
}

/** The flags that stand, the gravest first. */
export function standingFlags({ knowledge }: Model, profile: Profile, answers: Answers): RedFlag[] {
  return knowledge.redFlags
    .filter(flag => holds(flag, profile, answers) && !isLifted(flag, answers))
    .toSorted((a, b) => Number(b.level === 'emergency') - Number(a.level === 'emergency'))
}

/** What could still lift a standing flag and was not asked. */
export function liftingQuestions(model: Model, profile: Profile, answers: Answers): string[] {
  return standingFlags(model, profile, answers)
    .flatMap(flag => flag.unless ?? [])
    .filter(id => isOpen(model, id, answers))
}

function isOpen(model: Model, id: string, answers: Answers): boolean {
  const parent = findingOf(model, id)?.parent
  return !answers.has(id) && (parent === undefined || answers.get(parent) === 'yes')
}

export type Triage = { readonly level: TriageLevel; readonly flags: readonly RedFlag[] }

export function triageOf(model: Model, profile: Profile, answers: Answers, posterior: Float64Array): Triage {
  const flags = standingFlags(model, profile, answers)
  const gravest = flags[0]?.level
  if (gravest === 'emergency') return { level: 'emergency', flags }
  const byChance = levelByChance(model, posterior)
  const level = gravest === 'urgent' && byChance !== 'emergency' ? 'urgent' : byChance
  return { level, flags }
}

function levelByChance({ knowledge, conditionCount }: Model, posterior: Float64Array): TriageLevel {
  const mass: Record<TriageLevel, number> = {
    emergency: 0,
    urgent: 0,
    routine: posterior[conditionCount]!,
    selfCare: 0,
  }
  for (const [index, { triage }] of knowledge.conditions.entries()) mass[triage] += posterior[index]!
  const { emergencyAbove, urgentAbove, routineAbove } = knowledge.calibration
  if (mass.emergency >= emergencyAbove) return 'emergency'
  if (mass.emergency + mass.urgent >= urgentAbove) return 'urgent'
  return mass.emergency + mass.urgent + mass.routine >= routineAbove ? 'routine' : 'selfCare'
}
