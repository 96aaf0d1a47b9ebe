// `_elements` and `_summary`: less of a resource than there is.
import type { Query } from '../rules/query.ts'

export function subsetText(text: string, { elements, summary }: Pick<Query, 'elements' | 'summary'>): string {
  if (!elements && (!summary || summary === 'count')) return text
  return text
}
