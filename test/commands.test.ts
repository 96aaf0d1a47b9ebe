// The commands of medley.ts as a person runs them.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createDatabase } from '../platform/database/database.ts'
import { pgliteEngine } from '../platform/database/pglite.ts'
import { runCommand, startProcess } from './servers/medley.ts'

const home = mkdtempSync(join(tmpdir(), 'medley-commands-'))
after(() => rmSync(home, { recursive: true, force: true }))

const entry = (resource: object) => ({
  fullUrl: `urn:uuid:${(resource as { id: string }).id}`,
  resource,
  request: { method: 'POST', url: 'x' },
})
const patient = {
  resourceType: 'Patient',
  id: 'p1',
  identifier: [{ system: 'urn:test', value: 'p1' }],
  name: [{ use: 'official', family: 'Bins636', given: ['Denny560'] }],
  birthDate: '1982-04-16',
  address: [{ state: 'Massachusetts', country: 'US', city: 'Norwood', line: ['1 Main'] }],
}
const organization = {
  resourceType: 'Organization',
  id: 'o1',
  identifier: [{ system: 'urn:test', value: 'o1' }],
  name: 'NORWOOD HOSPITAL',
  address: [{ city: 'NORWOOD', state: 'MA', country: 'US', line: ['800 WASHINGTON STREET'] }],
}
const practitioner = {
  resourceType: 'Practitioner',
  id: 'd1',
  identifier: [{ system: 'urn:npi', value: '490' }],
  name: [{ family: 'Kshlerin58', given: ['Monica'], prefix: ['Dr.'] }],
  address: [{ state: 'MA', country: 'US' }],
}
const encounter = {
  resourceType: 'Encounter',
  id: 'e1',
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
  participant: [{ individual: { reference: 'urn:uuid:d1' } }],
  serviceProvider: { reference: 'urn:uuid:o1' },
}

function file(name: string, entries: object[]): string {
  const path = join(home, name)
  writeFileSync(path, JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: entries.map(entry) }))
  return path
}

test('a bundle is imported once, and importing it again changes nothing', async () => {
  const env = { MEDLEY_DATA: join(home, 'import'), MEDLEY_DEMO: 'off' }
  const path = file('good.json', [patient, organization, practitioner, encounter])
  const first = await runCommand(['import', path], env)
  assert.deepEqual(
    [first.exitCode, first.output.trim()],
    [0, 'Imported 1 file(s) with 4 entries: 1 people (1 new), 1 organisations, 1 clinicians.'],
  )
  const second = await runCommand(['import', path], env)
  assert.match(second.output, /1 people \(0 new\), 1 organisations, 1 clinicians/)
  const verdict = await runCommand(['verify-audit'], env)
  assert.equal(verdict.exitCode, 0, verdict.output)
})

test('verify-audit finds a trail that somebody edited behind its back', async () => {
  const env = { MEDLEY_DATA: join(home, 'tampered'), MEDLEY_DEMO: 'off' }
  await runCommand(['import', file('good.json', [patient, organization, practitioner, encounter])], env)
  const database = createDatabase(await pgliteEngine({ directory: env.MEDLEY_DATA }))
  await database.execute(`update audit.entry set record = replace(record, '"done"', '"refused"') where sequence = 3`)
  await database.close()
  const { exitCode, output } = await runCommand(['verify-audit'], env)
  assert.equal(exitCode, 1)
  assert.match(output, /3/)
})

test('a broken file is refused whole, naming the entry and the reason', async () => {
  const env = { MEDLEY_DATA: join(home, 'broken'), MEDLEY_DEMO: 'off' }
  const good = file('good.json', [patient, organization, practitioner, encounter])
  for (const [name, entries, expected] of [
    [
      'date.json',
      [organization, { ...patient, birthDate: '16.04.1982' }],
      /date\.json: entry 1 \(Patient\), birthDate: is not a FHIR date/,
    ],
    ['nobody.json', [organization], /has 0 patients/],
    ['name.json', [{ ...patient, name: [] }], /entry 0 \(Patient\), name: a patient needs a name/],
    ['region.json', [{ ...patient, address: [{ country: 'DE' }] }], /belongs to the region eu/],
    ['record.json', [patient, { ...encounter, status: 'over' }], /record\.json: entry 1 Encounter\.status/],
  ] as const) {
    const { exitCode, output } = await runCommand(['import', good, file(name, [...entries])], env)
    assert.equal(exitCode, 1)
    assert.match(output, expected)
  }
  writeFileSync(join(home, 'half.json'), '{"resourceType":"Bundle","entry":[')
  assert.match((await runCommand(['import', join(home, 'half.json')], env)).output, /half\.json: is not JSON/)
  assert.match((await runCommand(['import', join(home, 'absent.json')], env)).output, /cannot be read \(ENOENT\)/)
  const after = await runCommand(['import', good], env)
  assert.match(after.output, /1 people \(1 new\)/, 'a refused import left something behind')
})

