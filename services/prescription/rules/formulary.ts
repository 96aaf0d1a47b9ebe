// What is known about medicines, made ready for asking: every name resolved, every pair found by one look.
import type { InteractionRule, JurisdictionRule, Knowledge, Medicine, Severity } from '#core/medicine'

export type Formulary = {
  readonly knowledge: Knowledge
  medicine(code: string): Medicine | undefined
  /** The medicines that a name, `@class` or `ATC:` prefix stands for. */
  membersOf(name: string): readonly string[]
  /** The gravest rule about two medicines. */
  interaction(left: string, right: string): InteractionRule | undefined
  /** How many pairs the rules make. */
  readonly pairCount: number
  /** The medicine that free text names, such as `Lisinopril 10 mg tablet`. */
  named(text: string): Medicine | undefined
  /** Medicines whose name or other name begins with, or has in it, what somebody types. */
  search(text: string, limit: number): Medicine[]
}

const weights: Record<Severity, number> = { contraindicated: 3, major: 2, moderate: 1, note: 0 }
export const isGraver = (one: Severity, other: Severity): boolean => weights[one] > weights[other]

const pairKey = (left: string, right: string) => (left < right ? `${left}|${right}` : `${right}|${left}`)

export function createFormulary(knowledge: Knowledge): Formulary {
  const byCode = new Map(knowledge.medicines.map(each => [each.code, each]))
  const members = memberReader(knowledge)
  const pairs = new Map<string, InteractionRule>()
  for (const rule of knowledge.interactions)
    for (const left of members(rule.left))
      for (const right of members(rule.right)) {
        if (left === right) continue
        const key = pairKey(left, right)
        const there = pairs.get(key)
        if (!there || isGraver(rule.severity, there.severity)) pairs.set(key, rule)
      }
  const names = knowledge.medicines
    .flatMap(medicine => [medicine.name, ...medicine.synonyms].map(name => [fold(name), medicine] as const))
    // The longest first: `amoxicillin and clavulanic acid` is not amoxicillin.
    .toSorted(([a], [b]) => b.length - a.length)
  return {
    knowledge,
    medicine: code => byCode.get(code),
    membersOf: members,
    interaction: (left, right) => pairs.get(pairKey(left, right)),
    pairCount: pairs.size,
    named(text) {
      const words = ` ${fold(text)} `
      return names.find(([name]) => words.includes(` ${name} `))?.[1]
    },
    search(text, limit) {
      const sought = fold(text)
      if (sought === '') return []
      const ranked = names.flatMap(([name, medicine]) => {
        const at = ` ${name}`.indexOf(` ${sought}`)
        return at < 0 ? [] : [{ medicine, rank: at === 0 ? 0 : 1, name }]
      })
      const sorted = ranked.toSorted((a, b) => a.rank - b.rank || a.name.localeCompare(b.name))
      return [...new Set(sorted.map(each => each.medicine))].slice(0, limit)
    },
  }
}

/** Lower case, without accents and marks, single spaces. */
export function fold(text: string): string {
  const plain = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return plain.replaceAll(/[^a-z0-9%/.']+/g, ' ').trim()
}

function memberReader({ medicines, classes }: Knowledge): (name: string) => readonly string[] {
  const found = new Map<string, readonly string[]>()
  const read = (name: string): readonly string[] => {
    const there = found.get(name)
    if (there) return there
    const made = name.startsWith('ATC:')
      ? medicines.filter(each => each.atc.startsWith(name.slice(4))).map(each => each.code)
      : name.startsWith('@')
        ? [...new Set((classes[name.slice(1)] ?? []).flatMap(read))]
        : medicines.some(each => each.code === name)
          ? [name]
          : []
    found.set(name, made)
    return made
  }
  return read
}

/** Imported facts stand before shipped ones: a medicine is replaced, rules are added. */
export function merged(shipped: Knowledge, imported: readonly Knowledge[]): Knowledge {
  return imported.reduce<Knowledge>((before, more) => {
    const replaced = new Set(more.medicines.map(each => each.code))
    return {
      sources: [...more.sources, ...before.sources],
      medicines: [...more.medicines, ...before.medicines.filter(each => !replaced.has(each.code))],
      classes: { ...before.classes, ...more.classes },
      interactions: [...more.interactions, ...before.interactions],
      allergies: [...more.allergies, ...before.allergies],
      doses: [...more.doses, ...before.doses],
      limits: [...more.limits, ...before.limits],
      jurisdictions: [...more.jurisdictions, ...before.jurisdictions],
    }
  }, shipped)
}

/** What is wrong with knowledge beyond its form, as sentences. */
export function problemsOf(knowledge: Knowledge): string[] {
  const { medicines, classes, interactions, allergies, doses, limits, jurisdictions, sources } = knowledge
  const members = memberReader(knowledge)
  const sourceIds = new Set(sources.map(each => each.id))
  const allergyNames = new Set(allergies.map(each => each.name))
  const codes = medicines.map(each => each.code)
  const used = [
    ...Object.entries(classes).flatMap(([name, all]) => all.map(each => [`class ${name}`, each] as const)),
    ...interactions.flatMap(each =>
      [each.left, each.right].map(name => [`${each.left} × ${each.right}`, name] as const),
    ),
    ...allergies.flatMap(each => each.members.map(name => [`allergy ${each.name}`, name] as const)),
    ...[...doses, ...limits].map(each => [`limit of ${each.medicine}`, each.medicine] as const),
    ...jurisdictions.flatMap(each => each.medicines.map(name => [`law of ${each.jurisdiction}`, name] as const)),
  ]
  const facts = [...medicines, ...interactions, ...allergies, ...doses, ...limits, ...jurisdictions]
  return [
    ...codes.filter((code, index) => codes.indexOf(code) !== index).map(code => `${code} is there twice`),
    ...used
      .filter(([, name]) => name !== '*' && members(name).length === 0)
      .map(([at, name]) => `${at}: nobody is ${name}`),
    ...facts.flatMap(({ provenance: { isCited, source } }) =>
      isCited && !(source && sourceIds.has(source)) ? [`${source ?? 'a cited fact'} is no source`] : [],
    ),
    ...allergies.flatMap(each =>
      each.crosses
        .filter(({ to }) => !allergyNames.has(to))
        .map(({ to }) => `allergy ${each.name} crosses to nobody: ${to}`),
    ),
    ...interactions
      .map(each => pairKey(each.left, each.right))
      .filter((key, index, all) => all.indexOf(key) !== index)
      .map(key => `${key} is ruled twice`),
  ]
}

/** The rule that holds for a medicine somewhere on a date: the narrowest place, and there the first line that names it. */
export function lawOf(
  formulary: Formulary,
  medicine: string,
  jurisdiction: string,
  on: string,
): JurisdictionRule | undefined {
  const inForce = formulary.knowledge.jurisdictions.filter(
    each => each.from <= on && (each.until === undefined || on <= each.until),
  )
  const places = [jurisdiction, jurisdiction.slice(0, 2)]
  const names = (rule: JurisdictionRule) => rule.medicines.some(each => formulary.membersOf(each).includes(medicine))
  for (const place of places) {
    const rule = inForce.find(each => each.jurisdiction === place && names(each))
    if (rule) return rule
  }
  // A state without a word of its own follows its country; a country without one follows what holds anywhere.
  const country = inForce.find(each => each.jurisdiction === places[1] && each.medicines.includes('*'))
  const anywhere = inForce.filter(each => each.jurisdiction === '*')
  return country ?? anywhere.find(names) ?? anywhere.find(each => each.medicines.includes('*'))
}
