// Value sets and hierarchies in a search, as the codes they mean.
import type { Filter } from '../rules/filter.ts'
import { fhirError, shown } from '../rules/refusal.ts'
import { codesAround, membersOf } from '../rules/terminology.ts'
import type { RecordDeps } from './deps.ts'

/** More codes than these would make a statement that no plan can help. */
const codesMax = 5_000

/** The same filters, with every `:in`, `:below` and `:above` replaced by the codes it stands for. */
export function resolveCodes(deps: RecordDeps, filters: readonly Filter[]): Filter[] {
  return filters.map(each => resolved(deps, each))
}

function resolved(deps: RecordDeps, filter: Filter): Filter {
  switch (filter.kind) {
    case 'in': {
      const { members, unknown } = membersOf(deps.terminology(), filter.set)
      if (unknown.size > 0)
        throw fhirError('not-supported', `What belongs to the value set ${shown(filter.set)} is not known here.`)
      return codes(filter.numbers, [...members.values()], filter.isNot)
    }
    case 'hierarchy': {
      const found = codesAround(deps.terminology(), filter.system, filter.code, filter.direction)
      if (!found) throw fhirError('not-supported', `The hierarchy of ${shown(filter.system)} is not known here.`)
      return codes(
        filter.numbers,
        found.map(code => ({ system: filter.system, code })),
        false,
      )
    }
    case 'chain':
    case 'has':
    case 'not':
      return { ...filter, filter: resolved(deps, filter.filter) }
    case 'all':
    case 'any':
      return { ...filter, filters: filter.filters.map(each => resolved(deps, each)) }
    case 'composite':
    case 'ids':
    case 'missing':
    case 'span':
    case 'updated':
    case 'values':
      return filter
  }
}

function codes(numbers: number[], among: readonly { system: string; code: string }[], isNot: boolean): Filter {
  if (among.length > codesMax) throw fhirError('too-costly', `The value set has more than ${codesMax} codes.`)
  return {
    kind: 'values',
    numbers,
    tests: [{ table: 'token', among: among.map(({ system, code }) => ({ system, code })) }],
    isNot,
  }
}
