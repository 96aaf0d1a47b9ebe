// Who may watch what, live: asked when somebody begins to watch, and again every few seconds for as long as they do.
import type { FastifyRequest } from 'fastify'
import { type Call, type Caller, Locale } from '#core/call'
import type { ChannelDefinition, Contract } from '#core/contract'
import { Fault, houseFault } from '#core/fault'
import { inParts } from '#core/parts'
import { watchersMax } from '#core/watch'
import type { Platform } from '#platform'
import type { Composition } from '../../compose.ts'
import type { Config } from '../../config.ts'
import { recordOf } from '../../invoke.ts'
import type { Admitted, Doorkeeper } from '../authenticate.ts'
import { asFault, problemOf } from '../problem.ts'

export type DoorOptions = {
  config: Config
  platform: Platform
  composition: Composition
  contracts: readonly Contract[]
  admit: Doorkeeper['admit']
}

/** Somebody with an open connection, as they were when last looked at. */
export type Visitor = Admitted & { readonly personId: string; readonly call: Omit<Call, 'caller' | 'deadlineMs'> }

/** Somebody and a channel. */
export type Wish = { readonly channel: string; readonly caller: Caller }

type Found = { contract: Contract; channel: string; id: string; definition: ChannelDefinition }

const policyDeadlineMs = 4_000
const nameForm = /^([a-z]+)\.([a-z][a-zA-Z]*)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

export type Door = ReturnType<typeof createDoor>

export function createDoor({ config, platform, composition, contracts, admit }: DoorOptions) {
  const reachable = contracts.filter(({ name }) => composition.placed.has(name) || config.addresses[name])

  function find(name: string): Found {
    const [, service, channel, id] = nameForm.exec(name) ?? []
    const contract = reachable.find(each => each.name === service)
    const definition = contract?.channels?.[channel ?? '']
    if (!contract || !definition) throw houseFault('request.notFound')
    return { contract, channel: channel!, id: id!, definition }
  }

  async function enter(token: string, request: FastifyRequest): Promise<Visitor> {
    const [admitted] = await admit([token])
    const personId = admitted?.caller.personId
    if (!admitted || personId === undefined) throw houseFault('access.unauthenticated')
    const language = Locale.safeParse(request.headers['accept-language']?.slice(0, 2))
    const locale = language.success ? language.data : 'en'
    return { ...admitted, personId, call: { requestId: request.id, region: platform.region, locale, from: request.ip } }
  }

  const callOf = ({ call, caller }: Visitor): Call => ({ ...call, caller, deadlineMs: platform.clock.nowMs() })

  /** Wherever the service is: the policy is an operation like any other. */
  async function ask({ contract, definition }: Found, watchers: { id: string; caller: Caller }[]): Promise<boolean[]> {
    const call = { ...composition.serviceCall('edge'), deadlineMs: platform.clock.nowMs() + policyDeadlineMs }
    const answer = await composition.call(contract)[definition.mayWatch]!({ watchers } as never, call)
    return (answer as { may: boolean[] }).may
  }

  /** One question to each service and kind of channel, however many wish: what is in the way of each, or undefined when they may. */
  async function obstacles(wishes: readonly Wish[]): Promise<(Fault | undefined)[]> {
    const hidden = houseFault('request.notFound')
    const found: (Fault | undefined)[] = wishes.map(() => hidden)
    const kinds = Map.groupBy(wishes.keys(), index => wishes[index]!.channel.split('/', 1)[0])
    const questions = [...kinds.values()].flatMap(each => inParts(each, watchersMax))
    await Promise.all(
      questions.map(async part => {
        try {
          const channels = part.map(index => find(wishes[index]!.channel))
          const watchers = part.map((index, at) => ({ id: channels[at]!.id, caller: wishes[index]!.caller }))
          for (const [at, may] of (await ask(channels[0]!, watchers)).entries()) if (may) found[part[at]!] = undefined
        } catch (error) {
          const fault = faultIn(error)
          for (const index of part) found[index] = fault
        }
      }),
    )
    return found
  }

  /** Bugs are logged; whoever watches hears that it does not work now. */
  function faultIn(error: unknown): Fault {
    const fault = asFault(error)
    if (!fault) problemOf(error, 'live', platform.log)
    return fault ?? houseFault('service.unavailable', {}, error)
  }

  return {
    find,
    enter,
    admit,
    obstacles,
    faultIn,
    /** The first time leaves an entry in the audit trail: whoever watches reads. */
    async begin(name: string, visitor: Visitor): Promise<void> {
      const { contract, channel, id } = find(name)
      const action = `${contract.name}.watch${channel[0]!.toUpperCase()}${channel.slice(1)}`
      const entry = recordOf(platform, action, callOf(visitor), { [`${channel}Id`]: id })
      const [obstacle] = await obstacles([{ channel: name, caller: visitor.caller }])
      const outcome = obstacle
        ? { outcome: 'refused' as const, faultCode: obstacle.code }
        : { outcome: 'done' as const }
      await platform.database.record([
        { id: entry.id, kind: 'audit', topic: action, payload: { ...entry, ...outcome } },
      ])
      if (obstacle) throw obstacle
    },
  }
}

/** Pages of other sites must not open a connection in somebody's name. Programs send no origin. */
export function isOwnOrigin(request: FastifyRequest, publicUrl: string, others: readonly string[]): boolean {
  const { origin, host } = request.headers
  if (origin === undefined) return true
  if ([new URL(publicUrl).origin, ...others].includes(origin)) return true
  return URL.canParse(origin) && new URL(origin).host === host
}
