// The frame around every screen: what is always there, whoever looks.
import { Outlet, useRouter, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useRead } from '../api.ts'
import { languages, useReader } from '../i18n/locale.tsx'
import { useSession } from '../session.ts'
import { CommandMenu, type CommandGroup } from '../ui/command-menu.tsx'
import { BottomNavigation, SideNavigation } from './navigation.tsx'
import { ProofDialog } from './proof-dialog.tsx'
import { chooseTheme } from './theme.ts'
import { TopBar } from './top-bar.tsx'
import {
  currentDestination,
  destinationsOf,
  homeOf,
  rememberWorkspace,
  workspaceAt,
  workspacesOf,
  type Workspace,
} from './workspace.ts'

export function Shell() {
  const { t } = useReader()
  const session = useSession()
  const person = session.status === 'signedIn' ? session.person : undefined
  const path = useRouterState({ select: state => state.location.pathname })
  const workspace = person ? workspaceAt(path, person) : 'patient'
  const [isCommandOpen, setCommandOpen] = useState(false)
  const unread =
    useRead('notification', 'countUnread', {}, { isEnabled: Boolean(person), everyMs: 30_000 }).data?.unread ?? 0
  const groups = useCommands(workspace)
  const main = useFocusOnNavigation(path)
  const navigation = { workspace, current: currentDestination(path, workspace), unread }
  return (
    <>
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-4 py-3 text-on-accent focus:not-sr-only focus:fixed focus:start-3 focus:top-3"
      >
        {t('shell.skip')}
      </a>
      <TopBar person={person} workspace={workspace} unread={unread} onOpenCommands={() => setCommandOpen(true)} />
      <div className="flex">
        {person && <SideNavigation {...navigation} />}
        <main id="main" ref={main} tabIndex={-1} className="min-w-0 flex-1 outline-none max-lg:pb-20">
          <Outlet />
        </main>
      </div>
      {person && <BottomNavigation {...navigation} />}
      {person && <ProofDialog />}
      {person && <CommandMenu groups={groups} isOpen={isCommandOpen} onOpenChange={setCommandOpen} />}
    </>
  )
}

/** A new screen takes the focus, so that a screen reader starts at its heading and not at the link that was pressed. */
function useFocusOnNavigation(path: string) {
  const main = useRef<HTMLElement>(null)
  const former = useRef(path)
  useEffect(() => {
    if (former.current === path) return
    former.current = path
    main.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [path])
  return main
}

function useCommands(workspace: Workspace): CommandGroup[] {
  const { t, setLanguage } = useReader()
  const router = useRouter()
  const session = useSession()
  const go = (href: string) => router.history.push(href)
  const others = session.status === 'signedIn' ? workspacesOf(session.person).filter(each => each !== workspace) : []
  const switches = others.map(each => ({
    id: `workspace-${each}`,
    title: t('command.workAs', { role: t(`workspace.${each}`) }),
    icon: 'swap' as const,
    run: () => {
      rememberWorkspace(each)
      go(homeOf(each))
    },
  }))
  return [
    {
      title: t('command.goTo'),
      commands: destinationsOf(workspace).map(each => ({
        id: each.href,
        title: t(each.title),
        icon: each.icon,
        run: () => go(each.href),
      })),
    },
    {
      title: t('command.settings'),
      commands: [
        ...switches,
        { id: 'theme-light', title: t('command.light'), icon: 'sun', run: () => chooseTheme('light') },
        { id: 'theme-dark', title: t('command.dark'), icon: 'moon', run: () => chooseTheme('dark') },
        ...languages.map(each => ({
          id: `language-${each.id}`,
          title: each.name,
          icon: 'globe' as const,
          run: () => setLanguage(each.id),
        })),
      ],
    },
  ]
}
