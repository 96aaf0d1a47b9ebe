// What may be wrong with a prescription, from what is known about the patient and the medicine. Every finding says where it is from.
import type { Finding, Limit, Medicine, Provenance, Sentence } from '#core/medicine'
import { fold, type Formulary, isGraver, lawOf } from './formulary.ts'

export type Dosing = {
  /** As written on the pack: `10 mg`, `25 mg/mL`. */
  strength: string
  /** Tablets, millilitres, puffs at one time. */
  amount: number
  timesPerDay: number
  days: number
}

/** What the record says of the patient; absent is unknown, never zero. */
export type PatientFacts = {
  ageYears?: number | undefined
  weightKg?: number | undefined
  sex?: string | undefined
  pregnantWeeks?: number | undefined
  isPregnant?: boolean | undefined
  isLactating?: boolean | undefined
  eGfr?: number | undefined
  /** As the record names them. */
  allergies: readonly string[]
  /** Those of them that the record says are to medicines. */
  medicineAllergies?: readonly string[] | undefined
  /** As the record names them, without what is being prescribed. */
  medicines: readonly string[]
}

export type Order = {
  medicine: string
  form: string
  dosing: Dosing
  refills: number
  jurisdiction: string
  /** The day it is written, where the patient is. */
  on: string
}

const here: Provenance = { isCited: false }
const adultYears = 18
const applied = /cream|ointment|gel|eye|nasal|inhalation|nebuliser|patch|suppository|injection|implant|spray/
const topical = /cream|ointment|gel|eye|nasal/

/** All findings, the gravest first. */
export function check(formulary: Formulary, order: Order, patient: PatientFacts): Finding[] {
  const medicine = formulary.medicine(order.medicine)
  if (!medicine)
    return [
      note('medicine', order.medicine, 'medicineUnknown', 'This medicine is not known here, so nothing was checked.'),
    ]
  const findings = [
    ...allergyFindings(formulary, medicine, patient),
    ...interactionFindings(formulary, medicine, order, patient),
    ...doseFindings(formulary, medicine, order, patient),
    ...limitFindings(formulary, medicine, order, patient),
    ...lawFindings(formulary, medicine, order),
  ]
  return findings.toSorted((a, b) => (isGraver(a.severity, b.severity) ? -1 : isGraver(b.severity, a.severity) ? 1 : 0))
}

/** Signing needs a reason for each of these. */
export const needsReason = ({ severity, kind }: Finding): boolean =>
  kind !== 'law' && (severity === 'contraindicated' || severity === 'major')

/** What no reason can answer: the law, and doses that nobody can mean. */
export const isBlocking = ({ kind, severity, mechanism }: Finding): boolean =>
  (kind === 'law' && severity === 'contraindicated') || mechanism === 'impossible'

function allergyFindings(
  formulary: Formulary,
  medicine: Medicine,
  { allergies, medicineAllergies = [] }: PatientFacts,
): Finding[] {
  const classes = formulary.knowledge.allergies
  const holds = (each: (typeof classes)[number]) =>
    each.members.some(name => formulary.membersOf(name).includes(medicine.code))
  const found = new Map<string, Finding>()
  const add = (finding: Finding) => {
    const there = found.get(finding.key)
    if (!there || isGraver(finding.severity, there.severity)) found.set(finding.key, finding)
  }
  for (const allergy of allergies) {
    const words = ` ${fold(allergy)} `
    const base = { kind: 'allergy' as const, about: allergy, key: `allergy/${fold(allergy)}` }
    if ([medicine.name, ...medicine.synonyms].some(name => words.includes(` ${fold(name)} `)))
      add({
        ...base,
        severity: 'contraindicated',
        ...says('allergySame', {}, 'The patient is allergic to this very medicine.'),
        provenance: here,
      })
    const culprit = formulary.named(allergy)
    // By the words of records, and by the medicine somebody reacted to.
    const own = classes.filter(
      ({ words: names, members }) =>
        names.some(name => isNamed(words, name)) ||
        (culprit && members.some(name => formulary.membersOf(name).includes(culprit.code))),
    )
    if (own.length === 0 && !culprit && medicineAllergies.includes(allergy))
      add(
        note(
          `allergy/${fold(allergy)}`,
          allergy,
          'allergyUnknown',
          'This allergy is not known here, so nothing was held against it.',
        ),
      )
    for (const each of own) {
      const { provenance } = each
      if (holds(each))
        add({
          ...base,
          severity: 'contraindicated',
          ...says('allergyClass', { group: each.name }, `It belongs to the ${each.name}.`),
          provenance,
        })
      for (const { to, severity } of each.crosses) {
        const other = classes.find(({ name }) => name === to)
        if (other && holds(other))
          add({
            ...base,
            severity,
            ...says('allergyCross', { group: each.name, other: to }, `${each.name} may cross-react with ${to}.`),
            provenance,
          })
      }
    }
  }
  return [...found.values()]
}

