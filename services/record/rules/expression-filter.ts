// `_filter` (https://hl7.org/fhir/R4/search_filter.html): how comparisons are put together.
import { fhirError, shown } from './refusal.ts'

/** What the words become; said by whoever knows the parameters. */
type Meaning<Filter> = {
  compare: (operator: string, name: string, value: string) => Filter
  all: (filters: Filter[]) => Filter
  any: (filters: Filter[]) => Filter
  not: (filter: Filter) => Filter
}

/** Comparisons with and, or, not and parentheses (https://hl7.org/fhir/R4/search_filter.html), without brackets for elements. */
export function parseExpression<Filter>(text: string, meaning: Meaning<Filter>): Filter {
  const tokens = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([()])|([^\s()"]+)/g)].map(([whole, quoted, paren, word]) =>
    quoted === undefined
      ? { text: paren ?? word ?? whole, isQuoted: false }
      : { text: quoted.replaceAll(/\\(.)/g, '$1'), isQuoted: true },
  )
  if (tokens.length > 100) throw fhirError('too-costly', '_filter takes at most 100 words.')
  let at = 0
  const fail = (): never => {
    throw fhirError('value', `_filter is not understood near '${shown(tokens[at]?.text ?? 'its end')}'.`)
  }
  const word = (text: string) => tokens[at]?.text.toLowerCase() === text && !tokens[at]!.isQuoted
  function any(depth: number): Filter {
    if (depth > 10) throw fhirError('too-costly', '_filter nests at most 10 deep.')
    const filters = [all(depth)]
    while (word('or')) {
      at++
      filters.push(all(depth))
    }
    return filters.length === 1 ? filters[0]! : meaning.any(filters)
  }
  function all(depth: number): Filter {
    const filters = [one(depth)]
    while (word('and')) {
      at++
      filters.push(one(depth))
    }
    return filters.length === 1 ? filters[0]! : meaning.all(filters)
  }
  function one(depth: number): Filter {
    if (word('not')) {
      at++
      return meaning.not(one(depth))
    }
    if (word('(')) {
      at++
      const inner = any(depth + 1)
      if (!word(')')) fail()
      at++
      return inner
    }
    return comparison()
  }
  function comparison(): Filter {
    const [name, operator, value] = [tokens[at], tokens[at + 1], tokens[at + 2]]
    if (!name || !operator || !value) return fail()
    at += 3
    return meaning.compare(operator.text, name.text, value.text)
  }
  const filter = any(0)
  if (at < tokens.length) fail()
  return filter
}
