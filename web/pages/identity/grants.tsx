import { useState } from 'react'
import { useAct, useRead, type OutputOf } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { dateOnly, relative } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { toast } from '../../ui/toast.tsx'
import { ScopeList } from './scope-words.tsx'

type Access = OutputOf<'identity', 'listGrants'>['items'][number]

/** The apps a person let in, each with what it may do and a way to end it. */
export function Grants() {
  const { t } = useReader()
  const grants = useRead('identity', 'listGrants', {})
  const [ending, setEnding] = useState<Access | null>(null)
  const revoke = useAct('identity', 'revokeGrant', {
    onDone: () => {
      setEnding(null)
      toast({ title: t('grants.ended') })
    },
  })
  return (
    <div className="space-y-6">
      <Card title={t('grants.title')} description={t('grants.lead')}>
        {grants.isPending && <Skeleton lines={2} />}
        <ProblemNotice error={grants.error} />
        {grants.data?.items.length === 0 && (
          <EmptyState icon="link" title={t('grants.none')}>
            {t('grants.noneWhat')}
          </EmptyState>
        )}
        <ul className="divide-y divide-line">
          {grants.data?.items.map(access => (
            <OneGrant key={access.appId} access={access} onEnd={() => setEnding(access)} />
          ))}
        </ul>
      </Card>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 rounded-xl bg-sunken px-5 py-4">
        <p className="max-w-md text-sm text-ink-soft">{t('apps.lead')}</p>
        <LinkButton href="/apps" tone="quiet" size="sm">
          {t('apps.title')}
        </LinkButton>
      </div>
      <ConfirmDialog
        title={t('grants.endNamed', { name: ending?.name ?? '' })}
        isOpen={ending !== null}
        onClose={() => setEnding(null)}
        onConfirm={() => ending && revoke.mutate({ appId: ending.appId })}
        confirmLabel={t('grants.end')}
        tone="danger"
        isPending={revoke.isPending}
      >
        <p>{t('grants.endWhat')}</p>
        <ProblemNotice error={revoke.error} className="mt-3" />
      </ConfirmDialog>
    </div>
  )
}

function OneGrant({ access, onEnd }: { access: Access; onEnd: () => void }) {
  const { t, locale, zone } = useReader()
  const date = (at: string) => dateOnly(at, { locale, zone })
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-3 py-4 first:pt-0 last:pb-0">
      <Avatar name={access.name} size={40} />
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-[560]">{access.name}</p>
        <p className="text-sm text-ink-faint">{t('consent.by', { maker: access.maker })}</p>
        <div className="my-2.5">
          <ScopeList scopes={access.scopes} locale={locale} />
        </div>
        <p className="text-sm text-ink-faint">
          {t('grants.since', { date: date(access.since), until: date(access.until) })}
          {access.lastUsedAt && ` · ${t('grants.used', { when: relative(access.lastUsedAt, locale) })}`}
        </p>
      </div>
      <Button tone="danger" size="sm" aria-label={`${t('grants.end')}: ${access.name}`} onPress={onEnd}>
        {t('grants.end')}
      </Button>
    </li>
  )
}
