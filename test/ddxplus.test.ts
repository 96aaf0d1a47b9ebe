// Files in the form of DDXPlus, made by hand, so that whoever has the real ones gets a score and not a surprise.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cellsOf, readDdxplus } from '../bench/ddxplus.ts'
import { interview, outcomeOf } from '../bench/diagnosis-engine.ts'
import { type Outcome, reliabilityOf, scoreOf } from '../bench/diagnosis-score.ts'
import { createPatients } from '../bench/patients.ts'
import { modelOf } from '../services/diagnosis/rules/knowledge.ts'

const folder = join(import.meta.dirname, 'ddxplus')

test('evidences, values and conditions are learnt from the training file, and the test file is scored', async () => {
  const { knowledge, patients, learnt } = await readDdxplus(folder, 100)
  assert.deepEqual([learnt, patients.length], [24, 6])
  assert.deepEqual(knowledge.findings.find(each => each.id === 'E_3_@_V_2')?.parent, 'E_3')
  assert.deepEqual(knowledge.findings.find(each => each.id === 'E_3')?.parent, 'E_2')
  const ear = knowledge.conditions.find(each => each.id === "Swimmer's ear")!
  assert.deepEqual([ear.icd10, ear.triage], ['H60', 'routine'])
  assert.ok(ear.likelihoods.find(each => each.finding === 'E_5')!.probability > 0.9)
  assert.ok(ear.likelihoods.find(each => each.finding === 'E_3_@_V_1')!.probability < 0.1)
  assert.deepEqual(
    [...patients[1]!.differential!],
    [
      ["Swimmer's ear", 0.9],
      ['Broken foot', 0.1],
    ],
  )
  const model = modelOf(knowledge)
  const score = scoreOf(patients.map(each => outcomeOf(model, each, interview(model, each, 'interview'))))
  assert.deepEqual([score.gtpa1, score.gtpa3, score.emergencies], [1, 1, 2])
  assert.ok(score.questions > 0 && score.ddr > 0.5)
})

test('a folder without the files says what is missing', async () => {
  await assert.rejects(readDdxplus(join(import.meta.dirname, 'journeys'), 1), /release_conditions\.json/)
})

test('cells with commas and quotes are one cell', () => {
  assert.deepEqual(cellsOf(`18,"[['A', 0.5]]",M,"it's ""so""",,E_1`), [
    '18',
    "[['A', 0.5]]",
    'M',
    `it's "so"`,
    '',
    'E_1',
  ])
})

const outcome = (believed: [string, number][], change: Partial<Outcome> = {}): Outcome => ({
  truth: 'a',
  level: 'urgent',
  given: 'urgent',
  believed,
  differential: new Map([
    ['a', 0.7],
    ['b', 0.295],
    ['c', 0.005],
  ]),
  questions: 4,
  ...change,
})

test('scores are those of a sum done by hand', () => {
  const right = outcome([
    ['a', 0.9],
    ['d', 0.1],
  ])
  const missed = outcome([['d', 1]], { level: 'emergency', given: 'selfCare' })
  const score = scoreOf([right, missed])
  assert.deepEqual([score.gtpa1, score.gtpa5, score.ddr, score.ddp, score.ddf1], [0.5, 0.5, 0.25, 0.25, 0.25])
  assert.deepEqual([score.emergencySensitivity, score.emergencySpecificity, score.tooLow], [0, 1, 0.5])
  const { error, bins } = reliabilityOf([right, missed])
  assert.equal(bins[9]?.patients, 2)
  assert.ok(Math.abs(error - 0.45) < 1e-9)
})

test('the simulator has the same patients for the same seed, and no line of the engine', () => {
  const world = { name: 'test', drift: 0.5, severity: 0.5, slips: 0.1, unsure: 0.1 }
  const [one, same, other] = [7, 7, 8].map(seed => {
    const next = createPatients(world, seed, 'asMet')
    return Array.from({ length: 5 }, () => {
      const { truth, findings } = next()
      return [truth, ...findings].join()
    })
  })
  assert.deepEqual(one, same)
  assert.notDeepEqual(one, other)
  const source = readFileSync(join(import.meta.dirname, '../bench/patients.ts'), 'utf8')
  assert.deepEqual(
    [...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from),
    ['node:fs', 'node:path'],
  )
})

test('a simulated patient says the same when asked twice, and has nothing they cannot have', () => {
  const next = createPatients({ name: 'test', drift: 0, severity: 0, slips: 0.3, unsure: 0.2 }, 5, 'alike')
  for (let count = 0; count < 200; count++) {
    const patient = next()
    assert.equal(patient.say('fever'), patient.say('fever'))
    if (patient.sex === 'male') assert.ok(!patient.findings.has('pregnant'))
    const sum = [...patient.differential.values()].reduce((total, each) => total + each, 0)
    assert.ok(Math.abs(sum - 1) < 1e-6)
  }
})
