import type { Person } from '#contract/identity'
import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { Button as AriaButton, Link } from 'react-aria-components'
import { languages, useReader } from '../i18n/locale.tsx'
import { signOut } from '../session.ts'
import { Avatar } from '../ui/avatar.tsx'
import { IconButton, LinkButton } from '../ui/button.tsx'
import { cx } from '../ui/classes.ts'
import { Icon } from '../ui/icon.tsx'
import { Logo, LogoMark } from '../ui/logo.tsx'
import { Menu, type MenuAction } from '../ui/menu.tsx'
import { chooseTheme, chosenTheme, type Theme } from './theme.ts'
import { homeOf, rememberWorkspace, workspacesOf, type Workspace } from './workspace.ts'

export interface TopBarProps {
  person: Person | undefined
  workspace: Workspace
  unread: number
  onOpenCommands: () => void
}

export function TopBar({ person, workspace, unread, onOpenCommands }: TopBarProps) {
  const { t } = useReader()
  return (
    <header className="no-print sticky top-0 z-30 border-b border-line bg-canvas/90 backdrop-blur">
      <div className="flex h-16 items-center gap-2 px-4 sm:gap-3 sm:px-6">
        <Link
          href={person ? homeOf(workspace) : '/'}
          aria-label={t('shell.toHome')}
          className="flex min-h-11 items-center rounded-md pe-1 sm:pe-3"
        >
          <span className="flex max-xs:hidden">
            <Logo />
          </span>
          <span className="flex xs:hidden">
            <LogoMark size={34} />
          </span>
        </Link>
        {person && <WorkspaceSwitch person={person} workspace={workspace} />}
        <div className="flex-1" />
        {person && <CommandButton onPress={onOpenCommands} />}
        <LanguageMenu />
        {person ? (
          <>
            <BellLink unread={unread} />
            <AccountMenu person={person} />
          </>
        ) : (
          <LinkButton href="/sign-in" size="sm" tone="primary" className="min-h-11">
            {t('auth.signIn')}
          </LinkButton>
        )}
      </div>
    </header>
  )
}

function CommandButton({ onPress }: { onPress: () => void }) {
  const { t } = useReader()
  const key = /Mac|iP(hone|ad)/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K'
  return (
    <>
      <AriaButton
        onPress={onPress}
        className="hidden min-h-11 w-64 cursor-pointer items-center gap-2.5 rounded-full border border-line bg-surface px-4 text-sm text-ink-faint hover:border-control lg:flex"
      >
        <Icon name="search" size={17} />
        <span className="flex-1 text-start">{t('command.open')}</span>
        <kbd
          aria-hidden="true"
          dir="ltr"
          className="rounded-sm border border-line bg-sunken px-1.5 py-px font-sans text-[0.6875rem] font-[560] text-ink-soft"
        >
          {key}
        </kbd>
      </AriaButton>
      <IconButton icon="search" label={t('command.open')} onPress={onPress} className="lg:hidden" />
    </>
  )
}

function WorkspaceSwitch({ person, workspace }: { person: Person; workspace: Workspace }) {
  const { t } = useReader()
  const router = useRouter()
  const own = workspacesOf(person)
  if (own.length < 2) return null
  const actions = own.map<MenuAction>(each => ({
    id: each,
    label: t(`workspace.${each}`),
    isSelected: each === workspace,
    icon: each === 'patient' ? 'person' : each === 'clinician' ? 'pulse' : 'stack',
    onAction: () => {
      rememberWorkspace(each)
      router.history.push(homeOf(each))
    },
  }))
  return (
    <Menu
      groups={[{ title: t('shell.workAs'), actions }]}
      trigger={
        <AriaButton className="flex min-h-11 cursor-pointer items-center gap-1.5 rounded-full border border-line bg-surface ps-4 pe-2.5 text-sm font-[560] hover:border-control">
          <span className="sr-only">{t('shell.workAs')} </span>
          {t(`workspace.${workspace}`)}
          <Icon name="chevronDown" size={16} className="text-ink-faint" />
        </AriaButton>
      }
    />
  )
}

export function LanguageMenu() {
  const { t, language, setLanguage } = useReader()
  const [theme, setTheme] = useState<Theme>(chosenTheme)
  const languageActions = languages.map<MenuAction>(each => ({
    id: each.id,
    label: each.name,
    isSelected: each.id === language,
    onAction: () => setLanguage(each.id),
  }))
  const icons = { system: 'screen', light: 'sun', dark: 'moon' } as const
  const themeActions = (['system', 'light', 'dark'] as const).map<MenuAction>(each => ({
    id: each,
    label: t(`theme.${each}`),
    icon: icons[each],
    isSelected: each === theme,
    onAction: () => {
      chooseTheme(each)
      setTheme(each)
    },
  }))
  const name = languages.find(each => each.id === language)?.name ?? ''
  return (
    <Menu
      trigger={<IconButton icon="globe" label={`${t('shell.language')}: ${name}`} />}
      groups={[
        { title: t('shell.language'), actions: languageActions },
        { title: t('shell.theme'), actions: themeActions },
      ]}
    />
  )
}

function BellLink({ unread }: { unread: number }) {
  const { t } = useReader()
  return (
    <Link
      href="/notifications"
      aria-label={t('shell.bell', { unread })}
      className="relative hidden size-11 items-center justify-center rounded-full text-ink-soft hover:bg-sunken hover:text-ink lg:flex"
    >
      <Icon name="bell" />
      {unread > 0 && (
        <span className={cx('swatch absolute end-2.5 top-2.5 size-2.5 rounded-full border-2 border-canvas bg-glow')} />
      )}
    </Link>
  )
}

function AccountMenu({ person }: { person: Person }) {
  const { t } = useReader()
  const router = useRouter()
  const leave = async () => {
    await signOut()
    // A full load drops every cached answer along with the page: the next person at this screen must find nothing.
    location.assign('/')
  }
  return (
    <Menu
      header={
        <>
          <p className="font-[600]">{person.name}</p>
          <p className="text-sm text-ink-faint">
            <bdi>{person.email}</bdi>
          </p>
        </>
      }
      groups={[
        {
          actions: [
            { id: 'account', label: t('nav.account'), icon: 'person', onAction: () => router.history.push('/account') },
            {
              id: 'notifications',
              label: t('nav.notifications'),
              icon: 'bell',
              onAction: () => router.history.push('/notifications'),
            },
          ],
        },
        { actions: [{ id: 'out', label: t('auth.signOut'), icon: 'out', onAction: () => void leave() }] },
      ]}
      trigger={
        <AriaButton
          aria-label={t('shell.accountOf', { name: person.name })}
          className="flex size-11 cursor-pointer items-center justify-center rounded-full"
        >
          <Avatar name={person.name} size={36} />
        </AriaButton>
      }
    />
  )
}
