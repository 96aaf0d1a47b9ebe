// Scopes in words: what an app may do, as people who never heard of FHIR would say it.
import { parseScope, type RecordScope } from '#core/scope'
import { translate, translateCode } from '../../i18n/locale.tsx'
import { listOf } from '../../places.ts'

export interface ScopeLine {
  /** The scopes this line stands for; taking the line away takes them away. */
  scopes: string[]
  title: string
  detail: string
  isClinical: boolean
}

const whoYouAre = ['openid', 'fhirUser', 'profile']

/** One line per thing asked for. How long it lasts and whose record it is are said elsewhere. */
export function scopeLines(scopes: readonly string[], locale: string): ScopeLine[] {
  const known = scopes.filter(each => whoYouAre.includes(each))
  const lines = scopes.flatMap(text => {
    const scope = parseScope(text)
    return scope && scope.context !== 'plain' ? [lineOf(text, scope, locale)] : []
  })
  if (known.length === 0) return lines
  const who = { scopes: known, title: translate('scope.whoYouAre'), detail: translate('scope.whoYouAreWhat') }
  return [{ ...who, isClinical: false }, ...lines]
}

function lineOf(text: string, { context, type, access, only }: RecordScope, locale: string): ScopeLine {
  const what = type === '*' ? translate('resource.all') : resourceName(type)
  const title =
    context === 'patient' ? what : translate(context === 'user' ? 'scope.userOf' : 'scope.systemOf', { what })
  const verbs = [
    ...(/[rs]/.test(access) ? [translate('scope.see')] : []),
    ...(access.includes('c') ? [translate('scope.add')] : []),
    ...(access.includes('u') ? [translate('scope.change')] : []),
    ...(access.includes('d') ? [translate('scope.delete')] : []),
  ]
  const query = only.map(each => each.replace(/=.*\|/, '=')).join(', ')
  const limit = query ? ` · ${translate('scope.only', { query })}` : ''
  return { scopes: [text], title, detail: `${listOf(verbs, locale)}${limit}`, isClinical: true }
}

/** Types that people meet have a name; the rest are taken apart into words. */
function resourceName(type: string): string {
  const name = translateCode('resource', type)
  return name === type ? type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ') : name
}

/** For lists: what an app may do, line by line. */
export function ScopeList({ scopes, locale }: { scopes: readonly string[]; locale: string }) {
  return (
    <ul className="space-y-1 text-sm">
      {scopeLines(scopes, locale).map(line => (
        <li key={line.scopes.join()}>
          <span className="font-[560]">{line.title}:</span> <span className="text-ink-soft">{line.detail}</span>
        </li>
      ))}
    </ul>
  )
}
