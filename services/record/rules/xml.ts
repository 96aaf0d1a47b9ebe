// FHIR resources as XML (https://hl7.org/fhir/R4/xml.html) from and to their JSON form. Which is an attribute, what repeats and
// what comes first is read from the definitions.
import type { Resource } from '@medplum/fhirtypes'
import { fhirError } from './refusal.ts'
import type { Knowledge, Property, Type } from './schema.ts'
import { escaped, readXml, type XmlNode } from './xml-reader.ts'

type Any = Record<string, unknown>

const fhir = 'http://hl7.org/fhir'
const decimal = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** Throws a refusal for what is not FHIR as XML. What it returns is not yet validated. */
export function fromXml(source: string, knowledge: Knowledge): Resource {
  const { root, text } = readXml(source)
  if (root.attributes.get('xmlns') !== fhir)
    throw fhirError('structure', `The root element must be in the namespace ${fhir}.`)
  return resourceFrom(root, { text, knowledge }, root.name) as unknown as Resource
}

type Reading = { text: string; knowledge: Knowledge }

function resourceFrom(node: XmlNode, reading: Reading, path: string): Any {
  const type = reading.knowledge.resourceType(node.name)
  if (!type) throw fhirError('structure', `${path.slice(0, 200)} is not a resource of FHIR R4.`, path)
  const resource: Any = { resourceType: node.name }
  fill(resource, node, type, reading, path)
  return resource
}

/** Namespaces and hints for tools are not content. */
const isContent = (name: string) => name !== 'xmlns' && !name.startsWith('xmlns:') && !name.startsWith('xsi:')

function fill(on: Any, node: XmlNode, type: Type, reading: Reading, path: string): void {
  for (const [name, value] of node.attributes) {
    if (!isContent(name)) continue
    if (!type.properties.get(name)?.element.attribute)
      throw fhirError('structure', `${path} has the unknown attribute ${name}.`, path)
    on[name] = value
  }
  for (const child of node.children) {
    const property = child.name.startsWith('_') ? undefined : type.properties.get(child.name)
    if (!property || property.element.attribute) {
      throw fhirError('structure', `${child.name.slice(0, 64)} is not an element of ${path}.`, path)
    }
    const at = `${path}.${property.element.name}`
    const { element } = property
    if (!element.many && (on[child.name] !== undefined || on[`_${child.name}`] !== undefined)) {
      throw fhirError('structure', `${at} is given more than once.`, at)
    }
    if (property.isPrimitive && property.type !== 'xhtml') addPrimitive(on, child, property, reading, at)
    else {
      const value = valueFrom(child, property, reading, at)
      if (element.many) ((on[child.name] ??= []) as unknown[]).push(value)
      else on[child.name] = value
    }
  }
  // A list of primitives that all have extensions only has no values at all.
  for (const [key, value] of Object.entries(on))
    if (Array.isArray(value) && value.every(each => each === null)) delete on[key]
}

function valueFrom(node: XmlNode, { type }: Property, reading: Reading, path: string): unknown {
  if (type === 'xhtml') return reading.text.slice(node.start, node.end)
  if (type === 'Resource') {
    const [inner, ...others] = node.children
    if (!inner || others.length > 0) throw fhirError('structure', `${path} must contain one resource.`, path)
    return resourceFrom(inner, reading, path)
  }
  const value: Any = {}
  fill(value, node, reading.knowledge.type(type)!, reading, path)
  return value
}

/** A primitive has its value in an attribute, and its id and extensions beside, where JSON has a second key. */
function addPrimitive(on: Any, node: XmlNode, { element, type }: Property, reading: Reading, path: string): void {
  const text = node.attributes.get('value')
  const value = text === undefined ? null : primitiveFrom(text, type, path)
  const rest: Any = {}
  const attributes = new Map([...node.attributes].filter(([name]) => name !== 'value'))
  fill(rest, { ...node, attributes }, reading.knowledge.type('Element')!, reading, path)
  const hasRest = Object.keys(rest).length > 0
  if (!element.many) {
    if (value !== null) on[node.name] = value
    if (hasRest) on[`_${node.name}`] = rest
    if (value === null && !hasRest) throw fhirError('structure', `${path} is empty.`, path)
    return
  }
  const values = (on[node.name] ??= []) as unknown[]
  values.push(value)
  const extras = (on[`_${node.name}`] ?? []) as unknown[]
  if (hasRest) {
    // Places without extensions are held by null.
    while (extras.length < values.length - 1) extras.push(null)
    extras.push(rest)
    on[`_${node.name}`] = extras
  } else if (extras.length > 0) extras.push(null)
  if (values.every(each => each === null) && !hasRest) throw fhirError('structure', `${path} is empty.`, path)
}

