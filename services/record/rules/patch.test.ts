// Patches of both kinds, from the standard's examples and from people who mean harm.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Patient } from '@medplum/fhirtypes'
import { loadDefinitions } from '../data.ts'
import { issueOf } from './refusal.ts'
import { patched } from './patch.ts'

const { knowledge } = loadDefinitions()

const patient = {
  resourceType: 'Patient',
  id: 'a',
  meta: { versionId: '3', lastUpdated: '2024-05-17T10:00:00Z' },
  birthDate: '1920-01-01',
  _birthDate: { extension: [{ url: 'urn:x', valueCode: 'y' }] },
  deceasedBoolean: false,
  name: [
    { use: 'usual', given: ['Ada'] },
    { use: 'official', given: ['Augusta', 'Ada'], family: 'King' },
  ],
  identifier: [
    { system: 'urn:s', value: '1' },
    { system: 'urn:s', value: '2' },
    { system: 'urn:s', value: '3' },
  ],
} as Patient

const json = (...operations: unknown[]) => patched(patient, operations, knowledge)
const fhirPath = (...operations: Record<string, unknown>[]) =>
  patched(
    patient,
    {
      resourceType: 'Parameters',
      parameter: operations.map(each => ({
        name: 'operation',
        part: Object.entries(each).map(([name, value]) => ({
          name,
          ...(typeof value === 'object' ? value : typed(name, value)),
        })),
      })),
    },
    knowledge,
  )
const typed = (name: string, value: unknown) =>
  typeof value === 'number' ? { valueInteger: value } : name === 'type' ? { valueCode: value } : { valueString: value }

/** The issue code and the sentence of what was refused. */
function refused(what: () => unknown): string {
  try {
    what()
  } catch (error) {
    const issue = issueOf(error)
    assert.ok(issue, `a bug instead of a refusal: ${String(error)}`)
    return `${issue.code}: ${issue.text}`
  }
  return assert.fail('nothing was refused')
}

test('JSON Patch: every operation, in order, on a copy', () => {
  const before = structuredClone(patient)
  const after = json(
    { op: 'test', path: '/name/1', value: { family: 'King', given: ['Augusta', 'Ada'], use: 'official' } },
    { op: 'add', path: '/active', value: true },
    { op: 'add', path: '/name/0/given/-', value: 'B' },
    { op: 'add', path: '/name/0/given/0', value: 'A' },
    { op: 'replace', path: '/birthDate', value: '1920-01-02' },
    { op: 'copy', from: '/name/0/given/1', path: '/name/1/text' },
    { op: 'move', from: '/identifier/2', path: '/identifier/0' },
    { op: 'remove', path: '/deceasedBoolean' },
  )
  assert.deepEqual(patient, before)
  assert.equal(after.active, true)
  assert.deepEqual(after.name?.[0]?.given, ['A', 'Ada', 'B'])
  assert.equal(after.name?.[1]?.text, 'Ada')
  assert.equal(after.birthDate, '1920-01-02')
  assert.deepEqual(
    after.identifier?.map(each => each.value),
    ['3', '1', '2'],
  )
  assert.ok(!('deceasedBoolean' in after))
})

test('JSON Patch: removing the last item removes the array, since FHIR has no empty ones', () => {
  assert.deepEqual(json({ op: 'remove', path: '/name/0/given/0' }).name?.[0], { use: 'usual' })
})

