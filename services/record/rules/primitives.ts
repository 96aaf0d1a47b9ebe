// The lexical forms of FHIR's primitive types (https://hl7.org/fhir/R4/datatypes.html#primitive), each as a check that returns
// what is wrong, ending the sentence "Observation.issued …".
import { narrativeFault } from './narrative.ts'

type Check = (value: string) => string | undefined

const stringMaxCharacters = 1024 * 1024

const date = /^(\d{4})(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/
const time = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?$/
/** The standard asks for seconds and a zone as soon as there is an hour. */
const timeWithZone = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))$/

const form =
  (pattern: RegExp, text: string): Check =>
  value =>
    pattern.test(value) ? undefined : text

function stringFault(value: string): string | undefined {
  if (value.length > stringMaxCharacters)
    return `has ${value.length} characters; a string has at most ${stringMaxCharacters}`
  // Control characters but tab, line feed and carriage return are not allowed in strings.
  // oxlint-disable-next-line no-control-regex
  if (/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(value)) return 'contains a control character'
  return /\S/.test(value) ? undefined : 'is empty; leave it out instead'
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function dateFault(value: string): string | undefined {
  const match = date.exec(value)
  if (!match || match[1] === '0000') return 'is not a date like 2024, 2024-05 or 2024-05-17'
  if (match[5] && Number(match[5]) > daysIn(Number(match[1]), Number(match[3]))) return 'is a day that does not exist'
  return undefined
}

function dateTimeFault(value: string): string | undefined {
  const at = value.indexOf('T')
  if (at === -1) return dateFault(value)
  return instantFault(value)
}

function instantFault(value: string): string | undefined {
  if (value.charAt(10) !== 'T' || !timeWithZone.test(value.slice(11)))
    return 'is not a time with seconds and zone like 2024-05-17T14:30:00+02:00'
  return dateFault(value.slice(0, 10))
}

/** In linear time, since attachments are long. The standard allows white space between groups. */
function base64Fault(value: string): string | undefined {
  const text = /\s/.test(value) ? value.replaceAll(/\s+/g, '') : value
  const isGood = text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
  return isGood ? undefined : 'is not base64'
}

const uri: Check = value =>
  value === '' ? 'is empty; leave it out instead' : /\s/.test(value) ? 'is a URI with a space in it' : undefined

const texts: Record<string, Check> = {
  string: stringFault,
  markdown: stringFault,
  code: form(/^\S+(\s\S+)*$/, 'is not a code: no spaces at its ends, none doubled, and not empty'),
  id: form(/^[A-Za-z0-9\-.]{1,64}$/, 'is not an id: 1 to 64 letters, digits, hyphens and dots'),
  uri,
  url: uri,
  canonical: uri,
  oid: form(/^urn:oid:[0-2](\.(0|[1-9]\d*))+$/, 'is not an object identifier like urn:oid:1.2.3'),
  uuid: form(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    'is not a UUID like urn:uuid:c757873d-ec9a-4326-a141-556f43239520, in lower case',
  ),
  date: dateFault,
  dateTime: dateTimeFault,
  instant: instantFault,
  time: form(time, 'is not a time like 14:30:00'),
  base64Binary: base64Fault,
  xhtml: narrativeFault,
}

const integerMax = 2_147_483_647
const lowest: Record<string, number> = { integer: -integerMax - 1, unsignedInt: 0, positiveInt: 1 }

/** What is wrong with the JSON value of a primitive type, or nothing. */
export function primitiveFault(type: string, value: unknown): string | undefined {
  const check = texts[type]
  if (check) return typeof value === 'string' ? check(value) : `must be a string (${type}), not ${kindOf(value)}`
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : `must be true or false, not ${kindOf(value)}`
  if (typeof value !== 'number' || !Number.isFinite(value)) return `must be a number (${type}), not ${kindOf(value)}`
  const least = lowest[type]
  if (least === undefined) return undefined
  if (!Number.isInteger(value)) return `must be a whole number (${type})`
  return value < least || value > integerMax ? `must be from ${least} to ${integerMax} (${type})` : undefined
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** The first and the last moment that a date or time can mean, in milliseconds. A day without zone is a day anywhere. */
export function momentsOf(value: string): [from: number, to: number] | undefined {
  if (value.includes('T')) {
    const at = Date.parse(value.replace(/:60(\.\d+)?/, ':59'))
    return Number.isNaN(at) ? undefined : [at, at + 1_000]
  }
  const match = date.exec(value)
  if (!match) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[3] ?? 0), Number(match[5] ?? 0)]
  const anywhere = 14 * 3_600_000
  const from = Date.UTC(year, Math.max(month - 1, 0), Math.max(day, 1))
  const to = day ? Date.UTC(year, month - 1, day + 1) : month ? Date.UTC(year, month, 1) : Date.UTC(year + 1, 0, 1)
  return [from - anywhere, to + anywhere]
}
