// From a complaint in somebody's own words to findings, in any of the languages: words are compared, nothing is understood.
import type { Finding, Model } from './knowledge.ts'

const matchesMax = 8
/** Words before which a finding is said not to be there. */
const denials = new Set([
  'no',
  'not',
  'without',
  'never',
  'kein',
  'keine',
  'keinen',
  'ohne',
  'nicht',
  'لا',
  'بدون',
  'ليس',
])
const denialReach = 2

/** Lower case, no accents or vowel signs, one spelling of Arabic letters that people write alike. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll(/[أإآ]/g, 'ا')
    .replaceAll('ة', 'ه')
    .replaceAll('ى', 'ي')
}

/** Arabic writes "and" and "the" in one with the word that follows. */
const wordsOf = (text: string) =>
  (plain(text).match(/[\p{L}\p{N}]+/gu) ?? []).map(each => each.replace(/^(?:و?ال|و)(?=\p{L}{3})/u, ''))

/** Alike when one begins with the other, as `vomit` and `vomiting` do; short words only when they are the same. */
function isAlike(said: string, known: string): boolean {
  const [short, long] = said.length < known.length ? [said, known] : [known, said]
  return short === long || (short.length >= 4 && long.length - short.length <= 4 && long.startsWith(short))
}

/** The findings that the words name, the best named first. */
export function matchesIn(model: Model, text: string): Finding[] {
  const said = wordsOf(text)
  const isDenied = said.map((_, index) =>
    said.slice(Math.max(0, index - denialReach), index).some(each => denials.has(each)),
  )
  const scored = model.knowledge.findings.map(finding => ({ finding, score: scoreOf(finding, said, isDenied) }))
  return scored
    .filter(each => each.score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, matchesMax)
    .map(each => each.finding)
}

function scoreOf(
  { label, words = [], parent }: Finding,
  said: readonly string[],
  isDenied: readonly boolean[],
): number {
  const names = [label.en, label.de, label.ar, ...words]
    .map(wordsOf)
    .filter(each => each.length > 0 && each.length <= 5)
  let best = 0
  for (const name of names) {
    const places = name.map(word => said.findIndex((each, index) => isAlike(each, word) && !isDenied[index]))
    if (places.every(place => place >= 0)) best = Math.max(best, name.join('').length)
  }
  // A detail that fits as well as its parent is probably only named by the parent's word.
  return parent === undefined ? best : best * 0.9
}