test('a second process on the same data folder is refused, and the first one goes on', async () => {
  const env = { MEDLEY_DATA: join(home, 'shared'), MEDLEY_DEMO: 'off' }
  const first = await startProcess({ env })
  try {
    const second = await runCommand(['migrate'], env)
    assert.equal(second.exitCode, 1)
    assert.match(second.output, /in use by another Medley process/)
    assert.equal((await fetch(`${first.url}/readyz`)).status, 200)
  } finally {
    await first.stop()
  }
  assert.equal((await runCommand(['migrate'], env)).exitCode, 0)
})

test('a signed prescription is verified with published keys and no server', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const keys = join(home, 'keys.json')
  writeFileSync(keys, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'k' }] }))
  const sign = (claims: object, until: string) =>
    new SignJWT({ jti: 'j', sub: 's', rx: { medicine: 'lisinopril', strength: '10 mg' }, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setAudience('medley-prescription')
      .setExpirationTime(until)
      .sign(privateKey)
  const token = await sign({ for: { name: 'Pat Testing' } }, '1 hour')
  const good = await runCommand(['verify-prescription', token, keys], {})
  assert.deepEqual(
    [good.exitCode, /Genuine, and valid/.test(good.output), /lisinopril 10 mg/.test(good.output)],
    [0, true, true],
  )
  const [head, body, signature] = token.split('.') as [string, string, string]
  const forged = Buffer.from(Buffer.from(body, 'base64url').toString().replace('10 mg', '40 mg')).toString('base64url')
  const bad = await runCommand(['verify-prescription', `${head}.${forged}.${signature}`, keys], {})
  assert.deepEqual([bad.exitCode, /Not genuine/.test(bad.output)], [1, true])
  const late = await runCommand(['verify-prescription', await sign({}, '1 hour ago'), keys], {})
  assert.deepEqual([late.exitCode, /validity is over/.test(late.output)], [1, true])
  assert.equal((await runCommand(['verify-prescription', token], {})).exitCode, 2)
})

test('licensed facts about medicines are imported whole, or refused with the place of what is wrong', async () => {
  const env = { MEDLEY_DATA: join(home, 'medicines'), MEDLEY_DEMO: 'off' }
  const provenance = { isCited: true, source: 'licensed' }
  const rule = {
    left: 'lisinopril',
    right: 'cetirizine',
    severity: 'major',
    mechanism: 'additive',
    advice: 'A test.',
    provenance,
  }
  const facts = (interactions: object[]) => ({
    licence: 'paid for',
    sources: [{ id: 'licensed', title: 'A licensed source', address: 'https://example.org/', seen: '2026-11' }],
    medicines: [],
    classes: {},
    interactions,
    allergies: [],
    doses: [],
    limits: [],
    jurisdictions: [],
  })
  const write = (name: string, content: object) => {
    writeFileSync(join(home, name), JSON.stringify(content))
    return join(home, name)
  }
  const good = await runCommand(['import-medicines', write('facts.json', facts([rule]))], env)
  assert.deepEqual([good.exitCode, good.output.trim()], [0, 'Imported 1 facts of facts (paid for).'])
  const wrong = await runCommand(
    ['import-medicines', write('wrong.json', facts([{ ...rule, left: 'unobtainium' }]))],
    env,
  )
  assert.deepEqual([wrong.exitCode, /nobody is unobtainium/.test(wrong.output)], [1, true])
  const odd = await runCommand(['import-medicines', write('odd.json', facts([{ ...rule, severity: 'bad' }]))], env)
  assert.deepEqual([odd.exitCode, /knowledge\.interactions/.test(odd.output)], [1, true], odd.output)
  const silent = await runCommand(['import-medicines', write('silent.json', { medicines: [] })], env)
  assert.match(silent.output, /says nothing of its licence/)
})

test('wrong words and wrong configuration end with a sentence, not a stack', async () => {
  for (const [args, env, expected] of [
    [['cook'], {}, /There is no command cook/],
    [['serve', '--speed', '9'], {}, /--speed/],
    [['serve'], { MEDLEY_PORT: 'x', MEDLEY_REGION: 'y' }, /2 problem\(s\)/],
    [['serve', '--services', 'appointment'], {}, /The placement is incomplete/],
  ] as const) {
    const { exitCode, output } = await runCommand(args, { MEDLEY_DATA: join(home, 'none'), ...env })
    assert.notEqual(exitCode, 0)
    assert.match(output, expected)
    assert.ok(!/\n\s+at /.test(output), output)
  }
})
