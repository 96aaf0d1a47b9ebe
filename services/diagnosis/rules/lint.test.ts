import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadKnowledge } from '../data.ts'
import { differentialOf } from './explain.ts'
import type { Answer } from './inference.ts'
import { frequencyFor, type Knowledge, modelOf, type Profile } from './knowledge.ts'
import { lint } from './lint.ts'

const knowledge = loadKnowledge()
const model = modelOf(knowledge)

test('the knowledge base is as large as it is said to be, and nothing is wrong with it', () => {
  assert.ok(knowledge.conditions.length >= 120, `${knowledge.conditions.length} conditions`)
  assert.ok(knowledge.findings.length >= 300, `${knowledge.findings.length} findings`)
  assert.deepEqual(lint(knowledge), [])
})

const profiles: Profile[] = [0, 1, 5, 14, 25, 50, 75].flatMap(age => [
  { age, sex: 'female' },
  { age, sex: 'male' },
])

test('every condition is found in somebody who has all that is usual with it and nothing else', () => {
  const lost = knowledge.conditions.filter(condition => {
    const profile = profiles.toSorted((a, b) => frequencyFor(condition, b) - frequencyFor(condition, a))[0]!
    const usual = condition.likelihoods.filter(each => each.probability >= 0.5)
    const answers = new Map<string, Answer>(knowledge.findings.map(each => [each.id, 'no']))
    for (const { finding } of usual) answers.set(finding, 'yes')
    const first = differentialOf(model, profile, answers).slice(0, 3)
    return !first.some(each => each.condition.id === condition.id)
  })
  assert.deepEqual(
    lost.map(each => each.id),
    [],
  )
})

const first = knowledge.conditions[0]!
const planted: [string, Partial<Knowledge>, RegExp][] = [
  ['a repeated id', { conditions: [...knowledge.conditions, first] }, /is there twice/],
  ['an unknown finding', { exclusions: [['fever', 'nonsense']] }, /unknown finding nonsense/],
  [
    'an impossible probability',
    { conditions: [{ ...first, likelihoods: [{ finding: 'fever', probability: 1.2, basis: 'estimate' }] }] },
    /odd probability/,
  ],
  ['a citation of nothing', { sources: [] }, /cited without a known source/],
  [
    'a missing language',
    { redFlags: [{ ...knowledge.redFlags[0]!, why: { en: 'Why', de: 'Warum', ar: 'Why' } }] },
    /lacks a language/,
  ],
  [
    'a finding without use',
    { conditions: knowledge.conditions.filter(each => each.id !== 'warts') },
    /no condition lists wart/,
  ],
  [
    'a condition that nothing tells',
    { conditions: [{ ...first, likelihoods: [{ finding: 'fatigue', probability: 0.3, basis: 'estimate' }] }] },
    /no finding that tells/,
  ],
]
for (const [name, change, expected] of planted)
  test(`the linter finds ${name}`, () => assert.match(lint({ ...knowledge, ...change }).join('\n'), expected))
