// What is known of conditions and findings: as the reviewed files hold it, and as the numbers that inference reckons with.

export type Language = 'en' | 'de' | 'ar'
export type Words = Readonly<Record<Language, string>>
export type Sex = 'female' | 'male'
export type Ages = { readonly from: number; readonly to: number }
export type TriageLevel = 'emergency' | 'urgent' | 'routine' | 'selfCare'

/** Where a number comes from: a public source that is named, or the authors' own guess. */
export type Basis = { readonly basis: 'cited' | 'estimate'; readonly source?: string | undefined }

export type Finding = {
  readonly id: string
  /** `pregnancy` is asked at the start and follows the person's answer there. */
  readonly kind: 'symptom' | 'history' | 'circumstance' | 'pregnancy'
  /** A detail of another finding: asked only where that one is present, and its probabilities hold only there. */
  readonly parent?: string | undefined
  /** Findings that come together for reasons of their own; each further one of a group counts less. */
  readonly group?: string | undefined
  readonly sex?: Sex | undefined
  readonly ages?: Ages | undefined
  /** How often it is met with conditions that do not list it. */
  readonly background: Basis & { readonly probability: number }
  readonly label: Words
  readonly question: Words
  /** Other words for it in any language, by which complaints are matched. */
  readonly words?: readonly string[] | undefined
}

export type Likelihood = Basis & { readonly finding: string; readonly probability: number }

export type Condition = {
  readonly id: string
  readonly icd10: string
  readonly label: Words
  readonly specialty: string
  readonly triage: TriageLevel
  /** Among people who ask for help; `byAge` multiplies from the age that is its key up to the next one. */
  readonly frequency: Basis & {
    readonly perHundredThousand: number
    readonly byAge: Readonly<Record<string, number>>
    readonly bySex: Readonly<Record<Sex, number>>
  }
  readonly likelihoods: readonly Likelihood[]
}

/** A pattern that decides the urgency whatever the condition: all of `all`, one of `any`, and none of `unless`, which is asked first. */
export type RedFlag = Basis & {
  readonly id: string
  readonly level: 'emergency' | 'urgent'
  readonly all: readonly string[]
  readonly any?: readonly string[] | undefined
  readonly unless?: readonly string[] | undefined
  readonly ages?: Ages | undefined
  readonly why: Words
}

export type Source = {
  readonly id: string
  readonly author: string
  readonly title: string
  readonly year: number
  readonly where: string
  readonly figures: string
}

/** Set by what bench/diagnosis.ts finds on simulated patients. */
export type Calibration = {
  readonly temperature: number
  /** How much two findings of a group say the same thing: 0 not at all, 1 entirely. */
  readonly groupCorrelation: number
  /** Share of people whose trouble is none of these conditions. */
  readonly otherShare: number
  /** How likely people are to come with what has nothing to do with their condition, against having it by the way. */
  readonly coincidence: number
  /** How often people say no to what is there, and yes to what is not. */
  readonly missed: number
  readonly imagined: number
  /** Probability of conditions at least this urgent, above which the level is given. */
  readonly emergencyAbove: number
  readonly urgentAbove: number
  readonly routineAbove: number
}

export type Knowledge = {
  readonly findings: readonly Finding[]
  readonly conditions: readonly Condition[]
  readonly redFlags: readonly RedFlag[]
  /** Pairs that cannot both be true. */
  readonly exclusions: readonly (readonly [string, string])[]
  readonly sources: readonly Source[]
  readonly calibration: Calibration
}

/** The same as arrays by number. The condition after the last one is "none of these", known by background alone. */
export type Model = {
  readonly knowledge: Knowledge
  readonly conditionCount: number
  readonly findingAt: ReadonlyMap<string, number>
  readonly conditionAt: ReadonlyMap<string, number>
  /** Finding × (condition count + 1): the probability that somebody says that the finding is there. */
  readonly likelihood: Float64Array
  readonly children: ReadonlyMap<string, readonly string[]>
  readonly excluded: ReadonlyMap<string, readonly string[]>
  readonly isFlagged: ReadonlySet<string>
}

export function modelOf(knowledge: Knowledge): Model {
  const { findings, conditions, redFlags, exclusions, calibration } = knowledge
  // What counts is not whether a finding is there but whether people say so, and they slip: no answer settles anything alone.
  const said = (there: number) => there * (1 - calibration.missed) + (1 - there) * calibration.imagined
  const width = conditions.length + 1
  const findingAt = new Map(findings.map((each, index) => [each.id, index]))
  const likelihood = new Float64Array(findings.length * width)
  for (const [index, { background }] of findings.entries())
    likelihood.fill(said(background.probability), index * width, (index + 1) * width)
  for (const [index, { likelihoods }] of conditions.entries())
    for (const { finding, probability } of likelihoods)
      likelihood[findingAt.get(finding)! * width + index] = said(probability)
  const children = Map.groupBy(findings, each => each.parent ?? '')
  const excluded = new Map<string, string[]>()
  for (const [one, other] of exclusions) {
    excluded.set(one, [...(excluded.get(one) ?? []), other])
    excluded.set(other, [...(excluded.get(other) ?? []), one])
  }
  return {
    knowledge,
    conditionCount: conditions.length,
    findingAt,
    conditionAt: new Map(conditions.map((each, index) => [each.id, index])),
    likelihood,
    children: new Map([...children].map(([parent, all]) => [parent, all.map(each => each.id)])),
    excluded,
    isFlagged: new Set(redFlags.flatMap(each => [...each.all, ...(each.any ?? []), ...(each.unless ?? [])])),
  }
}

export const findingOf = ({ knowledge, findingAt }: Model, id: string): Finding | undefined => {
  const index = findingAt.get(id)
  return index === undefined ? undefined : knowledge.findings[index]
}

export type Profile = {
  readonly age: number
  readonly sex: Sex
  /** The findings somebody came with. */
  readonly complaints?: readonly string[]
}

export const isWithin = (ages: Ages | undefined, age: number): boolean =>
  ages === undefined || (ages.from <= age && age <= ages.to)

/** Whether somebody of this age and sex can have a finding at all. */
export const appliesTo = ({ sex, ages }: Finding, profile: Profile): boolean =>
  (sex === undefined || sex === profile.sex) && isWithin(ages, profile.age)

/** How often a condition is met among people of this age and sex. */
export function frequencyFor({ frequency }: Condition, { age, sex }: Profile): number {
  let ageFactor = 0
  for (const [from, factor] of Object.entries(frequency.byAge)) if (Number(from) <= age) ageFactor = factor
  return frequency.perHundredThousand * ageFactor * frequency.bySex[sex]
}
