// Every search parameter of every type, ready to read resources by. Made once from HL7's definitions.
import { getAllDataTypes } from '@medplum/core'
import { compile, type Extract } from './expression.ts'
import type { Knowledge } from './schema.ts'

/** One search parameter as HL7 defines it. */
export type SearchDefinition = {
  url: string
  code: string
  kind: 'number' | 'date' | 'string' | 'token' | 'reference' | 'composite' | 'quantity' | 'uri' | 'special'
  /** Resource types; `Resource` and `DomainResource` mean all of them. */
  bases: string[]
  /** FHIRPath. */
  expression: string
  targets: string[]
  components: { url: string; expression: string }[]
}

export type Definitions = {
  parameters: SearchDefinition[]
  /** Compartment → resource type → the search parameters that put a resource into it. */
  compartments: Record<string, Record<string, string[]>>
  knowledge: Knowledge
}

export type Parameter = {
  readonly code: string
  readonly kind: SearchDefinition['kind']
  /** Number of `Type.code` in the index tables. */
  readonly number: number
  readonly targets: readonly string[]
  readonly extract: Extract
  /** Codes without a system: what they mean follows from the element, so a searched system says nothing. */
  readonly isPlain: boolean
  /** A resource has at most one value. */
  readonly isSingle: boolean
  /** The parts of a composite, in order, with their own numbers. */
  readonly components: readonly Parameter[]
}

export type Registry = {
  readonly types: ReadonlySet<string>
  /** Parameters of a type by code; undefined for what is no resource type. */
  of(type: string): ReadonlyMap<string, Parameter> | undefined
  readonly compartments: Definitions['compartments']
  /** What validation, patches and XML know of the types. */
  readonly knowledge: Definitions['knowledge']
}

/** The parameters that a server answers from its own columns. */
export const columnCodes: ReadonlySet<string> = new Set(['_id', '_lastUpdated'])
/** Not searchable here: they need a language of their own or what we do not keep. */
const unsupported = new Set(['_text', '_content', '_query', 'near'])

export function createRegistry({ parameters, compartments, knowledge }: Definitions): Registry {
  const types = resourceTypes()
  const byType = new Map<string, Map<string, Parameter>>()
  const byUrl = new Map(parameters.map(each => [each.url, each]))
  const perType = new Map<string, SearchDefinition[]>()
  for (const definition of parameters) {
    if (unsupported.has(definition.code)) continue
    const bases = definition.bases.some(each => each === 'Resource' || each === 'DomainResource')
      ? types
      : definition.bases
    for (const type of bases) perType.set(type, [...(perType.get(type) ?? []), definition])
  }
  return {
    types,
    compartments,
    knowledge,
    of(type) {
      if (!types.has(type)) return undefined
      // A type nobody asks for is never compiled.
      const known = byType.get(type)
      if (known) return known
      const made = new Map((perType.get(type) ?? []).map(each => [each.code, parameterOf(each, type, byUrl)]))
      byType.set(type, made)
      return made
    },
  }
}

function resourceTypes(): Set<string> {
  const all = getAllDataTypes()
  const isResource = (name: string) =>
    all[name]?.elements['meta'] !== undefined || all[name]?.elements['implicitRules'] !== undefined
  return new Set(
    Object.keys(all).filter(
      each => /^[A-Z]/.test(each) && isResource(each) && each !== 'Resource' && each !== 'DomainResource',
    ),
  )
}

function parameterOf(definition: SearchDefinition, type: string, byUrl: Map<string, SearchDefinition>): Parameter {
  const { code, kind, targets, expression } = definition
  return {
    code,
    kind,
    number: numberOf(`${type}.${code}`),
    targets,
    ...compiledOf(expression, type),
    components: definition.components.map((each, index) => {
      const part = byUrl.get(each.url)
      return {
        code: `${code}$${index}`,
        kind: part?.kind ?? 'token',
        number: numberOf(`${type}.${code}$${index}`),
        targets: part?.targets ?? [],
        ...compiledOf(each.expression, elementType(expression, type)),
        components: [],
      }
    }),
  }
}

const plainTypes = new Set(['code', 'boolean', 'id', 'string', 'uri', 'canonical', 'integer'])

function compiledOf(expression: string, type: string): Pick<Parameter, 'extract' | 'isPlain' | 'isSingle'> {
  const { extract, types, isSingle } = compile(expression, type)
  return { extract, isSingle, isPlain: types.length > 0 && types.every(each => plainTypes.has(each)) }
}

/** The type of what a composite looks at: the resource itself or one of its elements. */
function elementType(expression: string, type: string): string {
  const all = getAllDataTypes()
  const path = expression
    .split('|')
    .map(each => each.trim())
    .find(each => each === type || each.startsWith(`${type}.`))
  let at = type
  for (const name of path?.split('.').slice(1) ?? []) at = all[at]?.elements[name]?.type[0]?.code ?? at
  return at
}

/** FNV-1a, as a signed 32-bit integer. A test makes sure that no two parameters share one. */
export function numberOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index)
    hash = Math.imul(hash, 0x01000193)
  }
  return hash | 0
}
