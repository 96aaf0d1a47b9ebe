// FHIR data types in words. What a clinic wrote stays in its language; numbers and dates follow the reader.
import type {
  Annotation,
  CodeableConcept,
  HumanName,
  Observation,
  ObservationComponent,
  Period,
  Quantity,
  Reference,
} from '@medplum/fhirtypes'
import { translate } from '../i18n/locale.tsx'
import { dateIn, number } from '../time.ts'

export const conceptText = (concept: CodeableConcept | undefined): string | undefined =>
  concept?.text ?? concept?.coding?.find(each => each.display)?.display ?? concept?.coding?.[0]?.code

export const conceptCode = (concept: CodeableConcept | undefined): string | undefined => concept?.coding?.[0]?.code

export const conceptsText = (concepts: readonly CodeableConcept[] | undefined): string | undefined =>
  concepts?.flatMap(each => conceptText(each) ?? []).join(', ') || undefined

export const referenceText = (reference: Reference | undefined): string | undefined => reference?.display

export const notesText = (notes: readonly Annotation[] | undefined): string | undefined =>
  notes?.flatMap(each => each.text ?? []).join('\n') || undefined

export function nameText(names: readonly HumanName[] | undefined): string {
  const name = names?.find(each => each.use === 'official') ?? names?.[0]
  return name?.text ?? [...(name?.given ?? []), name?.family ?? ''].join(' ').trim()
}

export function quantityText(quantity: Quantity | undefined, locale: string): string | undefined {
  if (quantity?.value === undefined) return undefined
  const value = number(quantity.value, locale, { maximumFractionDigits: 3 })
  return `${quantity.comparator ?? ''}${value} ${quantity.unit ?? quantity.code ?? ''}`.trim()
}

/** A date may be a year, a month, a day or an instant: each is shown as exactly as it is known. */
export function fhirDate(text: string | undefined, { locale, zone }: { locale: string; zone: string }): string {
  if (!text) return ''
  const options: Intl.DateTimeFormatOptions =
    text.length === 4
      ? { year: 'numeric' }
      : text.length === 7
        ? { year: 'numeric', month: 'long' }
        : { year: 'numeric', month: 'short', day: 'numeric' }
  const isDay = text.length <= 10
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: isDay ? 'UTC' : zone }).format(new Date(text))
}

export function periodText(period: Period | undefined, place: { locale: string; zone: string }): string | undefined {
  if (!period?.start && !period?.end) return undefined
  return [fhirDate(period.start, place), fhirDate(period.end, place)].join(' – ')
}

/** "124/80 mmHg", "5.4 %", "Negative": what an observation says, in one line. */
export function valueText(observation: Observation | ObservationComponent, locale: string): string | undefined {
  const parts = 'component' in observation ? (observation.component ?? []) : []
  const values = parts.map(each => each.valueQuantity)
  if (values.length === 2 && values.every(each => each?.value !== undefined)) {
    const [first, second] = values.map(each => number(each!.value!, locale, { maximumFractionDigits: 1 }))
    return `${first}/${second} ${values[0]?.unit ?? ''}`.trim()
  }
  if (parts.length > 0)
    return parts.flatMap(each => [`${conceptText(each.code) ?? ''} ${valueText(each, locale) ?? ''}`.trim()]).join(', ')
  return (
    quantityText(observation.valueQuantity, locale) ??
    conceptText(observation.valueCodeableConcept) ??
    observation.valueString ??
    (observation.valueInteger === undefined ? undefined : number(observation.valueInteger, locale))
  )
}

export function rangeText(of: Observation | ObservationComponent, locale: string): string | undefined {
  const range = of.referenceRange?.[0]
  if (!range) return undefined
  if (range.text) return range.text
  const shown = (value: number) => number(value, locale, { maximumFractionDigits: 3 })
  const unit = range.high?.unit ?? range.low?.unit ?? ''
  const [low, high] = [range.low?.value, range.high?.value]
  if (low !== undefined && high !== undefined) return `${shown(low)}–${shown(high)} ${unit}`
  // In words: a sign such as ≤ turns round with the direction of the text, and then says the opposite to some.
  if (high !== undefined) return translate('results.upTo', { limit: `${shown(high)} ${unit}` })
  return low === undefined ? undefined : translate('results.atLeast', { limit: `${shown(low)} ${unit}` })
}

export type Flag = 'high' | 'low' | 'abnormal'

/** What the laboratory said, else what its own range says. */
export function flagOf(of: Observation | ObservationComponent): Flag | undefined {
  const code = of.interpretation?.[0]?.coding?.[0]?.code ?? ''
  if (code.startsWith('H')) return 'high'
  if (code.startsWith('L')) return 'low'
  if (code.startsWith('A')) return 'abnormal'
  if (code !== '') return undefined
  const value = of.valueQuantity?.value
  const range = of.referenceRange?.[0]
  if (value !== undefined && range?.high?.value !== undefined && value > range.high.value) return 'high'
  if (value !== undefined && range?.low?.value !== undefined && value < range.low.value) return 'low'
  for (const part of 'component' in of ? (of.component ?? []) : []) {
    const found = flagOf(part)
    if (found) return found
  }
  return undefined
}

/** In whole years; undefined when only the year of birth is not even known. */
export function ageOf(birthDate: string | undefined, zone: string): number | undefined {
  if (!birthDate || birthDate.length < 4) return undefined
  const today = dateIn(zone).toString()
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return birthDate.length === 10 && today.slice(5) < birthDate.slice(5) ? years - 1 : years
}
