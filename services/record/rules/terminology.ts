// Codes and the sets they belong to: what $expand, $lookup, $validate-code, $subsumes and the search modifiers :in, :not-in, :below
// and :above need. Systems that are not shipped (SNOMED CT, LOINC, RxNorm) are unknown here, which is not the same as invalid.
import type { ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes'

/** A concept as stored: code, display, definition, children, codes of further children, and whether it only groups. */
export type StoredConcept = [
  code: string,
  display?: string | 0,
  definition?: string | 0,
  concepts?: StoredConcept[] | 0,
  children?: string[] | 0,
  isAbstract?: 1,
]

export type StoredSystem = {
  url: string
  name: string
  version?: string
  /** Whether all its codes are here. */
  isWhole: boolean
  ignoresCase?: true
  concepts: StoredConcept[]
}

export type StoredValueSet = Pick<ValueSet, 'url' | 'version' | 'name' | 'title' | 'status' | 'compose'>

export type StoredTerminology = { systems: StoredSystem[]; valueSets: StoredValueSet[] }

type Concept = {
  code: string
  display: string | undefined
  definition: string | undefined
  isAbstract: boolean
  parents: Concept[]
  children: Concept[]
}
type System = Omit<StoredSystem, 'concepts'> & { concepts: Map<string, Concept> }

export type Member = { system: string; version?: string; code: string; display?: string; isAbstract?: true }

/** What belongs to a value set. `unknown` names the code systems and value sets of which only others know what belongs to it. */
export type Members = { members: Map<string, Member>; unknown: Set<string> }

/** An honest "not known here", as a sentence. */
export type NotKnown = { notKnown: string }

export type Terminology = {
  system: (url: string) => System | undefined
  valueSet: (url: string) => StoredValueSet | undefined
  /** Computed once per value set. */
  members: Map<string, Members>
}

const unversioned = (url: string) => url.split('|')[0]!
const memberKey = (system: string, code: string) => `${system}|${code}`

export function terminologyOf({ systems, valueSets }: StoredTerminology): Terminology {
  const stored = new Map(systems.map(each => [each.url, each]))
  const sets = new Map(valueSets.map(each => [each.url!, each]))
  const indexed = new Map<string, System>()
  return {
    system: url => {
      const name = unversioned(url)
      const found = stored.get(name)
      if (found && !indexed.has(name)) indexed.set(name, indexedSystem(found))
      return indexed.get(name)
    },
    valueSet: url => sets.get(unversioned(url)),
    members: new Map(),
  }
}

function indexedSystem({ concepts: roots, ...about }: StoredSystem): System {
  const concepts = new Map<string, Concept>()
  const further: [Concept, string[]][] = []
  const add = ([code, display, definition, children, more, isAbstract]: StoredConcept, parent?: Concept) => {
    const concept: Concept = {
      code,
      display: display || undefined,
      definition: definition || undefined,
      isAbstract: isAbstract === 1,
      parents: parent ? [parent] : [],
      children: [],
    }
    parent?.children.push(concept)
    concepts.set(about.ignoresCase ? code.toLowerCase() : code, concept)
    if (more) further.push([concept, more])
    for (const child of children || []) add(child, concept)
  }
  for (const root of roots) add(root)
  const system = { ...about, concepts }
  for (const [parent, codes] of further) {
    for (const child of codes.map(code => conceptIn(system, code))) {
      if (!child || parent.children.includes(child)) continue
      parent.children.push(child)
      child.parents.push(parent)
    }
  }
  return system
}

const conceptIn = (system: System, code: string) => system.concepts.get(system.ignoresCase ? code.toLowerCase() : code)

/** A concept and everything reached from it, each once: hierarchies may be graphs. */
function closure(concept: Concept, direction: 'children' | 'parents'): Set<Concept> {
  const found = new Set([concept])
  for (const each of found) for (const next of each[direction]) found.add(next)
  return found
}

/** Everything that belongs to a value set. A set that is part of itself adds nothing the second time. */
export function membersOf(terminology: Terminology, valueSet: string | ValueSet, within: string[] = []): Members {
  const url = typeof valueSet === 'string' ? unversioned(valueSet) : valueSet.url
  const known = typeof valueSet === 'string' ? terminology.members.get(url!) : undefined
  if (known) return known
  const result: Members = { members: new Map(), unknown: new Set() }
  if (url !== undefined && within.includes(url)) return result
  const definition = typeof valueSet === 'string' ? terminology.valueSet(valueSet) : valueSet
  if (!definition?.compose) {
    result.unknown.add(url ?? 'a value set without a definition')
    return result
  }
  const path = url === undefined ? within : [...within, url]
  for (const include of definition.compose.include) {
    const part = partOf(terminology, include, path)
    for (const [key, member] of part.members) result.members.set(key, member)
    for (const each of part.unknown) result.unknown.add(each)
  }
  for (const exclude of definition.compose.exclude ?? []) {
    const part = partOf(terminology, exclude, path)
    for (const key of part.members.keys()) result.members.delete(key)
    for (const each of part.unknown) result.unknown.add(each)
  }
  // Inside a cycle the answer depends on where one entered it, so only the outermost answer is kept.
  if (typeof valueSet === 'string' && within.length === 0) terminology.members.set(url!, result)
  return result
}

/** One include or exclude: codes of a system that are in all the value sets it names. */
function partOf(terminology: Terminology, include: ValueSetComposeInclude, path: string[]): Members {
  const own = include.system === undefined ? undefined : ofSystem(terminology, include)
  const sets = (include.valueSet ?? []).map(each => membersOf(terminology, each, path))
  const all = own ? [own, ...sets] : sets
  const [first, ...rest] = all
  if (!first) return { members: new Map(), unknown: new Set() }
  const members = [...first.members].filter(([key]) => rest.every(each => each.members.has(key)))
  return { members: new Map(members), unknown: new Set(all.flatMap(each => [...each.unknown])) }
}

function ofSystem(terminology: Terminology, { system: url, concept, filter }: ValueSetComposeInclude): Members {
  const system = terminology.system(url!)
  const members = new Map<string, Member>()
  const add = (code: string, display: string | undefined, isAbstract = false) => {
    members.set(memberKey(url!, code), {
      system: url!,
      ...(system?.version ? { version: system.version } : {}),
      code,
      ...(display ? { display } : {}),
      ...(isAbstract ? { isAbstract: true as const } : {}),
    })
  }
  if (concept) {
    // Listed codes belong to the set, whether their system is known or not.
    for (const { code, display } of concept) {
      const own = system && conceptIn(system, code)
      add(code, display ?? own?.display, own?.isAbstract)
    }
    return { members, unknown: new Set() }
  }
  const tests = (filter ?? []).map(each => system && filterOf(system, each.property!, each.op!, each.value!))
  if (!system || tests.includes(undefined)) return { members, unknown: new Set([url!]) }
  for (const each of system.concepts.values()) {
    if (tests.every(isIn => isIn!(each))) add(each.code, each.display, each.isAbstract)
  }
  return { members, unknown: new Set(system.isWhole ? [] : [url!]) }
}

type Filter = (concept: Concept) => boolean

/** The filters that can be decided with codes and hierarchy alone; undefined for all others. */
function filterOf(system: System, property: string, op: string, value: string): Filter | undefined {
  const root = conceptIn(system, value)
  const isAbout = property === 'concept' || property === 'code'
  if (op === 'is-a' || op === 'descendent-of' || op === 'is-not-a') {
    if (!isAbout) return undefined
    const below = root ? closure(root, 'children') : new Set<Concept>()
    if (op === 'is-not-a') return each => !below.has(each)
    return each => below.has(each) && (op === 'is-a' || each !== root)
  }
  if (op === 'generalizes' && isAbout) {
    const above = root ? closure(root, 'parents') : new Set<Concept>()
    return each => above.has(each)
  }
  const read =
    property === 'display' ? (each: Concept) => each.display : isAbout ? (each: Concept) => each.code : undefined
  if (!read) return undefined
  if (op === '=') return each => read(each) === value
  if (op === 'in' || op === 'not-in') {
    const codes = new Set(value.split(',').map(each => each.trim()))
    return each => codes.has(read(each) ?? '') === (op === 'in')
  }
  const pattern = op === 'regex' ? plainPattern(value) : undefined
  return pattern && (each => pattern.test(read(each) ?? ''))
}

/** Only expressions that cannot take exponential time: no repetition of something that repeats. */
function plainPattern(text: string): RegExp | undefined {
  if (text.length > 200 || /[*+}]\s*\)|\)\s*[*+{]|\\\d|\(\?/.test(text)) return undefined
  try {
    return new RegExp(`^(?:${text})$`, 'u')
  } catch {
    return undefined
  }
}

