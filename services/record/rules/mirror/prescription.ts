// Prescriptions and what was handed over on them, as FHIR resources.
import { doseInWords } from '#core/dose'
import type { Fill, Prescription, PrescriptionState } from '#core/prescription'
import type { Resource } from '../index-values.ts'

/** https://hl7.org/fhir/R4/valueset-medicationrequest-status.html. Drafts are nobody's business but their writer's. */
const statusOf: Record<PrescriptionState, string | undefined> = {
  draft: undefined,
  checked: undefined,
  signed: 'active',
  sent: 'active',
  accepted: 'active',
  queriedBack: 'on-hold',
  partlyDispensed: 'active',
  completed: 'completed',
  cancelled: 'cancelled',
  expired: 'stopped',
}

export function medicationRequestOf(prescription: Prescription): Resource | undefined {
  const { id, order, patientId, state, signedAt, validUntil, pharmacy } = prescription
  const status = statusOf[state]
  // What was cancelled before anybody signed it never was an order.
  if (status === undefined || signedAt === undefined) return undefined
  return {
    resourceType: 'MedicationRequest',
    id,
    status,
    intent: 'order',
    medicationCodeableConcept: medicineOf(prescription),
    subject: { reference: `Patient/${patientId}` },
    authoredOn: signedAt,
    requester: { reference: `Practitioner/${prescription.clinicianId}`, display: prescription.clinicianName },
    ...(order.reason ? { reasonCode: [{ text: order.reason }] } : {}),
    ...(order.note ? { note: [{ text: order.note }] } : {}),
    dosageInstruction: [dosageOf(prescription)],
    dispenseRequest: {
      ...(validUntil ? { validityPeriod: { start: signedAt, end: validUntil } } : {}),
      numberOfRepeatsAllowed: order.refills,
      quantity: { value: order.quantity, unit: order.form },
      expectedSupplyDuration: { value: order.days, unit: 'd', system: 'http://unitsofmeasure.org', code: 'd' },
      ...(pharmacy ? { performer: { reference: `Organization/${pharmacy.id}`, display: pharmacy.name } } : {}),
    },
    substitution: { allowedBoolean: order.isSubstitutable },
  }
}

const medicineOf = ({ medicineName, order, atc }: Prescription) => ({
  coding: [{ system: 'http://www.whocc.no/atc', code: atc, display: medicineName }],
  text: `${medicineName.charAt(0).toUpperCase()}${medicineName.slice(1)} ${order.strength}, ${order.form}`,
})

function dosageOf({ order }: Prescription) {
  const { amount, timesPerDay, form, directions, isAsNeeded } = order
  // FHIR counts whole times in a period, so half a time a day is once in two days.
  const isWhole = Number.isInteger(timesPerDay)
  const repeat = isWhole
    ? { frequency: timesPerDay, period: 1, periodUnit: 'd' }
    : { frequency: 1, period: Math.round((1 / timesPerDay) * 100) / 100, periodUnit: 'd' }
  return {
    text: [doseInWords(order), directions].filter(Boolean).join('. '),
    timing: { repeat },
    asNeededBoolean: isAsNeeded,
    doseAndRate: [{ doseQuantity: { value: amount, unit: form } }],
  }
}

export function medicationDispensesOf(prescription: Prescription): Resource[] {
  return prescription.fills
    .filter(fill => fill.stage === 'handedOver')
    .map(fill => medicationDispenseOf(prescription, fill))
}

function medicationDispenseOf(
  { id, patientId, pharmacy, order, atc, medicineName }: Prescription,
  fill: Fill,
): Resource {
  return {
    resourceType: 'MedicationDispense',
    id: fill.id,
    status: 'completed',
    medicationCodeableConcept: {
      coding: [{ system: 'http://www.whocc.no/atc', code: atc, display: medicineName }],
      text: fill.product,
    },
    subject: { reference: `Patient/${patientId}` },
    ...(pharmacy
      ? { performer: [{ actor: { reference: `Organization/${pharmacy.id}`, display: pharmacy.name } }] }
      : {}),
    authorizingPrescription: [{ reference: `MedicationRequest/${id}` }],
    quantity: { value: fill.quantity, unit: order.form },
    daysSupply: { value: Math.floor((fill.quantity / order.quantity) * order.days), unit: 'd' },
    ...(fill.handedOverAt ? { whenHandedOver: fill.handedOverAt } : {}),
    substitution: { wasSubstituted: fill.isSubstituted },
  }
}
