import type { ErrorComponentProps } from '@tanstack/react-router'
import { useReader } from '../i18n/locale.tsx'
import { LinkButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Page } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem-notice.tsx'

export function NotFound() {
  const { t } = useReader()
  return (
    <Page title={t('notFound.title')} width="reading">
      <EmptyState
        icon="question"
        title={t('notFound.what')}
        action={<LinkButton href="/">{t('notFound.home')}</LinkButton>}
      >
        {t('notFound.why')}
      </EmptyState>
    </Page>
  )
}

export function Failed({ error, reset }: ErrorComponentProps) {
  const { t } = useReader()
  return (
    <Page title={t('problem.failed')} width="reading">
      <ProblemNotice error={error} onRetry={reset} />
    </Page>
  )
}
