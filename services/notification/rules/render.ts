import { IntlMessageFormat } from 'intl-messageformat'
import type { Locale } from '#core/call'
import type { Instant, TimeZone } from '#core/time'
import type { Catalogue, Kind } from './kinds.ts'
import { ar } from './messages-ar.ts'
import { de } from './messages-de.ts'
import { en } from './messages-en.ts'

const catalogues: Record<Locale, Catalogue> = { en, de, ar }

/** What messages may mention: who, when and where. Reasons, diagnoses and names of services are clinical and have no place here. */
export type Facts = {
  clinician?: string
  startsAt?: Instant
  formerStartsAt?: Instant
  until?: Instant
  mode?: 'video' | 'clinic'
  place?: string
  pharmacy?: string
}

export type Rendered = { title: string; body: string; short: string }

export function render(kind: Kind, facts: Facts, locale: Locale, timeZone: TimeZone): Rendered {
  const when = (instant: Instant | undefined, isShort: boolean) =>
    instant === undefined ? '' : timeIn(instant, timeZone, locale, isShort)
  const values = {
    clinician: facts.clinician ?? '',
    mode: facts.mode ?? '',
    place: facts.place ?? '',
    pharmacy: facts.pharmacy ?? '',
    when: when(facts.startsAt, false),
    shortWhen: when(facts.startsAt, true),
    formerWhen: when(facts.formerStartsAt, false),
    until: when(facts.until, false),
    shortUntil: when(facts.until, true),
  }
  const { title, body, short } = catalogues[locale][kind]
  const fill = (message: string) => fillIn(message, locale, values)
  return { title: fill(title), body: fill(body), short: fill(short) }
}

export function mailWords(locale: Locale, name: string): Catalogue['mail'] {
  const { mail } = catalogues[locale]
  return { ...mail, greeting: fillIn(mail.greeting, locale, { name }) }
}

const fillIn = (message: string, locale: Locale, values: Record<string, string>) =>
  String(new IntlMessageFormat(message, locale, undefined, { ignoreTag: true }).format(values)).trim()

/** An instant in the reader's own zone, which is always named, because visits cross zones. */
export function timeIn(instant: Instant, timeZone: TimeZone, locale: Locale, isShort: boolean): string {
  const length = isShort ? 'short' : 'long'
  return new Intl.DateTimeFormat(tagOf(locale, timeZone), {
    timeZone,
    weekday: length,
    day: 'numeric',
    month: length,
    ...(isShort ? {} : { year: 'numeric' }),
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(instant))
}

/** English clocks have twelve hours in America and twenty-four elsewhere. */
const tagOf = (locale: Locale, timeZone: TimeZone) =>
  locale === 'en' ? (timeZone.startsWith('America/') ? 'en-US' : 'en-GB') : locale
