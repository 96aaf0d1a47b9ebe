// What the validator must refuse, and what it must not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evalFhirPathTyped, validateResource } from '@medplum/core'
import { loadDefinitions } from '../data.ts'
import { natives } from './invariants.ts'
import { momentsOf, primitiveFault } from './primitives.ts'
import { validate } from './validate.ts'

const { knowledge } = loadDefinitions()

const observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
}
const patient = { resourceType: 'Patient' }

/** The errors as `code path`. */
const errors = (resource: unknown) =>
  validate(resource, knowledge).flatMap(each =>
    each.severity === 'error' || each.severity === 'fatal' ? [`${each.code} ${each.expression}`] : [],
  )
const texts = (resource: unknown) => validate(resource, knowledge).map(each => each.text)

test('an ordinary resource is accepted', () => {
  assert.deepEqual(
    errors({ ...observation, valueQuantity: { value: 1.5, unit: 'mg' }, subject: { reference: 'Patient/a' } }),
    [],
  )
  assert.deepEqual(
    errors({ ...patient, birthDate: '1970', _gender: { extension: [{ url: 'urn:x', valueCode: 'x' }] } }),
    [],
  )
})

test('all problems are reported at once, each in a sentence with its place', () => {
  assert.deepEqual(texts({ ...patient, gender: 'nope', birthDate: '1970-02-30', nonsense: 1, name: [] }), [
    'Patient has no narrative (dom-6), which the standard recommends.',
    'Patient.gender is "nope", which is not in the value set http://hl7.org/fhir/ValueSet/administrative-gender.',
    'Patient.birthDate is a day that does not exist.',
    'Patient.nonsense is not an element of Patient.',
    'Patient.name is an empty array; leave it out instead.',
  ])
})

