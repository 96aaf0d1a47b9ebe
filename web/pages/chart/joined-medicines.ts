// The same medicine said twice, by a prescription and by an older entry of the record, is one line of a chart.
import type { Entry } from '../record/entries.ts'

/** Name and strength, however a source writes them: `Lisinopril 10 MG Oral Tablet` and `Lisinopril 10 mg, tablet` are the same. */
export function keyOf(title: string): string {
  const [, name = title, amount = '', unit = ''] =
    /^(.*?)[\s,]*(\d+(?:[.,]\d+)?)\s*(mg|µg|mcg|ug|g|ml|iu|%)\b/i.exec(title) ?? []
  const sameUnit = unit.toLowerCase().replace(/^(mcg|ug)$/, 'µg')
  return `${name} ${amount.replace(',', '.')} ${sameUnit}`.toLowerCase().replaceAll(/\s+/g, ' ').trim()
}

export interface Joined {
  entry: Entry
  /** Further entries that say the same. */
  others: readonly Entry[]
}

/** In the order they came, each with what says the same; the newest one stands for all. */
export function joined(entries: readonly Entry[]): Joined[] {
  const byKey = new Map<string, Entry[]>()
  for (const entry of entries) byKey.set(keyOf(entry.title), [...(byKey.get(keyOf(entry.title)) ?? []), entry])
  return [...byKey.values()].map(same => {
    const [entry, ...others] = same.toSorted((a, b) => b.when.localeCompare(a.when))
    return { entry: entry!, others }
  })
}
