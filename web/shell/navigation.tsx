import { useRouter } from '@tanstack/react-router'
import { Button as AriaButton, Link } from 'react-aria-components'
import { useReader } from '../i18n/locale.tsx'
import { number } from '../time.ts'
import { cx } from '../ui/classes.ts'
import { Icon } from '../ui/icon.tsx'
import { Menu } from '../ui/menu.tsx'
import { destinationsOf, type Destination, type Workspace } from './workspace.ts'

interface NavigationProps {
  workspace: Workspace
  current: Destination | undefined
  unread: number
}

/** Beside the page from 1024 px. */
export function SideNavigation({ workspace, current, unread }: NavigationProps) {
  const { t, locale } = useReader()
  return (
    <nav
      aria-label={t('shell.navigation')}
      className="no-print sticky top-16 hidden h-[calc(100dvh-4rem)] w-60 shrink-0 flex-col gap-1 overflow-y-auto px-3 py-6 lg:flex"
    >
      {destinationsOf(workspace).map(each => (
        <Link
          key={each.href}
          href={each.href}
          {...(each === current ? { 'aria-current': 'page' as const } : {})}
          className={cx(
            'flex min-h-11 items-center gap-3 rounded-md px-3.5 font-[540] transition-colors',
            each === current ? 'bg-accent-soft text-accent-ink' : 'text-ink-soft hover:bg-sunken hover:text-ink',
          )}
        >
          <Icon name={each.icon} />
          <span className="flex-1">{t(each.title)}</span>
          {each.href === '/notifications' && unread > 0 && (
            <bdi aria-hidden="true" className="rounded-full bg-glow-soft px-2 text-xs font-[620] text-glow tabular">
              {number(unread, locale)}
            </bdi>
          )}
        </Link>
      ))}
    </nav>
  )
}

/** A thumb needs 64 px or so, and a name needs room: what is beyond five goes into a menu. */
const underThumb = 5

/** Under the thumb below 1024 px. */
export function BottomNavigation({ workspace, current, unread }: NavigationProps) {
  const { t } = useReader()
  const all = destinationsOf(workspace)
  const shown = all.length > underThumb ? all.slice(0, underThumb - 1) : all
  const rest = all.slice(shown.length)
  return (
    <nav
      aria-label={t('shell.navigation')}
      className="no-print fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-surface/95 pb-[env(safe-area-inset-bottom)] backdrop-blur lg:hidden"
    >
      {shown.map(each => (
        <Link
          key={each.href}
          href={each.href}
          {...(each === current ? { 'aria-current': 'page' as const } : {})}
          className={cx(
            'flex min-h-15 min-w-0 flex-1 flex-col items-center justify-center gap-0.5 px-0.5 text-[0.6875rem] font-[560]',
            each === current ? 'text-accent-ink' : 'text-ink-soft',
          )}
        >
          <span
            className={cx(
              'relative flex h-7 w-13 items-center justify-center rounded-full',
              each === current && 'bg-accent-soft',
            )}
          >
            <Icon name={each.icon} size={21} />
            {each.href === '/notifications' && unread > 0 && (
              <span className="swatch absolute end-2.5 top-0.5 size-2.5 rounded-full border-2 border-surface bg-glow" />
            )}
          </span>
          <span className="max-w-full truncate">{t(each.title)}</span>
        </Link>
      ))}
      {rest.length > 0 && <MoreDestinations rest={rest} current={current} unread={unread} />}
    </nav>
  )
}

function MoreDestinations({
  rest,
  current,
  unread,
}: Omit<NavigationProps, 'workspace'> & { rest: readonly Destination[] }) {
  const { t } = useReader()
  const router = useRouter()
  const isHere = rest.some(each => each === current)
  const hasNews = unread > 0 && rest.some(each => each.href === '/notifications')
  return (
    <Menu
      trigger={
        <AriaButton
          className={cx(
            'flex min-h-15 min-w-0 flex-1 cursor-pointer flex-col items-center justify-center gap-0.5 px-0.5 text-[0.6875rem] font-[560]',
            isHere ? 'text-accent-ink' : 'text-ink-soft',
          )}
        >
          <span
            className={cx(
              'relative flex h-7 w-13 items-center justify-center rounded-full',
              isHere && 'bg-accent-soft',
            )}
          >
            <Icon name="menu" size={21} />
            {hasNews && (
              <span className="swatch absolute end-2.5 top-0.5 size-2.5 rounded-full border-2 border-surface bg-glow" />
            )}
          </span>
          <span className="max-w-full truncate">{t('nav.more')}</span>
        </AriaButton>
      }
      groups={[
        {
          actions: rest.map(({ href, title, icon }) => ({
            id: href,
            label: t(title),
            icon,
            onAction: () => router.history.push(href),
          })),
        },
      ]}
    />
  )
}
