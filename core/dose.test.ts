import assert from 'node:assert/strict'
import { test } from 'node:test'
import { doseInWords, doseUnitOf } from './dose.ts'

test('a dose is said as one says it', () => {
  const table: [string, number, number, boolean, string][] = [
    ['tablet', 1, 1, false, '1 tablet once a day'],
    ['tablet', 0.5, 2, false, 'half a tablet twice a day'],
    ['capsule', 2, 3, true, '2 capsules 3 times a day when needed'],
    ['suspension', 5, 2, false, '5 mL twice a day'],
    ['inhalation', 2, 4, false, '2 puffs 4 times a day'],
    ['eye drops', 1, 2, false, '1 drop twice a day'],
    ['tablet', 1, 0.5, false, '1 tablet every 2 days'],
    ['patch', 1, 1 / 3, false, '1 patch every 3 days'],
    ['wafer', 1.5, 1, false, '1.5 doses once a day'],
  ]
  for (const [form, amount, timesPerDay, isAsNeeded, expected] of table)
    assert.equal(doseInWords({ form, amount, timesPerDay, isAsNeeded }), expected)
  assert.equal(doseUnitOf('nasal spray'), 'puff')
})
