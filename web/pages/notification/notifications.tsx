import { Link } from 'react-aria-components'
import { useAct, usePages } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useAddress } from '../../shell/address.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { cx } from '../../ui/classes.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Since } from '../appointment/visit-words.tsx'
import { Preferences } from './preferences.tsx'

export function Notifications() {
  const { t } = useReader()
  const [{ tab }, change] = useAddress()
  return (
    <Page title={t('nav.notifications')} width="reading">
      <Tabs
        label={t('nav.notifications')}
        selected={tab ?? 'news'}
        onSelect={id => change({ tab: id })}
        tabs={[
          { id: 'news', title: t('news.tab'), content: <News /> },
          { id: 'preferences', title: t('preferences.tab'), content: <Preferences /> },
        ]}
      />
    </Page>
  )
}

const icons: Record<string, IconName> = {
  booking: 'calendar',
  reminder: 'clock',
  waitList: 'bell',
  prescription: 'pill',
  account: 'shield',
}

function News() {
  const { t } = useReader()
  const news = usePages('notification', 'list', { limit: 20 }, { everyMs: 30_000 })
  const read = useAct('notification', 'markRead')
  const hasUnread = news.items.some(each => !each.readAt)
  return (
    <>
      {news.isPending && <Skeleton />}
      <ProblemNotice error={news.error ?? read.error} onRetry={news.refetch} />
      {!news.isPending && !news.error && news.items.length === 0 && (
        <EmptyState icon="bell" title={t('news.none')}>
          {t('news.noneWhat')}
        </EmptyState>
      )}
      {hasUnread && (
        <div className="mb-3 flex justify-end">
          <Button tone="ghost" size="sm" icon="check" isPending={read.isPending} onPress={() => read.mutate({})}>
            {t('news.readAll')}
          </Button>
        </div>
      )}
      {news.items.length > 0 && (
        <Card className="p-2! sm:p-2!">
          <ul>
            {news.items.map(each => (
              <li key={each.id} className="border-b border-line last:border-b-0">
                <Link
                  href={each.link ?? '/notifications'}
                  onPress={() => !each.readAt && read.mutate({ notificationIds: [each.id] })}
                  className="flex gap-4 rounded-lg px-3 py-4 hover:bg-sunken sm:px-4"
                >
                  <span
                    className={cx(
                      'flex size-10 shrink-0 items-center justify-center rounded-full',
                      each.readAt ? 'bg-sunken text-ink-faint' : 'bg-accent-soft text-accent-ink',
                    )}
                  >
                    <Icon name={icons[each.topic] ?? 'bell'} size={19} />
                  </span>
                  <span className="min-w-0 flex-1">
                    <span className={cx('block', each.readAt ? 'font-[520]' : 'font-[620]')}>
                      {!each.readAt && <span className="sr-only">{t('news.unread')} </span>}
                      {each.title}
                    </span>
                    <span className="block text-ink-soft">{each.body}</span>
                    <span className="mt-0.5 block text-sm text-ink-faint">
                      <Since at={each.createdAt} />
                    </span>
                  </span>
                  {!each.readAt && <span className="swatch mt-2 size-2.5 shrink-0 rounded-full bg-glow" />}
                </Link>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <LoadMore {...news.more} />
    </>
  )
}
