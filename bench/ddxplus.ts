// Reads the files of DDXPlus (https://github.com/mila-iqia/ddxplus, CC BY 4.0) as its authors publish them, and makes of them a
// knowledge base of our shape: release_conditions.json, release_evidences.json, and patients in CSV.
import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Condition, Finding, Knowledge, TriageLevel } from '../services/diagnosis/rules/knowledge.ts'
import type { Asked } from './diagnosis-engine.ts'

type Evidence = {
  name: string
  code_question: string
  question_en: string
  is_antecedent: boolean
  'possible-values': (string | number)[]
  data_type: 'B' | 'C' | 'M'
}
type Pathology = { condition_name: string; 'icd10-id'?: string; severity: number }
type Row = {
  age: number
  sex: 'female' | 'male'
  truth: string
  evidences: string[]
  first: string
  differential: Map<string, number>
}

/** Severity 1 is the gravest of five. */
const levels: readonly TriageLevel[] = ['emergency', 'emergency', 'urgent', 'routine', 'selfCare', 'selfCare']

/** Learns from the file of training patients, and returns up to `count` of those of the test file. */
export async function readDdxplus(folder: string, count: number) {
  const read = <Shape>(name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, Shape>
  const pathologies = read<Pathology>('release_conditions.json')
  const evidences = read<Evidence>('release_evidences.json')
  const counts = await countsOf(fileOf(folder, 'train'))
  const knowledge = knowledgeOf(pathologies, evidences, counts)
  const triageOf = new Map(knowledge.conditions.map(each => [each.id, each.triage]))
  const patients: Asked[] = []
  for await (const row of rowsOf(fileOf(folder, 'test'))) {
    const findings = new Set(row.evidences.flatMap(withParents(evidences)))
    patients.push({
      age: row.age,
      sex: row.sex,
      truth: row.truth,
      level: triageOf.get(row.truth) ?? 'routine',
      complaints: [row.first],
      findings,
      say: id => (findings.has(id) ? 'yes' : 'no'),
      differential: row.differential,
    })
    if (patients.length === count) break
  }
  return { knowledge, patients, learnt: counts.total }
}

function fileOf(folder: string, part: 'train' | 'test'): string {
  const name = readdirSync(folder).find(each => each.includes(part) && !each.endsWith('.zip'))
  if (!name) throw new Error(`${folder} has no file of ${part} patients, such as release_${part}_patients`)
  return join(folder, name)
}

type Counts = {
  total: number
  byCondition: Map<string, number>
  byFinding: Map<string, number>
  pairs: Map<string, number>
}

async function countsOf(path: string): Promise<Counts> {
  const counts: Counts = { total: 0, byCondition: new Map(), byFinding: new Map(), pairs: new Map() }
  const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)
  for await (const { truth, evidences } of rowsOf(path)) {
    counts.total++
    add(counts.byCondition, truth)
    for (const each of new Set(evidences.flatMap(one => [one, questionOf(one)]))) {
      add(counts.byFinding, each)
      add(counts.pairs, `${truth}\n${each}`)
    }
  }
  return counts
}

/** `E_54_@_V_161` is the value V_161 of the evidence E_54. */
const questionOf = (evidence: string) => evidence.split('_@_')[0]!

const withParents = (evidences: Record<string, Evidence>) => (evidence: string) => {
  const question = questionOf(evidence)
  return [evidence, question, evidences[question]?.code_question ?? question]
}

function knowledgeOf(
  pathologies: Record<string, Pathology>,
  evidences: Record<string, Evidence>,
  counts: Counts,
): Knowledge {
  const words = (text: string) => ({ en: text, de: text, ar: text })
  const estimate = 'estimate' as const
  const findings = Object.values(evidences).flatMap((each): Finding[] => {
    const { name, code_question: asked, question_en: question, is_antecedent: isAntecedent } = each
    const of = (id: string, parent: string | undefined): Finding => ({
      id,
      kind: isAntecedent ? 'history' : 'symptom',
      ...(parent === undefined ? {} : { parent }),
      background: { probability: shareOf(counts.byFinding.get(id), counts.total), basis: estimate },
      label: words(question),
      question: words(question),
    })
    const parent = asked === name || !evidences[asked] ? undefined : asked
    if (each.data_type === 'B') return [of(name, parent)]
    // A question of several values is asked value by value, once it is known that it has any.
    return [of(name, parent), ...each['possible-values'].map(value => of(`${name}_@_${value}`, name))]
  })
  const parentOf = new Map(findings.map(each => [each.id, each.parent]))
  const conditions = Object.values(pathologies).map((each): Condition => {
    const id = each.condition_name
    const cases = counts.byCondition.get(id) ?? 0
    return {
      id,
      icd10: each['icd10-id'] ?? '',
      label: words(id),
      specialty: 'general-practice',
      triage: levels[each.severity] ?? 'routine',
      frequency: {
        perHundredThousand: (100_000 * (cases + 1)) / (counts.total + 1),
        basis: estimate,
        byAge: { '0': 1 },
        bySex: { female: 1, male: 1 },
      },
      likelihoods: findings.map(({ id: finding }) => {
        const parent = parentOf.get(finding)
        const among = parent === undefined ? cases : (counts.pairs.get(`${id}\n${parent}`) ?? 0)
        return { finding, probability: shareOf(counts.pairs.get(`${id}\n${finding}`), among), basis: estimate }
      }),
    }
  })
  const calibration = {
    temperature: 1,
    groupCorrelation: 0,
    otherShare: 1e-6,
    coincidence: 1,
    missed: 0.001,
    imagined: 0.001,
  }
  const thresholds = { emergencyAbove: 0.12, urgentAbove: 0.3, routineAbove: 0.45 }
  return {
    findings,
    conditions,
    redFlags: [],
    exclusions: [],
    sources: [],
    calibration: { ...calibration, ...thresholds },
  }
}

/** Laplace's rule: what was never seen is rare, not impossible. */
const shareOf = (seen: number | undefined, among: number) => ((seen ?? 0) + 0.5) / (among + 1)

async function* rowsOf(path: string): AsyncGenerator<Row> {
  let columns: string[] | undefined
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const cells = cellsOf(text)
    if (!columns) {
      columns = cells
      continue
    }
    const cell = (name: string) => cells[columns!.indexOf(name)] ?? ''
    yield {
      age: Number(cell('AGE')),
      sex: cell('SEX') === 'F' ? 'female' : 'male',
      truth: cell('PATHOLOGY'),
      evidences: textsIn(cell('EVIDENCES')),
      first: cell('INITIAL_EVIDENCE'),
      differential: differentialIn(cell('DIFFERENTIAL_DIAGNOSIS')),
    }
  }
}

/** One line of CSV (RFC 4180); no cell of these files has a line break. */
export function cellsOf(line: string): string[] {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)]
  return cells.map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '')
}

/** The texts in a list as Python writes it: `['E_48', "Crohn's"]`. */
const textsIn = (list: string) =>
  [...list.matchAll(/'((?:[^'\\]|\\.)*)'|"([^"]*)"/g)].map(([, one, two]) => one ?? two ?? '')

const differentialIn = (list: string) =>
  new Map(
    [...list.matchAll(/\[(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"), ([\d.e-]+)\]/g)].map(([, one, two, share]) => [
      one ?? two ?? '',
      Number(share),
    ]),
  )
