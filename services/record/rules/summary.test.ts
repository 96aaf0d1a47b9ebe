// What a part of a resource contains, and what an outcome says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Observation, Patient } from '@medplum/fhirtypes'
import { loadDefinitions } from '../data.ts'
import { outcome } from './outcome.ts'
import { fhirError, isRefused, issueOf } from './refusal.ts'
import { summarized, withElements } from './summary.ts'
import { validate } from './validate.ts'

const { knowledge } = loadDefinitions()

const tag = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
  display: 'subsetted',
}

const patient: Patient = {
  resourceType: 'Patient',
  id: 'p',
  meta: { versionId: '1', tag: [{ code: 'own' }] },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  modifierExtension: [{ url: 'urn:m', valueBoolean: true }],
  name: [{ family: 'King' }],
  birthDate: '1920',
  deceasedBoolean: true,
  photo: [{ contentType: 'image/png', data: 'QUJD' }],
  maritalStatus: { text: 'x' },
  link: [{ type: 'seealso', other: { reference: 'Patient/q' } }],
}

const observation: Observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'c' },
  note: [{ text: 'n' }],
  valueAttachment: undefined,
  component: [{ code: { text: 'd' }, valueString: 'v', interpretation: [{ text: 'i' }] }],
} as unknown as Observation

test('_summary=true keeps what the definitions mark, at every level', () => {
  assert.deepEqual(summarized(patient, 'true', knowledge), {
    resourceType: 'Patient',
    id: 'p',
    meta: { versionId: '1', tag: [{ code: 'own' }, tag] },
    modifierExtension: patient.modifierExtension,
    name: patient.name,
    birthDate: '1920',
    deceasedBoolean: true,
    link: patient.link,
  })
  const { note: _, ...rest } = observation
  assert.deepEqual(JSON.parse(JSON.stringify(summarized(observation, 'true', knowledge))), {
    ...JSON.parse(JSON.stringify(rest)),
    meta: { tag: [tag] },
    component: [{ code: { text: 'd' }, valueString: 'v' }],
  })
})

test('_summary=text keeps the narrative and what is needed, data everything but the narrative', () => {
  const meta = { versionId: '1', tag: [{ code: 'own' }, tag] }
  const { text, modifierExtension } = patient
  assert.deepEqual(summarized(patient, 'text', knowledge), {
    resourceType: 'Patient',
    id: 'p',
    meta,
    text,
    modifierExtension,
  })
  const { text: _, ...data } = patient
  assert.deepEqual(summarized(patient, 'data', knowledge), { ...data, meta })
  assert.equal(summarized(patient, 'false', knowledge), patient)
  assert.equal(summarized(patient, 'count', knowledge), patient)
  assert.equal(summarized(observation, 'text', knowledge).status, 'final')
})

test('_elements keeps the named elements, choices and what is needed, and marks the part', () => {
  const part = withElements(patient, ['birthDate', 'deceased', 'Patient.name.family'], knowledge)
  assert.deepEqual(Object.keys(part).sort(), [
    'birthDate',
    'deceasedBoolean',
    'id',
    'meta',
    'modifierExtension',
    'name',
    'resourceType',
  ])
  assert.deepEqual(Object.keys(withElements(observation, ['note'], knowledge)).sort(), [
    'code',
    'meta',
    'note',
    'resourceType',
    'status',
  ])
  assert.equal(withElements(patient, [], knowledge), patient)
  // A part of a part is marked once.
  assert.equal(withElements(part, ['birthDate'], knowledge).meta?.tag?.length, 2)
})

test('every part is a valid resource, and nothing is changed in the whole', () => {
  const before = structuredClone(patient)
  for (const part of [
    summarized(patient, 'true', knowledge),
    summarized(patient, 'text', knowledge),
    withElements(patient, ['name'], knowledge),
  ]) {
    assert.deepEqual(
      validate(part, knowledge).filter(each => each.severity === 'error'),
      [],
    )
  }
  assert.deepEqual(patient, before)
})

test('an outcome says every issue, and is valid itself', () => {
  const issues = validate({ resourceType: 'Patient', gender: 'x' }, knowledge)
  const said = outcome(issues)
  assert.deepEqual(
    said.issue.map(each => each.expression),
    [['Patient'], ['Patient.gender']],
  )
  assert.ok(isRefused(issues))
  assert.ok(!isRefused(validate({ resourceType: 'Patient' }, knowledge)))
  assert.deepEqual(
    validate(said, knowledge).filter(each => each.severity === 'error'),
    [],
  )
})

test('a refusal carries its issue; other errors carry none', () => {
  assert.deepEqual(issueOf(fhirError('value', 'a', 'b')), {
    severity: 'error',
    code: 'value',
    text: 'a',
    expression: 'b',
  })
  assert.equal(issueOf(new Error('a')), undefined)
  assert.equal(issueOf('a'), undefined)
})
