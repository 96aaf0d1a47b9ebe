// Every official example that FHIR allows: stored, read back as it was, and found by each of its search parameters. What is in a
// resource is found by another engine (FHIRPath of @medplum/core) over HL7's own SearchParameter files, so that nothing of our
// index decides what is expected of it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { evalFhirPathTyped, toTypedValue, type TypedValue } from '@medplum/core'
import { record } from '#contract/record'
import { Fault } from '#core/fault'
import type { Resource } from '../../services/record/rules/index-values.ts'
import { exampleFiles, readExample, skip, tableOf } from '../fhir/examples.ts'
import { searchesFor } from '../fhir/searches.ts'
import { type TestMedley, testMedley } from '../start.ts'

type Stored = { file: string; type: string; id: string; resource: Resource }

let medley: TestMedley
const stored: Stored[] = []
/** File → what was wrong with it. */
const refused = new Map<string, string>()
const changed: string[] = []

async function ask(method: 'GET' | 'PUT' | 'POST', path: string, more: { body?: unknown; query?: [string, string][] }) {
  const { body } = await medley
    .call(record)
    .interact({ method, path, query: [], ...more }, medley.composition.serviceCall('test'))
  return JSON.parse(body!) as Resource & { entry?: { resource: Resource }[]; total?: number }
}

/** Less what a server says of its copy. */
function plain({ meta, ...rest }: Resource): Resource {
  const { versionId: _version, lastUpdated: _at, ...other } = (meta ?? {}) as Record<string, unknown>
  return { ...rest, ...(Object.keys(other).length > 0 ? { meta: other } : {}) }
}

before(async () => {
  if (skip) return
  medley = await testMedley({ roles: 'api', env: { MEDLEY_EGRESS_ALLOW: 'biliwatch.com' } })
  const taken = new Set<string>()
  for (const file of exampleFiles()) {
    const resource = readExample(file)
    const { resourceType: type, id } = resource
    // Several files have the same id; the later ones are given another.
    const isPut = id !== undefined && !taken.has(`${type}/${id}`)
    try {
      const made = await (isPut
        ? ask('PUT', `${type}/${id}`, { body: resource })
        : ask('POST', type, { body: resource }))
      const expected = { ...resource, id: made.id! }
      taken.add(`${type}/${made.id}`)
      const read = await ask('GET', `${type}/${made.id}`, {})
      if (!isDeepStrictEqual(plain(read), plain(expected))) changed.push(file)
      stored.push({ file, type, id: made.id!, resource: expected })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      const issues = error.details['issues'] as { text: string }[] | undefined
      refused.set(file, issues?.[0]?.text ?? error.message)
    }
  }
})
after(() => medley?.stop())

test('every example that the standard allows is kept and read back equal', { skip }, () => {
  assert.deepEqual(changed, [])
  assert.deepEqual(
    [...refused.keys()].toSorted(),
    [...tableOf('rejects.md', '# Official'), ...tableOf('README.md', '## Refused by the server')]
      .map(([file]) => file)
      .toSorted(),
    JSON.stringify([...refused], null, 1),
  )
  assert.equal(stored.length + refused.size, 5_306)
})

type Definition = {
  code: string
  kind: string
  expression: string
  components: { expression: string; kind: string }[]
}

/** Search parameters by resource type, as HL7's own files define them. */
function definitionsByType(): Map<string, Definition[]> {
  type File = Resource & {
    url: string
    code: string
    type: string
    base?: string[]
    expression?: string
    component?: { definition: string; expression: string }[]
  }
  const files = exampleFiles()
    .filter(name => name.startsWith('SearchParameter-'))
    .map(name => readExample(name) as File)
  const kinds = new Map(files.map(each => [each.url, each.type]))
  const byType = new Map<string, Definition[]>()
  const types = new Set(stored.map(each => each.type))
  for (const { code, type: kind, base = [], expression, component = [] } of files) {
    if (expression === undefined || kind === 'special' || code === '_id' || code === '_lastUpdated') continue
    const components = component.map(each => ({
      expression: typed(each.expression),
      kind: kinds.get(each.definition.split('|')[0]!)!,
    }))
    const bases = base.some(each => each === 'Resource' || each === 'DomainResource') ? types : base
    for (const type of bases)
      byType.set(type, [...(byType.get(type) ?? []), { code, kind, expression: typed(expression), components }])
  }
  return byType
}

/** The path as it begins at a type: the library's engine knows no Resource above it. */
const rooted = (expression: string, type: string) => expression.replaceAll(/\b(?:Domain)?Resource\./g, `${type}.`)

