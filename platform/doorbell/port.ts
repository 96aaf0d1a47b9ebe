// The doorbell port: tells every process of an installation that there is something new on a channel.

/** `seq` is the number of the newest entry, `note` a passing remark such as that somebody types; ids only, never content. */
export type Ring = { readonly channel: string; readonly seq?: number; readonly note?: string }

/** Longest note in characters, so that every adapter can carry it. */
export const noteMax = 1_000

/**
 * Rings may be lost while a server is away, come twice, and of several numbers on one channel only the highest may come; so whoever
 * listens reads the log and looks there now and then without being rung. Notes are lost for good, and come in order per sender.
 */
export interface Doorbell {
  /** Returns at once and never throws. Ring after the commit: who hears it reads. */
  ring(rings: readonly Ring[]): void
  /** Hears the rings of all processes, this one's included. Returns how to stop. */
  listen(listener: (ring: Ring) => void): () => void
  close(): Promise<void>
}
