// The patient summary: valid, whole, and nothing in it that is not in the record.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bundle, Composition, Patient, Resource } from '@medplum/fhirtypes'
import { loadDefinitions } from '../data.ts'
import { patientSummary, type SummaryContext } from './patient-summary.ts'
import { validate } from './validate.ts'

const { knowledge } = loadDefinitions()

const context: SummaryContext = {
  at: '2026-11-21T12:00:00Z',
  uuid: 'c757873d-ec9a-4326-a141-556f43239520',
  baseUrl: 'https://a.example/fhir',
  author: { reference: 'Organization/o' },
}
const patient: Patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'King' }] }
const subject = { reference: 'Patient/p' }
const category = (code: string) => [
  { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] },
]
const clinical = (code: string) => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code }],
})

const resources = [
  { resourceType: 'Organization', id: 'o', name: 'Practice' },
  { resourceType: 'Organization', id: 'unrelated', name: 'Other' },
  { resourceType: 'Medication', id: 'm', code: { text: 'Metformin' } },
  {
    resourceType: 'MedicationStatement',
    id: 'ms',
    status: 'active',
    subject,
    medicationReference: { reference: 'Medication/m' },
  },
  {
    resourceType: 'MedicationRequest',
    id: 'old',
    status: 'stopped',
    intent: 'order',
    subject,
    medicationCodeableConcept: { text: 'Old' },
  },
  {
    resourceType: 'Condition',
    id: 'c1',
    subject,
    code: { text: 'Diabetes <script>' },
    clinicalStatus: clinical('active'),
    onsetDateTime: '2010',
  },
  {
    resourceType: 'Condition',
    id: 'c2',
    subject,
    code: { text: 'Asthma & cough' },
    clinicalStatus: clinical('active'),
    onsetDateTime: '2020',
  },
  { resourceType: 'Condition', id: 'c3', subject, code: { text: 'Fracture' }, clinicalStatus: clinical('resolved') },
  {
    resourceType: 'Condition',
    id: 'c4',
    subject,
    code: { text: 'Mistake' },
    verificationStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'entered-in-error' }],
    },
  },
  {
    resourceType: 'Observation',
    id: 'v',
    status: 'final',
    subject,
    category: category('vital-signs'),
    code: { text: 'Weight' },
    valueQuantity: { value: 70, unit: 'kg' },
    effectiveDateTime: '2026-01-02T10:00:00Z',
  },
  {
    resourceType: 'Observation',
    id: 's',
    status: 'final',
    subject,
    category: category('social-history'),
    code: { text: 'Smoking' },
    valueCodeableConcept: { text: 'never' },
  },
  {
    resourceType: 'Observation',
    id: 'l',
    status: 'final',
    subject,
    category: category('laboratory'),
    code: { coding: [{ system: 'http://loinc.org', code: '4548-4', display: 'HbA1c' }] },
    valueString: '6.1',
  },
  {
    resourceType: 'Observation',
    id: 'x',
    status: 'entered-in-error',
    subject,
    category: category('laboratory'),
    code: { text: 'Wrong' },
  },
  { resourceType: 'Procedure', id: 'pr', status: 'completed', subject, code: { text: 'Appendectomy' } },
] as unknown as Resource[]

const compositionOf = (bundle: Bundle) => bundle.entry![0]!.resource as Composition
const sectionOf = (bundle: Bundle, code: string) =>
  compositionOf(bundle).section!.find(each => each.code?.coding?.[0]?.code === code)!
const refs = (bundle: Bundle, code: string) => sectionOf(bundle, code).entry?.map(each => each.reference)

