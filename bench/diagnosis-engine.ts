// The engine under the benchmark: interviews one patient as the service does, or is told everything, or asks at random.
import type { Answer } from '../services/diagnosis/rules/inference.ts'
import { askable, posteriorOf } from '../services/diagnosis/rules/inference.ts'
import { answered, nextQuestion } from '../services/diagnosis/rules/interview.ts'
import type { Knowledge, Model, Profile } from '../services/diagnosis/rules/knowledge.ts'
import { modelOf } from '../services/diagnosis/rules/knowledge.ts'
import { triageOf } from '../services/diagnosis/rules/triage.ts'
import type { Outcome } from './diagnosis-score.ts'
import type { Patient } from './patients.ts'

export type Asked = Pick<Patient, 'age' | 'sex' | 'truth' | 'level' | 'complaints' | 'say'> & {
  findings: ReadonlySet<string>
  differential?: ReadonlyMap<string, number>
}
export type Manner = 'interview' | 'everything' | 'complaint' | 'random'

/** What was known at the end of an interview, so that another temperature can be tried on the same answers. */
export type Ended = { profile: Profile; answers: Map<string, Answer>; questions: number; cpuMs: number }

export function interview(model: Model, patient: Asked, manner: Manner, random: () => number = Math.random): Ended {
  const { age, sex, complaints } = patient
  const profile: Profile = { age, sex, complaints }
  let answers = new Map<string, Answer>()
  for (const each of complaints) answers = answered(model, answers, each, 'yes')
  const before = process.cpuUsage()
  let questions = 0
  const ask = () => {
    if (manner === 'interview') return nextQuestion(model, profile, answers, questions)?.finding
    if (manner === 'complaint' || (manner === 'random' && questions >= 20)) return undefined
    const open = askable(model, profile, answers)
    return manner === 'everything' ? open[0] : open[Math.floor(random() * open.length)]
  }
  for (let next = ask(); next; next = ask()) {
    questions++
    const { id } = next
    answers = answered(
      model,
      answers,
      id,
      manner === 'everything' ? (patient.findings.has(id) ? 'yes' : 'no') : patient.say(id),
    )
  }
  const { user, system } = process.cpuUsage(before)
  return { profile, answers, questions, cpuMs: (user + system) / 1_000 }
}

export function outcomeOf(model: Model, patient: Asked, { profile, answers, questions }: Ended): Outcome {
  const posterior = posteriorOf(model, profile, answers)
  const believed = model.knowledge.conditions
    .map((each, index) => [each.id, posterior[index]!] as const)
    .toSorted((a, b) => b[1] - a[1])
  const given = triageOf(model, profile, answers, posterior).level
  return { truth: patient.truth, level: patient.level, given, believed, differential: patient.differential, questions }
}

export const withCalibration = (knowledge: Knowledge, change: Partial<Knowledge['calibration']>): Model =>
  modelOf({ ...knowledge, calibration: { ...knowledge.calibration, ...change } })
