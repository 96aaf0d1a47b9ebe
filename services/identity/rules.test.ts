import assert from 'node:assert/strict'
import { test } from 'node:test'
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