test('JSON Patch: what is refused, each with a sentence', () => {
  const cases: [operation: unknown, expected: RegExp][] = [
    [{ op: 'test', path: '/birthDate', value: 'x' }, /^conflict: The test of \/birthDate failed/],
    [{ op: 'test', path: '/gender', value: 'x' }, /^processing: There is nothing at \/gender/],
    [{ op: 'replace', path: '/gender', value: 'x' }, /^processing/],
    [{ op: 'remove', path: '/identifier/3' }, /^processing/],
    [{ op: 'add', path: '/identifier/4', value: {} }, /^processing/],
    [{ op: 'add', path: '/identifier/01', value: {} }, /^value/],
    [{ op: 'add', path: '/identifier/length', value: 0 }, /^value/],
    [{ op: 'add', path: '/gender' }, /^required/],
    [{ op: 'move', path: '/gender' }, /^required/],
    [{ op: 'move', from: '/name', path: '/name/0/x' }, /^value: \/name cannot move into itself/],
    [{ op: 'merge', path: '/gender', value: 1 }, /^not-supported/],
    [{ op: 'replace', path: '', value: {} }, /^value: A patch cannot replace/],
    [{ op: 'add', path: 'gender', value: 1 }, /^value: "gender" is not a JSON Pointer/],
    [{ op: 'add', path: '/birthDate/x', value: 1 }, /^processing/],
    [{ path: '/gender' }, /^structure/],
    [null, /^structure/],
    [{ op: 'replace', path: '/id', value: 'b' }, /^business-rule: A patch must not change id/],
    [{ op: 'remove', path: '/id' }, /^business-rule/],
    [{ op: 'replace', path: '/resourceType', value: 'Person' }, /^business-rule/],
    [{ op: 'replace', path: '/meta', value: {} }, /^business-rule: A patch must not change meta.versionId/],
    [{ op: 'replace', path: '/meta/lastUpdated', value: 'x' }, /^business-rule/],
  ]
  for (const [operation, expected] of cases)
    assert.match(
      refused(() => json(operation)),
      expected,
      JSON.stringify(operation),
    )
})

