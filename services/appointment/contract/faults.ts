import type { FaultDefinition } from '#core/fault'

export const faults = {
  clinicianNotFound: {
    kind: 'not_found',
    message: 'There is no such clinician, or they take no bookings here. Search again.',
  },
  serviceNotFound: {
    kind: 'not_found',
    message: 'The clinician does not offer that kind of visit in that way. Choose one from their page.',
  },
  slotTaken: { kind: 'conflict', message: 'Somebody else has just taken this time. Choose another one.' },
  slotNotOffered: {
    kind: 'unprocessable',
    message: 'This time is not offered; `details.reasons` says why. Choose one of the free times.',
  },
  noLicence: {
    kind: 'unprocessable',
    message:
      'The clinician holds no verified licence where you are on that day, so the visit may not take place. Choose a clinician licensed there.',
  },
  tooManyHolds: { kind: 'too_many', message: 'You hold several times already. Book or release one of them first.' },
  holdNotFound: { kind: 'not_found', message: 'You hold no such time. Choose a time again.' },
  holdExpired: {
    kind: 'conflict',
    message: 'The time was held for you but the hold has run out. Choose a time again.',
  },
  bookingNotFound: { kind: 'not_found', message: 'There is no such booking that you may see.' },
  bookingClosed: { kind: 'conflict', message: 'The booking is over or cancelled, so it cannot be changed any more.' },
  tooEarly: { kind: 'unprocessable', message: 'It is too early for this: the visit has not come near yet.' },
  windowsOverlap: {
    kind: 'unprocessable',
    message: 'Two windows of the same day overlap; `details` names them. Merge or shorten one.',
  },
  windowInvalid: {
    kind: 'unprocessable',
    message: 'A window must end after it begins. Correct the one in `details`.',
  },
  alreadyWaiting: {
    kind: 'conflict',
    message: 'You are waiting for this clinician already. Leave that entry first to change it.',
  },
  periodInvalid: { kind: 'unprocessable', message: 'The period must lie in the future and end after it begins.' },
  entryNotFound: { kind: 'not_found', message: 'You have no such entry on the wait-list.' },
} as const satisfies Record<string, FaultDefinition>
