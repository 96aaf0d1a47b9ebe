// A cohort as the FHIR search that finds it. Pure.
import type { CalendarDate } from '@internationalized/date'

/** Measured things to search by; blood pressure lies in components, so it needs the parameter that looks there too. */
export const measures = {
  systolic: { code: '8480-6', unit: 'mmHg' },
  diastolic: { code: '8462-4', unit: 'mmHg' },
  glucose: { code: '4548-4', unit: '%' },
  ldl: { code: '13457-7', unit: 'mg/dL' },
  tsh: { code: '3016-3', unit: 'mIU/L' },
  haemoglobin: { code: '718-7', unit: 'g/dL' },
  weight: { code: '29463-7', unit: 'kg' },
} as const
export type Measure = keyof typeof measures

export interface Cohort {
  name: string
  condition: string
  code: string
  ageFrom: string
  ageTo: string
  measure: Measure | undefined
  direction: 'above' | 'below'
  limit: string
  visitMonths: string
}

export function cohortFrom(search: Record<string, string>): Cohort {
  const measure = (Object.keys(measures) as Measure[]).find(each => each === search['measure'])
  return {
    name: search['name'] ?? '',
    condition: search['condition'] ?? '',
    code: search['code'] ?? '',
    ageFrom: search['ageFrom'] ?? '',
    ageTo: search['ageTo'] ?? '',
    measure,
    direction: search['direction'] === 'below' ? 'below' : 'above',
    limit: search['limit'] ?? '',
    visitMonths: search['visit'] ?? '',
  }
}

/** `$`, `,` and `|` mean something in a search; written by a person they do not. */
const escaped = (text: string) => text.replaceAll(/[\\$,|]/g, String.raw`\$&`)
const years = (text: string) => (/^\d{1,3}$/.test(text) ? Number(text) : undefined)

/** Parameters beyond the name; none means that a search by name is all that is asked. */
export function filtersOf(cohort: Cohort, today: CalendarDate): [string, string][] {
  const found: [string, string][] = []
  const { condition, code, measure, direction, visitMonths } = cohort
  if (condition.trim()) found.push(['_has:Condition:patient:code:text', escaped(condition.trim())])
  if (code.trim()) found.push(['_has:Condition:patient:code', code.trim().replaceAll(',', String.raw`\,`)])
  const [from, to] = [years(cohort.ageFrom), years(cohort.ageTo)]
  if (from !== undefined) found.push(['birthdate', `le${today.subtract({ years: from }).toString()}`])
  if (to !== undefined) found.push(['birthdate', `gt${today.subtract({ years: to + 1 }).toString()}`])
  const limit = Number(cohort.limit.replace(',', '.'))
  if (measure && cohort.limit !== '' && !Number.isNaN(limit))
    found.push([
      '_has:Observation:patient:combo-code-value-quantity',
      `http://loinc.org|${measures[measure].code}$${direction === 'above' ? 'gt' : 'lt'}${limit}`,
    ])
  const months = years(visitMonths)
  if (months) found.push(['_has:Encounter:patient:date', `ge${today.subtract({ months }).toString()}`])
  return found
}

export function queryOf(cohort: Cohort, filters: readonly [string, string][]): string {
  const names = cohort.name.split(/\s+/).filter(Boolean)
  const parameters = new URLSearchParams([
    ...names.map((each): [string, string] => ['name', escaped(each)]),
    ...filters,
    ['_sort', 'family'],
    ['_count', '30'],
  ])
  return `Patient?${parameters.toString()}`
}

/** As a person would write it: percent-encoding says nothing to a reader. */
export const readable = (query: string): string => decodeURIComponent(query.replaceAll('+', ' '))
