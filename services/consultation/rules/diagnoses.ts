// Which diagnoses are offered at the end of a visit, and in which order.
import type { OfferedDiagnosis } from '../contract.ts'

/** So many fit on a list that somebody reads to the end. */
export const offeredMax = 20

const plain = (text: string) =>
  text
    .normalize('NFD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()

const keyOf = ({ coding, text }: OfferedDiagnosis) => coding?.code.toUpperCase() ?? plain(text)

/** By how often somebody used them; of those used as often the later one first, in which order they come. */
export function mostUsed(latestFirst: readonly OfferedDiagnosis[]): OfferedDiagnosis[] {
  const uses = new Map<string, { offered: OfferedDiagnosis; n: number }>()
  for (const offered of latestFirst) {
    const key = keyOf(offered)
    uses.set(key, { offered: uses.get(key)?.offered ?? offered, n: (uses.get(key)?.n ?? 0) + 1 })
  }
  return [...uses.values()].toSorted((a, b) => b.n - a.n).map(each => each.offered)
}

/** What was accepted for this patient, then what this clinician uses, then all that is known; each once. */
export function offered(
  text: string,
  own: readonly OfferedDiagnosis[],
  known: readonly OfferedDiagnosis[],
): OfferedDiagnosis[] {
  const words = plain(text).split(/\s+/).filter(Boolean)
  const fits = (each: OfferedDiagnosis) => {
    const said = plain(`${each.text} ${each.coding?.code ?? ''}`)
    return words.every(word => said.includes(word))
  }
  const byKey = new Map<string, OfferedDiagnosis>()
  for (const each of [...own.filter(fits), ...known]) if (!byKey.has(keyOf(each))) byKey.set(keyOf(each), each)
  return [...byKey.values()].slice(0, offeredMax)
}