/** FHIRPath's `as` takes one value only; where R4 writes it for lists, it means what R5 then wrote: ofType. */
const typed = (expression: string) =>
  expression.replaceAll(/([A-Za-z.]+) as ([A-Za-z]+)/g, '$1.ofType($2)').replaceAll('.as(', '.ofType(')

/** The parameters that a resource has values of as searches, and those that it has none of. */
function expectationsOf({ type, resource }: Stored, definitions: readonly Definition[]) {
  const searches: [string, string][] = []
  const missing: string[] = []
  const root = [toTypedValue(resource)]
  for (const { code, kind, expression, components } of definitions) {
    const values = evalFhirPathTyped(rooted(expression, type), root)
    if (values.length === 0 && kind !== 'composite') missing.push(code)
    const found =
      kind === 'composite'
        ? values.flatMap(each => compositeSearches(each, components, root[0]!))
        : values.flatMap(each => searchesFor(kind, each))
    // The first and the last: what is between them went the same way.
    for (const each of found.length > 2 ? [found[0]!, found.at(-1)!] : found)
      searches.push([each.modifier === undefined ? code : `${code}:${each.modifier}`, each.value])
  }
  return { searches, missing }
}

function compositeSearches(element: TypedValue, components: Definition['components'], root: TypedValue) {
  const parts = components.map(({ expression, kind }) =>
    evalFhirPathTyped(expression, [element], { '%resource': root })
      .flatMap(each => searchesFor(kind, each))
      .filter(each => each.modifier === undefined),
  )
  return parts.every(each => each.length > 0)
    ? [{ modifier: undefined, value: parts.map(each => each[0]!.value).join('$') }]
    : []
}

/** A search takes so many parameters at most. */
const parametersMax = 50

async function isFound({ type, id }: Stored, query: readonly [string, string][]): Promise<boolean> {
  try {
    const { entry = [] } = await ask('GET', type, { query: [['_id', id], ...query] })
    return entry.some(each => each.resource.id === id)
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}

/** All at once, and one by one only where that does not find it. */
async function lost(each: Stored, query: readonly [string, string][]): Promise<[string, string][]> {
  const failed: [string, string][] = []
  for (let start = 0; start < query.length; start += parametersMax) {
    const some = query.slice(start, start + parametersMax)
    if (await isFound(each, some)) continue
    for (const one of some) if (!(await isFound(each, [one]))) failed.push(one)
  }
  return failed
}

/** `Type.parameter` of all that this server says it searches by. */
async function searchable(): Promise<Set<string>> {
  const answer = await fetch(`${medley.url}/fhir/R4/metadata`)
  const { rest } = (await answer.json()) as {
    rest: { resource: { type: string; searchParam: { name: string }[] }[] }[]
  }
  return new Set(rest[0]!.resource.flatMap(({ type, searchParam }) => searchParam.map(({ name }) => `${type}.${name}`)))
}

const namesIn = (heading: string) =>
  tableOf('README.md', heading)
    .map(([name]) => name)
    .toSorted()

test('each is found by every parameter it has values of, and lacks every other', { skip }, async context => {
  const byType = definitionsByType()
  const known = await searchable()
  const unknown = new Set<string>()
  const differences = new Map<string, string[]>()
  const checked = new Set<string>()
  let searches = 0
  for (const each of stored) {
    const definitions = (byType.get(each.type) ?? []).filter(({ code }) => {
      const name = `${each.type}.${code}`
      if (!known.has(name)) unknown.add(name)
      return known.has(name)
    })
    const expected = expectationsOf(each, definitions)
    const absent = expected.missing.map((code): [string, string] => [`${code}:missing`, 'true'])
    searches += expected.searches.length + absent.length
    for (const [name] of expected.searches) checked.add(`${each.type}.${name.split(':')[0]}`)
    for (const [name, value] of [...(await lost(each, expected.searches)), ...(await lost(each, absent))]) {
      const key = `${each.type}.${name}`
      differences.set(key, [...(differences.get(key) ?? []), `${each.file} ${value}`])
    }
  }
  context.diagnostic(`${stored.length} examples, ${checked.size} parameters, ${searches} searches`)
  assert.deepEqual([...unknown].toSorted(), namesIn('## Not searchable'))
  assert.deepEqual(
    [...differences.keys()].toSorted(),
    namesIn('## Differences'),
    JSON.stringify([...differences], null, 1),
  )
  assert.ok(checked.size > 1_200 && searches > 100_000, 'fewer searches than there were')
})