/** In the singular or the plural: a record says penicillins as well as penicillin. */
const isNamed = (words: string, name: string) => {
  const plain = fold(name)
  return words.includes(` ${plain} `) || words.includes(` ${plain}s `)
}

function interactionFindings(
  formulary: Formulary,
  medicine: Medicine,
  order: Order,
  { medicines }: PatientFacts,
): Finding[] {
  const findings: Finding[] = []
  const seen = new Set<string>()
  for (const text of medicines) {
    const other = formulary.named(text)
    if (!other) {
      findings.push(
        note(`medicine/${fold(text)}`, text, 'otherMedicineUnknown', 'This medicine of the patient is not known here.'),
      )
      continue
    }
    // What stays on the skin hardly meets what is swallowed.
    if (seen.has(other.code) || topical.test(order.form) || topical.test(fold(text))) continue
    seen.add(other.code)
    const rule = formulary.interaction(medicine.code, other.code)
    if (rule)
      findings.push({
        key: `interaction/${other.code}`,
        kind: 'interaction',
        severity: rule.severity,
        about: other.name,
        mechanism: rule.mechanism,
        ...says('interaction', { mechanism: rule.mechanism }, rule.advice),
        provenance: rule.provenance,
      })
    const isSame = other.code === medicine.code
    if (isSame || (other.atc.slice(0, 5) === medicine.atc.slice(0, 5) && !mayBeTwo.test(medicine.atc)))
      findings.push({
        key: `duplicate/${other.code}`,
        kind: 'duplicate',
        // Renewing is daily work; whoever stops it with an alarm teaches people to click alarms away.
        severity: 'moderate',
        about: other.name,
        ...(isSame
          ? says('duplicateSame', {}, 'The patient takes this medicine already: a renewal, or the same thing twice?')
          : says(
              'duplicateGroup',
              { group: medicine.atc.slice(0, 5) },
              `Both are of the group ${medicine.atc.slice(0, 5)}.`,
            )),
        provenance: { isCited: true, source: 'who-atc' },
      })
  }
  return findings
}

/** Groups of which two at once are ordinary: insulins, inhaled, laxatives, vitamins, antiepileptics, HIV, tuberculosis. */
const mayBeTwo = /^(A10A|R03|A06|A11|N03AX|J05A|J04A|B03|A12|D|S01)/

