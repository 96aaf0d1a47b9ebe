// Who hears of a prescription: the patient, the prescriber and those who work at the pharmacy; never what is on it.
import { unlessGone } from '#core/fault'
import { identity } from '#contract/identity'
import { prescription } from '#contract/prescription'
import { type Call, serviceCaller, asking } from '#core/call'
import { on, type Reaction } from '#core/service'
import type { Kind } from '../rules/kinds.ts'
import type { Deps } from '../service.ts'
import { type Note, tell } from './tell.ts'

type Heard = {
  prescriptionId: string
  personId?: string | undefined
  clinicianId: string
  pharmacyId?: string | undefined
}
type Sides = { patient?: Kind; clinician?: Kind; pharmacy?: Kind }

export function prescriptionReactions(deps: Deps): Reaction[] {
  const telling = (sides: Sides) => (heard: Heard, call: Call) => tellOfPrescription(deps, sides, heard, call)
  return [
    on(prescription, 'signed', telling({ patient: 'prescribed' })),
    on(prescription, 'sent', telling({ patient: 'prescriptionSent', pharmacy: 'pharmacyReceived' })),
    on(prescription, 'refused', telling({ patient: 'prescriptionRefused', clinician: 'clinicianRefused' })),
    on(prescription, 'queriedBack', telling({ clinician: 'clinicianQueried' })),
    on(prescription, 'answered', telling({ pharmacy: 'pharmacyAnswered' })),
    on(prescription, 'ready', telling({ patient: 'prescriptionReady' })),
    on(prescription, 'refillRequested', telling({ pharmacy: 'pharmacyRefill' })),
    on(prescription, 'cancelled', telling({ patient: 'prescriptionEnded', pharmacy: 'pharmacyCancelled' })),
    on(prescription, 'expired', telling({ patient: 'prescriptionEnded' })),
  ]
}

async function tellOfPrescription(deps: Deps, sides: Sides, heard: Heard, call: Call): Promise<void> {
  const { kit } = deps
  const own = { ...asking(call), caller: serviceCaller }
  const { prescriptionId, personId, clinicianId, pharmacyId } = heard
  const found = await unlessGone(kit.call(prescription).details({ prescriptionId }, own))
  // A draft that was cancelled was nobody's business but its writer's.
  if (!found?.signedAt) return
  const facts = { clinician: found.clinicianName, pharmacy: found.pharmacy?.name ?? '' }
  const notes: Note[] = []
  const add = (kind: Kind | undefined, to: string | undefined, link: string) => {
    if (kind && to) notes.push({ kind, personId: to, facts, link })
  }
  add(sides.patient, personId, `/prescriptions/${prescriptionId}`)
  if (sides.clinician) {
    const { personIds } = await kit.call(identity).peopleBehind({ clinicianIds: [clinicianId] }, own)
    add(sides.clinician, personIds[clinicianId], `/prescriptions/${prescriptionId}`)
  }
  if (sides.pharmacy && pharmacyId) {
    const { items } = await kit.call(identity).listMembers({ organizationId: pharmacyId }, own)
    for (const member of items.filter(each => each.role === 'pharmacist'))
      add(sides.pharmacy, member.personId, `/pharmacy/${prescriptionId}`)
  }
  await tell(deps, notes, call)
}
