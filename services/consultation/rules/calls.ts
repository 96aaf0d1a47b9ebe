// Which way the media of a call goes, and how many people fit into it.
import type { CallWay } from '../contract.ts'

/** Every browser sends its picture to every other one, which three can carry on a phone. */
export const directMax = 3

/** Beside the patient and the clinician. */
export const guestsMaxOf = (peersMax: number): number => Math.max(0, peersMax - 2)

export type CallNow = {
  hasServer: boolean
  /** When a call of few goes directly, although there is a server. */
  directCalls: 'small' | 'outage' | 'never'
  /** Who may be in the call, whether they are or not. */
  people: number
  /** The ways of the others who are in it. */
  others: readonly CallWay[]
}

/**
 * The ways to try, the best one first. A call that goes well is not moved without need: whoever comes later goes the way the others
 * went, until it is too many people for it. Directly nobody but them sees or hears it, not even we.
 */
export function waysInto({ hasServer, directCalls, people, others }: CallNow): readonly [CallWay, ...CallWay[]] {
  if (!hasServer) return ['direct']
  if (people > directMax || directCalls === 'never') return ['server']
  if (others.length > 0) return others.includes('server') ? ['server', 'direct'] : ['direct']
  return directCalls === 'small' ? ['direct'] : ['server', 'direct']
}
