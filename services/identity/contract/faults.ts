import type { FaultDefinition } from '#core/fault'

export const faults = {
  personNotFound: { kind: 'not_found', message: 'There is no such person here. Check the address or the id.' },
  sessionNotFound: { kind: 'not_found', message: 'You have no such session. It may have ended already.' },
  apiKeyNotFound: { kind: 'not_found', message: 'You have no such API key. It may have been revoked already.' },
  wrongRegion: {
    kind: 'unprocessable',
    message: 'That place is in another region, and personal data stays at home. Ask an operator to move you.',
  },
  claimRefused: {
    kind: 'unprocessable',
    message: 'The code and the date of birth do not open an unclaimed record. Check both, or ask for a new code.',
  },
  consentEnded: {
    kind: 'not_found',
    message: 'This request of an app has ended or was answered. Go back to the app and start again.',
  },
  notYourPatient: { kind: 'forbidden', message: 'That record is not yours to share. Choose one of those offered.' },
  scopeRefused: { kind: 'unprocessable', message: 'The app did not ask for that. Choose among what it asks for.' },
  grantNotFound: { kind: 'not_found', message: 'You let no such app in. It may have ended already.' },
  appNotFound: { kind: 'not_found', message: 'There is no such app of yours. It may have been removed already.' },
  appRefused: {
    kind: 'unprocessable',
    message: 'The app cannot be registered like this. Correct what the details name.',
  },
  tooManyApps: { kind: 'unprocessable', message: 'You registered as many apps as one person can. Remove one first.' },
  alreadyClaimed: { kind: 'conflict', message: 'This person has an account already, so no claim code is needed.' },
} as const satisfies Record<string, FaultDefinition>
