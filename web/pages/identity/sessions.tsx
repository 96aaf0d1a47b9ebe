import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { relative } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tag } from '../../ui/tag.tsx'
import { toast } from '../../ui/toast.tsx'

export function Sessions() {
  const { t, locale } = useReader()
  const sessions = useRead('identity', 'listSessions', {})
  const revoke = useAct('identity', 'revokeSession', { onDone: () => toast({ title: t('sessions.revoked') }) })
  return (
    <Card title={t('sessions.title')} description={t('sessions.lead')}>
      {sessions.isPending && <Skeleton lines={2} />}
      <ProblemNotice error={sessions.error ?? revoke.error} />
      <ul className="divide-y divide-line">
        {sessions.data?.items.map(session => (
          <li key={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
            <Icon name="device" className="text-ink-faint" />
            <div className="min-w-0 flex-1">
              <p className="font-[560]">{session.device}</p>
              <p className="text-sm text-ink-faint">
                {t('sessions.since', { when: relative(session.createdAt, locale) })}
                {session.ipAddress && (
                  <>
                    {' · '}
                    <bdi dir="ltr">{session.ipAddress}</bdi>
                  </>
                )}
              </p>
            </div>
            {session.isCurrent ? (
              <Tag tone="good">{t('sessions.current')}</Tag>
            ) : (
              <Button
                tone="quiet"
                size="sm"
                aria-label={`${t('sessions.revoke')}: ${session.device}`}
                isPending={revoke.isPending && revoke.variables?.sessionId === session.id}
                onPress={() => revoke.mutate({ sessionId: session.id })}
              >
                {t('sessions.revoke')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
