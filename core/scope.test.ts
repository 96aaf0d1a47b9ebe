import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isWithin, parseScope, parseScopes, Scopes, scopesFor, writeScope } from './scope.ts'

for (const [written, canonical] of [
  ['patient/*.read', 'patient/*.rs'],
  ['user/Observation.write', 'user/Observation.cud'],
  ['system/*.*', 'system/*.cruds'],
  ['patient/Observation.rs', 'patient/Observation.rs'],
  ['openid', 'openid'],
  ['launch/patient', 'launch/patient'],
  [
    'user/Observation.rs?code=1234-5&category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory',
    'user/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory&code=1234-5',
  ],
] as const) {
  test(`${written} means ${canonical}`, () => assert.deepEqual(parseScopes(written), [canonical]))
}

for (const odd of [
  '',
  ' ',
  'system:Patient.read',
  'System/Patient.read',
  'patient/patient.rs',
  'patient/PATIENT.rs',
  'patient/Patient.RS',
  'patient//Patient.rs',
  '/patient/Patient.rs',
  'patient/Patient.rs/',
  'patient/Patient.',
  'patient/Patient',
  'patient/Patient.sr',
  'patient/Patient.rrs',
  'patient/Patient.x',
  'patient/Patient.readwrite',
  'patient/Patient.toString',
  'patient/Nothing.rs',
  'patient/*.rs?category=x',
  'patient/Patient.rs?',
  'patient/Patient.rs?category',
  'patient/Patient.rs?category=',
  'patient/Patient.rs?category=a&&code=b',
  'patient/Patient.rs?code=a&code=a',
  'patient/Patient.rs?_sort=name',
  'patient/Patient.rs?_include=Patient:organization',
  'patient/Patient.rs?code=%2e',
  'patient/Pаtient.rs', // The second letter is Cyrillic.
  'patient/Patient.rs\u0000',
  'patient/Patient.rs\n',
  'patient/Patient.rs ',
  ' patient/Patient.rs',
  'patient/Patient.rs  openid',
  'patient/Patient.rs\topenid',
  'patient/Patient.rs patient/Patient.rs',
  'openid OpenID',
  '__proto__',
  `patient/Patient.rs?code=${'x'.repeat(300)}`,
]) {
  test(`${JSON.stringify(odd).slice(0, 60)} is refused`, () => assert.equal(parseScopes(odd), undefined))
}

const access = fc.subarray(['c', 'r', 'u', 'd', 's'], { minLength: 1 }).map(letters => letters.join(''))
const type = fc.constantFrom('*', 'Patient', 'Observation', 'MedicationRequest')
const only = fc.subarray(['category=laboratory', 'code=1234-5', 'status=final'])
const scope = fc.record({ context: fc.constantFrom('patient', 'user', 'system'), type, access, only }).map(each => {
  const query = each.type === '*' || each.only.length === 0 ? '' : `?${each.only.join('&')}`
  return `${each.context}/${each.type}.${each.access}${query}`
})
const scopes = fc.uniqueArray(scope, { minLength: 1, maxLength: 8 })

test('what is written is read as the same, and writing it again changes nothing', () => {
  fc.assert(
    fc.property(scope, text => {
      const parsed = parseScope(text)
      assert.ok(parsed)
      assert.deepEqual(parseScope(writeScope(parsed)), parsed)
      assert.ok(Scopes.safeParse([writeScope(parsed)]).success)
    }),
  )
})

test('no other text than a scope’s own spelling, or SMART 1’s, is ever accepted', () => {
  const almost = fc.tuple(scope, fc.nat(), fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }), fc.boolean())
  fc.assert(
    fc.property(almost, ([text, at, change, isInsert]) => {
      const where = at % (text.length + 1)
      const altered = text.slice(0, where) + change + text.slice(where + (isInsert ? 0 : change.length))
      const parsed = parseScope(altered)
      if (!parsed || parsed.context === 'plain') return
      const sorted = { ...parsed, only: altered.split('?')[1]?.split('&') ?? [] }
      const v1 = altered.replace('.read', '.rs').replace('.write', '.cud').replace('.*', '.cruds')
      assert.ok([altered, v1].includes(writeScope(sorted)), altered)
    }),
    { numRuns: 2_000 },
  )
})

test('within is reflexive and transitive, and never gives a permission, a context or a type that was not given', () => {
  fc.assert(
    fc.property(scopes, scopes, scopes, (a, b, c) => {
      assert.ok(isWithin(a, a))
      if (isWithin(a, b) && isWithin(b, c)) assert.ok(isWithin(a, c))
      if (!isWithin(a, b)) return
      for (const text of a) {
        const asked = parseScope(text)
        assert.ok(asked && asked.context !== 'plain')
        for (const letter of asked.access)
          assert.ok(
            scopesFor(b, asked.type === '*' ? 'Goal' : asked.type, letter as 'c').some(
              each => each.context === asked.context && each.only.every(one => asked.only.includes(one)),
            ),
            `${text} within ${b.join(' ')}`,
          )
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a reader never becomes a writer, a patient’s scope never a system’s, a part never the whole', () => {
  for (const [asked, given] of [
    ['patient/*.cruds', 'patient/*.rs'],
    ['patient/Observation.u', 'patient/*.rs'],
    ['system/Patient.r', 'patient/*.cruds'],
    ['user/Patient.r', 'patient/Patient.cruds'],
    ['patient/*.rs', 'patient/Patient.rs'],
    ['patient/Observation.rs', 'patient/Observation.rs?category=laboratory'],
    ['patient/Observation.rs?code=1', 'patient/Observation.rs?category=laboratory'],
    ['openid', 'fhirUser'],
    ['patient/Nothing.rs', 'patient/*.cruds'],
  ] as const)
    assert.equal(isWithin([asked], [given]), false, `${asked} within ${given}`)
  assert.ok(
    isWithin(['patient/Observation.rs?category=laboratory&code=1'], ['patient/Observation.rs?category=laboratory']),
  )
  assert.ok(isWithin(['patient/Patient.rs'], ['patient/Patient.r', 'patient/*.s']))
})

test('what covers a use is found with its conditions, and nothing covers what was not granted', () => {
  const granted = ['openid', 'patient/Observation.rs?category=laboratory', 'user/*.r']
  assert.deepEqual(scopesFor(granted, 'Observation', 's').map(writeScope), [
    'patient/Observation.rs?category=laboratory',
  ])
  assert.deepEqual(scopesFor(granted, 'Observation', 'u'), [])
  assert.deepEqual(scopesFor(['patient/*.read'], 'Goal', 's').map(writeScope), ['patient/*.rs'])
})
