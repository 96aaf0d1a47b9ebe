// Brings the services of this process to life and wires their calls: in this process or over HTTP, the same to them.
import { createHash } from 'node:crypto'
import { type Call, serviceCaller } from '#core/call'
import { remoteClient } from '#core/client'
import { channelName, type Client, type Contract, isWrite } from '#core/contract'
import { invariant, type Json } from '#core/fault'
import { newId } from '#core/id'
import { WatchQuestion } from '#core/watch'
import type { Job, Parts, Reaction, Service } from '#core/service'
import type { Kit, Platform, ProcessView, Settings } from '#platform'
import type { Config } from './config.ts'
import { createInvoke, type Invoke, recordOf } from './invoke.ts'

export type AnyService = Service<Contract, Kit>
export type Placed = { readonly service: AnyService; readonly parts: Parts<Contract>; readonly invoke: Invoke }

export type Composition = {
  readonly placed: ReadonlyMap<string, Placed>
  /** Any service behind its contract, as the edge and scripts call it. */
  call<C extends Contract>(contract: C): Client<C>
  /** A call in the name of Medley itself. */
  serviceCall(via: string, idempotencyKey?: string): Call
}

export const serviceAudience = 'medley-service'
const jobDeadlineMs = 600_000

export type ComposeOptions = {
  config: Config
  platform: Platform
  services: readonly AnyService[]
  settings: Settings
  process: ProcessView
}

export function compose({ config, platform, services, settings, process }: ComposeOptions): Composition {
  const here = placedHere(config, services)
  const placed = new Map<string, Placed>()

  function serviceCall(via: string, idempotencyKey?: string): Call {
    const nowMs = platform.clock.nowMs()
    return {
      caller: serviceCaller,
      requestId: newId(nowMs),
      region: platform.region,
      locale: 'en',
      deadlineMs: nowMs + jobDeadlineMs,
      via,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    }
  }

  /** `via` names the calling service; the edge calls without one. */
  function clientOf(contract: Contract, via?: string): Client<Contract> {
    const isHere = here.some(each => each.contract.name === contract.name)
    const remote = isHere ? undefined : remoteOf(contract)
    const operations = Object.entries(contract.operations).map(([key, operation]) => [
      key,
      async (input: unknown, call: Call) => {
        // In one process it would join the transaction, in several it would not: so it may do neither.
        invariant(
          !platform.database.isInTransaction(),
          `${via ?? 'the edge'} calls ${contract.name}.${key} inside a transaction`,
        )
        const { idempotencyKey: key0, ...rest } = call
        const derived: Call = via === undefined ? call : { ...rest, via }
        if (via !== undefined && key0 !== undefined && isWrite(operation))
          derived.idempotencyKey = `${key0}>${via}.${key}#${digest(input)}`
        if (remote) return remote[key]!(input as never, derived)
        // The copy keeps the in-process call honest: nobody can hand over what would not cross a wire.
        return copy(await placed.get(contract.name)!.invoke(key, copy(input), derived))
      },
    ])
    return Object.fromEntries(operations) as Client<Contract>
  }

  function remoteOf(contract: Contract) {
    const url = config.addresses[contract.name]
    invariant(url, `${contract.name} has no address`)
    return remoteClient<Contract, Call>(contract, {
      url: `${url}/api`,
      headers: async call => ({ authorization: `Bearer ${await serviceToken(call)}` }),
      fetch: request => fetch(request, { signal: AbortSignal.timeout(30_000) }),
    })
  }

  const serviceToken = (call: Call) =>
    platform.keys.signToken({ call }, { audience: serviceAudience, ttlMs: 60_000, nowMs: platform.clock.nowMs() })

  function kitOf(service: AnyService): Kit {
    const { name } = service.contract
    const database = platform.database.service(name)
    const own = Object.fromEntries(
      Object.keys(service.contract.operations).map(key => [
        key,
        (input: unknown, call: Call) => placed.get(name)!.invoke(key, input, call),
      ]),
    )
    return {
      ...platform,
      database,
      settings,
      process,
      call(contract) {
        // Its own operations, as its protocol routes use them: the person's own call, through the same door as the API's.
        if (contract.name === name) return own as never
        invariant(
          service.uses.some(each => each.name === contract.name),
          `${name} calls ${contract.name} without declaring it in uses`,
        )
        return clientOf(contract, name) as never
      },
      announce: (contract, event, payload) =>
        database.send('event', `${contract.name}.${event}`, contract.events[event]!.parse(payload)),
      compose: (contract, channel, id, { type, data }, personId) => {
        const content = contract.channels![channel]!.entries[type as string]!.parse(data) as Json
        return platform.channels.draft(channelName(contract, channel, id), type as string, content, personId)
      },
      append: draft => database.append(draft),
      forgetChannel: (contract, channel, id) => database.forget(channelName(contract, channel, id)),
      enqueue: (job, data) => database.send('job', `${name}.${job}`, data),
      sweep: () => platform.database.sweep(platform.clock.nowMs()),
      concerning: about => platform.database.concerning(about),
      async recordAct(action, call, subjects, outcome, faultCode) {
        const record = {
          ...recordOf(platform, action, call, subjects),
          outcome,
          ...(faultCode === undefined ? {} : { faultCode }),
        }
        await platform.database.record([{ id: record.id, kind: 'audit', topic: action, payload: record }])
      },
    }
  }

  for (const service of here) {
    assertChannels(service.contract)
    const parts = service.create(kitOf(service))
    placed.set(service.contract.name, {
      service,
      parts,
      invoke: createInvoke(service.contract, parts.handlers, platform),
    })
  }
  return { placed, call: contract => clientOf(contract) as never, serviceCall }
}

