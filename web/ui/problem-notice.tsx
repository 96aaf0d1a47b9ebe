import { Fault } from '#core/fault'
import { i18n } from '@lingui/core'
import { useReader } from '../i18n/locale.tsx'
import { Button } from './button.tsx'
import { cx } from './classes.ts'
import { Icon } from './icon.tsx'

/**
 * Shows a failure the way RFC 9457 carries it: what happened, why and what to do. The server writes its messages in English; the catalogues
 * hold translations by fault code for those that people meet, and an unknown code falls back to the server's own words.
 */
export function ProblemNotice({
  error,
  onRetry,
  className,
}: {
  error: unknown
  onRetry?: () => void
  className?: string
}) {
  const { t } = useReader()
  if (!error) return null
  const isQuiet = error instanceof Fault && error.kind !== 'unavailable'
  return (
    <div role="alert" className={cx('flex items-start gap-3 rounded-lg bg-bad-soft px-4 py-3.5 text-ink', className)}>
      <Icon name="warning" className="mt-0.5 text-bad" />
      <div className="min-w-0 flex-1">
        <p className="font-[600]">{isQuiet ? t('problem.refused') : t('problem.failed')}</p>
        <p className="text-ink-soft">{problemText(error)}</p>
        <FieldProblems error={error} />
        {error instanceof Fault && (
          <p className="mt-1 text-xs text-ink-soft">
            <bdi dir="ltr">{error.code}</bdi>
          </p>
        )}
      </div>
      {onRetry && (
        <Button tone="quiet" size="sm" icon="refresh" onPress={onRetry}>
          {t('action.retry')}
        </Button>
      )}
    </div>
  )
}

export function problemText(error: unknown): string {
  if (error instanceof Fault) {
    const id = `fault.${error.code}`
    const translated = i18n._(id)
    return translated === id ? error.message : translated
  }
  return i18n._('problem.unknown')
}

/** A refused form carries one entry per field under `details`. */
function FieldProblems({ error }: { error: unknown }) {
  if (!(error instanceof Fault)) return null
  const issues = error.details['issues']
  if (!Array.isArray(issues)) return null
  return (
    <ul className="mt-1 list-disc ps-5 text-sm text-ink-soft">
      {issues.slice(0, 6).map((issue: unknown, index) => (
        <li key={index}>{describeIssue(issue)}</li>
      ))}
    </ul>
  )
}

function describeIssue(issue: unknown): string {
  if (typeof issue === 'string') return issue
  if (typeof issue !== 'object' || issue === null) return ''
  const { path, message } = issue as { path?: unknown; message?: unknown }
  const where = Array.isArray(path) ? path.join('.') : typeof path === 'string' ? path : ''
  return [where, typeof message === 'string' ? message : ''].filter(Boolean).join(': ')
}
