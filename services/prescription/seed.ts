// Prescriptions to look at, in every place of the board. Written through the contract, by people who do not exist.
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { record } from '#contract/record'
import type { Call } from '#core/call'
import type { Client } from '#core/contract'
import type { Order, Prescription } from '#core/prescription'
import { dayMs, instantOf } from '#core/time'
import type { Kit } from '#platform'
import type { prescription } from './contract.ts'

type Seeding = Pick<Kit, 'call' | 'clock'>
type Self = Client<typeof prescription>
type Input = Parameters<Self['draft']>[0]['order']

const plain = { form: 'tablet', amount: 1, timesPerDay: 1, days: 30, refills: 0 } satisfies Partial<Order>
const levothyroxine: Input = {
  ...plain,
  medicine: 'levothyroxine',
  strength: '75 µg',
  days: 90,
  refills: 3,
  directions: 'In the morning, half an hour before breakfast.',
  reason: 'Underactive thyroid',
}
const lisinopril: Input = {
  ...plain,
  medicine: 'lisinopril',
  strength: '10 mg',
  refills: 2,
  directions: 'In the evening.',
}
const cetirizine: Input = {
  ...plain,
  medicine: 'cetirizine',
  strength: '10 mg',
  isAsNeeded: true,
  directions: 'When needed.',
}
const ibuprofen: Input = {
  ...plain,
  medicine: 'ibuprofen',
  strength: '400 mg',
  timesPerDay: 3,
  days: 5,
  isAsNeeded: true,
  directions: 'With food, for pain.',
}
const metformin: Input = { ...plain, medicine: 'metformin', strength: '500 mg', timesPerDay: 2, refills: 3 }
const nitrofurantoin: Input = {
  ...plain,
  medicine: 'nitrofurantoin',
  form: 'capsule',
  strength: '100 mg',
  timesPerDay: 2,
  days: 5,
}

/** Does nothing where nobody may prescribe for the demo patient, such as in a region whose clinicians are elsewhere. */
export async function seedPrescription(kit: Seeding, self: Self, call: Call): Promise<void> {
  const maya = await patientNamed(kit, 'Maya Torres', call)
  if (!maya) return
  const { jurisdiction, timeZone } = await kit.call(identity).contactOf({ personId: maya.personId }, call)
  const { items } = await kit.call(directory).search({ limit: 200, jurisdiction }, call)
  const clinician = items.find(each => each.name === 'Dr. Elena Brandt') ?? items[0]
  const pharmacies = (await kit.call(directory).listOrganizations({ kind: 'pharmacy', limit: 200 }, call)).items
  const pharmacy = pharmacies.find(each => each.city === clinician?.organization.city)
  if (!clinician || !pharmacy) return
  const prescriber: Call = {
    ...call,
    caller: { roles: ['service', 'clinician'], organizationIds: [], clinicianId: clinician.id },
  }
  if ((await self.list({ as: 'clinician', limit: 1 }, prescriber)).items.length > 0) return
  const staff = await Promise.all(
    ['Iris Vogel', 'Tom Adeyemi'].map(async name => {
      const person = { source: { system: 'demo', value: name }, name, jurisdiction, timeZone }
      const memberships = [{ organizationId: pharmacy.id, role: 'pharmacist' as const }]
      const { personId } = await kit.call(identity).enrol({ ...person, memberships }, call)
      return { ...call, caller: { personId, roles: ['pharmacist' as const], organizationIds: [pharmacy.id] } }
    }),
  )
  const [first, second] = staff as [Call, Call]
  for (const medicine of ['levothyroxine', 'lisinopril', 'metformin', 'cetirizine'])
    await self.setAvailability({ pharmacyId: pharmacy.id, medicine, availability: 'inStock' }, first)

  const sign = (patientId: string, order: Input) => signed(self, patientId, order, prescriber)
  const send = async (patientId: string, order: Input) => {
    const { id } = await sign(patientId, order)
    return self.send({ prescriptionId: id, pharmacyId: pharmacy.id }, prescriber)
  }
  const accept = async (patientId: string, order: Input) =>
    self.accept({ prescriptionId: (await send(patientId, order)).id }, first)
  const lotExpiresOn = instantOf(kit.clock.nowMs() + 700 * dayMs).slice(0, 10)
  const prepare = async ({ id, order, medicineName }: Prescription, lot: string) => {
    const product = `${medicineName.charAt(0).toUpperCase()}${medicineName.slice(1)} ${order.strength}`
    const taken = { prescriptionId: id, quantity: order.quantity, product, lot, lotExpiresOn }
    return (await self.prepare(taken, first)).fills.at(-1)!.id
  }

  const { patientId } = maya
  const thyroid = await prepare(await accept(patientId, levothyroxine), 'LT75-2611')
  await self.verify({ fillId: thyroid, isRight: true }, second)
  await self.handOver({ fillId: thyroid }, first)
  await sign(patientId, lisinopril)
  await send(patientId, cetirizine)
  const { id } = await accept(patientId, ibuprofen)
  const question = 'She also takes lisinopril for her blood pressure. Would paracetamol do?'
  await self.query({ prescriptionId: id, question }, first)
  if (await isThere(kit, 'demo-lund', call)) {
    const ready = await prepare(await accept('demo-lund', metformin), 'MF500-118')
    await self.verify({ fillId: ready, isRight: true }, second)
  }
  if (await isThere(kit, 'demo-okonkwo', call)) await prepare(await accept('demo-okonkwo', nitrofurantoin), 'NF100-77')
}

async function signed(self: Self, patientId: string, order: Input, call: Call): Promise<Prescription> {
  const { id } = await self.draft({ patientId, order }, call)
  const { findings } = await self.complete({ prescriptionId: id }, call)
  const grave = findings.filter(each => each.severity === 'contraindicated' || each.severity === 'major')
  const overrides = grave.map(({ key }) => ({ key, reason: 'Known, and talked over with the patient' }))
  return self.sign({ prescriptionId: id, overrides }, call)
}

async function patientNamed(kit: Seeding, name: string, call: Call) {
  const query: [string, string][] = [['name', name]]
  const { body } = await kit.call(record).interact({ method: 'GET', path: 'Patient', query }, call)
  const patientId = (JSON.parse(body ?? '{}') as { entry?: { resource: { id: string } }[] }).entry?.[0]?.resource.id
  const { personId } = patientId ? await kit.call(record).personOf({ patientId }, call) : { personId: undefined }
  return patientId && personId ? { patientId, personId } : undefined
}

async function isThere(kit: Seeding, patientId: string, call: Call): Promise<boolean> {
  const query: [string, string][] = [['_id', patientId]]
  const { body } = await kit.call(record).interact({ method: 'GET', path: 'Patient', query }, call)
  return ((JSON.parse(body ?? '{}') as { total?: number; entry?: unknown[] }).entry ?? []).length > 0
}
