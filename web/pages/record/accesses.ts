// From single acts to what a person can read: opening a chart is ten requests, and one line. Pure.
import type { OutputOf } from '../../api.ts'

type Access = OutputOf<'record', 'listAccesses'>['items'][number]

export interface Look {
  key: string
  personName: string | undefined
  roles: readonly string[]
  isOwn: boolean
  isEmergency: boolean
  purpose: string | undefined
  outcome: Access['outcome']
  verb: Verb
  firstAt: string
  lastAt: string
  count: number
}

export type Verb = 'looked' | 'changed' | 'removed' | 'emergency' | 'took' | 'held'

const verbs: Record<string, Verb> = {
  read: 'looked',
  vread: 'looked',
  search: 'looked',
  history: 'looked',
  validate: 'looked',
  interact: 'looked',
  listPatients: 'looked',
  everything: 'took',
  create: 'changed',
  update: 'changed',
  patch: 'changed',
  batch: 'changed',
  transaction: 'changed',
  load: 'changed',
  mirror: 'changed',
  delete: 'removed',
  erase: 'removed',
  breakGlass: 'emergency',
  holdPatient: 'held',
}

/** A pause of this length makes two visits to the record out of one. */
const pauseMs = 30 * 60_000

/** Newest first, as the log comes. */
export function looksOf(accesses: readonly Access[]): Look[] {
  const looks: Look[] = []
  for (const { at, action, personName, roles, purpose, outcome, isOwn } of accesses) {
    const verb = verbs[action.split('.').at(-1) ?? ''] ?? 'looked'
    const isEmergency = purpose === 'ETREAT' || verb === 'emergency'
    const last = looks.at(-1)
    const isSame =
      last &&
      last.isOwn === isOwn &&
      last.isEmergency === isEmergency &&
      last.personName === personName &&
      (isOwn || last.purpose === undefined || purpose === undefined || last.purpose === purpose) &&
      last.verb === verb &&
      last.outcome === outcome &&
      Date.parse(last.firstAt) - Date.parse(at) < pauseMs
    if (isSame) {
      last.firstAt = at
      last.purpose ??= purpose
      last.count++
    } else
      looks.push({
        key: `${at}/${action}/${looks.length}`,
        personName,
        roles,
        isOwn,
        isEmergency,
        purpose,
        outcome,
        verb,
        firstAt: at,
        lastAt: at,
        count: 1,
      })
  }
  return looks
}