/** What the library of Medplum accepts or only warns about, and what it refuses too. */
const wrong: [name: string, resource: unknown, expected: string[]][] = [
  ['not an object', 'Patient', ['fatal']],
  ['no type', {}, ['required Resource']],
  ['an unknown type', { resourceType: 'Patent' }, ['structure Patent']],
  ['a data type as a resource', { resourceType: 'HumanName', family: 'x' }, ['structure HumanName']],
  ['a type of later FHIR', { resourceType: 'SubscriptionStatus', type: 'heartbeat' }, ['structure SubscriptionStatus']],
  ['an addition of Medplum', { ...patient, meta: { project: 'x' } }, ['structure Patient.meta.project']],
  ['a missing element', { resourceType: 'Observation', status: 'final' }, ['required Observation.code']],
  ['a code outside a required binding', { ...observation, status: 'bogus' }, ['code-invalid Observation.status']],
  [
    'a concept outside a required binding',
    {
      resourceType: 'Condition',
      subject: { reference: 'Patient/a' },
      clinicalStatus: { coding: [{ system: 'urn:other', code: 'active' }] },
    },
    ['code-invalid Condition.clinicalStatus'],
  ],
  ['an id with spaces', { ...patient, id: '!!' }, ['value Patient.id']],
  ['an id of 65 characters', { ...patient, id: 'a'.repeat(65) }, ['value Patient.id']],
  ['an empty array', { ...patient, name: [] }, ['structure Patient.name']],
  ['an empty object', { ...patient, name: [{}] }, ['structure Patient.name[0]']],
  ['an object with an id only', { ...patient, name: [{ id: 'a' }] }, ['structure Patient.name[0]']],
  ['null', { ...patient, birthDate: null }, ['structure Patient.birthDate']],
  ['null in an array', { ...patient, name: [{ given: ['a', null] }] }, ['structure Patient.name[0].given[1]']],
  ['an empty string', { ...patient, birthDate: '' }, ['value Patient.birthDate']],
  ['only spaces', { ...patient, name: [{ family: '  ' }] }, ['value Patient.name[0].family']],
  ['an array for one', { ...patient, gender: ['male'] }, ['structure Patient.gender']],
  ['one for an array', { ...patient, name: { family: 'x' } }, ['structure Patient.name']],
  ['an array in an array', { ...patient, name: [[{ family: 'x' }]] }, ['structure Patient.name[0]']],
  ['a number for text', { ...patient, name: [{ family: 1 }] }, ['value Patient.name[0].family']],
  ['text for a boolean', { ...patient, active: 'true' }, ['value Patient.active']],
  ['an inherited name', JSON.parse('{"resourceType":"Patient","__proto__":{"a":1}}'), ['structure Patient.__proto__']],
  ['a method name', { ...patient, toString: 'x' }, ['structure Patient.toString']],
  ['two values', { ...observation, valueString: 'x', valueBoolean: true }, ['structure Observation.value']],
  [
    'a value and the extensions of another',
    { ...observation, valueString: 'x', _valueBoolean: { id: 'a', extension: [{ url: 'u:x', valueCode: 'y' }] } },
    ['structure Observation.value'],
  ],
  [
    'a wrong target',
    { ...observation, subject: { reference: 'Practitioner/a' } },
    ['structure Observation.subject.reference'],
  ],
  [
    'a conditional wrong target',
    { ...observation, subject: { reference: 'Slot?a=b' } },
    ['structure Observation.subject.reference'],
  ],
  ['a dangling reference', { ...observation, subject: { reference: '#p' } }, ['invariant Observation.subject']],
  [
    'a period that ends before it starts',
    { ...patient, name: [{ family: 'x', period: { start: '2024-05-17', end: '2023' } }] },
    ['invariant Patient.name[0].period'],
  ],
  [
    'a component that repeats the code and has a value (obs-7)',
    { ...observation, valueString: 'x', component: [{ code: observation.code }] },
    ['invariant Observation'],
  ],
  ['an extension with nothing', { ...patient, extension: [{ url: 'urn:x' }] }, ['invariant Patient.extension[0]']],
  [
    'an extension with both',
    { ...patient, extension: [{ url: 'urn:x', valueCode: 'a', extension: [{ url: 'urn:y', valueCode: 'b' }] }] },
    ['invariant Patient.extension[0]'],
  ],
  [
    'a contact without anything (pat-1)',
    { ...patient, contact: [{ gender: 'male' }] },
    ['invariant Patient.contact[0]'],
  ],
  [
    'a contact point without system (cpt-2)',
    { ...patient, telecom: [{ value: '1' }] },
    ['invariant Patient.telecom[0]'],
  ],
  [
    'the type of a resource in a data type',
    { ...patient, name: [{ resourceType: 'HumanName', family: 'x' }] },
    ['structure Patient.name[0].resourceType'],
  ],
]

for (const [name, resource, expected] of wrong) {
  test(`refused: ${name}`, () => {
    const found = errors(resource)
    assert.equal(found.length, expected.length, found.join('\n'))
    for (const [index, each] of expected.entries()) {
      assert.ok(each === 'fatal' || found[index] === each, `${found[index]} is not ${each}`)
    }
  })
}

test('contained resources have ids, are referred to, and contain none', () => {
  const of = (contained: unknown[], reference = '#p') => errors({ ...observation, contained, subject: { reference } })
  const good = { ...patient, id: 'p' }
  assert.deepEqual(of([good]), [])
  assert.deepEqual(of([{ ...patient }]), [
    'required Observation.contained[0].id',
    'invariant Observation.subject',
    'invariant Observation.contained[0]',
  ])
  assert.deepEqual(of([good, { ...patient, id: 'q' }]), ['invariant Observation.contained[1]'])
  assert.deepEqual(of([good, good]), ['duplicate Observation.contained[1]'])
  assert.deepEqual(of([{ ...good, contained: [good] }]), ['invariant Observation.contained[0]'])
  assert.deepEqual(of([{ ...good, meta: { versionId: '1' } }]), ['invariant Observation.contained[0].meta'])
  // A contained resource may point back, and one contained resource may point to another.
  const provenance = {
    resourceType: 'Provenance',
    id: 'v',
    target: [{ reference: '#' }],
    recorded: '2024-05-17T00:00:00Z',
    agent: [{ who: { reference: '#p' } }],
  }
  assert.deepEqual(of([good, provenance]), [])
})

