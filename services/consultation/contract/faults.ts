import type { FaultDefinition } from '#core/fault'

export const faults = {
  visitNotFound: { kind: 'not_found', message: 'There is no such visit that you may see.' },
  visitClosed: {
    kind: 'conflict',
    message: 'The visit is over or cancelled, so nothing of it can be changed any more.',
  },
  notToday: {
    kind: 'unprocessable',
    message: 'The visit is not now; `details.opensAt` says from when. Come back then.',
  },
  notCalledIn: { kind: 'conflict', message: 'The clinician has not asked you in yet. Wait; the page tells you.' },
  clinicianNotFound: { kind: 'not_found', message: 'There is no such clinician who takes questions. Search again.' },
  noLicence: {
    kind: 'unprocessable',
    message:
      'The clinician holds no verified licence where you are, so they may not advise you. Choose one licensed there.',
  },
  tooManyQuestions: {
    kind: 'too_many',
    message: 'Several of your questions wait for an answer. Wait for one of them first.',
  },
  chatClosed: {
    kind: 'conflict',
    message: 'The visit ended too long ago to write about it. Ask a new question instead.',
  },
  messageEmpty: { kind: 'unprocessable', message: 'A message has words or a file. Write something and send it again.' },
  messageNotFound: { kind: 'not_found', message: 'There is no such message in this visit.' },
  fileNotFound: { kind: 'not_found', message: 'There is no such file of yours in this visit. Upload it again.' },
  fileRefused: {
    kind: 'unprocessable',
    message: 'Only PNG, JPEG and WebP images and PDF files of at most 10 MB can be sent. Choose another file.',
  },
  tooManyFiles: {
    kind: 'too_many',
    message: 'This visit holds as many files as it can. Share further ones as documents.',
  },
  joinRefused: {
    kind: 'forbidden',
    message: 'The token for this call has ended, or belongs to another visit or person. Join again.',
  },
  consentMissing: {
    kind: 'forbidden',
    message: 'The patient has not agreed to this guest yet. Ask them, then try again.',
  },
  roomFull: {
    kind: 'unprocessable',
    message:
      'The visit has as many guests as its call can carry; `details.guestsMax` is how many. End the access of one.',
  },
  callUnavailable: {
    kind: 'unavailable',
    message: 'The server that carries the call cannot be reached. Try again in a moment; you can write meanwhile.',
  },
  guestNotFound: { kind: 'not_found', message: 'Nobody was invited to this visit by that id.' },
  invitationRefused: {
    kind: 'not_found',
    message: 'There is no such invitation, or it was withdrawn. Ask for a new one.',
  },
  noteSigned: { kind: 'conflict', message: 'The note is signed already. Amend it, and say why.' },
  noteNotSigned: { kind: 'conflict', message: 'The note is not signed yet. Change and sign it.' },
  noteChanged: {
    kind: 'conflict',
    message: 'The note was changed elsewhere meanwhile; `details.version` is the newest. Read it, then save.',
  },
  noteEmpty: { kind: 'unprocessable', message: 'A note without a word cannot be signed. Write it first.' },
  tooManyVersions: { kind: 'too_many', message: 'The note has as many versions as it can hold. Sign it.' },
  reasonMissing: { kind: 'unprocessable', message: 'A signed note is amended for a reason. Say which.' },
  notEnded: { kind: 'not_found', message: 'The visit has not ended yet, so there is no summary of it.' },
  taskNotFound: { kind: 'not_found', message: 'There is no such task in the plan of this visit.' },
} as const satisfies Record<string, FaultDefinition>
