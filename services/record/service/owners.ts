// Resources that mirror another service's fact: what is written to them goes to the owner, who decides; the mirror follows by event.
import { appointment } from '#contract/appointment'
import type { Call } from '#core/call'
import { stateOf } from '../rules/mirror/appointment.ts'
import type { Resource } from '../rules/index-values.ts'
import { fhirError } from '../rules/refusal.ts'
import type { VersionRow } from '../store/resources.ts'
import { openText, type RecordDeps } from './deps.ts'

const elsewhere =
  'This appointment belongs to the booking; only its status can be written here. Move or book visits through the appointment service.'

const signed =
  'This belongs to a visit whose note is signed. Amend the note in the visit, and say why; the record follows.'
const prescribed = 'This belongs to a prescription. Change or cancel it there; the record follows.'

/** Carries a change of status out at the owner. Everything else about a mirrored resource is refused; an unowned one is left to the caller. */
export async function throughOwner(
  deps: RecordDeps,
  call: Call,
  current: VersionRow | undefined,
  wanted: Resource | undefined,
): Promise<boolean> {
  if (current?.owner?.startsWith('consultation/')) throw fhirError('business-rule', signed)
  if (current?.owner?.startsWith('prescription/')) throw fhirError('business-rule', prescribed)
  const bookingId = current?.owner?.startsWith('appointment/') ? current.owner.slice('appointment/'.length) : undefined
  if (bookingId === undefined || !current) return false
  const text = await openText(deps, current)
  if (!wanted || text === undefined) throw fhirError('business-rule', elsewhere)
  const stored = JSON.parse(text) as Resource
  if (!isSame({ ...stored, status: '' }, { ...wanted, status: '' })) throw fhirError('business-rule', elsewhere)
  const bookings = deps.kit.call(appointment)
  switch (stateOf(wanted['status'])) {
    case 'cancelled':
      await bookings.cancel({ bookingId }, call)
      return true
    case 'arrived':
      await bookings.arrive({ bookingId }, call)
      return true
    case 'completed':
      await bookings.complete({ bookingId }, call)
      return true
    case 'noShow':
      await bookings.markNoShow({ bookingId }, call)
      return true
    case 'booked':
    case undefined:
      if (stored['status'] === wanted['status']) return true
      throw fhirError('business-rule', elsewhere)
  }
}

/** Equal, less what the server adds. */
export function isSame(stored: Resource, sent: Resource): boolean {
  const plain = ({ meta, ...rest }: Resource) => {
    const { versionId: _v, lastUpdated: _l, ...other } = (meta ?? {}) as Record<string, unknown>
    return JSON.stringify(sorted({ ...rest, ...(Object.keys(other).length > 0 ? { meta: other } : {}) }))
  }
  return plain(stored) === plain(sent)
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  )
}
