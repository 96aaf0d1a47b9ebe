import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '../record/entries.ts'
import { joined, keyOf } from './joined-medicines.ts'

const entry = (title: string, when: string) => ({ id: title, title, when }) as Entry

test('a medicine and its strength are the same however they are written', () => {
  const same: [string, string][] = [
    ['Lisinopril 10 MG Oral Tablet', 'Lisinopril 10 mg, tablet'],
    ['Levothyroxine 75 mcg', 'levothyroxine 75 µg, tablet'],
    ['Amoxicillin 25 mg/mL', 'amoxicillin 25 MG/ML suspension'],
    ['Warfarin 2,5 mg', 'Warfarin 2.5 mg'],
    ['Aspirin', 'aspirin'],
  ]
  for (const [one, other] of same) assert.equal(keyOf(one), keyOf(other))
  for (const [one, other] of [
    ['Lisinopril 10 mg', 'Lisinopril 20 mg'],
    ['Metformin 500 mg', 'Metoprolol 500 mg'],
    ['Aspirin', 'Aspirin 100 mg'],
  ] as const)
    assert.notEqual(keyOf(one), keyOf(other))
})

test('what says the same is one line, and the newest of it stands for all', () => {
  const lines = joined([
    entry('Metformin 500 mg', '2024'),
    entry('Lisinopril 10 MG Oral Tablet', '2020-01-01'),
    entry('Lisinopril 10 mg, tablet', '2026-11-21'),
  ])
  assert.deepEqual(
    lines.map(each => [each.entry.title, each.others.map(one => one.title)]),
    [
      ['Metformin 500 mg', []],
      ['Lisinopril 10 mg, tablet', ['Lisinopril 10 MG Oral Tablet']],
    ],
  )
})