function doseFindings(formulary: Formulary, medicine: Medicine, order: Order, patient: PatientFacts): Finding[] {
  const { dosing, form } = order
  const base = { kind: 'dose' as const, about: medicine.name }
  const strength = readStrength(dosing.strength)
  const impossible = (said: Said): Finding => ({
    ...base,
    ...said,
    key: 'dose/impossible',
    severity: 'contraindicated',
    mechanism: 'impossible',
    provenance: here,
  })
  if (!medicine.forms.some(each => each.form === form && each.strengths.includes(dosing.strength)))
    return [note('dose/strength', dosing.strength, 'strengthUnknown', 'This strength and form are not known here.')]
  if (applied.test(form) || !strength)
    return [
      note('dose/form', medicine.name, 'formUnchecked', 'Doses are checked of what is swallowed; this one was not.'),
    ]
  const range = formulary.knowledge.doses.find(each => each.medicine === medicine.code)
  if (!range)
    return [
      note('dose/range', medicine.name, 'rangeUnknown', 'No dose range is known here, so the dose was not checked.'),
    ]
  const single = strength.value * dosing.amount * (inMicrogram[strength.unit]! / inMicrogram[range.unit]!)
  if (!Number.isFinite(single))
    return [note('dose/unit', medicine.name, 'unitUnfit', 'The units do not fit, so the dose was not checked.')]
  const day = single * dosing.timesPerDay
  const isChild = patient.ageYears !== undefined && patient.ageYears < adultYears
  const { provenance } = range
  if (isChild && patient.weightKg === undefined)
    return [
      note(
        'dose/weight',
        medicine.name,
        'weightUnknown',
        'No weight is known, so the dose of a child was not checked.',
      ),
    ]
  const perKg = isChild ? patient.weightKg! : undefined
  const limits = [
    ['single', single, smallest(range.adultSingleMax, times(range.childSingleMaxPerKg, perKg))],
    ['day', day, smallest(range.adultDayMax, times(range.childDayMaxPerKg, perKg))],
  ] as const
  const over = limits.flatMap(([which, value, max]): Finding[] => {
    if (max === undefined || value <= max * 1.001) return []
    const said = `${round(value)} ${range.unit} at ${which === 'single' ? 'one time' : 'one day'}; usually at most ${round(max)} ${range.unit}.`
    const values = { value: round(value), max: round(max), unit: range.unit, which }
    if (value > max * 5)
      return [
        impossible(
          says('doseImpossible', values, `${said} More than five times as much is taken for a slip of the pen.`),
        ),
      ]
    const severity = value > max * 1.5 ? 'contraindicated' : 'major'
    return [{ ...base, ...says('doseOver', values, said), key: `dose/${which}`, severity, provenance }]
  })
  if (isChild && range.childDayMaxPerKg === undefined)
    over.push(
      note(
        'dose/child',
        medicine.name,
        'childUnknown',
        'No dose for children is known here; it was held against that of adults.',
      ),
    )
  const isLow = !isChild && range.usualDayMin !== undefined && day < range.usualDayMin / 2
  if (isLow)
    over.push({
      ...base,
      key: 'dose/low',
      severity: 'moderate',
      ...says(
        'doseLow',
        { value: round(day), unit: range.unit },
        `${round(day)} ${range.unit} a day is less than usual.`,
      ),
      provenance,
    })
  return over
}

const inMicrogram: Record<string, number> = { µg: 1, mg: 1_000, g: 1_000_000, IU: Number.NaN }
const times = (one: number | undefined, other: number | undefined) =>
  one === undefined || other === undefined ? undefined : one * other
