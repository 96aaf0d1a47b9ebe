import type { FaultDefinition } from '#core/fault'

export const faults = {
  prescriptionNotFound: { kind: 'not_found', message: 'There is no such prescription that you may see.' },
  patientNotFound: { kind: 'not_found', message: 'There is no such patient whose record is open to you.' },
  medicineNotFound: { kind: 'not_found', message: 'This medicine is not known here. Search for its name.' },
  pharmacyNotFound: { kind: 'not_found', message: 'There is no such pharmacy, or it is not yours.' },
  fillNotFound: { kind: 'not_found', message: 'There is no such supply at your pharmacy.' },
  stateUnfit: { kind: 'conflict', message: 'The prescription has moved on; `details.state` says where. Look again.' },
  stageUnfit: { kind: 'conflict', message: 'This supply has moved on; `details.stage` says where. Look again.' },
  fillOpen: { kind: 'conflict', message: 'A supply is being prepared. Hand it over or reject it first.' },
  proofNeeded: {
    kind: 'forbidden',
    message:
      'This signature needs you to prove again who you are; `details.factors` says by how many factors. Prove it, then sign again.',
  },
  noLicence: {
    kind: 'unprocessable',
    message: 'The prescriber holds no verified licence where the patient is today.',
  },
  findingsChanged: {
    kind: 'conflict',
    message: 'What speaks against this order has changed since it was checked. Look at the findings and sign again.',
  },
  reasonMissing: { kind: 'unprocessable', message: 'This needs a reason; `details.keys` names what for.' },
  unlawful: {
    kind: 'unprocessable',
    message: 'The law there does not allow this; `details.rules` says what. Change the order.',
  },
  doseImpossible: {
    kind: 'unprocessable',
    message: 'The dose is more than five times the usual maximum, so it cannot be signed. Correct it.',
  },
  validityEnded: { kind: 'unprocessable', message: 'The prescription is not valid any more. Ask for a new one.' },
  tokenInvalid: {
    kind: 'unprocessable',
    message: 'This token was not signed here, was altered, or has ended. Ask the patient for the present one.',
  },
  alreadyPresented: {
    kind: 'conflict',
    message: 'This prescription was redeemed already. Nothing may be dispensed on it a second time.',
  },
  alreadyDispensed: {
    kind: 'conflict',
    message: 'A part was handed over, so the order cannot change. Write a new one.',
  },
  tooMuch: { kind: 'unprocessable', message: 'This is more than is left to dispense; see `details.left`.' },
  tooEarly: { kind: 'unprocessable', message: 'It is too early for the next supply; `details.from` says when.' },
  noRefillsLeft: {
    kind: 'unprocessable',
    message: 'No refills are left. Ask your clinician for a new prescription.',
  },
  substitutionRefused: {
    kind: 'unprocessable',
    message: 'The prescriber or the law forbids substitution. Dispense what is ordered, or ask back.',
  },
  lotExpired: { kind: 'unprocessable', message: 'This lot expires before it will have been used. Take another one.' },
  samePerson: { kind: 'forbidden', message: 'Nobody verifies what they prepared. Ask a colleague.' },
  doseUnknown: {
    kind: 'unprocessable',
    message: 'There is no such dose of this medicine, or the day is not within the last week. Look at the list again.',
  },
  knowledgeInvalid: { kind: 'unprocessable', message: 'The file contradicts itself; `details.problems` says where.' },
} as const satisfies Record<string, FaultDefinition>
