// `$validate` and `$everything`.
import type { Answer } from '../../contract.ts'
import type { Patient, Resource as FhirResource } from '@medplum/fhirtypes'
import { newId } from '#core/id'
import { instantOf } from '#core/time'
import type { Resource } from '../../rules/index-values.ts'
import { patientSummary } from '../../rules/patient-summary.ts'
import { outcome } from '../../rules/outcome.ts'
import { fhirError } from '../../rules/refusal.ts'
import { validate } from '../../rules/validate.ts'
import { openText, readCursor, wallOf, writeCursor } from '../deps.ts'
import { assertScope, bundleText, notFound, patientsOf } from '../reading.ts'

import { type Asked, parameterOf } from './operation.ts'

/** A summary is read by a person; what lies behind so many entries is in the record itself. */
const summarizedMax = 10_000

export async function runValidate({ deps, call, request, type, id }: Asked): Promise<Answer> {
  const body = request.body as Resource | undefined
  const wrapped =
    body?.resourceType === 'Parameters' ? (parameterOf(body, 'resource')?.['resource'] as Resource | undefined) : body
  let resource = wrapped
  if (!resource && id !== undefined) {
    const sight = await deps.sightOf(call, request.purpose)
    const row = await deps.kit.database.read(call, () => deps.resources.read(type!, id, sight), wallOf(sight))
    const text = row && (await openText(deps, row))
    if (text === undefined) throw notFound(type!, id)
    resource = JSON.parse(text) as Resource
  }
  if (!resource) throw fhirError('required', '$validate takes a resource, or Parameters with one.')
  if (resource.resourceType !== type) throw fhirError('invalid', `The address says ${type}, the resource does not.`)
  deps.kit.concerning({ act: 'validate', subjects: { type } })
  const found = validate(resource, deps.registry().knowledge)
  const issues =
    found.length > 0 ? found : [{ severity: 'information' as const, code: 'informational', text: 'This is valid.' }]
  return { status: 200, body: JSON.stringify(outcome(issues)) }
}

/** The International Patient Summary, from what of the record the caller may see. */
export async function runSummary({ deps, call, request, id }: Asked): Promise<Answer> {
  assertScope(call, 'Patient', 'r')
  const sight = await deps.sightOf(call, request.purpose)
  const { patient, rows } = await deps.kit.database.read(
    call,
    async () => ({
      patient: await deps.resources.read('Patient', id!, sight),
      rows: await deps.resources.everything(id!, {}, summarizedMax, sight),
    }),
    wallOf(sight),
  )
  const text = patient && (await openText(deps, patient))
  if (text === undefined) throw notFound('Patient', id!)
  deps.kit.concerning({
    act: 'summary',
    patientIds: [id!],
    purpose: sight.purpose,
    subjects: { type: 'Patient', id: id! },
  })
  const texts = await Promise.all(rows.map(row => openText(deps, row)))
  const resources = texts.flatMap(each => (each === undefined ? [] : [JSON.parse(each) as FhirResource]))
  const nowMs = deps.kit.clock.nowMs()
  const bundle = patientSummary(JSON.parse(text) as Patient, resources, {
    at: instantOf(nowMs),
    uuid: newId(nowMs),
    baseUrl: deps.baseUrl,
    author: { display: 'Medley' },
  })
  return { status: 200, body: JSON.stringify(bundle) }
}

/** Everything in a patient’s record that the caller may see, paged, the patient first. */
export async function runEverything({ deps, call, request, id }: Asked): Promise<Answer> {
  assertScope(call, 'Patient', 'r')
  const sight = await deps.sightOf(call, request.purpose)
  const asked = Object.fromEntries(request.query)
  const count = Math.min(Number(/^\d{1,5}$/.exec(asked['_count'] ?? '')?.[0] ?? 1_000) || 1_000, 5_000)
  const after = asked['_cursor'] === undefined ? undefined : readCursor<string>(deps, asked['_cursor'])
  const types = asked['_type']?.split(',')
  const since = asked['_since'] && !Number.isNaN(Date.parse(asked['_since'])) ? new Date(asked['_since']) : undefined
  const rows = await deps.kit.database.read(
    call,
    async () => {
      const patient = await deps.resources.read('Patient', id!, sight)
      if (!patient) throw notFound('Patient', id!)
      const found = await deps.resources.everything(id!, { types, since, after }, count + 1, sight)
      return found
    },
    wallOf(sight),
  )
  deps.kit.concerning({
    act: 'everything',
    patientIds: [id!, ...patientsOf(rows)].slice(0, 200),
    purpose: sight.purpose,
    subjects: { type: 'Patient', id: id! },
  })
  const page = rows.slice(0, count)
  const entries = (
    await Promise.all(
      page.map(async row => {
        const text = await openText(deps, row)
        return text === undefined
          ? []
          : [`{"fullUrl":"${deps.baseUrl}/${row.type}/${row.id}","resource":${text},"search":{"mode":"match"}}`]
      }),
    )
  ).flat()
  const links = [{ relation: 'self', url: `${deps.baseUrl}/Patient/${id}/$everything` }]
  const last = page.at(-1)
  if (rows.length > count && last) {
    const more = new URLSearchParams({ ...asked, _count: String(count), _cursor: writeCursor(deps, last.key) })
    links.push({ relation: 'next', url: `${deps.baseUrl}/Patient/${id}/$everything?${more.toString()}` })
  }
  return { status: 200, body: bundleText('searchset', entries, links, deps.kit.clock.nowMs()) }
}
