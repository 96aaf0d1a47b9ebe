import type { ReactNode } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { number } from '../../time.ts'

/** More lines than anybody reads; drawing them all would hold up the page. */
const linesMax = 3_000

interface JsonViewProps {
  value: unknown
  onFollow: (address: string) => void
}

/** JSON as text, in which whatever refers to another resource or page can be followed. */
export function JsonView({ value, onFollow }: JsonViewProps) {
  const { t, locale } = useReader()
  const lines = JSON.stringify(value, null, 2).split('\n')
  return (
    <pre
      dir="ltr"
      tabIndex={0}
      role="region"
      aria-label={t('fhir.answer')}
      className="max-h-[75dvh] overflow-auto rounded-xl border border-line bg-surface p-4 text-start text-[0.8125rem] leading-5.5 shadow-card"
    >
      {lines.slice(0, linesMax).map((line, index) => (
        <span key={index} className="block min-h-5.5 whitespace-pre">
          <Line text={line} onFollow={onFollow} />
        </span>
      ))}
      {lines.length > linesMax && (
        <span className="mt-2 block font-sans text-sm text-ink-soft">
          {t('fhir.cut', { shown: number(linesMax, locale), all: number(lines.length, locale) })}
        </span>
      )}
    </pre>
  )
}

/** One line of JSON.stringify: indentation, perhaps a name, a value, perhaps a comma. */
function Line({ text, onFollow }: { text: string; onFollow: (address: string) => void }): ReactNode {
  const match = /^(\s*)("(?:[^"\\]|\\.)*": )?("(?:[^"\\]|\\.)*"|[^,]*)(,?)$/.exec(text)
  if (!match) return text
  const [, indent = '', name = '', value = '', comma = ''] = match
  const address = value.startsWith('"') ? followed(name, JSON.parse(value) as string) : undefined
  return (
    <>
      {indent}
      {name && <span className="text-accent-ink">{name}</span>}
      {address ? (
        <button
          type="button"
          onClick={() => onFollow(address)}
          className="cursor-pointer rounded-sm text-info underline decoration-dotted underline-offset-3 hover:decoration-solid"
        >
          {value}
        </button>
      ) : (
        <span className={value.startsWith('"') ? 'text-ink' : /^[\d-]/.test(value) ? 'text-glow' : 'text-ink-soft'}>
          {value}
        </span>
      )}
      {comma}
    </>
  )
}

/** References such as `Patient/1`, and links of this server; addresses elsewhere are only text. */
function followed(name: string, value: string): string | undefined {
  if (!/^"(reference|fullUrl|url)": $/.test(name)) return undefined
  const below =
    /\/fhir\/R4\/(.+)$/.exec(value)?.[1] ??
    (/^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}(\/|$)/.test(value) ? value : undefined)
  return below
}
