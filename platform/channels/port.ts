// Channels: what happens, in order and live, for those who watch. Entries are kept and come gapless; notes pass by and are not kept.
import type { Instant } from '#core/time'
import type { Json } from '#core/fault'

/** One thing that happened. `seq` counts from 1 without a gap in each channel; `data` is null once its person was erased. */
export type Entry = { readonly seq: number; readonly type: string; readonly at: Instant; readonly data: Json }

/** An entry that is sealed and ready to be appended inside `save`. */
export type EntryDraft = {
  readonly channel: string
  readonly type: string
  readonly personId: string
  readonly sealed: Uint8Array
  readonly data: Json
  readonly at: Instant
}

/** An entry that was committed in this process, as `Database` tells it. */
export type Appended = { readonly draft: EntryDraft; readonly seq: number }

/** Somebody who watches. Texts are envelopes `{ch, seq, type, at, data}`, made once for all who watch the same channel. */
export type Watcher = {
  readonly personId: string
  /** Must not throw. Returns false when it takes no more; then it is not given anything until it watches again. */
  readonly send: (text: string) => boolean
}

export type Watch = {
  /** Tells all others who watch: somebody types, a camera is off. Kept nowhere. */
  note(type: string, data: Json): void
  end(): void
}

/** Types of envelopes that are about the channel itself. None of a service begins with `$`. */
export const aboutChannel = {
  /** All that was kept has been sent; `seq` is the last number. What follows is live. */
  ready: '$ready',
  /** Entries after the asked number are not kept any more: read anew, then go on from `seq`. */
  reset: '$reset',
  /** `data.people`: the ids of all who watch now, on all processes. */
  here: '$here',
} as const

export interface Channels {
  /** Seals the content under the person's key. Never inside a transaction: keys lie in the database. */
  draft(channel: string, type: string, data: Json, personId: string): Promise<EntryDraft>
  /** The entries after a number, oldest first. */
  read(channel: string, afterSeq: number, limit: number): Promise<Entry[]>
  /**
   * Sends what came after `afterSeq`, then `$ready`, then everything as it comes: each entry once, in order, without a gap. Without
   * `afterSeq` only what comes from now on. Resolves when `$ready` is sent.
   */
  watch(channel: string, watcher: Watcher, afterSeq?: number): Promise<Watch>
  /** How many watch in this process. */
  count(): number
  close(): Promise<void>
}
