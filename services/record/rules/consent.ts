// A FHIR Consent as rules that a query can evaluate.
import { stretchOf } from './values.ts'
import type { Resource } from './index-values.ts'

/** Null lists mean everybody or everything. Deeper provisions are exceptions to those above. */
export type ConsentRule = {
  depth: number
  permits: boolean
  actors: string[] | null
  types: string[] | null
  labels: string[] | null
  purposes: string[] | null
  since: string
  until: string
}

type Coding = { system?: string; code?: string }
type Provision = {
  type?: 'deny' | 'permit'
  period?: { start?: string; end?: string }
  actor?: { reference?: { reference?: string } }[]
  purpose?: Coding[]
  class?: Coding[]
  securityLabel?: Coding[]
  code?: { coding?: Coding[] }[]
  dataPeriod?: unknown
  data?: unknown[]
  provision?: Provision[]
}

const depthMax = 8

/**
 * Only active consents about sharing count. A provision that narrows by what we cannot evaluate (single codes, data periods,
 * single resources) is taken in the way that shows less: a denial for the whole class, a permission not at all.
 */
export function consentRules(consent: Resource): ConsentRule[] {
  if (consent['status'] !== 'active') return []
  const rules: ConsentRule[] = []
  const visit = (provision: Provision, depth: number, above: Pick<ConsentRule, 'since' | 'until'>) => {
    if (depth > depthMax) return
    const { period, actor, purpose, securityLabel } = provision
    const permits = provision.type === 'permit'
    const since = latest(above.since, period?.start && stretchOf(period.start)?.low)
    const until = earliest(above.until, period?.end && stretchOf(period.end)?.high)
    const isNarrower = Boolean(provision.code?.length || provision.dataPeriod || provision.data?.length)
    if (provision.type && !(permits && isNarrower)) {
      rules.push({
        depth,
        permits,
        actors: listed(actor?.flatMap(each => each.reference?.reference ?? [])),
        types: listed(
          provision.class?.flatMap(each =>
            (each.system === 'http://hl7.org/fhir/resource-types' || !each.system) && each.code ? [each.code] : [],
          ),
        ),
        labels: listed(securityLabel?.flatMap(each => each.code ?? [])),
        purposes: listed(purpose?.flatMap(each => each.code ?? [])),
        since,
        until,
      })
    }
    for (const each of provision.provision ?? []) visit(each, depth + 1, { since, until })
  }
  const root = consent['provision'] as Provision | undefined
  if (root) visit(root, 0, { since: '-infinity', until: 'infinity' })
  return rules
}

const listed = (values: string[] | undefined): string[] | null => (values && values.length > 0 ? values : null)
const latest = (above: string, own: string | undefined) =>
  own === undefined || (above !== '-infinity' && above > own) ? above : own
const earliest = (above: string, own: string | undefined) =>
  own === undefined || (above !== 'infinity' && above < own) ? above : own

/** The patient that a Consent speaks for. */
export const consentingPatient = (consent: Resource): string | undefined =>
  /(?:^|\/)Patient\/([A-Za-z0-9.-]{1,64})$/.exec(
    (consent['patient'] as { reference?: string } | undefined)?.reference ?? '',
  )?.[1]
