// A dose in words: what is counted of each form, and the sentence that records and papers carry. Pages say it in their own languages.

/** What one takes or applies at one time. */
export type DoseUnit =
  | 'tablet'
  | 'capsule'
  | 'millilitre'
  | 'drop'
  | 'puff'
  | 'injection'
  | 'patch'
  | 'suppository'
  | 'application'
  | 'dose'

const units: readonly (readonly [RegExp, DoseUnit])[] = [
  [/tablet/, 'tablet'],
  [/capsule/, 'capsule'],
  [/drops/, 'drop'],
  [/inhal|spray|nasal/, 'puff'],
  [/injection/, 'injection'],
  [/patch/, 'patch'],
  [/suppositor/, 'suppository'],
  [/cream|gel|ointment|lotion/, 'application'],
  [/solution|suspension|syrup/, 'millilitre'],
]

/** By the name of the form as medicines have it. A form nobody foresaw is counted in doses. */
export const doseUnitOf = (form: string): DoseUnit =>
  units.find(([words]) => words.test(form.toLowerCase()))?.[1] ?? 'dose'

const english: Record<DoseUnit, readonly [one: string, more: string]> = {
  tablet: ['tablet', 'tablets'],
  capsule: ['capsule', 'capsules'],
  millilitre: ['mL', 'mL'],
  drop: ['drop', 'drops'],
  puff: ['puff', 'puffs'],
  injection: ['injection', 'injections'],
  patch: ['patch', 'patches'],
  suppository: ['suppository', 'suppositories'],
  application: ['application', 'applications'],
  dose: ['dose', 'doses'],
}

export type DoseOrder = { form: string; amount: number; timesPerDay: number; isAsNeeded: boolean }

/** `1 tablet twice a day`, for records and papers, which are in English. */
export function doseInWords({ form, amount, timesPerDay, isAsNeeded }: DoseOrder): string {
  const [one, more] = english[doseUnitOf(form)]
  const what = amount === 0.5 ? `half a ${one}` : `${amount} ${amount === 1 ? one : more}`
  return `${what} ${oftenInWords(timesPerDay)}${isAsNeeded ? ' when needed' : ''}`
}

function oftenInWords(timesPerDay: number): string {
  if (timesPerDay === 1) return 'once a day'
  if (timesPerDay === 2) return 'twice a day'
  if (timesPerDay > 1) return `${timesPerDay} times a day`
  return `every ${everyDays(timesPerDay)} days`
}

/** Less than once a day is once in so many days. */
export const everyDays = (timesPerDay: number): number => Math.round((1 / timesPerDay) * 100) / 100
