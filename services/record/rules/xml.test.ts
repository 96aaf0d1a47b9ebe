// FHIR as XML: what comes back is what went in, and what is hostile does not come in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from '@medplum/fhirtypes'
import { XMLValidator } from 'fast-xml-parser'
import { loadDefinitions } from '../data.ts'
import { issueOf } from './refusal.ts'
import { fromXml, toXml } from './xml.ts'

const { knowledge } = loadDefinitions()

const head = '<?xml version="1.0" encoding="UTF-8"?>\n'
const patient = (inside: string) => `${head}<Patient xmlns="http://hl7.org/fhir">${inside}</Patient>`

function refused(source: string): string {
  try {
    fromXml(source, knowledge)
  } catch (error) {
    const issue = issueOf(error)
    assert.ok(issue, `a bug instead of a refusal: ${String(error)}`)
    return issue.text
  }
  return assert.fail(`nothing was refused: ${source.slice(0, 200)}`)
}

test('a resource is written in the order of the definitions and read back as it was', () => {
  const resource = {
    birthDate: '1920',
    _birthDate: { id: 'b', extension: [{ url: 'urn:x', valueDecimal: 1.5 }] },
    name: [
      {
        id: 'n',
        given: ['A & "B"', null, 'C\n'],
        _given: [null, { extension: [{ url: 'urn:y', valueBoolean: false }] }, null],
      },
    ],
    deceasedBoolean: false,
    multipleBirthInteger: 2,
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>a &lt; <b>b</b><!-- c --></p></div>',
    },
    contained: [{ id: 'o', name: 'O', resourceType: 'Organization' }],
    managingOrganization: { reference: '#o' },
    id: 'p',
    resourceType: 'Patient',
  } as unknown as Resource
  const xml = toXml(resource, knowledge)
  assert.equal(
    xml,
    patient(
      '<id value="p"/>' +
        '<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>a &lt; <b>b</b><!-- c --></p></div></text>' +
        '<contained><Organization><id value="o"/><name value="O"/></Organization></contained>' +
        '<name id="n"><given value="A &amp; &quot;B&quot;"/><given><extension url="urn:y"><valueBoolean value="false"/></extension></given>' +
        '<given value="C&#10;"/></name>' +
        '<birthDate id="b" value="1920"><extension url="urn:x"><valueDecimal value="1.5"/></extension></birthDate>' +
        '<deceasedBoolean value="false"/><multipleBirthInteger value="2"/>' +
        '<managingOrganization><reference value="#o"/></managingOrganization>',
    ),
  )
  assert.deepEqual(fromXml(xml, knowledge), resource)
  assert.equal(XMLValidator.validate(xml), true)
})

test('comments, declarations, namespaces and white space are not content', () => {
  const source = `\uFEFF<?xml version="1.0"?>\r\n<!-- a --><Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b">\r\n <!-- <b/> -->\n <active  value = 'true' ></active>\n</Patient>\n`
  assert.deepEqual(fromXml(source, knowledge), { resourceType: 'Patient', active: true })
})

test('characters by number and the five entities are read', () => {
  const read = fromXml(patient('<name><family value="&lt;&#x41;&#66;&apos;&amp;amp;"/></name>'), knowledge)
  assert.deepEqual(read, { resourceType: 'Patient', name: [{ family: `<AB'&amp;` }] })
})

test('a list of primitives that only have extensions has no values', () => {
  const extension = '<extension url="urn:y"><valueCode value="a"/></extension>'
  const read = fromXml(patient(`<name><given>${extension}</given></name>`), knowledge)
  assert.deepEqual(read, {
    resourceType: 'Patient',
    name: [{ _given: [{ extension: [{ url: 'urn:y', valueCode: 'a' }] }] }],
  })
})

test('what is not FHIR as XML is refused in a sentence', () => {
  const cases: [source: string, expected: RegExp][] = [
    ['', /there is no element/],
    ['{}', /text outside/],
    ['<Patient/>', /namespace/],
    ['<Patient xmlns="urn:other"/>', /namespace/],
    ['<Nonsense xmlns="http://hl7.org/fhir"/>', /Nonsense is not a resource/],
    ['<HumanName xmlns="http://hl7.org/fhir"/>', /HumanName is not a resource/],
    [patient('<nonsense value="1"/>'), /nonsense is not an element of Patient/],
    [patient('<toString value="1"/>'), /toString is not an element/],
    [patient('<__proto__ value="1"/>'), /__proto__ is not an element/],
    [patient('<_active><extension url="x"/></_active>'), /_active is not an element/],
    [patient('<active value="true" extra="1"/>'), /unknown attribute extra/],
    [patient('<active value="yes"/>'), /must be true or false/],
    [patient('<active/>'), /Patient.active is empty/],
    [patient('<multipleBirthInteger value="+1"/>'), /not a number/],
    [patient('<active value="true"/><active value="true"/>'), /more than once/],
    [patient('<active value="true" value="false"/>'), /twice/],
    [patient('<active value="true">x</active>'), /text outside/],
    [patient('<contained/>'), /must contain one resource/],
    [patient('<active value="true"></activ>'), /closes what is not open/],
    [patient('<name>'), /closes what is not open/],
    ['<Patient xmlns="http://hl7.org/fhir">', /not closed/],
    [`${patient('')}<Patient/>`, /more than one root/],
    [patient('<active value=true/>'), /neither an element/],
    [patient('<!-- '), /comment does not end/],
    [patient('<name><family value="&nbsp;"/></name>'), /&nbsp; is not an entity/],
    [patient('<name><family value="a & b"/></name>'), /is not an entity/],
    [patient('<name><family value="&#0;"/></name>'), /is not an entity/],
    [patient('<![CDATA[x]]>'), /neither an element/],
    [patient('<?php x ?>'), /neither an element/],
  ]
  for (const [source, expected] of cases) assert.match(refused(source), expected, source)
})

test('no document type: nothing is fetched and nothing is multiplied', () => {
  const external = `<!DOCTYPE Patient [<!ENTITY x SYSTEM "file:///etc/passwd">]><Patient xmlns="http://hl7.org/fhir"><name><family value="&x;"/></name></Patient>`
  const laughs = `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Patient xmlns="http://hl7.org/fhir"/>`
  for (const source of [external, laughs, head + external])
    assert.match(refused(source), /neither an element nor a comment/)
})

test('hostile input takes neither long nor deep', () => {
  const begin = performance.now()
  assert.match(refused(`<Patient xmlns="http://hl7.org/fhir">${'<contact>'.repeat(100_000)}`), /nested/)
  refused(`<Patient ${'a="1" '.repeat(50_000)}`)
  refused(`<Patient xmlns="http://hl7.org/fhir">${'<'.repeat(100_000)}`)
  refused(`<Patient xmlns="http://hl7.org/fhir"><active value="${'&amp'.repeat(100_000)}"/></Patient>`)
  refused(`<a${' '.repeat(100_000)}`)
  assert.ok(performance.now() - begin < 2_000)
})
