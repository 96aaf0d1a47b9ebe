import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessMs, backendScopes, matchesRedirect, tokenTtlMsOf } from './rules/apps.ts'
import { callerFrom, claimCode, deviceName, lockedForMs, normalizedCode } from './rules.ts'

test('everybody is a patient, and memberships add roles once', () => {
  const person = { id: 'p', jurisdiction: 'DE' }
  assert.deepEqual(callerFrom(person, []).roles, ['patient'])
  const caller = callerFrom(person, [
    { organizationId: 'a', role: 'clinician', clinicianId: 'c' },
    { organizationId: 'b', role: 'clinician' },
    { organizationId: 'b', role: 'operator' },
  ])
  assert.deepEqual(caller, {
    personId: 'p',
    jurisdiction: 'DE',
    roles: ['patient', 'clinician', 'operator'],
    organizationIds: ['a', 'b'],
    clinicianId: 'c',
  })
})

const minute = 60_000
for (const [count, sinceMs, expected] of [
  [0, 0, 0],
  [7, 0, 0],
  [8, 0, 15 * minute],
  [20, 14 * minute, minute],
  [8, 15 * minute, 0],
] as const) {
  test(`${count} failures, the last ${sinceMs / minute} minutes ago: locked for ${expected / minute} minutes`, () => {
    assert.equal(lockedForMs({ count, lastAtMs: 1_000 }, 1_000 + sinceMs), expected)
  })
}

test('a claim code has no look-alikes and survives how people type it', () => {
  const code = claimCode(Uint8Array.from({ length: 10 }, (_, index) => index * 25))
  assert.match(code, /^[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}$/)
  assert.equal(normalizedCode(` ${code.toLowerCase().replace('-', ' ')} `), normalizedCode(code))
})

test('devices are named as their owners would', () => {
  assert.equal(
    deviceName('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36'),
    'Chrome on Windows',
  )
  assert.equal(
    deviceName('Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605.1.15 Version/17.0 Safari/604.1'),
    'Safari on iPhone',
  )
  assert.equal(deviceName(null), 'Unknown device')
  assert.equal(deviceName('curl/8.0'), 'curl/8.0')
})

for (const [scopes, expectedMs] of [
  [['openid', 'patient/*.rs'], 60 * minute],
  [['online_access'], 7 * 24 * 60 * minute],
  [['online_access', 'offline_access'], 90 * 24 * 60 * minute],
] as const) {
  test(`${scopes.join(' ')} lasts ${expectedMs / minute} minutes`, () => assert.equal(accessMs(scopes), expectedMs))
}

test('no token outlives its grant, and none is older than nothing', () => {
  assert.equal(tokenTtlMsOf(10 * minute, 0), 10 * minute)
  assert.equal(tokenTtlMsOf(1_000 * minute, 0), 60 * minute)
  assert.equal(tokenTtlMsOf(1_000 * minute, 0, 15 * minute), 15 * minute)
  assert.equal(tokenTtlMsOf(0, minute), 0)
})

for (const [registered, given, matches] of [
  ['https://a.example/cb', 'https://a.example/cb', true],
  ['https://a.example/cb', 'https://a.example/cb/', false],
  ['https://a.example/cb', 'https://a.example:443/cb', false],
  ['http://127.0.0.1:3000/cb', 'http://127.0.0.1:49152/cb', true],
  ['http://127.0.0.1/cb', 'http://127.0.0.1:49152/other', false],
  ['http://[::1]/cb', 'http://[::1]:49152/cb', true],
  ['http://localhost:3000/cb', 'http://localhost:4000/cb', false],
  ['https://127.0.0.1/cb', 'http://127.0.0.1:1/cb', false],
  ['http://127.0.0.1/cb', 'http://127.0.0.1@evil.example/cb', false],
  ['http://127.0.0.1/cb', 'http://127.0.0.1.evil.example/cb', false],
] as const) {
  test(`${given} is ${matches ? '' : 'not '}what ${registered} registers`, () =>
    assert.equal(matchesRedirect([registered], given), matches))
}

test('an app that acts for itself gets what it was registered with or less, and nothing of a person', () => {
  const registered = ['system/Patient.rs', 'system/Observation.cruds']
  assert.deepEqual(backendScopes(registered, undefined), registered)
  assert.deepEqual(backendScopes(registered, ['system/Patient.r']), ['system/Patient.r'])
  for (const asked of [['system/Patient.u'], ['patient/Patient.r'], ['openid'], [], ['system/*.r']])
    assert.equal(backendScopes(registered, asked), undefined, asked.join())
})
