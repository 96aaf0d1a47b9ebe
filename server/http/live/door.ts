// Who may watch what, live: asked when somebody begins to watch, and again every few seconds for as long as they do.
import type { FastifyRequest } from 'fastify'
import { type Call, Locale } from '#core/call'
import type { ChannelDefinition, Contract } from '#core/contract'
import { Fault, houseFault } from '#core/fault'
import type { Platform } from '#platform'
import type { Composition } from '../../compose.ts'
import type { Config } from '../../config.ts'
import { recordOf } from '../../invoke.ts'
import type { Doorkeeper } from '../authenticate.ts'
import { problemOf } from '../problem.ts'

export type DoorOptions = {
  config: Config
  platform: Platform
  composition: Composition
  contracts: readonly Contract[]
  admit: Doorkeeper['admit']
}

/** Somebody with an open connection. */
export type Visitor = {
  readonly personId: string
  readonly endsAtMs: number
  /** A call of theirs, as it would be now. */
  call(): Call
}

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
    const { caller, endsAtMs } = await admit(token)
    if (caller.personId === undefined) throw houseFault('access.unauthenticated')
    const language = Locale.safeParse(request.headers['accept-language']?.slice(0, 2))
    const from = request.ip
    const call = (): Call => ({
      caller,
      requestId: request.id,
      region: platform.region,
      locale: language.success ? language.data : 'en',
      deadlineMs: platform.clock.nowMs() + policyDeadlineMs,
      from,
    })
    return { personId: caller.personId, endsAtMs, call }
  }

  /** Wherever the service is: the policy is an operation like any other. Throws when they may not. */
  async function assertMayWatch({ contract, definition, id }: Found, visitor: Visitor): Promise<void> {
    await composition.call(contract)[definition.mayWatch]!({ id } as never, visitor.call())
  }

  return {
    enter,
    find,
    assertMayWatch,
    /** The first time leaves an entry in the audit trail: whoever watches reads. */
    async begin(name: string, visitor: Visitor): Promise<Found> {
      const found = find(name)
      const { contract, channel, id } = found
      const action = `${contract.name}.watch${channel[0]!.toUpperCase()}${channel.slice(1)}`
      const entry = recordOf(platform, action, visitor.call(), { [`${channel}Id`]: id })
      const write = (more: { outcome: 'done' | 'refused'; faultCode?: string }) =>
        platform.database.record([{ id: entry.id, kind: 'audit', topic: action, payload: { ...entry, ...more } }])
      try {
        await assertMayWatch(found, visitor)
      } catch (error) {
        await write({ outcome: 'refused', faultCode: codeOf(error) })
        throw error
      }
      await write({ outcome: 'done' })
      return found
    },
    /** What a watcher hears of a failure: the code of a fault, or of a bug, which is logged. */
    problem: (error: unknown, visitor?: Visitor) =>
      problemOf(error, visitor?.call().requestId ?? 'live', platform.log).code,
  }
}

const codeOf = (error: unknown) => (error instanceof Fault ? error.code : 'bug')

/** Pages of other sites must not open a connection in somebody's name. Programs send no origin. */
export function isOwnOrigin(request: FastifyRequest, publicUrl: string, others: readonly string[]): boolean {
  const { origin, host } = request.headers
  if (origin === undefined) return true
  if ([new URL(publicUrl).origin, ...others].includes(origin)) return true
  return URL.canParse(origin) && new URL(origin).host === host
}
