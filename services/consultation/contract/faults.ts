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
  recordingOff: {
    kind: 'unprocessable',
    message: 'Calls are not recorded here: the installation keeps recordings for no time at all.',
  },
  notInCall: { kind: 'conflict', message: 'Only who is in the call may ask to record it. Join it first.' },
  nobodyElse: { kind: 'conflict', message: 'Nobody else is in the call yet, so nobody can agree. Wait for them.' },
  recordingUnderWay: {
    kind: 'conflict',
    message: 'A recording of this visit was asked for or runs already. Answer that one, or stop it first.',
  },
  recordingNotFound: { kind: 'not_found', message: 'There is no such recording of this visit, or it was deleted.' },
  recordingOver: { kind: 'conflict', message: 'The recording has ended. Ask for another one.' },
  recordingRuns: { kind: 'conflict', message: 'The recording still runs. Stop it first.' },
  consentPending: {
    kind: 'forbidden',
    message: 'Not everybody in the call has agreed, so nothing is recorded. Send the part again when they have.',
  },
  partMissing: { kind: 'conflict', message: 'An earlier part has not come; `details.next` is the one to send.' },
  partRefused: {
    kind: 'unprocessable',
    message: 'A part holds up to 4 MB and 30 seconds of WebM or MP4, and is what it was when it comes again.',
  },
  recordingFull: { kind: 'too_many', message: 'The recording is as long as it can be. End it; ask for another one.' },
  playbackRefused: { kind: 'forbidden', message: 'The token for playing has ended or is for another recording.' },
  rangeRefused: {
    kind: 'unprocessable',
    message: 'The recording has no such bytes. Ask for `bytes=FROM-TO` within it.',
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
