// Demo data, made through the services' own contracts, so that it can hold nothing a user could not have made.
import { appointment } from '#contract/appointment'
import { type Clinician, directory } from '#contract/directory'
import { identity } from '#contract/identity'
import type { Call, Role } from '#core/call'
import type { Medley } from './lifecycle.ts'
import { seedVisits } from './seed-visits.ts'
import { demoAccounts } from '../services/identity/seed.ts'

export type DemoAccount = { email: string; password: string; role: Role }

/**
 * Fills an installation that has nobody; running it again changes nothing. Split over processes, each seeds the services it
 * runs, so the one with the directory starts first. Returns the accounts to print.
 */
export async function seedDemo(
  medley: Pick<Medley, 'composition' | 'call' | 'platform'>,
  onStep: (step: string) => void,
): Promise<readonly DemoAccount[]> {
  const { placed, serviceCall } = medley.composition
  const call = serviceCall('seed')
  const [operator] = demoAccounts.filter(each => each.role === 'operator')
  if (placed.has('identity') && !(await enrol(medley, operator!, {})).isNew) return demoAccounts
  onStep('Making demo data')
  for (const { parts, service } of placed.values()) await parts.seed?.(medley.call(service.contract), call)
  if (!placed.has('identity')) return []
  const { items: organizations } = await medley.call(directory).listOrganizations({ limit: 200 }, call)
  const { items: clinicians } = await medley.call(directory).search({ limit: 200 }, call)
  let patientId: string | undefined
  let seen: Clinician | undefined
  let clinicianId: string | undefined
  for (const account of demoAccounts) {
    const clinician = account.role === 'clinician' ? clinicians.find(each => each.name === account.name) : undefined
    const kind = account.role === 'pharmacist' ? 'pharmacy' : account.role === 'insurer' ? 'carrier' : 'clinic'
    const home =
      clinician?.organization ??
      organizations.find(each => each.kind === kind && each.city === 'Boston') ??
      organizations[0]
    const { personId } = await enrol(medley, account, { organizationId: home?.id, clinicianId: clinician?.id })
    if (account.role === 'patient') patientId = personId
    if (clinician) [seen, clinicianId] = [clinician, personId]
  }
  if (placed.has('appointment') && patientId && seen) await bookVisits(medley, patientId, seen)
  const hasAll = ['appointment', 'consultation', 'diagnosis', 'task'].every(name => placed.has(name))
  if (hasAll && patientId && clinicianId && seen) await seedVisits(medley, { patientId, clinicianId, clinician: seen })
  return demoAccounts
}

/** A day to look at: the demo patient's next visits with the demo clinician, booked as a patient books. */
async function bookVisits(
  { composition, call }: Pick<Medley, 'composition' | 'call'>,
  personId: string,
  clinician: Clinician,
): Promise<void> {
  const service = composition.serviceCall('seed')
  const asPatient: Call = {
    ...service,
    caller: { personId, roles: ['patient'], organizationIds: [], jurisdiction: clinician.organization.jurisdiction },
  }
  delete asPatient.via
  const visit = clinician.services.toSorted((a, b) => a.minutes - b.minutes)[0]!
  const wish = { clinicianId: clinician.id, serviceId: visit.id, mode: visit.modes[0]! }
  for (const skipped of [2, 6, 11]) {
    const { times } = await call(appointment).freeTimes(
      { clinicianId: clinician.id, serviceId: visit.id, days: 5 },
      service,
    )
    const time = times[skipped]
    if (time) await call(appointment).book({ ...wish, startsAt: time.startsAt, reason: 'A demo visit' }, asPatient)
  }
}

type Place = { organizationId?: string | undefined; clinicianId?: string | undefined }

/** The operator belongs to the platform itself, which is an organisation without an entry in the directory. */
const platformOrganization = '00000000-0000-7000-8000-000000000001'

const homes = {
  us: { jurisdiction: 'US-MA', timeZone: 'America/New_York' },
  eu: { jurisdiction: 'DE', timeZone: 'Europe/Berlin' },
  apac: { jurisdiction: 'SG', timeZone: 'Asia/Singapore' },
} as const

function enrol(
  { composition, call }: Pick<Medley, 'composition' | 'call'>,
  account: (typeof demoAccounts)[number],
  { organizationId, clinicianId }: Place,
) {
  const at = account.role === 'operator' ? platformOrganization : organizationId
  const memberships =
    account.role === 'patient' || !at
      ? []
      : [{ organizationId: at, role: account.role, ...(clinicianId ? { clinicianId } : {}) }]
  return call(identity).enrol(
    {
      source: { system: 'demo', value: account.email },
      name: account.name,
      email: account.email,
      password: account.password,
      ...homes[composition.serviceCall('seed').region],
      birthDate: '1988-04-12',
      memberships,
    },
    composition.serviceCall('seed'),
  )
}
