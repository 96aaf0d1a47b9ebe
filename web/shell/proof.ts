// What needs the person to prove again who they are waits here until they have, and then goes on by itself.
import { Fault } from '#core/fault'
import { useSyncExternalStore } from 'react'

export interface AskedProof {
  factors: number
  settle: (isProven: boolean) => void
}

let asked: AskedProof | undefined
/** Two that are refused at once wait for the same proof. */
let waiting: Promise<boolean> | undefined
const listeners = new Set<() => void>()

function become(next: AskedProof | undefined): void {
  asked = next
  for (const listener of listeners) listener()
}

function ask(factors: number): Promise<boolean> {
  waiting ??= new Promise<boolean>(settle => become({ factors, settle })).finally(() => {
    waiting = undefined
    become(undefined)
  })
  return waiting
}

/** Does the work, and once more when it was refused only for want of a proof which was given then. The second time is a new intent. */
export async function withProof<T>(work: (isSecond: boolean) => Promise<T>): Promise<T> {
  try {
    return await work(false)
  } catch (error) {
    if (!(error instanceof Fault) || !error.code.endsWith('.proofNeeded')) throw error
    if (!(await ask(Number(error.details['factors'] ?? 1)))) throw error
    return work(true)
  }
}

export function useAskedProof(): AskedProof | undefined {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => asked,
  )
}
