import { useReader } from '../../i18n/locale.tsx'
import { SignInProblem } from '../../session.ts'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { signInProblemText } from './enter.ts'

export function SignInNotice({ error }: { error: unknown }) {
  const { t } = useReader()
  if (!error) return null
  if (!(error instanceof SignInProblem)) return <ProblemNotice error={error} />
  return (
    <div role="alert" className="flex items-start gap-3 rounded-lg bg-bad-soft px-4 py-3.5">
      <Icon name="warning" className="mt-0.5 text-bad" />
      <div>
        <p className="font-[600]">{t('auth.refused')}</p>
        <p className="text-ink-soft">{signInProblemText(error)}</p>
      </div>
    </div>
  )
}
