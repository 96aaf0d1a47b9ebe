// A clinic of a test: a clinician with a licence and hours, and patients who may book them.
import { appointment, type Availability } from '#contract/appointment'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import type { Call } from '#core/call'
import { newId } from '#core/id'
import type { TestMedley } from './start.ts'

export type TestClinician = {
  id: string
  serviceId: string
  organizationId: string
  personId: string
  call: Call
  wish: { clinicianId: string; serviceId: string; mode: 'video' }
}

/** Monday to Friday, 09:00–17:00 in Boston, twenty minutes a visit, no buffers, no notice. */
export const hours: Availability = {
  timeZone: 'America/New_York',
  windows: [1, 2, 3, 4, 5].map(weekday => ({ weekday, from: '09:00', to: '17:00' })),
  exceptions: [],
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  noticeMinutes: 0,
  horizonDays: 60,
  stepMinutes: 20,
}

/** `account` lets them sign in. */
export async function aClinician(
  medley: TestMedley,
  change: Partial<Availability> = {},
  account: { email?: string; password?: string } = {},
): Promise<TestClinician> {
  const service = medley.composition.serviceCall('test')
  const place = {
    name: 'Test Clinic',
    city: 'Boston',
    address: '1 Test Street',
    jurisdiction: 'US-MA',
    timeZone: 'America/New_York',
  }
  const organization = await medley.call(directory).addOrganization({ kind: 'clinic', ...place }, service)
  const price = { amountMinor: 9_000, currency: 'USD' as const }
  const draft = {
    organizationId: organization.id,
    name: 'Dr. Test',
    specialties: ['general-practice' as const],
    languages: ['en'],
  }
  const services = [{ name: 'Visit', minutes: 20, modes: ['video' as const, 'clinic' as const], price }]
  const clinician = await medley.call(directory).addClinician({ ...draft, services }, service)
  const period = { validFrom: '2020-01-01', validTo: '2035-12-31' }
  const licence = await medley
    .call(directory)
    .addLicence({ clinicianId: clinician.id, jurisdiction: 'US-MA', number: newId(), ...period }, service)
  await medley.call(directory).verifyLicence({ licenceId: licence.id, outcome: 'verified', evidence: 'test' }, service)
  await medley
    .call(appointment)
    .setAvailability({ clinicianId: clinician.id, availability: { ...hours, ...change } }, service)
  const person = await aPerson(medley, {
    ...account,
    memberships: [{ organizationId: organization.id, role: 'clinician', clinicianId: clinician.id }],
  })
  const serviceId = clinician.services[0]!.id
  return {
    id: clinician.id,
    serviceId,
    organizationId: organization.id,
    personId: person.personId,
    call: medley.as({
      ...person,
      roles: ['patient', 'clinician'],
      clinicianId: clinician.id,
      organizationIds: [organization.id],
    }),
    wish: { clinicianId: clinician.id, serviceId, mode: 'video' },
  }
}

type Change = {
  memberships?: { organizationId: string; role: 'clinician' | 'operator'; clinicianId?: string }[]
  name?: string
  email?: string
  password?: string
}

export async function aPerson(
  medley: TestMedley,
  change: Change = {},
): Promise<{ personId: string; jurisdiction: string }> {
  const draft = {
    source: { system: 'test', value: newId() },
    name: 'Pat Testing',
    email: `${newId()}@example.org`,
    jurisdiction: 'US-MA',
    timeZone: 'America/New_York',
  }
  const { personId } = await medley
    .call(identity)
    .enrol({ ...draft, ...change }, medley.composition.serviceCall('test'))
  return { personId, jurisdiction: 'US-MA' }
}

/** The call of a new patient in Massachusetts. */
export async function aPatient(medley: TestMedley): Promise<Call> {
  return medley.as({ ...(await aPerson(medley)), roles: ['patient'] })
}
