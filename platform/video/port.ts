// The video port: what carries the pictures and the sound of a call when browsers do not carry them to each other.

/** What one browser needs to be in one call. Everything but `kind` is between it and whoever carries the media. */
export type VideoTicket =
  /** Browsers talk to each other; nobody is between them. */
  | { readonly kind: 'direct' }
  /** A videoroom of Janus: `session` opens the connection, `token` the room. Both are this peer's own. */
  | {
      readonly kind: 'janus'
      readonly url: string
      readonly room: string
      readonly session: string
      readonly token: string
    }
  /** A room of LiveKit: a JWT that names room and peer. */
  | { readonly kind: 'livekit'; readonly url: string; readonly token: string }

export type Admission = {
  /** An id of this one joining, a UUID; other browsers see it. */
  readonly peerId: string
  /** How long the ticket is good, in milliseconds. */
  readonly ttlMs: number
}

/** Whoever carries the media did not answer, or not as it should. Trying again may help. */
export class VideoUnavailable extends Error {
  override readonly name = 'VideoUnavailable'
}

/**
 * Rooms are opened by the first admission. Their names are made by the caller, at random or as a keyed hash: whoever carries the media
 * learns neither who talks nor about what. Everything but `admit` is repeatable and may be said of rooms that nobody opened. All throw
 * `VideoUnavailable`, within five seconds, when the other side cannot be reached; messages hold no secret. Never inside a transaction.
 *
 * Not promised: that somebody with a `direct` ticket is put out, since nobody is there to do it: the other browsers let go of them.
 */
export interface Video {
  /** False where browsers carry the media to each other, so that there is nothing that could fail. */
  readonly hasServer: boolean
  /** How many people one call can carry, all seeing each other. At least two. */
  readonly peersMax: number
  /** Where pages connect to, as `connect-src` of a Content-Security-Policy names it (CSP3 §6.1.2). */
  readonly pageOrigins: readonly string[]
  /** Lets one peer into a room. The ticket opens nothing else, and nothing after its time. */
  admit(room: string, admission: Admission): Promise<VideoTicket>
  /**
   * Puts everybody out but these, whatever they call themselves, and takes back what would let them in again. So it is safe to say
   * after any change, and mends what an earlier failure left.
   */
  keepOnly(room: string, peerIds: readonly string[]): Promise<void>
  /** Puts everybody out and forgets the room. */
  close(room: string): Promise<void>
  /** Undefined where there is nothing that could be ill. */
  health(): Promise<{ isHealthy: boolean; detail: string } | undefined>
}