test('every resource of a Bundle is a world of its own', () => {
  const inside = { ...observation, contained: [{ ...patient, id: 'p' }], subject: { reference: '#p' } }
  const bundle = (resource: unknown) => ({ resourceType: 'Bundle', type: 'collection', entry: [{ resource }] })
  assert.deepEqual(errors(bundle(inside)), [])
  assert.deepEqual(errors(bundle({ ...inside, contained: undefined })), ['invariant Bundle.entry[0].resource.subject'])
})

test('nesting is limited before anything walks into it', () => {
  let item: Record<string, unknown> = { linkId: 'x', type: 'display' }
  for (let depth = 0; depth < 50_000; depth++) item = { linkId: 'x', type: 'group', item: [item] }
  const issues = validate({ resourceType: 'Questionnaire', status: 'draft', item: [item] }, knowledge)
  assert.deepEqual([issues.length, issues[0]?.severity, issues[0]?.code], [1, 'fatal', 'too-long'])
})

test('a hostile resource gets a bounded answer', () => {
  const many = { ...patient, name: Array.from({ length: 10_000 }, () => ({ x: 1 })) }
  assert.ok(texts(many).length <= 400)
})

test('what must be distinct is compared in linear time', () => {
  const concept = Array.from({ length: 50_000 }, (_, index) => ({ code: `c${index}` }))
  const system = { resourceType: 'CodeSystem', status: 'draft', content: 'complete', concept }
  const begin = performance.now()
  assert.deepEqual(errors(system), [])
  assert.deepEqual(errors({ ...system, concept: [...concept, { code: 'd', concept: [{ code: 'c0' }] }] }), [
    'invariant CodeSystem',
  ])
  assert.ok(performance.now() - begin < 3_000, 'comparing each with each takes ten times as long')
})

test('the lexical forms of primitive types', () => {
  const cases: [type: string, good: unknown[], bad: unknown[]][] = [
    [
      'date',
      ['2024', '2024-02', '2024-02-29', '2000-02-29'],
      ['2023-02-29', '1900-02-29', '24', '2024-13', '2024-1-1', '0000', 2024],
    ],
    [
      'dateTime',
      ['2024', '2024-05-17T14:30:00Z', '2024-05-17T14:30:60.123+14:00'],
      [
        '2024-05-17T14:30',
        '2024-05-17T14:30Z',
        '2024-05-17T14:30:00',
        '2024-05-17T24:00:00Z',
        '2024-04-31T00:00:00Z',
        '2024T10:00:00Z',
      ],
    ],
    ['instant', ['2024-05-17T14:30:00.000Z'], ['2024-05-17', '2024-05-17T14:30:00', '2024-05-17T14:30:00+15:00']],
    ['time', ['14:30:00', '14:30:00.5'], ['14:30', '24:00:00', '14:30:00Z']],
    ['code', ['a', 'a b'], [' a', 'a ', 'a  b', '']],
    ['id', ['a', 'A-1.b'], ['a_b', 'é', '']],
    ['uri', ['urn:x', 'a/b'], ['a b', '']],
    ['oid', ['urn:oid:1.2.3'], ['1.2.3', 'urn:oid:3.1', 'urn:oid:1.02']],
    [
      'uuid',
      ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520'],
      ['c757873d-ec9a-4326-a141-556f43239520', 'urn:uuid:C757873D-ec9a-4326-a141-556f43239520'],
    ],
    ['base64Binary', ['QUJD', 'QUJD\nQUI='], ['QUJ', 'QU=D', '====', '', 'QUJD!']],
    ['integer', [0, -2_147_483_648], [1.5, 2_147_483_648, '1', Number.NaN]],
    ['positiveInt', [1], [0]],
    ['unsignedInt', [0], [-1]],
    ['decimal', [1.5, -1e300], ['1.5', Number.POSITIVE_INFINITY]],
    ['boolean', [true], ['true', 1]],
    ['string', ['x', 'a\tb'], ['', ' ', 'a\u0000', 'a\u001B', 'x'.repeat(1024 * 1024 + 1)]],
  ]
  for (const [type, good, bad] of cases) {
    for (const each of good) assert.equal(primitiveFault(type, each), undefined, `${type} ${String(each)}`)
    for (const each of bad) assert.ok(primitiveFault(type, each), `${type} ${String(each).slice(0, 40)}`)
  }
})

