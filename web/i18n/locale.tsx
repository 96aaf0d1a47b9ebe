// Who reads the page, and how: language, direction, number and date conventions, time zone.
import { i18n, type Messages } from '@lingui/core'
import { createContext, useContext, useMemo, type ReactNode } from 'react'
import { I18nProvider } from 'react-aria-components'
import type english from './en.json'

/** Every message id. English is the source; the other catalogues must hold exactly the same ids. */
export type MessageId = keyof typeof english
export type MessageValues = Record<string, string | number | Date | null | undefined>
export type Language = 'en' | 'de' | 'ar'

/** The languages on offer, each named in its own words: a reader looks for a word they can read. */
export const languages: readonly { id: Language; name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'de', name: 'Deutsch' },
  { id: 'ar', name: 'العربية' },
]

const fallbackLocale: Record<Language, string> = { en: 'en-US', de: 'de-DE', ar: 'ar-EG' }
const storageKey = 'medley.locale'

const catalogues: Record<Language, () => Promise<{ default: unknown }>> = {
  en: () => import('./en.json'),
  de: () => import('./de.json'),
  ar: () => import('./ar.json'),
}

export function languageOf(locale: string): Language {
  const language = locale.slice(0, 2).toLowerCase()
  return language === 'de' || language === 'ar' ? language : 'en'
}

export function directionOf(locale: string): 'ltr' | 'rtl' {
  return languageOf(locale) === 'ar' ? 'rtl' : 'ltr'
}

/** The region of a language decides 12 or 24 hours and the first day of the week, so the browser's own choice of region is kept. */
function localeFor(wanted: string): string {
  const language = languageOf(wanted)
  if (wanted.length > 2) return wanted
  return (
    navigator.languages.find(tag => tag.length > 2 && languageOf(tag) === language && tag.startsWith(language)) ??
    fallbackLocale[language]
  )
}

/** `?lang=` wins over what was chosen before, which wins over the browser's list; it counts as a choice, so the next page keeps it. */
export function initialLocale(): string {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(storageKey)
  const known = [asked, ...navigator.languages].find(
    tag => tag && languages.some(one => tag.toLowerCase().startsWith(one.id)),
  )
  if (known && known === new URLSearchParams(location.search).get('lang')) rememberLocale(known)
  return known ?? 'en'
}

export function rememberLocale(locale: string): void {
  localStorage.setItem(storageKey, locale)
}

/** Loads the catalogue and turns the document round before anything is drawn in it. */
export async function activateLocale(wanted: string): Promise<void> {
  const locale = localeFor(wanted)
  const language = languageOf(locale)
  const catalogue = await catalogues[language]()
  i18n.loadAndActivate({ locale, messages: catalogue.default as Messages })
  document.documentElement.lang = locale
  document.documentElement.dir = directionOf(locale)
}

export interface Reader {
  locale: string
  language: Language
  direction: 'ltr' | 'rtl'
  /** IANA name of the zone the viewer's device is in. */
  zone: string
  t: (id: MessageId, values?: MessageValues) => string
  setLanguage: (language: Language) => void
}

const ReaderContext = createContext<Reader | null>(null)

export function useReader(): Reader {
  const reader = useContext(ReaderContext)
  if (!reader) throw new Error('useReader outside ReaderProvider')
  return reader
}

/** Translates by id. Values are plain ICU arguments. */
export function translate(id: MessageId, values?: MessageValues): string {
  return i18n._(id, values)
}

/** Translates ids built from codes that a newer server may extend; an unknown code is shown as it is rather than hidden. */
export function translateCode(prefix: string, code: string): string {
  const id = `${prefix}.${code}`
  const message = i18n._(id)
  return message === id ? code.replaceAll(/[-_.]/g, ' ') : message
}

export function ReaderProvider(props: {
  locale: string
  setLanguage: (language: Language) => void
  children: ReactNode
}) {
  const { locale, setLanguage } = props
  const reader = useMemo<Reader>(
    () => ({
      locale,
      language: languageOf(locale),
      direction: directionOf(locale),
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      t: translate,
      setLanguage,
    }),
    [locale, setLanguage],
  )
  return (
    <ReaderContext value={reader}>
      <I18nProvider locale={locale}>{props.children}</I18nProvider>
    </ReaderContext>
  )
}