const listed = (unknown: Set<string>) => [...unknown].slice(0, 5).join(', ')

export type Expansion = { total: number; offset: number; contains: Member[] }

/** The codes of a value set whose code or display contains the filter's words. */
export function expand(
  terminology: Terminology,
  valueSet: string | ValueSet,
  { filter = '', offset = 0, count = 1_000 }: { filter?: string; offset?: number; count?: number } = {},
): Expansion | NotKnown {
  const { members, unknown } = membersOf(terminology, valueSet)
  if (unknown.size > 0)
    return { notKnown: `The codes of ${listed(unknown)} are not known here, so the value set cannot be listed.` }
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const found = [...members.values()].filter(({ code, display }) => {
    const text = `${code} ${display ?? ''}`.toLowerCase()
    return words.every(word => text.includes(word))
  })
  return { total: found.length, offset, contains: found.slice(offset, offset + count) }
}

export type Lookup = {
  name: string
  version?: string
  display: string
  definition?: string
  isAbstract: boolean
  parents: string[]
  children: string[]
}

/** Undefined when the system is here and does not have the code. */
export function lookup(terminology: Terminology, url: string, code: string): Lookup | NotKnown | undefined {
  const system = terminology.system(url)
  const concept = system && conceptIn(system, code)
  if (!system || (!concept && !system.isWhole)) return { notKnown: `The codes of ${url} are not known here.` }
  if (!concept) return undefined
  return {
    name: system.name,
    ...(system.version ? { version: system.version } : {}),
    display: concept.display ?? concept.code,
    ...(concept.definition ? { definition: concept.definition } : {}),
    isAbstract: concept.isAbstract,
    parents: concept.parents.map(each => each.code),
    children: concept.children.map(each => each.code),
  }
}

