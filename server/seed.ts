// Demo data, made through the services' own contracts, so that it can hold nothing a user could not have made.
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import type { Role } from '#core/call'
import type { Medley } from './lifecycle.ts'
import { demoAccounts } from '../services/identity/seed.ts'

export type DemoAccount = { email: string; password: string; role: Role }

/**
 * Fills an installation that has nobody; running it again changes nothing. Split over processes, each seeds the services it
 * runs, so the one with the directory starts first. Returns the accounts to print.
 */
export async function seedDemo(
  medley: Pick<Medley, 'composition' | 'call'>,
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
  for (const account of demoAccounts) {
    const clinician = account.role === 'clinician' ? clinicians.find(each => each.name === account.name) : undefined
    const kind = account.role === 'pharmacist' ? 'pharmacy' : account.role === 'insurer' ? 'carrier' : 'clinic'
    const home =
      clinician?.organization ??
      organizations.find(each => each.kind === kind && each.city === 'Boston') ??
      organizations[0]
    await enrol(medley, account, { organizationId: home?.id, clinicianId: clinician?.id })
  }
  return demoAccounts
}

type Place = { organizationId?: string | undefined; clinicianId?: string | undefined }

/** The operator belongs to the platform itself, which is an organisation without an entry in the directory. */
const platformOrganization = '00000000-0000-7000-8000-000000000001'

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
      jurisdiction: 'US-MA',
      timeZone: 'America/New_York',
      birthDate: '1988-04-12',
      memberships,
    },
    composition.serviceCall('seed'),
  )
}