test('JSON Patch: nothing leads into a prototype', () => {
  for (const path of [
    '/__proto__/polluted',
    '/constructor/prototype/polluted',
    '/__proto__',
    '/name/__proto__/polluted',
    '/name/0/__proto__',
  ]) {
    refused(() => json({ op: 'add', path, value: 'yes' }))
  }
  refused(() => json({ op: 'copy', from: '/constructor', path: '/x' }))
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

test('JSON Patch: copies cannot grow without end', () => {
  const doubling = Array.from({ length: 40 }, () => [{ op: 'copy', from: '/name', path: '/name/-' }]).flat()
  assert.match(
    refused(() => json(...doubling)),
    /^too-costly/,
  )
  assert.match(
    refused(() => json(...Array.from({ length: 1_001 }, () => ({ op: 'test', path: '/id', value: 'a' })))),
    /^too-costly/,
  )
})

test('FHIRPath Patch: the operations of the standard', () => {
  const before = structuredClone(patient)
  assert.equal(fhirPath({ type: 'add', path: 'Patient', name: 'gender', value: { valueCode: 'male' } }).gender, 'male')
  assert.equal(
    fhirPath({ type: 'replace', path: 'Patient.birthDate', value: { valueDate: '1930-01-01' } }).birthDate,
    '1930-01-01',
  )
  const without = fhirPath({ type: 'delete', path: 'Patient.birthDate' })
  assert.ok(!('birthDate' in without) && !('_birthDate' in without))
  assert.deepEqual(fhirPath({ type: 'delete', path: 'Patient.gender' }), patient)
  const values = (it: Patient) => it.identifier?.map(each => each.value)
  const inserted = { type: 'insert', path: 'Patient.identifier', index: 1, value: { valueIdentifier: { value: 'n' } } }
  assert.deepEqual(values(fhirPath(inserted)), ['1', 'n', '2', '3'])
  assert.deepEqual(values(fhirPath({ type: 'move', path: 'Patient.identifier', source: 2, destination: 0 })), [
    '3',
    '1',
    '2',
  ])
  assert.deepEqual(values(fhirPath({ type: 'delete', path: 'Patient.identifier[1]' })), ['1', '3'])
  const named = {
    type: 'replace',
    path: "Patient.name.where(use = 'official').family",
    value: { valueString: 'Byron' },
  }
  assert.equal(fhirPath(named).name?.[1]?.family, 'Byron')
  assert.deepEqual(
    fhirPath({ type: 'add', path: 'Patient.name[0]', name: 'given', value: { valueString: 'B' } }).name?.[0]?.given,
    ['Ada', 'B'],
  )
  assert.deepEqual(patient, before)
})

test('FHIRPath Patch: choices of type, extensions of primitives and values made of parts', () => {
  const dead = fhirPath({ type: 'replace', path: 'Patient.deceased', value: { valueDateTime: '1999' } })
  assert.deepEqual([dead.deceasedDateTime, 'deceasedBoolean' in dead], ['1999', false])
  const other = fhirPath({
    type: 'replace',
    path: "Patient.birthDate.extension('urn:x').value",
    value: { valueCode: 'z' },
  })
  assert.equal(
    (other as unknown as typeof patient & { _birthDate: { extension: { valueCode: string }[] } })._birthDate
      .extension[0]?.valueCode,
    'z',
  )
  const part = [
    { name: 'name', valueHumanName: { text: 'a name' } },
    { name: 'relationship', valueCodeableConcept: { text: 'b' } },
    { name: 'relationship', valueCodeableConcept: { text: 'c' } },
  ]
  const contact = fhirPath({ type: 'add', path: 'Patient', name: 'contact', value: { part } }).contact
  assert.deepEqual(contact, [{ name: { text: 'a name' }, relationship: [{ text: 'b' }, { text: 'c' }] }])
  const multiple = fhirPath({ type: 'add', path: 'Patient', name: 'multipleBirth', value: { valueInteger: 2 } })
  assert.equal(multiple.multipleBirthInteger, 2)
})

test('FHIRPath Patch: what is refused, each with a sentence', () => {
  const cases: [operation: Record<string, unknown>, expected: RegExp][] = [
    [{ type: 'add', path: 'Patient', name: 'nonsense', value: { valueString: 'x' } }, /^structure/],
    [{ type: 'add', path: 'Patient', name: '__proto__', value: { valueString: 'x' } }, /^structure/],
    [{ type: 'add', path: 'Patient', name: 'birthDate', value: { valueDate: '1999' } }, /^conflict/],
    [{ type: 'add', path: 'Patient', name: 'deceased', value: { valueString: 'x' } }, /^value/],
    [{ type: 'add', path: 'Patient', name: 'deceased', value: { valueDateTime: '1999' } }, /^conflict/],
    [
      { type: 'add', path: 'Patient.name', name: 'given', value: { valueString: 'x' } },
      /^value: Patient.name must lead to one/,
    ],
    [{ type: 'add', path: 'Patient', name: 'gender' }, /^required/],
    [{ type: 'replace', path: 'Patient.gender', value: { valueCode: 'x' } }, /^value/],
    [{ type: 'replace', path: '1 + 1', value: { valueCode: 'x' } }, /^value/],
    [{ type: 'replace', path: 'Patient.(((', value: { valueCode: 'x' } }, /^value/],
    [{ type: 'delete', path: 'Patient.name' }, /^value/],
    [{ type: 'insert', path: 'Patient.name', index: 9, value: { valueHumanName: { text: 'x' } } }, /^value/],
    [{ type: 'move', path: 'Patient.name', source: 0, destination: 2 }, /^value/],
    [{ type: 'move', path: 'Patient.name' }, /^required/],
    [{ type: 'merge', path: 'Patient.name' }, /^not-supported/],
    [{ path: 'Patient.name' }, /^required/],
    [{ type: 'delete', path: "Patient.name.where(family.matches('(a+)+$'))" }, /^too-costly/],
    [{ type: 'delete', path: 'Patient.descendants().descendants()' }, /^too-costly/],
    [{ type: 'delete', path: { valueString: 5 } }, /^value: Parameters.parameter/],
    [{ type: 'add', path: 'Patient', name: 'active', value: { valueQuantity: 'x' } }, /^structure/],
    [{ type: 'replace', path: 'Patient.id', value: { valueId: 'b' } }, /^business-rule/],
    [{ type: 'delete', path: 'Patient.meta' }, /^business-rule/],
  ]
  for (const [operation, expected] of cases)
    assert.match(
      refused(() => fhirPath(operation)),
      expected,
      JSON.stringify(operation),
    )
  assert.match(
    refused(() => patched(patient, 'x', knowledge)),
    /^structure/,
  )
  assert.match(
    refused(() => patched(patient, { resourceType: 'Patient' }, knowledge)),
    /^structure/,
  )
})
