// Codes: what belongs to a value set, what lies below what, and when the honest answer is "not known here".
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import type { ValueSet } from '@medplum/fhirtypes'
import { loadTerminology, terminologyPath } from '../data.ts'
import {
  codesAround,
  expand,
  type Expansion,
  lookup,
  membersOf,
  type NotKnown,
  subsumes,
  terminologyOf,
  validateCode,
} from './terminology.ts'

const terminology = loadTerminology()

const gender = 'http://hl7.org/fhir/ValueSet/administrative-gender'
const genders = 'http://hl7.org/fhir/administrative-gender'
const roles = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode'
const snomed = 'http://snomed.info/sct'

/** A small world of its own: a tree with a graph in it, and value sets that use each other. */
const small = terminologyOf({
  systems: [
    {
      url: 'urn:animals',
      name: 'Animals',
      version: '1',
      isWhole: true,
      concepts: [
        [
          'animal',
          'Animal',
          0,
          [
            ['cat', 'Cat', 0, [['lion', 'Lion']]],
            ['dog', 'Dog'],
            ['pet', 'Pet', 0, 0, ['cat', 'dog']],
          ],
          0,
          1,
        ],
      ],
    },
    { url: 'urn:open', name: 'Open', isWhole: false, concepts: [['a', 'A']] },
    { url: 'urn:loud', name: 'Loud', isWhole: true, ignoresCase: true, concepts: [['ABC', 'Abc']] },
  ],
  valueSets: [
    set('urn:cats', { system: 'urn:animals', filter: [{ property: 'concept', op: 'is-a', value: 'cat' }] }),
    set('urn:all', { system: 'urn:animals' }),
    set('urn:both', { valueSet: ['urn:all', 'urn:pets'] }),
    set('urn:pets', { system: 'urn:animals', filter: [{ property: 'concept', op: 'descendent-of', value: 'pet' }] }),
    set('urn:circle', { valueSet: ['urn:circle-2'] }, { system: 'urn:animals', concept: [{ code: 'dog' }] }),
    set('urn:circle-2', { valueSet: ['urn:circle'] }, { system: 'urn:animals', concept: [{ code: 'cat' }] }),
    set(
      'urn:with-snomed',
      { system: snomed, filter: [{ property: 'concept', op: 'is-a', value: '1' }] },
      { system: 'urn:animals' },
    ),
  ],
})

function set(url: string, ...include: NonNullable<ValueSet['compose']>['include']): ValueSet {
  return { resourceType: 'ValueSet', url, status: 'active', compose: { include } } as ValueSet
}

const codes = (answer: Expansion | NotKnown) =>
  'notKnown' in answer ? answer.notKnown : answer.contains.map(each => each.code)
const of = (...include: NonNullable<ValueSet['compose']>['include']) => codes(expand(small, set('urn:x', ...include)))
const filtered = (property: string, op: string, value: string) =>
  of({ system: 'urn:animals', filter: [{ property, op: op as 'is-a', value }] })

test('the shipped terminology is small, loads quickly and has no entries of Medplum', () => {
  assert.ok(statSync(terminologyPath).size < 800_000)
  const begin = performance.now()
  const loaded = loadTerminology()
  assert.ok(performance.now() - begin < 500)
  assert.equal(loaded.valueSet('https://medplum.com/fhir/ValueSet/project-feature'), undefined)
})

test('expand: all codes, filtered by words, in pages', () => {
  assert.deepEqual(codes(expand(terminology, gender)), ['male', 'female', 'other', 'unknown'])
  assert.deepEqual(codes(expand(terminology, `${gender}|4.0.1`, { filter: 'MALE' })), ['male', 'female'])
  const page = expand(terminology, gender, { offset: 1, count: 2 })
  assert.deepEqual(codes(page), ['female', 'other'])
  assert.equal((page as Expansion).total, 4)
  assert.deepEqual((expand(terminology, gender, { count: 1 }) as Expansion).contains, [
    { system: genders, version: '4.0.1', code: 'male', display: 'Male' },
  ])
})

test('expand: filters, nested sets, excludes and cycles', () => {
  assert.deepEqual(codes(expand(small, 'urn:cats')), ['cat', 'lion'])
  assert.deepEqual(codes(expand(small, 'urn:pets')), ['cat', 'lion', 'dog'])
  assert.deepEqual(codes(expand(small, 'urn:both')), ['cat', 'lion', 'dog'])
  assert.deepEqual(codes(expand(small, 'urn:circle')), ['cat', 'dog'])
  assert.deepEqual(codes(expand(small, 'urn:circle-2')), ['cat', 'dog'])
  assert.deepEqual(filtered('concept', 'is-not-a', 'cat'), ['animal', 'dog', 'pet'])
  assert.deepEqual(filtered('concept', 'generalizes', 'lion'), ['animal', 'cat', 'lion', 'pet'])
  assert.deepEqual(filtered('code', 'regex', '[cd].*'), ['cat', 'dog'])
  assert.deepEqual(filtered('code', 'in', 'cat, dog'), ['cat', 'dog'])
  assert.deepEqual(filtered('display', '=', 'Dog'), ['dog'])
  const without = { ...set('urn:x', { system: 'urn:animals' }) }
  without.compose!.exclude = [{ valueSet: ['urn:cats'] }]
  assert.deepEqual(codes(expand(small, without)), ['animal', 'dog', 'pet'])
})

