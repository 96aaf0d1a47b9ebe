// A call as it crosses to the browser: who is in it, which way the media goes, and what opens that way.
import { z } from 'zod'
import { Id } from '#core/id'
import { Instant } from '#core/time'
import { IceServer, Seat } from './visit.ts'

/** From browser to browser, or through a media server. All of one call go the same way. */
export const CallWay = z.enum(['direct', 'server'])
export type CallWay = z.output<typeof CallWay>

/** One browser in a call. Somebody who comes back is another peer. */
export const CallPeer = z.strictObject({ peerId: Id, personId: Id, seat: Seat })
export type CallPeer = z.output<typeof CallPeer>

/** What opens the way: nothing, or what the media server of this installation takes. */
export const CallTicket = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('direct') }),
  z.strictObject({
    kind: z.literal('janus'),
    url: z.string(),
    room: z.string(),
    /** Goes with every request to Janus. */
    session: z.string(),
    /** Opens the room. */
    token: z.string(),
  }),
  z.strictObject({ kind: z.literal('livekit'), url: z.string(), token: z.string() }),
])
export type CallTicket = z.output<typeof CallTicket>

export const JoinedCall = CallPeer.omit({ personId: true }).extend({
  /** Opens our signalling for this one joining. */
  token: z.string(),
  /** Join again before, to stay. */
  expiresAt: Instant,
  ticket: CallTicket,
  /** Who is in the call already. */
  others: z.array(CallPeer),
  iceServers: z.array(IceServer),
  isRelayOnly: z.boolean(),
})
