// What journeys are told with: people over HTTP, steps with their time, and patience.
import { setTimeout as pause } from 'node:timers/promises'
import { notification, type Topic } from '#contract/notification'
import { remoteClient, type RemoteClient } from '#core/client'
import type { Contract } from '#core/contract'
import type { Signed } from '../people.ts'

export type Step = { name: string; tookMs: number; note: string }
export type Journey = (url: string, onStep?: (step: Step) => void) => Promise<Step[]>

const patienceMs = 20_000

/** Somebody signed in, with clients that carry their token, and the cookie that their browser would have. */
export type Somebody = {
  personId: string
  cookie: string
  as<C extends Contract>(contract: C): RemoteClient<C, string | undefined>
}

export function somebody(url: string, { token, cookie, personId }: Signed): Somebody {
  const headers = (key: string | undefined) => ({
    authorization: `Bearer ${token}`,
    ...(key ? { 'idempotency-key': key } : {}),
  })
  return { personId, cookie, as: contract => remoteClient(contract, { url: `${url}/api`, headers }) }
}

/** Asks again until the answer is there; what happens after a commit happens soon, not at once. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (const startMs = Date.now(); Date.now() - startMs < patienceMs; await pause(200)) {
    const found = await ask()
    if (found !== undefined) return found
  }
  throw new Error(`${what} did not happen within ${patienceMs / 1_000} s`)
}

export async function refused(work: Promise<unknown>, code: string): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: { code?: string }) => reason,
  )
  if (error?.code !== code) throw new Error(`expected ${code}, but got ${error?.code ?? 'no refusal'}`)
  return code
}

export const once = () => crypto.randomUUID()

/** Steps as they are told, each with its time and what came of it. */
export function telling(onStep: (step: Step) => void) {
  const steps: Step[] = []
  async function step<T>(name: string, work: () => Promise<T>, note: (result: T) => string = () => ''): Promise<T> {
    const startMs = performance.now()
    const result = await work()
    const done = { name, tookMs: Math.round(performance.now() - startMs), note: note(result) }
    steps.push(done)
    onStep(done)
    return result
  }
  return { steps, step }
}

/** Waits for a notification of the topic that leads to something. */
export async function told(somebody: Somebody, topic: Topic, id: string): Promise<string> {
  const found = await eventually(`the ${topic} notification`, async () => {
    const { items } = await somebody.as(notification).list({ limit: 50 }, undefined)
    return items.find(each => each.topic === topic && each.link?.includes(id))
  })
  return found.title
}