test('expand: what is not known is said and never invented', () => {
  const cases = [
    expand(terminology, 'urn:nowhere'),
    expand(small, 'urn:with-snomed'),
    expand(small, set('urn:x', { system: 'urn:open' })),
    expand(small, set('urn:x', { system: 'urn:animals', filter: [{ property: 'colour', op: '=', value: 'red' }] })),
    // An expression that could take for ever is not tried.
    expand(
      small,
      set('urn:x', { system: 'urn:animals', filter: [{ property: 'code', op: 'regex', value: '(a+)+$' }] }),
    ),
  ]
  for (const each of cases) assert.ok('notKnown' in each, JSON.stringify(each))
})

test('lookup', () => {
  assert.deepEqual(lookup(small, 'urn:animals', 'cat'), {
    name: 'Animals',
    version: '1',
    display: 'Cat',
    isAbstract: false,
    parents: ['animal', 'pet'],
    children: ['lion'],
  })
  assert.equal(lookup(terminology, genders, 'nope'), undefined)
  assert.ok('notKnown' in lookup(terminology, snomed, '22298006')!)
  assert.ok('notKnown' in lookup(small, 'urn:open', 'b')!)
  assert.equal((lookup(small, 'urn:loud', 'abc') as { display: string }).display, 'Abc')
})

test('validateCode: yes, no, and not known here', () => {
  const says = (what: Parameters<typeof validateCode>[1], where = terminology) => {
    const answer = validateCode(where, what)
    return 'notKnown' in answer ? undefined : answer.result
  }
  assert.equal(says({ valueSet: gender, system: genders, code: 'male' }), true)
  assert.equal(says({ valueSet: gender, code: 'male' }), true)
  assert.equal(says({ valueSet: gender, system: 'urn:other', code: 'male' }), false)
  assert.equal(says({ valueSet: gender, system: genders, code: 'male', display: 'male' }), true)
  assert.equal(says({ valueSet: gender, system: genders, code: 'male', display: 'Man' }), false)
  assert.equal(says({ system: genders, code: 'nope' }), false)
  assert.equal(says({ system: genders, code: 'male' }), true)
  assert.equal(says({ system: 'http://loinc.org', code: '1-1' }), undefined)
  assert.equal(says({ code: 'x' }), undefined)
  assert.equal(says({ valueSet: 'urn:nowhere', code: 'x' }), undefined)
  // Partly known sets: what is known is decided, the rest is not.
  assert.equal(says({ valueSet: 'urn:with-snomed', system: 'urn:animals', code: 'cat' }, small), true)
  assert.equal(says({ valueSet: 'urn:with-snomed', system: snomed, code: '1' }, small), undefined)
})

test('subsumes', () => {
  assert.equal(subsumes(small, 'urn:animals', 'animal', 'lion'), 'subsumes')
  assert.equal(subsumes(small, 'urn:animals', 'lion', 'pet'), 'subsumed-by')
  assert.equal(subsumes(small, 'urn:animals', 'dog', 'cat'), 'not-subsumed')
  assert.equal(subsumes(small, 'urn:animals', 'dog', 'dog'), 'equivalent')
  assert.equal(subsumes(small, 'urn:animals', 'dog', 'x'), undefined)
  assert.ok('notKnown' in (subsumes(terminology, snomed, '1', '2') as NotKnown))
  assert.equal(subsumes(terminology, roles, 'FAMMEMB', 'MTH'), 'subsumes')
})

test('codesAround, for :below and :above', () => {
  assert.deepEqual(codesAround(small, 'urn:animals', 'cat', 'below'), ['cat', 'lion'])
  assert.deepEqual(codesAround(small, 'urn:animals', 'cat', 'above'), ['cat', 'animal', 'pet'])
  assert.equal(codesAround(small, snomed, 'cat', 'above'), undefined)
})

test('membersOf, for :in and :not-in, is computed once', () => {
  const { members, unknown } = membersOf(terminology, gender)
  assert.ok(members.has(`${genders}|male`) && unknown.size === 0)
  assert.equal(membersOf(terminology, `${gender}|4.0.1`), membersOf(terminology, gender))
})
