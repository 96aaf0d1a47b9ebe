// A person may be several things at once. A workspace is the product as one of them sees it: its screens, in the order of their day.
import type { Person } from '#contract/identity'
import type { MessageId } from '../i18n/locale.tsx'
import type { IconName } from '../ui/icon.tsx'

/** `staff` is for people whose role has no screens of its own: what everybody has. */
export type Workspace = 'patient' | 'clinician' | 'pharmacist' | 'operator' | 'staff'

export interface Destination {
  href: string
  title: MessageId
  icon: IconName
}

const destinations: Record<Workspace, readonly Destination[]> = {
  patient: [
    { href: '/', title: 'nav.home', icon: 'home' },
    { href: '/find', title: 'nav.find', icon: 'search' },
    { href: '/visits', title: 'nav.visits', icon: 'calendar' },
    { href: '/messages', title: 'nav.messages', icon: 'chat' },
    { href: '/medicines', title: 'nav.medicines', icon: 'pill' },
    { href: '/record', title: 'nav.record', icon: 'page' },
    { href: '/symptoms', title: 'nav.symptoms', icon: 'question' },
    { href: '/notifications', title: 'nav.notifications', icon: 'bell' },
    { href: '/account', title: 'nav.account', icon: 'person' },
  ],
  clinician: [
    { href: '/today', title: 'nav.today', icon: 'calendar' },
    { href: '/inbox', title: 'nav.inbox', icon: 'chat' },
    { href: '/patients', title: 'nav.patients', icon: 'people' },
    { href: '/prescriptions', title: 'nav.prescriptions', icon: 'pill' },
    { href: '/availability', title: 'nav.availability', icon: 'clock' },
    { href: '/knowledge', title: 'nav.knowledge', icon: 'info' },
    { href: '/notifications', title: 'nav.notifications', icon: 'bell' },
    { href: '/account', title: 'nav.account', icon: 'person' },
  ],
  pharmacist: [
    { href: '/pharmacy', title: 'nav.queue', icon: 'list' },
    { href: '/notifications', title: 'nav.notifications', icon: 'bell' },
    { href: '/account', title: 'nav.account', icon: 'person' },
  ],
  operator: [
    { href: '/operator', title: 'nav.overview', icon: 'pulse' },
    { href: '/operator/jobs', title: 'nav.jobs', icon: 'stack' },
    { href: '/operator/audit', title: 'nav.audit', icon: 'shield' },
    { href: '/emergencies', title: 'nav.emergencies', icon: 'warning' },
    { href: '/operator/people', title: 'nav.people', icon: 'people' },
    { href: '/operator/apps', title: 'nav.apps', icon: 'link' },
    { href: '/operator/outbox', title: 'nav.outbox', icon: 'mail' },
    { href: '/fhir', title: 'nav.fhir', icon: 'code' },
  ],
  staff: [
    { href: '/notifications', title: 'nav.notifications', icon: 'bell' },
    { href: '/find', title: 'nav.find', icon: 'search' },
    { href: '/account', title: 'nav.account', icon: 'person' },
  ],
}

const storageKey = 'medley.workspace'

export function destinationsOf(workspace: Workspace): readonly Destination[] {
  return destinations[workspace]
}

export function workspacesOf(person: Person): Workspace[] {
  const own = (['patient', 'clinician', 'pharmacist', 'operator'] as const).filter(role => person.roles.includes(role))
  return own.length > 0 ? own : ['staff']
}

export function homeOf(workspace: Workspace): string {
  return destinations[workspace][0]?.href ?? '/'
}

/** The path decides where it can; elsewhere the workspace chosen last does, or the one with the most to do. */
export function workspaceAt(path: string, person: Person): Workspace {
  const own = workspacesOf(person)
  const byPath = (['operator', 'pharmacist', 'clinician'] as const).find(each =>
    destinations[each].some(one => isWithin(path, one.href) && !isForAll(one.href)),
  )
  if (byPath && own.includes(byPath)) return byPath
  if (path.startsWith('/room/') && own.includes('clinician')) return 'clinician'
  if (/^\/(find|visits|clinicians|messages|ask|record|medicines|symptoms)?(\/|$)/.test(path) && own.includes('patient'))
    return 'patient'
  const last = localStorage.getItem(storageKey)
  return own.find(each => each === last) ?? own.at(-1) ?? 'staff'
}

export function rememberWorkspace(workspace: Workspace): void {
  localStorage.setItem(storageKey, workspace)
}

/** The most specific destination that holds the path. */
export function currentDestination(path: string, workspace: Workspace): Destination | undefined {
  return destinations[workspace]
    .filter(each => isWithin(path, each.href))
    .toSorted((a, b) => b.href.length - a.href.length)[0]
}

function isForAll(href: string): boolean {
  return href === '/notifications' || href === '/account' || href === '/knowledge'
}

function isWithin(path: string, href: string): boolean {
  return path === href || (href !== '/' && path.startsWith(`${href}/`))
}