/** A channel that nobody guards, or that could speak as the platform does, must not start. */
function assertChannels({ name, channels = {}, operations }: Contract): void {
  for (const [channel, { mayWatch, entries, notes = {} }] of Object.entries(channels)) {
    const guard = operations[mayWatch]
    invariant(guard?.input === WatchQuestion, `the channel ${name}.${channel} has no policy`)
    const types = [...Object.keys(entries), ...Object.keys(notes)]
    invariant(
      types.every(type => /^[a-z][a-zA-Z]*$/.test(type)) && new Set(types).size === types.length,
      `the channel ${name}.${channel} has types that cannot be told apart`,
    )
  }
}

/** Two calls of one conduct to the same operation are told apart by what they ask. */
const digest = (input: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(input) ?? '')
    .digest('base64url')
    .slice(0, 16)

const copy = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T))

/** The services of this process; throws at second zero when one of them needs a service that is nowhere. */
export function placedHere(config: Config, services: readonly AnyService[]): AnyService[] {
  const names = config.services ?? services.map(each => each.contract.name)
  const unknown = names.filter(name => !services.some(each => each.contract.name === name))
  invariant(unknown.length === 0, `--services names what does not exist: ${unknown.join(', ')}`)
  const here = services.filter(each => names.includes(each.contract.name))
  const missing = here.flatMap(each =>
    each.uses
      .filter(used => !names.includes(used.name) && !config.addresses[used.name])
      .map(
        used =>
          `${each.contract.name} needs ${used.name}: add it to --services or set MEDLEY_AT_${used.name.toUpperCase()}`,
      ),
  )
  if (missing.length > 0) throw new Error(`The placement is incomplete:\n- ${missing.join('\n- ')}`)
  return here
}

export const jobsOf = ({ contract, jobs }: AnyService): (Job & { fullName: string })[] =>
  (jobs ?? []).map(job => ({ ...job, fullName: `${contract.name}.${job.name}` }))

export const reactionsOf = ({ parts }: Placed): readonly Reaction[] => parts.reactions ?? []
