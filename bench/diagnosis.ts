// How good the diagnosis assistance is: on simulated patients, and with `--ddxplus FOLDER` on the DDXPlus data set.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadKnowledge } from '../services/diagnosis/data.ts'
import { modelOf } from '../services/diagnosis/rules/knowledge.ts'
import { readDdxplus } from './ddxplus.ts'
import { type Asked, type Ended, interview, type Manner, outcomeOf, withCalibration } from './diagnosis-engine.ts'
import { type Outcome, reliabilityOf, type Score, scoreOf } from './diagnosis-score.ts'
import { machine, round } from './machine.ts'
import { createPatients, seeded, type World } from './patients.ts'

const worlds: readonly World[] = [
  { name: 'as written', drift: 0, severity: 0, slips: 0, unsure: 0 },
  { name: 'as life', drift: 0.6, severity: 0.5, slips: 0.03, unsure: 0.04 },
]
const life = worlds[1]!
const seeds = { fitting: 1_001, judging: 2_002 }

const say = (text: string) => process.stdout.write(`${text}\n`)

export async function run(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { count: { type: 'string', default: '1000' }, ddxplus: { type: 'string' } },
  })
  const count = Number(values.count)
  const result = values.ddxplus ? await measureDdxplus(values.ddxplus, count) : measureSimulated(count)
  const directory = join(import.meta.dirname, 'results')
  mkdirSync(directory, { recursive: true })
  const name = values.ddxplus ? 'diagnosis-ddxplus.json' : 'diagnosis.json'
  writeFileSync(join(directory, name), `${JSON.stringify({ machine: machine(), ...result }, null, 2)}\n`)
}

function measureSimulated(count: number) {
  const knowledge = loadKnowledge()
  const model = modelOf(knowledge)
  const fitted = fit(count)
  say(
    `Fitted on ${count} other patients: ${JSON.stringify(fitted)}; in use: ${JSON.stringify(knowledge.calibration)}\n`,
  )
  const rows: Record<string, Score> = {}
  let cpuMs = 0
  let questions = 0
  let judged: Outcome[] = []
  head()
  for (const mix of ['asMet', 'alike'] as const)
    for (const world of worlds)
      for (const manner of world === life ? manners : (['interview'] as const)) {
        const next = createPatients(world, seeds.judging, mix)
        const random = seeded(3_003)
        const outcomes: Outcome[] = []
        for (let index = 0; index < count; index++) {
          const patient = next()
          const ended = interview(model, patient, manner, random)
          if (manner === 'interview') {
            cpuMs += ended.cpuMs
            questions += ended.questions + 1
          }
          outcomes.push(outcomeOf(model, patient, ended))
        }
        if (mix === 'asMet' && world === life && manner === 'interview') judged = outcomes
        const name = `${mix === 'asMet' ? 'as met' : 'alike'}, ${world.name}, ${manner}`
        rows[name] = scoreOf(outcomes)
        line(name, rows[name])
      }
  const reliability = reliabilityOf(judged)
  say(
    `\nProbability said of the first condition, and how often it was right (as met, as life); mean gap ${reliability.error}:`,
  )
  for (const { said, was, patients } of reliability.bins)
    if (patients > 0) say(`  said ${said.toFixed(2)}  was ${was.toFixed(2)}  (${patients})`)
  const cpuMsPerQuestion = round(cpuMs / questions, 2)
  say(`\n${cpuMsPerQuestion} ms CPU per question, over ${questions} questions`)
  return { count, seeds, worlds, fitted, calibration: knowledge.calibration, rows, reliability, cpuMsPerQuestion }
}

const manners: readonly Manner[] = ['interview', 'everything', 'random', 'complaint']

/** The temperature that surprises least, and the thresholds that miss few emergencies, on patients that nobody is judged by. */
function fit(count: number) {
  const knowledge = loadKnowledge()
  const model = modelOf(knowledge)
  const next = createPatients(life, seeds.fitting, 'asMet')
  const ended = Array.from({ length: count }, (): [Asked, Ended] => {
    const patient = next()
    return [patient, interview(model, patient, 'interview')]
  })
  const surpriseAt = (temperature: number) => {
    const tried = withCalibration(knowledge, { temperature })
    return reliabilityOf(ended.map(([patient, each]) => outcomeOf(tried, patient, each))).surprise
  }
  const temperatures = Array.from({ length: 26 }, (_, index) => round(0.7 + index * 0.06, 2))
  const temperature = temperatures.reduce((best, each) => (surpriseAt(each) < surpriseAt(best) ? each : best))
  return { temperature, surprise: surpriseAt(temperature), untempered: surpriseAt(1) }
}

/** Learns the probabilities from the training patients and is judged on the test patients, as everybody who publishes a score. */
async function measureDdxplus(folder: string, count: number) {
  const { knowledge, patients, learnt } = await readDdxplus(folder, count)
  const model = modelOf(knowledge)
  const rows: Record<string, Score> = {}
  head()
  for (const manner of ['interview', 'everything', 'complaint'] as const) {
    rows[manner] = scoreOf(patients.map(each => outcomeOf(model, each, interview(model, each, manner))))
    line(`DDXPlus, ${manner}`, rows[manner])
  }
  return { learnt, patients: patients.length, rows }
}

const columns = [
  'gtpa1',
  'gtpa3',
  'gtpa5',
  'ddr',
  'ddp',
  'ddf1',
  'questions',
  'emergencySensitivity',
  'emergencySpecificity',
  'urgentSensitivity',
  'tooLow',
] as const
const titles = ['GTPA@1', '@3', '@5', 'DDR', 'DDP', 'DDF1', 'asked', 'emerg+', 'emerg-', 'urgent+', 'too low']

const head = () => say(`${''.padEnd(30)}${titles.map(each => each.padStart(8)).join('')}`)
const line = (name: string, score: Score) =>
  say(`${name.padEnd(30)}${columns.map(each => String(score[each]).padStart(8)).join('')}`)
