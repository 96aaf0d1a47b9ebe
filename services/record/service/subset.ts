// `_elements` and `_summary`: less of a resource than there is.
import type { Resource } from '@medplum/fhirtypes'
import type { Query } from '../rules/query.ts'
import type { Knowledge } from '../rules/schema.ts'
import { summarized, withElements } from '../rules/summary.ts'

/** Most searches want whole resources, whose text goes out as it is stored. */
export function subsetText(
  text: string,
  { elements, summary }: Pick<Query, 'elements' | 'summary'>,
  knowledge: Knowledge,
): string {
  if (!elements && (!summary || summary === 'count')) return text
  const whole = JSON.parse(text) as Resource
  const part = summary ? summarized(whole, summary, knowledge) : whole
  return JSON.stringify(elements ? withElements(part, elements, knowledge) : part)
}
