import { applyPatch } from '@medplum/core'
import type { Resource } from './index-values.ts'
import { fhirError } from './refusal.ts'

export function patched(resource: Resource, patch: unknown): Resource {
  const copy = structuredClone(resource)
  const errors = applyPatch(copy, patch as never).filter(Boolean)
  if (errors.length > 0) throw fhirError('processing', errors[0]!.message)
  return copy
}