test('a narrative is basic formatting only', () => {
  const fault = (inside: string) => primitiveFault('xhtml', `<div xmlns="http://www.w3.org/1999/xhtml">${inside}</div>`)
  for (const good of [
    'x',
    '<p class="a">x<br/></p>',
    '<img src="a.png" alt="x"/>',
    '&lt;&#160;&#xA0;',
    '<!-- c --><b>x</b>',
    '<a href="https://a.example">x</a>',
  ]) {
    assert.equal(fault(good), undefined, good)
  }
  const bad = [
    '',
    '  ',
    '<script>x</script>',
    '<p onclick="x">x</p>',
    '<a href="javascript:x">x</a>',
    '<a href="java&#115;cript:x">x</a>',
    '<a href=" &#9;java&Tab;script:x">x</a>',
    '<iframe>x</iframe>',
    '<p>x',
    'x</p>',
    'a & b',
    '&nbsp;',
    '&nbsp;',
    '<p a=b>x</p>',
    '<svg>x</svg>',
    '<form>x</form>',
    '<p style="width:expression(x)">x</p>',
    '</div><div>x',
    '<!-- x',
    '<a href="data:text/html,x">x</a>',
  ]
  for (const each of bad) assert.ok(fault(each), each)
  assert.ok(primitiveFault('xhtml', '<p>x</p>'))
  assert.ok(primitiveFault('xhtml', '<div>x</div>y'))
})

test('dates of different precision are only refused when no reading of them is in order', () => {
  const inOrder = (start: string, end: string) => natives['per-1']!({ start, end }, { resource: {}, root: {} })
  assert.ok(inOrder('2024-05-17T10:00:00Z', '2024-05-17'))
  assert.ok(inOrder('2024-05-17', '2024-05-16T20:00:00-10:00'))
  assert.ok(inOrder('2024-05', '2024'))
  assert.ok(!inOrder('2024-05-17T10:00:00Z', '2024-05-17T09:00:00Z'))
  assert.ok(!inOrder('2024-06', '2023'))
  assert.equal(momentsOf('x'), undefined)
})

test('the rules written out as functions agree with the FHIRPath of the standard', () => {
  const sample: [string, Record<string, unknown>][] = [
    [
      'Appointment',
      {
        resourceType: 'Appointment',
        status: 'booked',
        start: '2024-05-17T10:00:00Z',
        cancelationReason: { text: 'x' },
      },
    ],
    [
      'Observation',
      { ...observation, valueString: 'x', dataAbsentReason: { text: 'x' }, component: [{ code: observation.code }] },
    ],
    [
      'Bundle',
      {
        resourceType: 'Bundle',
        type: 'document',
        total: 1,
        entry: [{ resource: patient, search: { mode: 'match' } }, { response: { status: '200' } }],
      },
    ],
    [
      'Condition',
      {
        resourceType: 'Condition',
        abatementString: 'x',
        clinicalStatus: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
        },
      },
    ],
    ['AllergyIntolerance', { resourceType: 'AllergyIntolerance', patient: { reference: 'Patient/a' } }],
  ]
  let compared = 0
  for (const [name, resource] of sample) {
    for (const rule of knowledge.type(name)!.rules) {
      const native = natives[rule.key]
      if (!native) continue
      const value = { type: name, value: resource }
      const [result] = evalFhirPathTyped(rule.expression, [value], { '%resource': value, '%context': value })
      assert.equal(
        native(resource, { resource, root: resource }),
        result?.value ?? true,
        `${rule.key} ${JSON.stringify(resource)}`,
      )
      compared++
    }
  }
  assert.ok(compared >= 15, `${compared} were compared`)
})

test('what the library refuses is refused here as well', () => {
  for (const [name, resource] of wrong) {
    let isRefused = false
    try {
      validateResource(resource as Parameters<typeof validateResource>[0])
    } catch {
      isRefused = true
    }
    if (isRefused) assert.ok(errors(resource).length > 0, name)
  }
})