export type Verdict = { result: boolean; display?: string; text?: string }

/** Whether a code is in a value set or, without one, in its system. Without a system any code of that form counts. */
export function validateCode(
  terminology: Terminology,
  {
    valueSet,
    system,
    code,
    display,
  }: { valueSet?: string | ValueSet; system?: string; code: string; display?: string },
): Verdict | NotKnown {
  if (valueSet === undefined) {
    const found = system === undefined ? undefined : lookup(terminology, system, code)
    if (system === undefined) return { notKnown: `Without a system or a value set nobody knows what ${code} means.` }
    if (!found) return { result: false, text: `${code} is not a code of ${system}.` }
    return 'notKnown' in found ? found : verdict(code, found.display, display)
  }
  const { members, unknown } = membersOf(terminology, valueSet)
  const url = system && unversioned(system)
  const member = url ? members.get(memberKey(url, code)) : [...members.values()].find(each => each.code === code)
  if (member) return verdict(code, member.display, display)
  // A code of a system that is completely listed is not in the set; of others we cannot say.
  const isOpen = [...unknown].some(each => url === undefined || each === url || !terminology.system(each))
  if (isOpen)
    return { notKnown: `The codes of ${listed(unknown)} are not known here, so nobody can say whether ${code} is one.` }
  return { result: false, text: `${system ? `${system}|` : ''}${code} is not in the value set.` }
}

function verdict(code: string, own: string | undefined, claimed: string | undefined): Verdict {
  const isOther = claimed !== undefined && own !== undefined && claimed.toLowerCase() !== own.toLowerCase()
  return {
    result: !isOther,
    ...(own ? { display: own } : {}),
    ...(isOther ? { text: `${code} is called "${own}", not "${claimed}".` } : {}),
  }
}

export type Subsumption = 'equivalent' | 'subsumes' | 'subsumed-by' | 'not-subsumed'

/** How two codes of one system lie to each other; undefined when the system is here and lacks one of them. */
export function subsumes(
  terminology: Terminology,
  url: string,
  a: string,
  b: string,
): Subsumption | NotKnown | undefined {
  const system = terminology.system(url)
  if (!system) return { notKnown: `The codes of ${url} are not known here.` }
  const [first, second] = [conceptIn(system, a), conceptIn(system, b)]
  if (!first || !second) return system.isWhole ? undefined : { notKnown: `Not all codes of ${url} are known here.` }
  if (first === second) return 'equivalent'
  if (closure(first, 'children').has(second)) return 'subsumes'
  return closure(first, 'parents').has(second) ? 'subsumed-by' : 'not-subsumed'
}

/** A code and all below or above it, for the search modifiers; undefined when the code is not known here. */
export function codesAround(
  terminology: Terminology,
  url: string,
  code: string,
  direction: 'below' | 'above',
): string[] | undefined {
  const system = terminology.system(url)
  const concept = system && conceptIn(system, code)
  return concept && [...closure(concept, direction === 'below' ? 'children' : 'parents')].map(each => each.code)
}
