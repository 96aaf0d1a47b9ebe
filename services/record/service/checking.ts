// What a client sends, before it becomes a draft.
import type { Resource } from '../rules/index-values.ts'
import { fhirError, fhirErrors, isRefused, shown } from '../rules/refusal.ts'
import { validate } from '../rules/validate.ts'
import type { RecordDeps } from './deps.ts'

/** The body as a resource of the type that the address names, valid, or a refusal that says everything that is wrong. */
export function checkedResource(deps: RecordDeps, body: unknown, type: string, id?: string): Resource {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw fhirError('structure', 'The body is to be one FHIR resource.')
  const resource = body as Resource
  if (resource.resourceType !== type)
    throw fhirError(
      'invalid',
      `The address says ${shown(type)}, the body ${shown(resource.resourceType)}.`,
      'Resource.resourceType',
    )
  if (!deps.registry().types.has(type)) throw fhirError('not-supported', `There is no resource type '${shown(type)}'.`)
  if (id !== undefined && resource.id !== id)
    throw fhirError('invalid', `The body’s id is to be ${shown(id)}, as in the address.`, `${type}.id`)
  const problems = validate(resource, deps.registry().knowledge).filter(each => isRefused([each]))
  // What could not be read at all is 400, what was read and breaks a rule 422.
  const isUnreadable = problems.some(({ code }) => /^(structure|required|value|invalid|too-long)$/.test(code))
  if (problems.length > 0) throw fhirErrors(isUnreadable ? 'invalid' : 'unprocessable', problems)
  return resource
}
