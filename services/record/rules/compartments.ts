// Whose record a resource belongs to.
import { targetOf, type Resource } from './index-values.ts'

const patientsMax = 1_000

/**
 * The ids of all patients a resource names, in any element. Wider than HL7's patient compartment on purpose: a type that the
 * compartment forgot must not be a way around it. The first one is whom the resource is about.
 */
export function patientsIn(resource: Resource, ownUrl: string): string[] {
  const found = new Set<string>()
  if (resource.resourceType === 'Patient' && resource.id) found.add(resource.id)
  const about = resource['subject'] ?? resource['patient'] ?? resource['beneficiary'] ?? resource['for']
  walk(about, 0)
  walk(resource, 0)
  return [...found].slice(0, patientsMax)

  function walk(value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null || depth > 64) return
    if (Array.isArray(value)) {
      for (const each of value) walk(each, depth + 1)
      return
    }
    for (const [name, each] of Object.entries(value)) {
      if (name === 'reference' && typeof each === 'string') {
        const target = targetOf(each, ownUrl)
        if (target?.type === 'Patient') found.add(target.id)
      } else if (typeof each === 'object') walk(each, depth + 1)
    }
  }
}

/** Codes of the security labels, for consents that name labels. */
export function labelsOf(resource: Resource): string[] {
  const { security } = (resource['meta'] ?? {}) as { security?: { code?: string }[] }
  return (security ?? []).flatMap(each => each.code ?? [])
}
