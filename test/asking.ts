// The record of a test: interactions as a client would address them, and small resources to write.
import { record, type Interaction } from '#contract/record'
import type { Call } from '#core/call'
import { Fault } from '#core/fault'
import { aPatient } from './clinic.ts'
import type { TestMedley } from './start.ts'

export type Said = { status: number; body: Body; etag?: string; location?: string }
export type Body = {
  resourceType: string
  id: string
  total?: number
  entry?: {
    fullUrl?: string
    resource?: Body
    response?: { status: string; location?: string }
    search?: { mode: string }
  }[]
  link?: { relation: string; url: string }[]
  meta: { versionId: string }
  [element: string]: unknown
}
export type More = Partial<Omit<Interaction, 'method' | 'path' | 'query' | 'body'>>

/** `medley` is asked for each time: a test may put another one in its place. */
export function recordAsker(medley: () => TestMedley) {
  const house = () => medley().composition.serviceCall('test')

  /** One interaction, as the address a client would use. */
  async function ask(
    method: Interaction['method'],
    address: string,
    body?: unknown,
    call: Call = house(),
    more: More = {},
  ): Promise<Said> {
    const [path = '', search = ''] = address.split(/\?(.*)/s)
    const query = [...new URLSearchParams(search)]
    const answer = await medley()
      .call(record)
      .interact({ method, path, query, ...(body === undefined ? {} : { body }), ...more }, call)
    return { ...answer, body: answer.body === undefined ? undefined : JSON.parse(answer.body) } as Said
  }

  async function aRecord(family = 'Someone'): Promise<string> {
    return (await ask('POST', 'Patient', patientBody(family))).body.id
  }
  /** Somebody with an account and a record. */
  async function aKnownPatient(): Promise<{ patient: Call; patientId: string }> {
    const patient = await aPatient(medley())
    const person = patient.caller.personId!
    await medley()
      .call(record)
      .load({ personId: person, entries: [{ resource: { ...patientBody('Visited'), id: person } }] }, house())
    return { patient, patientId: person }
  }
  return { house, ask, aRecord, aKnownPatient }
}

export const kind = (wanted: string) => (error: unknown) => error instanceof Fault && error.kind === wanted
export const saying = (words: RegExp) => (error: unknown) =>
  error instanceof Fault && words.test(JSON.stringify(error.details['issues']))
export const patientBody = (family: string) => ({
  resourceType: 'Patient',
  name: [{ family, given: ['Test'] }],
  gender: 'female',
})
export const found = ({ body }: Said) =>
  (body.entry ?? []).filter(each => each.search?.mode === 'match').map(each => each.resource!.id)

export const observation = (patientId: string, value = 37.2, code = '8310-5') => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code }] },
  subject: { reference: `Patient/${patientId}` },
  effectiveDateTime: '2026-05-04T10:00:00Z',
  valueQuantity: { value, unit: 'Cel', system: 'http://unitsofmeasure.org', code: 'Cel' },
})