test('every entry stands in its section, newest first, and mistakes and what is over do not', () => {
  const bundle = patientSummary(patient, resources, context)
  assert.deepEqual(refs(bundle, '11450-4'), ['Condition/c2', 'Condition/c1'])
  assert.deepEqual(refs(bundle, '11348-0'), ['Condition/c3'])
  assert.deepEqual(refs(bundle, '10160-0'), ['MedicationStatement/ms'])
  assert.deepEqual(refs(bundle, '8716-3'), ['Observation/v'])
  assert.deepEqual(refs(bundle, '29762-2'), ['Observation/s'])
  assert.deepEqual(refs(bundle, '30954-2'), ['Observation/l'])
  assert.deepEqual(refs(bundle, '47519-4'), ['Procedure/pr'])
  assert.ok(!/Mistake|Wrong|Old/.test(JSON.stringify(bundle)))
})

test('an order not to give something is not a medicine that is taken', () => {
  const order = {
    resourceType: 'MedicationRequest',
    id: 'n',
    status: 'active',
    intent: 'order',
    doNotPerform: true,
    subject,
  }
  const bundle = patientSummary(
    patient,
    [{ ...order, medicationCodeableConcept: { text: 'x' } } as unknown as Resource],
    context,
  )
  assert.equal(refs(bundle, '10160-0'), undefined)
})

test('the document is valid and contains the patient and all that its entries refer to, and no more', () => {
  const bundle = patientSummary(patient, resources, context)
  assert.deepEqual(
    validate(bundle, knowledge).filter(each => each.severity === 'error'),
    [],
  )
  const urls = bundle.entry!.map(each => each.fullUrl)
  assert.equal(urls[0], `urn:uuid:${context.uuid}`)
  assert.equal(new Set(urls).size, urls.length)
  for (const needed of ['Patient/p', 'Organization/o', 'Medication/m'])
    assert.ok(urls.includes(`https://a.example/fhir/${needed}`), needed)
  assert.ok(!urls.some(url => url?.endsWith('/unrelated')))
})

test('an empty section says that information is unavailable, not that there is none', () => {
  const bundle = patientSummary(patient, [], context)
  assert.deepEqual(
    validate(bundle, knowledge).filter(each => each.severity === 'error'),
    [],
  )
  const codes = compositionOf(bundle).section!.map(each => each.code?.coding?.[0]?.code)
  assert.deepEqual(codes, [
    '48765-2',
    '10160-0',
    '11450-4',
    '11369-6',
    '30954-2',
    '47519-4',
    '8716-3',
    '29762-2',
    '18776-5',
  ])
  for (const { emptyReason, entry } of compositionOf(bundle).section!) {
    assert.deepEqual([emptyReason?.coding?.[0]?.code, entry], ['unavailable', undefined])
  }
})

test('the narrative repeats the entries, escaped', () => {
  const bundle = patientSummary(patient, resources, context)
  const div = (code: string) => sectionOf(bundle, code).text!.div
  const html = (inside: string) => `<div xmlns="http://www.w3.org/1999/xhtml"><ul>${inside}</ul></div>`
  assert.equal(
    div('11450-4'),
    html('<li>Asthma &amp; cough (active, 2020)</li><li>Diabetes &lt;script&gt; (active, 2010)</li>'),
  )
  assert.equal(div('8716-3'), html('<li>Weight: 70 kg (final, 2026-01-02)</li>'))
  assert.equal(div('30954-2'), html('<li>HbA1c: 6.1 (final)</li>'))
  assert.equal(div('29762-2'), html('<li>Smoking: never (final)</li>'))
  assert.equal(div('10160-0'), html('<li>Metformin (active)</li>'))
})

test('resources are not changed, and reference cycles end', () => {
  const circle = [
    { resourceType: 'Procedure', id: 'a', status: 'completed', subject, partOf: [{ reference: 'Procedure/b' }] },
    { resourceType: 'Procedure', id: 'b', status: 'completed', subject, partOf: [{ reference: 'Procedure/a' }] },
  ] as unknown as Resource[]
  const before = structuredClone(circle)
  assert.equal(patientSummary(patient, circle, context).entry!.length, 4)
  assert.deepEqual(circle, before)
})
