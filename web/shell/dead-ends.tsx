import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { useReader } from '../i18n/locale.tsx'
import { LinkButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Page } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem-notice.tsx'

/** What the guard of a route for another role says in `notFound({ data })`. */
export const forAnotherRole = 'forAnotherRole'

export function NotFound({ data }: { data?: unknown }) {
  const { t } = useReader()
  const isNotYours = data === forAnotherRole
  return (
    <Page title={isNotYours ? t('notForYou.title') : t('notFound.title')} width="reading">
      <EmptyState
        icon="question"
        title={isNotYours ? t('notForYou.what') : t('notFound.what')}
        action={<LinkButton href="/">{t('notFound.home')}</LinkButton>}
      >
        {isNotYours ? t('notForYou.why') : t('notFound.why')}
      </EmptyState>
    </Page>
  )
}

export function Failed({ error, reset }: ErrorComponentProps) {
  const { t } = useReader()
  const router = useRouter()
  const retry = () => {
    reset()
    void router.invalidate()
  }
  return (
    <Page title={t('problem.failed')} width="reading">
      <ProblemNotice error={error} onRetry={retry} />
    </Page>
  )
}
