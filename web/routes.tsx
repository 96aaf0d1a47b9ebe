// Every address of the app. Pages load when they are first opened.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  redirect,
} from '@tanstack/react-router'
import type { Role } from '#core/call'
import { Failed, forAnotherRole, NotFound } from './shell/dead-ends.tsx'
import type { Search } from './shell/address.ts'
import { Shell } from './shell/shell.tsx'
import { homeOf, workspaceAt } from './shell/workspace.ts'
import { settledSession } from './session.ts'

const readSearch = (raw: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(raw).flatMap(([key, value]) =>
      value === undefined || value === '' || typeof value === 'object' ? [] : [[key, String(value)]],
    ),
  )

const root = createRootRoute({
  component: Shell,
  validateSearch: readSearch,
  beforeLoad: () => settledSession(),
  notFoundComponent: NotFound,
  errorComponent: Failed,
})

/** Sends visitors to sign in and brings them back; tells people without the role that the page is not theirs. */
const needs =
  (role?: Role) =>
  async ({ location }: { location: { href: string } }) => {
    const session = await settledSession()
    if (session.status !== 'signedIn') throw redirect({ to: '/sign-in', search: { next: location.href } })
    if (role && !session.person.roles.includes(role)) throw notFound({ data: forAnotherRole })
  }

const at = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: '/',
    component: lazyRouteComponent(() => import('./pages/home/front-door.tsx'), 'FrontDoor'),
    beforeLoad: async () => {
      const session = await settledSession()
      if (session.status === 'signedIn' && !session.person.roles.includes('patient'))
        throw redirect({ href: homeOf(workspaceAt('', session.person)) })
    },
  }),
  open('/sign-in', () => import('./pages/identity/sign-in.tsx'), 'SignIn'),
  open('/sign-up', () => import('./pages/identity/sign-up.tsx'), 'SignUp'),
  open('/find', () => import('./pages/directory/find-care.tsx'), 'FindCare'),
  open('/clinicians/$clinicianId', () => import('./pages/appointment/book.tsx'), 'Book'),
  open('/consent/stopped', () => import('./pages/identity/consent.tsx'), 'ConsentStopped'),
  guarded('/consent', () => import('./pages/identity/consent.tsx'), 'Consent'),
  guarded('/apps', () => import('./pages/identity/apps.tsx'), 'MyApps'),
  guarded('/claim', () => import('./pages/identity/claim.tsx'), 'ClaimAccount'),
  guarded('/account', () => import('./pages/identity/account.tsx'), 'Account'),
  guarded('/notifications', () => import('./pages/notification/notifications.tsx'), 'Notifications'),
  guarded('/visits', () => import('./pages/appointment/visits.tsx'), 'Visits', 'patient'),
  guarded('/visits/$bookingId', () => import('./pages/appointment/visit.tsx'), 'Visit'),
  guarded('/visits/$bookingId/reschedule', () => import('./pages/appointment/reschedule.tsx'), 'Reschedule'),
  guarded('/visits/$bookingId/call', () => import('./pages/consultation/call-page.tsx'), 'VisitCall'),
  guarded('/visits/$bookingId/summary', () => import('./pages/consultation/summary.tsx'), 'VisitSummary', 'patient'),
  guarded('/join/$visitId', () => import('./pages/consultation/join-page.tsx'), 'JoinVisit'),
  guarded('/messages', () => import('./pages/consultation/messages.tsx'), 'Messages', 'patient'),
  guarded('/messages/$visitId', () => import('./pages/consultation/messages.tsx'), 'MessageThread', 'patient'),
  guarded('/ask/$clinicianId', () => import('./pages/consultation/ask-page.tsx'), 'AskQuestion', 'patient'),
  guarded('/inbox', () => import('./pages/task/inbox.tsx'), 'Inbox', 'clinician'),
  guarded('/room/$visitId', () => import('./pages/consultation/room.tsx'), 'Room', 'clinician'),
  guarded('/today', () => import('./pages/appointment/today.tsx'), 'Today', 'clinician'),
  guarded('/availability', () => import('./pages/appointment/availability.tsx'), 'AvailabilityPage', 'clinician'),
  guarded('/record', () => import('./pages/record/record.tsx'), 'Record', 'patient'),
  guarded('/record/results', () => import('./pages/record/results.tsx'), 'Results', 'patient'),
  guarded('/record/sharing', () => import('./pages/record/sharing.tsx'), 'Sharing', 'patient'),
  guarded('/record/print', () => import('./pages/record/print.tsx'), 'PrintRecord', 'patient'),
  guarded('/symptoms', () => import('./pages/diagnosis/symptoms.tsx'), 'Symptoms', 'patient'),
  guarded('/symptoms/$interviewId', () => import('./pages/diagnosis/interview.tsx'), 'SymptomCheck', 'patient'),
  open('/knowledge', () => import('./pages/diagnosis/knowledge.tsx'), 'KnowledgeBase'),
  guarded('/patients', () => import('./pages/chart/patients.tsx'), 'Patients', 'clinician'),
  guarded('/patients/$patientId', () => import('./pages/chart/chart.tsx'), 'Chart', 'clinician'),
  guarded(
    '/patients/$patientId/prescribe',
    () => import('./pages/prescription/prescribe-page.tsx'),
    'PrescribePage',
    'clinician',
  ),
  guarded('/prescriptions', () => import('./pages/prescription/written.tsx'), 'Written', 'clinician'),
  guarded('/prescriptions/$prescriptionId', () => import('./pages/prescription/prescription.tsx'), 'PrescriptionPage'),
  guarded('/medicines', () => import('./pages/prescription/medicines.tsx'), 'Medicines', 'patient'),
  guarded('/pharmacy', () => import('./pages/prescription/queue.tsx'), 'Queue', 'pharmacist'),
  guarded('/pharmacy/$prescriptionId', () => import('./pages/prescription/dispense.tsx'), 'Dispense', 'pharmacist'),
  guarded('/emergencies', () => import('./pages/record/emergencies.tsx'), 'Emergencies', 'operator'),
  guarded('/fhir', () => import('./pages/fhir/explorer.tsx'), 'FhirExplorer'),
  guarded('/operator', () => import('./pages/operations/overview.tsx'), 'Overview', 'operator'),
  guarded('/operator/jobs', () => import('./pages/operations/jobs.tsx'), 'Jobs', 'operator'),
  guarded('/operator/audit', () => import('./pages/audit/audit.tsx'), 'Audit', 'operator'),
  guarded('/operator/people', () => import('./pages/identity/people.tsx'), 'People', 'operator'),
  guarded('/operator/apps', () => import('./pages/identity/apps.tsx'), 'AllApps', 'operator'),
  guarded('/operator/outbox', () => import('./pages/notification/outbox.tsx'), 'Outbox', 'operator'),
])

type Loader<Name extends string> = () => Promise<Record<Name, () => React.ReactNode>>

function open<Name extends string>(path: string, load: Loader<Name>, name: Name) {
  return createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load, name) })
}

function guarded<Name extends string>(path: string, load: Loader<Name>, name: Name, role?: Role) {
  return createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load, name),
    beforeLoad: needs(role),
  })
}

export function createAppRouter() {
  return createRouter({
    routeTree: at,
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: Failed,
  })
}
