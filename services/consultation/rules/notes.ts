// What may become of a note: drafts follow each other, a signature ends them, and only a reason opens it again.
import type { Note, NoteSections } from '../contract.ts'

/** Autosave makes many; a visit of an hour saved every five seconds has 720. */
export const versionsMax = 2_000

export type NoteProblem =
  | 'noteSigned'
  | 'noteNotSigned'
  | 'noteChanged'
  | 'noteEmpty'
  | 'reasonMissing'
  | 'tooManyVersions'

export type NoteStep = { act: 'save' | 'sign' | 'amend'; version: number; sections: NoteSections; reason?: string }

export const isEmpty = (sections: NoteSections): boolean =>
  Object.values(sections).every(section => section.trim() === '')

/** Why a step cannot be taken; undefined when it can. What is signed is said before what is stale: it cannot be mended by reading again. */
export function noteProblem(
  present: { version: number; state: Note['state'] },
  { act, version, sections, reason }: NoteStep,
): NoteProblem | undefined {
  const isSigned = present.state !== 'draft'
  if (act !== 'amend' && isSigned) return 'noteSigned'
  if (act === 'amend' && !isSigned) return 'noteNotSigned'
  if (act === 'amend' && (reason ?? '').trim() === '') return 'reasonMissing'
  if (version !== present.version) return 'noteChanged'
  if (act !== 'save' && isEmpty(sections)) return 'noteEmpty'
  // A signature must always be possible.
  if (act !== 'sign' && present.version >= versionsMax) return 'tooManyVersions'
  return undefined
}

export const nextState = { save: 'draft', sign: 'signed', amend: 'amended' } as const
