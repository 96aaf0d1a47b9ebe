// What is wrong with the knowledge base, as sentences: run by the tests, so that a review only has to look at the medicine.
import type { Basis, Knowledge, Words } from './knowledge.ts'

export function lint(knowledge: Knowledge): string[] {
  return [...lintIds(knowledge), ...lintNumbers(knowledge), ...lintWords(knowledge), ...lintUse(knowledge)]
}

const repeated = (ids: readonly string[]) => ids.filter((id, index) => ids.indexOf(id) !== index)

function lintIds({ findings, conditions, redFlags, sources, exclusions }: Knowledge): string[] {
  const known = new Set(findings.map(each => each.id))
  const cited = new Set(sources.map(each => each.id))
  const names = [
    ...findings.flatMap(({ id, parent }) => (parent === undefined ? [] : [[`the parent of ${id}`, parent] as const])),
    ...conditions.flatMap(({ id, likelihoods }) => likelihoods.map(each => [id, each.finding] as const)),
    ...redFlags.flatMap(({ id, all, any = [], unless = [] }) =>
      [...all, ...any, ...unless].map(each => [id, each] as const),
    ),
    ...exclusions.flat().map(each => ['an exclusion', each] as const),
  ]
  const bases: (readonly [string, Basis])[] = [
    ...findings.map(each => [each.id, each.background] as const),
    ...conditions.map(each => [each.id, each.frequency] as const),
    ...conditions.flatMap(({ id, likelihoods }) => likelihoods.map(each => [`${id}/${each.finding}`, each] as const)),
    ...redFlags.map(each => [each.id, each] as const),
  ]
  return [
    ...[findings, conditions, redFlags, sources]
      .flatMap(all => repeated(all.map(each => each.id)))
      .map(id => `${id} is there twice`),
    ...conditions.flatMap(({ id, likelihoods }) =>
      repeated(likelihoods.map(each => each.finding)).map(each => `${id} lists ${each} twice`),
    ),
    ...names
      .filter(([, name]) => !known.has(name))
      .map(([place, name]) => `${place} names the unknown finding ${name}`),
    ...bases
      .filter(([, { basis, source }]) => (basis === 'cited') !== (source !== undefined && cited.has(source)))
      .map(([place]) => `${place} is cited without a known source, or has a source and is an estimate`),
    ...sources.filter(({ id }) => !bases.some(([, each]) => each.source === id)).map(({ id }) => `nothing cites ${id}`),
  ]
}

function lintNumbers({ findings, conditions, calibration }: Knowledge): string[] {
  const isOdd = (probability: number) => !(probability > 0 && probability < 1)
  const problems = [
    ...findings.filter(each => isOdd(each.background.probability)).map(each => `${each.id} has an odd background`),
    ...conditions.flatMap(({ id, likelihoods }) =>
      likelihoods
        .filter(each => isOdd(each.probability))
        .map(each => `${id} has an odd probability of ${each.finding}`),
    ),
    ...conditions
      .filter(({ frequency: { byAge } }) => Object.keys(byAge).join() !== '0,1,12,18,40,65')
      .map(({ id }) => `${id} has other age bands than the rest`),
    ...conditions
      .filter(
        ({ frequency: { byAge, bySex, perHundredThousand } }) =>
          perHundredThousand <= 0 || Math.max(...Object.values(byAge)) <= 0 || Math.max(bySex.female, bySex.male) <= 0,
      )
      .map(({ id }) => `${id} never happens`),
    ...conditions.filter(({ icd10 }) => !/^[A-Z]\d{2}(\.\d)?$/.test(icd10)).map(({ id }) => `${id} has no ICD-10 code`),
  ]
  const { emergencyAbove, urgentAbove, routineAbove, temperature } = calibration
  if (!(emergencyAbove > 0 && urgentAbove > 0 && routineAbove > 0 && temperature >= 0.5 && temperature <= 5))
    problems.push('the calibration is out of range')
  return problems
}

function lintWords({ findings, conditions, redFlags }: Knowledge): string[] {
  const isSaid = ({ en, de, ar }: Words) => /[a-z]/i.test(en) && /[a-zäöüß]/i.test(de) && /\p{Script=Arabic}/u.test(ar)
  const all: (readonly [string, Words])[] = [
    ...findings.flatMap(({ id, label, question }) => [
      [`the label of ${id}`, label] as const,
      [`the question of ${id}`, question] as const,
    ]),
    ...conditions.map(({ id, label }) => [`the label of ${id}`, label] as const),
    ...redFlags.map(({ id, why }) => [`the reason of ${id}`, why] as const),
  ]
  const isQuestion = ({ en, de, ar }: Words) => en.endsWith('?') && de.endsWith('?') && ar.endsWith('؟')
  return [
    ...all.filter(([, words]) => !isSaid(words)).map(([place]) => `${place} lacks a language`),
    ...findings.filter(each => !isQuestion(each.question)).map(({ id }) => `the question of ${id} is none`),
    ...findings.filter(each => each.question.en.length > 130).map(({ id }) => `the question of ${id} is long`),
  ]
}

/** A finding nobody lists can only bore people; a condition without a telling finding can never be found. */
function lintUse({ findings, conditions }: Knowledge): string[] {
  const used = new Set(conditions.flatMap(each => each.likelihoods.map(one => one.finding)))
  const background = new Map(findings.map(each => [each.id, each.background.probability]))
  return [
    ...findings.filter(({ id }) => !used.has(id)).map(({ id }) => `no condition lists ${id}`),
    ...conditions
      .filter(
        ({ likelihoods }) =>
          !likelihoods.some(each => each.probability >= 0.4 && each.probability > 3 * background.get(each.finding)!),
      )
      .map(({ id }) => `${id} has no finding that tells it`),
  ]
}
