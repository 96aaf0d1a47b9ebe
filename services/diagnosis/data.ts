// The knowledge base as its files hold it. Read when somebody first asks, since a process without diagnosis must not pay for it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Knowledge } from './rules/knowledge.ts'

const Code = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
const Probability = z.number().min(0).max(1)
const Words = z.strictObject({ en: z.string().min(1), de: z.string().min(1), ar: z.string().min(1) })
const Ages = z.strictObject({ from: z.int().min(0), to: z.int().max(120) })
const Based = { basis: z.enum(['cited', 'estimate']), source: Code.optional() }

const Finding = z.strictObject({
  id: Code,
  kind: z.enum(['symptom', 'history', 'circumstance', 'pregnancy']),
  parent: Code.optional(),
  group: Code.optional(),
  sex: z.enum(['female', 'male']).optional(),
  ages: Ages.optional(),
  background: z.strictObject({ probability: Probability, ...Based }),
  label: Words,
  question: Words,
  words: z.array(z.string().min(1)).optional(),
})

const Condition = z.strictObject({
  id: Code,
  icd10: z.string(),
  label: Words,
  specialty: Code,
  triage: z.enum(['emergency', 'urgent', 'routine', 'selfCare']),
  frequency: z.strictObject({
    perHundredThousand: z.number(),
    ...Based,
    byAge: z.record(z.string(), z.number().min(0)),
    bySex: z.strictObject({ female: z.number().min(0), male: z.number().min(0) }),
  }),
  likelihoods: z.array(z.strictObject({ finding: Code, probability: Probability, ...Based })).min(1),
})

const RedFlag = z.strictObject({
  id: Code,
  level: z.enum(['emergency', 'urgent']),
  all: z.array(Code).min(1),
  any: z.array(Code).min(1).optional(),
  unless: z.array(Code).min(1).optional(),
  ages: Ages.optional(),
  ...Based,
  why: Words,
})

const KnowledgeFiles: z.ZodType<Knowledge> = z.strictObject({
  findings: z.array(Finding),
  conditions: z.array(Condition),
  redFlags: z.array(RedFlag),
  exclusions: z.array(z.tuple([Code, Code])),
  sources: z.array(
    z.strictObject({
      id: Code,
      author: z.string(),
      title: z.string(),
      year: z.int(),
      where: z.string(),
      figures: z.string(),
    }),
  ),
  calibration: z.strictObject({
    temperature: z.number(),
    groupCorrelation: Probability,
    otherShare: Probability,
    coincidence: Probability,
    missed: Probability,
    imagined: Probability,
    emergencyAbove: Probability,
    urgentAbove: Probability,
    routineAbove: Probability,
  }),
})

const folder = join(import.meta.dirname, 'knowledge')
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'))
const readAll = (name: string): unknown[] =>
  readdirSync(join(folder, name))
    .toSorted()
    .flatMap(file => read(`${name}/${file}`) as unknown[])

/** Throws on a file that is not what it should be; `rules/lint.ts` says what is wrong beyond its form. */
export function loadKnowledge(): Knowledge {
  return KnowledgeFiles.parse({
    findings: readAll('findings'),
    conditions: readAll('conditions'),
    redFlags: read('red-flags.json'),
    exclusions: read('exclusions.json'),
    sources: read('sources.json'),
    calibration: read('calibration.json'),
  })
}
