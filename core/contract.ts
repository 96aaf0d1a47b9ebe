// A contract is what a service promises: operations, events and faults. It is data; only data crosses between services.
import type { z } from 'zod'
import type { Allow, Call } from './call.ts'
import { Fault, type FaultDefinition, type Json } from './fault.ts'

export type OperationDefinition = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/api/<service>`; `{name}` takes a field of the input. */
  readonly path: `/${string}`
  readonly summary: string
  /** Of the answer when all went well; 200 unless said. */
  readonly status?: 200 | 201 | 202
  readonly input: z.ZodType
  readonly output: z.ZodType
  /** Who may call at all. Which rows they may touch is decided in `rules.ts`. */
  readonly allow: readonly [Allow, ...Allow[]]
  /** Keys of the contract's faults that this operation may answer with. */
  readonly faults?: readonly string[]
  /** Whether a call leaves an audit entry. Writes always do; reads do unless this says `never`. */
  readonly audit?: 'never'
}

/** What may be watched live. Its full name is `<service>.<channel>/<id>`. */
export type ChannelDefinition = {
  readonly summary: string
  /**
   * The operation that says who may watch (`whoMayWatch` in core/watch.ts), asked again every few seconds for as long as somebody
   * watches.
   */
  readonly mayWatch: string
  /** What happens on it. Kept, and comes to all who watch, in order and without a gap. */
  readonly entries: Record<string, z.ZodType>
  /** What those who watch may tell each other. Kept nowhere. */
  readonly notes?: Record<string, z.ZodType>
}

export type Contract<
  Name extends string = string,
  Operations extends Record<string, OperationDefinition> = Record<string, OperationDefinition>,
  Events extends Record<string, z.ZodType> = Record<string, z.ZodType>,
  Faults extends Record<string, FaultDefinition> = Record<string, FaultDefinition>,
  Channels extends Record<string, ChannelDefinition> = Record<string, ChannelDefinition>,
> = {
  readonly name: Name
  readonly operations: Operations
  readonly events: Events
  readonly faults: Faults
  readonly channels?: Channels
}

/** Keeps the literal types of a contract, and refuses an operation that names a fault the contract does not have. */
export function defineContract<
  const Name extends string,
  const Faults extends Record<string, FaultDefinition>,
  const Events extends Record<string, z.ZodType>,
  const Operations extends Record<
    string,
    OperationDefinition & { readonly faults?: readonly (keyof Faults & string)[] }
  >,
  const Channels extends Record<string, ChannelDefinition & { readonly mayWatch: keyof Operations & string }> = Record<
    string,
    never
  >,
>(
  contract: Contract<Name, Operations, Events, Faults, Channels>,
): Contract<Name, Operations, Events, Faults, Channels> {
  return contract
}

export const channelName = (contract: Contract, channel: string, id: string): string =>
  `${contract.name}.${channel}/${id}`

/** A service behind its contract: the same type whether it runs in this process or in another one. */
export type Client<C extends Contract> = {
  readonly [Key in keyof C['operations']]: (
    input: z.input<C['operations'][Key]['input']>,
    call: Call,
  ) => Promise<z.output<C['operations'][Key]['output']>>
}

/** What a service writes to keep its contract; inputs arrive parsed, outputs leave through the schema. */
export type Handlers<C extends Contract> = {
  readonly [Key in keyof C['operations']]: (
    input: z.output<C['operations'][Key]['input']>,
    call: Call,
  ) => Promise<z.input<C['operations'][Key]['output']>>
}

/** One constructor per fault of the contract: `throw faults.slotTaken({ startsAt })`. */
export function faultsOf<C extends Contract>(
  contract: C,
): { readonly [Key in keyof C['faults']]: (details?: Record<string, Json>, cause?: unknown) => Fault } {
  const make = (key: string, definition: FaultDefinition) => (details?: Record<string, Json>, cause?: unknown) =>
    new Fault(`${contract.name}.${key}`, definition, details, cause === undefined ? undefined : { cause })
  const entries = Object.entries(contract.faults).map(([key, definition]) => [key, make(key, definition)])
  return Object.fromEntries(entries) as never
}

/** True for an operation that changes something: those take idempotency keys and are always audited. */
export function isWrite(operation: OperationDefinition): boolean {
  return operation.method !== 'GET'
}
