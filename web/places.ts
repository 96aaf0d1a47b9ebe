// Names of places and languages come from the browser's own CLDR data, so they are right in every language we add.

const countries = [
  'DE',
  'AT',
  'CH',
  'FR',
  'NL',
  'IE',
  'GB',
  'ES',
  'IT',
  'PL',
  'SG',
  'AU',
  'NZ',
  'JP',
  'IN',
  'AE',
  'EG',
] as const
const states: Record<string, string> = {
  CA: 'California',
  FL: 'Florida',
  GA: 'Georgia',
  IL: 'Illinois',
  MA: 'Massachusetts',
  MI: 'Michigan',
  NC: 'North Carolina',
  NJ: 'New Jersey',
  NY: 'New York',
  OH: 'Ohio',
  PA: 'Pennsylvania',
  TX: 'Texas',
  VA: 'Virginia',
  WA: 'Washington',
}

/** Where a person may say they are: countries, and states where licences are granted per state. */
export function jurisdictions(own?: string): string[] {
  return [...new Set([...(own ? [own] : []), ...countries, ...Object.keys(states).map(state => `US-${state}`)])]
}

export function jurisdictionName(code: string, locale: string): string {
  const [country = code, part] = code.split('-')
  const name = new Intl.DisplayNames(locale, { type: 'region' }).of(country) ?? country
  return part ? `${states[part] ?? part}, ${name}` : name
}

/** A state without its country, for lists where the country goes without saying. */
export function shortJurisdiction(code: string, locale: string): string {
  const part = code.split('-')[1]
  return (part && states[part]) ?? jurisdictionName(code, locale)
}

export function languageName(code: string, locale: string): string {
  return new Intl.DisplayNames(locale, { type: 'language' }).of(code) ?? code
}

export function listOf(words: readonly string[], locale: string): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(words)
}
