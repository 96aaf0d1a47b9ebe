// The mix of the published comparisons: create, read, update, search and delete in equal shares, over nine types.
import { fhir, type Target } from './fhir-app.ts'
import { cpuMsOf, quantile, round } from './machine.ts'

const concurrency = 16

/** Small resources as the published benchmark sends them; about 0.3 to 1 KB. */
const bodies: ((patient: string) => Record<string, unknown>)[] = [
  patient => ({
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8310-5' }] },
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: '2026-05-04T10:00:00Z',
    valueQuantity: { value: 37.1, unit: 'Cel', system: 'http://unitsofmeasure.org', code: 'Cel' },
  }),
  patient => ({
    resourceType: 'Condition',
    code: { coding: [{ system: 'http://snomed.info/sct', code: '38341003', display: 'Hypertension' }] },
    subject: { reference: `Patient/${patient}` },
    onsetDateTime: '2020-01-01',
  }),
  patient => ({
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: { reference: `Patient/${patient}` },
    period: { start: '2026-01-01T08:00:00Z', end: '2026-01-01T08:30:00Z' },
  }),
  patient => ({
    resourceType: 'Procedure',
    status: 'completed',
    code: { text: 'Suture' },
    subject: { reference: `Patient/${patient}` },
    performedDateTime: '2025-03-04',
  }),
  patient => ({
    resourceType: 'AllergyIntolerance',
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
    },
    code: { text: 'Peanut' },
    patient: { reference: `Patient/${patient}` },
  }),
  patient => ({
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: { text: 'Amoxicillin 500 mg' },
    subject: { reference: `Patient/${patient}` },
  }),
  patient => ({
    resourceType: 'Immunization',
    status: 'completed',
    vaccineCode: { text: 'Influenza' },
    patient: { reference: `Patient/${patient}` },
    occurrenceDateTime: '2025-10-01',
  }),
  () => ({ resourceType: 'Organization', name: 'Bench Clinic', active: true }),
  () => ({
    resourceType: 'Patient',
    name: [{ family: 'Bench', given: ['Mark'] }],
    gender: 'male',
    birthDate: '1970-01-01',
  }),
]

export async function measureCrud(target: Target, count: number) {
  const patient = String((await fhir(target, 'POST', 'Patient', bodies[8]!(''))).body!['id'])
  let next = 0
  const took: Record<string, number[]> = { create: [], read: [], update: [], search: [], delete: [] }
  /** Five requests on a resource of its own. */
  const cycle = async (isCounted: boolean) => {
    const make = bodies[next++ % bodies.length]!
    const resource = make(patient)
    const type = String(resource['resourceType'])
    const step = async (name: string, method: string, path: string, status: number, body?: unknown) => {
      const answer = await fhir(target, method, path, body)
      if (answer.status !== status)
        throw new Error(`${method} ${path} answers ${answer.status}: ${JSON.stringify(answer.body)}`)
      if (isCounted) took[name]!.push(answer.ms)
      return answer.body
    }
    const id = String((await step('create', 'POST', type, 201, resource))!['id'])
    await step('read', 'GET', `${type}/${id}`, 200)
    await step('update', 'PUT', `${type}/${id}`, 200, { ...resource, id, language: 'en' })
    await step('search', 'GET', `${type}?_id=${id}`, 200)
    await step('delete', 'DELETE', `${type}/${id}`, 204)
  }
  const through = async (cycles: number, isCounted: boolean) => {
    let left = cycles
    const lane = async () => {
      while (left-- > 0) await cycle(isCounted)
    }
    await Promise.all(Array.from({ length: concurrency }, lane))
  }
  await through(Math.ceil(count / 20), false)
  const cycles = Math.ceil(count / 5)
  const [cpuMs, startMs] = [cpuMsOf(target.pid), performance.now()]
  await through(cycles, true)
  const seconds = (performance.now() - startMs) / 1_000
  const usedMs = cpuMsOf(target.pid) - cpuMs
  const requests = cycles * 5
  return {
    requests,
    concurrency,
    perSecond: round(requests / seconds, 0),
    cpuMsPerRequest: round(usedMs / requests, 3),
    perCpuSecond: round((requests / usedMs) * 1_000, 0),
    p50Ms: Object.fromEntries(Object.entries(took).map(([name, each]) => [name, round(quantile(each, 0.5))])),
    p95Ms: Object.fromEntries(Object.entries(took).map(([name, each]) => [name, round(quantile(each, 0.95))])),
  }
}