function primitiveFrom(text: string, type: string, path: string): unknown {
  if (type === 'boolean') {
    if (text !== 'true' && text !== 'false') throw fhirError('value', `${path} must be true or false.`, path)
    return text === 'true'
  }
  if (type !== 'decimal' && type !== 'integer' && type !== 'positiveInt' && type !== 'unsignedInt') return text
  // XML may write +1 and 01 in places; FHIR does not.
  if (!decimal.test(text)) throw fhirError('value', `${path} is not a number as FHIR writes it.`, path)
  return Number(text)
}

/** XML of a valid resource. Throws a refusal for elements that the definitions do not have. */
export function toXml(resource: Resource, knowledge: Knowledge): string {
  const out: string[] = ['<?xml version="1.0" encoding="UTF-8"?>\n']
  writeResource(resource as unknown as Any, ` xmlns="${fhir}"`, knowledge, out)
  return out.join('')
}

function writeResource(resource: Any, namespace: string, knowledge: Knowledge, out: string[]): void {
  const type = knowledge.resourceType(resource?.['resourceType'])
  if (!type)
    throw fhirError('structure', `${String(resource?.['resourceType']).slice(0, 64)} is not a resource of FHIR R4.`)
  out.push(`<${type.name}${namespace}>`)
  writeElements(resource, type, knowledge, out)
  out.push(`</${type.name}>`)
}

/** In the order of the definitions, which XML demands. */
function writeElements(on: Any, type: Type, knowledge: Knowledge, out: string[]): void {
  const keys = Object.keys(on).filter(
    key => on[key] !== undefined && !(key === 'resourceType' && type.kind === 'resource'),
  )
  const known = keys.map(key => {
    const property = type.properties.get(key)
    if (!property) throw fhirError('structure', `${key.slice(0, 64)} is not an element of ${type.name}.`)
    return { key: key.startsWith('_') ? key.slice(1) : key, property }
  })
  known.sort((a, b) => a.property.at - b.property.at)
  const written = new Set<string>()
  for (const { key } of known) {
    const property = type.properties.get(key)!
    if (written.has(key) || property.element.attribute) continue
    written.add(key)
    const values = asList(on[key])
    const extras = asList(on[`_${key}`])
    for (let index = 0; index < Math.max(values.length, extras.length); index++) {
      writeValue(key, values[index], extras[index], property, knowledge, out)
    }
  }
}

const asList = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value])

function writeValue(
  key: string,
  value: unknown,
  extra: unknown,
  property: Property,
  knowledge: Knowledge,
  out: string[],
): void {
  if (property.type === 'xhtml') {
    out.push(String(value))
  } else if (property.type === 'Resource') {
    out.push(`<${key}>`)
    writeResource(value as Any, '', knowledge, out)
    out.push(`</${key}>`)
  } else if (property.isPrimitive) {
    const rest = (extra ?? {}) as Any
    const attribute = value === undefined || value === null ? '' : ` value="${escaped(String(value))}"`
    writeTag(key, attribute, rest, knowledge.type('Element')!, knowledge, out)
  } else writeTag(key, '', value as Any, knowledge.type(property.type)!, knowledge, out)
}

function writeTag(key: string, attribute: string, on: Any, type: Type, knowledge: Knowledge, out: string[]): void {
  if (typeof on !== 'object' || on === null) throw fhirError('structure', `${key.slice(0, 64)} must be an object.`)
  const own = type.elements
    .filter(({ name, attribute }) => attribute && on[name] !== undefined)
    .map(({ name }) => ` ${name}="${escaped(String(on[name]))}"`)
  const start = out.push(`<${key}${own.join('')}${attribute}>`)
  writeElements(on, type, knowledge, out)
  if (out.length > start) out.push(`</${key}>`)
  else out[start - 1] = `${out[start - 1]!.slice(0, -1)}/>`
}
