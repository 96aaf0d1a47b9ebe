// What a service is to the process that runs it. Services export one definition; server/compose.ts brings it to life.
import type { z } from 'zod'
import type { Allow, Call } from './call.ts'
import type { Client, Contract, Handlers } from './contract.ts'

/** What a service does when another one announces something. Delivered at least once; `save` makes it once. */
export type Reaction = {
  readonly event: string
  readonly run: (payload: unknown, call: Call) => Promise<void>
}

/** Binds a reaction to the type of the event it answers. */
export function on<C extends Contract, Key extends keyof C['events'] & string>(
  contract: C,
  event: Key,
  run: (payload: z.output<C['events'][Key]>, call: Call) => Promise<void>,
): Reaction {
  const schema = contract.events[event]!
  return { event: `${contract.name}.${event}`, run: async (payload, call) => run(schema.parse(payload) as never, call) }
}

/** What a running job is given besides its data. */
export type Run = {
  readonly call: Call
  /** Says how far it is; shown on the operator's Jobs page. */
  readonly progress: (done: number, total: number, note?: string) => Promise<void>
}

/** Work done by the worker role: on a timetable, or when enqueued. Declared apart from its code, so every process can list it. */
export type Job = {
  /** Imperative, such as `remind`; its full name is `<service>.remind`. */
  readonly name: string
  readonly summary: string
  /** Cron with minute granularity, in UTC. Absent for jobs that are only enqueued. */
  readonly every?: string
  /** Further tries after the first failure, with growing pauses, before it is a dead letter. 3 unless said. */
  readonly retryLimit?: number
}

/** The code of a job. Runs at least once, so it must be repeatable. */
export type RunJob = (data: unknown, run: Run) => Promise<void>

/** An HTTP route whose shape a protocol dictates (OAuth, iCalendar, FHIR), in the web's own terms. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'ALL'
  /** Absolute, such as `/calendar/:feedKey`; a trailing `*` takes the rest. */
  readonly path: string
  readonly summary: string
  readonly allow: readonly [Allow, ...Allow[]]
  /** True where the protocol has credentials of its own, such as those of OAuth clients: the handler reads them, and the caller is nobody. */
  readonly readsCredentials?: true
  /** True where whole histories are sent at once: known callers may send 50 MB, strangers no more than anywhere else. */
  readonly takesLargeBodies?: true
  readonly handle: (request: Request, call: Call, parameters: Record<string, string>) => Promise<Response>
}

export type Parts<C extends Contract> = {
  readonly handlers: Handlers<C>
  readonly reactions?: readonly Reaction[]
  /** One function per job the service declares. */
  readonly runs?: Readonly<Record<string, RunJob>>
  readonly routes?: readonly Route[]
  /**
   * Runs in every process before it answers anybody, does a job or hears an event: here a service takes out of a restored older copy of
   * its data what must not come back. Repeatable, in several processes at once; calls nobody, since the others may not be up yet.
   */
  readonly prepare?: (call: Call) => Promise<void>
  /** Makes demo people and things through the contracts; runs once on an empty installation. */
  readonly seed?: (self: Client<C>, call: Call) => Promise<void>
}

/** `Kit` is what the process hands to a service: its database, its calls to others, the platform's ports. */
export type Service<C extends Contract = Contract, Kit = never> = {
  readonly contract: C
  /** The contracts this service calls; start-up checks that each is here or has an address. */
  readonly uses: readonly Contract[]
  readonly jobs?: readonly Job[]
  readonly create: (kit: Kit) => Parts<C>
}

export function defineService<C extends Contract, Kit>(service: Service<C, Kit>): Service<C, Kit> {
  return service
}
