// Value sets and hierarchies in a search, as the codes they mean.
import type { Filter } from '../rules/filter.ts'
import { fhirError } from '../rules/refusal.ts'
import type { RecordDeps } from './deps.ts'

export async function resolveCodes(_deps: RecordDeps, filters: readonly Filter[]): Promise<Filter[]> {
  return filters.map(filter => {
    if (filter.kind === 'in' || filter.kind === 'hierarchy')
      throw fhirError('not-supported', 'Value sets are not searched yet.')
    return filter
  })
}
