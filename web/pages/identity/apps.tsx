import { useState } from 'react'
import { useAct, useRead, type OutputOf } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { dateOnly } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tag } from '../../ui/tag.tsx'
import { toast } from '../../ui/toast.tsx'
import { RegisterApp } from './register-app.tsx'
import { ScopeList } from './scope-words.tsx'

type App = OutputOf<'identity', 'listApps'>['items'][number]

/** A developer's own apps. */
export const MyApps = () => <Apps of="me" />

/** All of them, for operators, who approve those that act for themselves. */
export const AllApps = () => <Apps of="all" />

function Apps({ of }: { of: 'me' | 'all' }) {
  const { t } = useReader()
  const apps = useRead('identity', 'listApps', { of })
  const [isOpen, setIsOpen] = useState(false)
  const [asked, setAsked] = useState<{ app: App; act: 'approve' | 'remove' } | null>(null)
  return (
    <Page
      title={of === 'me' ? t('apps.title') : t('apps.all')}
      lead={of === 'me' ? t('apps.lead') : t('apps.allLead')}
      width={of === 'me' ? 'reading' : 'wide'}
      actions={
        <Button icon="plus" onPress={() => setIsOpen(true)}>
          {t('apps.register')}
        </Button>
      }
    >
      {apps.isPending && <Skeleton />}
      <ProblemNotice error={apps.error} onRetry={() => void apps.refetch()} />
      {apps.data?.items.length === 0 && <EmptyState icon="link" title={t('apps.none')} />}
      <ul className={of === 'me' ? 'grid gap-4' : 'grid gap-4 lg:grid-cols-2'}>
        {apps.data?.items.map(app => (
          <li key={app.id}>
            <OneApp
              app={app}
              onApprove={of === 'all' && !app.approvedAt ? () => setAsked({ app, act: 'approve' }) : undefined}
              onRemove={() => setAsked({ app, act: 'remove' })}
            />
          </li>
        ))}
      </ul>
      <RegisterApp isOpen={isOpen} onClose={() => setIsOpen(false)} />
      <Approval app={asked?.act === 'approve' ? asked.app : null} onClose={() => setAsked(null)} />
      <Removal app={asked?.act === 'remove' ? asked.app : null} onClose={() => setAsked(null)} />
    </Page>
  )
}

function OneApp(props: { app: App; onApprove: (() => void) | undefined; onRemove: () => void }) {
  const { t, locale, zone } = useReader()
  const { app } = props
  return (
    <Card className="flex h-full flex-col">
      <div className="flex items-start gap-3.5">
        <Avatar name={app.name} size={44} />
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-lg font-[620]">{app.name}</h2>
          <p className="text-sm text-ink-faint">
            {t('consent.by', { maker: app.maker })} · {dateOnly(app.createdAt, { locale, zone })}
          </p>
        </div>
        <State app={app} />
      </div>
      <dl className="mt-4 grid gap-x-4 text-sm sm:grid-cols-[8rem_1fr] sm:gap-y-2">
        <Fact title={t('apps.kindTitle')}>{translateCode('apps.kind', app.kind)}</Fact>
        <Fact title={t('apps.clientId')}>
          <code dir="ltr" className="break-all">
            {app.id}
          </code>
        </Fact>
        {app.redirectUris.length > 0 && (
          <Fact title={t('apps.redirects')}>
            {app.redirectUris.map(each => (
              <code key={each} dir="ltr" className="block break-all">
                {each}
              </code>
            ))}
          </Fact>
        )}
        <Fact title={t('apps.scopes')}>
          <code dir="ltr" className="break-words">
            {app.scopes.join(' ')}
          </code>
        </Fact>
      </dl>
      <div className="mt-auto flex flex-wrap justify-end gap-2 pt-4">
        {props.onApprove && (
          <Button
            size="sm"
            tone="soft"
            icon="check"
            aria-label={`${t('apps.approve')}: ${app.name}`}
            onPress={props.onApprove}
          >
            {t('apps.approve')}
          </Button>
        )}
        <Button size="sm" tone="danger" aria-label={`${t('action.remove')}: ${app.name}`} onPress={props.onRemove}>
          {t('action.remove')}
        </Button>
      </div>
    </Card>
  )
}

function Fact({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint">{title}</dt>
      <dd className="min-w-0 max-sm:mb-2.5">{children}</dd>
    </>
  )
}

function State({ app }: { app: App }) {
  const { t } = useReader()
  if (app.approvedAt)
    return (
      <Tag tone="good" icon="check">
        {t('apps.reviewed')}
      </Tag>
    )
  return app.kind === 'backend' ? <Tag tone="warn">{t('apps.waits')}</Tag> : <Tag>{t('apps.notReviewed')}</Tag>
}

function Approval({ app, onClose }: { app: App | null; onClose: () => void }) {
  const { t, locale } = useReader()
  const approve = useAct('identity', 'approveApp', {
    onDone: () => {
      onClose()
      toast({ title: t('apps.approved') })
    },
  })
  return (
    <ConfirmDialog
      title={t('apps.approveNamed', { name: app?.name ?? '' })}
      isOpen={app !== null}
      onClose={onClose}
      onConfirm={() => app && approve.mutate({ appId: app.id })}
      confirmLabel={t('apps.approve')}
      isPending={approve.isPending}
    >
      <p className="mb-3">{t('apps.approveWhat')}</p>
      {app && <ScopeList scopes={app.scopes} locale={locale} />}
      <ProblemNotice error={approve.error} className="mt-3" />
    </ConfirmDialog>
  )
}

function Removal({ app, onClose }: { app: App | null; onClose: () => void }) {
  const { t } = useReader()
  const remove = useAct('identity', 'removeApp', {
    onDone: () => {
      onClose()
      toast({ title: t('apps.removed') })
    },
  })
  return (
    <ConfirmDialog
      title={t('apps.removeNamed', { name: app?.name ?? '' })}
      isOpen={app !== null}
      onClose={onClose}
      onConfirm={() => app && remove.mutate({ appId: app.id })}
      confirmLabel={t('action.remove')}
      tone="danger"
      isPending={remove.isPending}
    >
      <p>{t('apps.removeWhat')}</p>
      <ProblemNotice error={remove.error} className="mt-3" />
    </ConfirmDialog>
  )
}