const smallest = (...all: (number | undefined)[]) => {
  const known = all.filter(each => each !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}
const round = (value: number) => Math.round(value * 100) / 100

/** `500 mg` or `25 mg/mL`; undefined where a strength is no amount of substance. */
export function readStrength(text: string): { value: number; unit: string } | undefined {
  const [, value, unit] = /^([\d.]+) (mg|µg|g|IU)(?:\/mL)?$/.exec(text) ?? []
  return value === undefined || unit === undefined ? undefined : { value: Number(value), unit }
}

function limitFindings(formulary: Formulary, medicine: Medicine, { form }: Order, patient: PatientFacts): Finding[] {
  if (topical.test(form)) return []
  const own = formulary.knowledge.limits.filter(each => formulary.membersOf(each.medicine).includes(medicine.code))
  const findings = own
    .filter(each => reaches(each, patient))
    .map((each): Finding => ({
      key: `${each.kind}/${each.below ?? each.from ?? 'any'}`,
      kind: each.kind,
      severity: each.severity,
      about: aboutOf(each),
      ...limitSays(each),
      provenance: each.provenance,
    }))
  // The strictest of a kind says it all.
  const gravest = findings.filter(
    each => !findings.some(other => other.kind === each.kind && isGraver(other.severity, each.severity)),
  )
  const mayBePregnant = patient.sex === 'female' && patient.isPregnant === undefined && isFertile(patient.ageYears)
  return [
    ...gravest.filter((each, index) => gravest.findIndex(other => other.kind === each.kind) === index),
    ...(own.some(each => each.kind === 'renal') && patient.eGfr === undefined
      ? [note('renal', 'eGFR', 'eGfrUnknown', 'No eGFR is known; this medicine depends on the kidneys.')]
      : []),
    ...(own.some(each => each.kind === 'age') && patient.ageYears === undefined
      ? [note('age', 'age', 'birthDateUnknown', 'No date of birth is known; this medicine has an age limit.')]
      : []),
    ...(mayBePregnant && own.some(each => each.kind === 'pregnancy' && each.severity === 'contraindicated')
      ? [note('pregnancy', 'pregnancy', 'askPregnancy', 'Ask about pregnancy: this medicine may harm the unborn.')]
      : []),
  ]
}

const isFertile = (ageYears: number | undefined) => ageYears === undefined || (ageYears >= 12 && ageYears <= 55)

function limitSays({ kind, below, from, advice }: Limit): Said {
  if (below !== undefined) return says('limitBelow', { kind, value: round(below) }, advice)
  return from === undefined ? says('limitAny', { kind }, advice) : says('limitFrom', { kind, value: from }, advice)
}

function aboutOf({ kind, below, from }: Limit): string {
  const unit = { age: 'years', renal: 'mL/min/1.73 m²', pregnancy: 'weeks', lactation: '' }[kind]
  if (below !== undefined) return `< ${round(below)} ${unit}`
  return from === undefined ? kind : `≥ ${from} ${unit}`
}

function reaches({ kind, below, from }: Limit, patient: PatientFacts): boolean {
  const within = (value: number | undefined) =>
    value !== undefined && (below === undefined || value < below) && (from === undefined || value >= from)
  switch (kind) {
    case 'age':
      return within(patient.ageYears)
    case 'renal':
      return within(patient.eGfr)
    case 'pregnancy':
      // A pregnancy of unknown age counts as reached: the mistake on this side harms nobody.
      return (
        patient.isPregnant === true &&
        (from === undefined || patient.pregnantWeeks === undefined || patient.pregnantWeeks >= from)
      )
    case 'lactation':
      return patient.isLactating === true
  }
}

function lawFindings(formulary: Formulary, medicine: Medicine, order: Order): Finding[] {
  const law = lawOf(formulary, medicine.code, order.jurisdiction, order.on)
  if (!law) return [note('law', order.jurisdiction, 'lawUnknown', 'No rules of this jurisdiction are known here.')]
  const base = { kind: 'law' as const, about: law.schedule ?? law.jurisdiction, provenance: law.provenance }
  const findings: Finding[] = []
  if (law.refillsMax !== undefined && order.refills > law.refillsMax)
    findings.push({
      ...base,
      key: 'law/refills',
      severity: 'contraindicated',
      ...says('lawRefills', { max: law.refillsMax }, `At most ${law.refillsMax} refills are allowed here.`),
    })
  if (law.supplyDaysMax !== undefined && order.dosing.days > law.supplyDaysMax)
    findings.push({
      ...base,
      key: 'law/supply',
      severity: 'contraindicated',
      ...says(
        'lawSupply',
        { max: law.supplyDaysMax },
        `At most ${law.supplyDaysMax} days may be supplied at once here.`,
      ),
    })
  return findings
}

type Said = Pick<Finding, 'advice' | 'text'>
/** In English, and by name and values for every other language. */
const says = (id: string, values: Sentence['values'], advice: string): Said => ({ advice, text: { id, values } })

const note = (key: string, about: string, id: string, advice: string): Finding => ({
  key: `unchecked/${key}`,
  kind: 'unchecked',
  severity: 'note',
  about,
  ...says(id, {}, advice),
  provenance: here,
})
