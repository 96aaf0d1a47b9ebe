// The database port: one SQL dialect (floor: PostgreSQL 15) on an embedded engine or a server.
import type { Kysely, RawBuilder } from 'kysely'
import type { Call } from '#core/call'
import type { About, AuditRecord } from '#core/journal'
import type { Appended, EntryDraft } from '#platform/channels'

/** One operation, reaction or job while it runs. The kernel makes it; `save` uses it to be atomic, audited and repeatable. */
export type Conduct = {
  readonly call: Call
  /** `appointment.book`, or `notification.on appointment.booked`. */
  readonly name: string
  /** Hash of what was asked; a key that comes back with another one is refused. */
  readonly fingerprint?: string
  /** The audit entry to write beside the change; undefined when this conduct is not audited. */
  readonly auditOf: (output: unknown) => AuditRecord | undefined
  /** Takes what the handler says of its own act; absent where no entry is written, as in jobs. */
  readonly concerning?: (about: About) => void
}

/** What leaves with a transaction: delivered at least once after it committed, never when it did not. */
export type OutgoingMessage = { id: string; kind: 'event' | 'job' | 'audit'; topic: string; payload: unknown }

export type ReadOptions = { reach?: 'all'; isSingle?: boolean; isVaried?: boolean }

/** The database as one service sees it: its own schema, its own role, row-level context in every transaction. */
export interface ServiceDatabase {
  /** Runs one statement inside the transaction that `read` or `save` opened; throws outside of one. */
  query<Row>(statement: RawBuilder<Row>): Promise<Row[]>

  /**
   * A write whose result nobody waits for: it goes out with the next `query`, or with the commit, and spares a round trip. It fails
   * where it goes out, so catch what it may fail with around the `save`.
   */
  write(statement: RawBuilder<unknown>): void

  /**
   * A read-only transaction that carries the caller. `reach: 'all'` sees rows of everybody: for answers that hold no personal data.
   * `isSingle` promises that `work` asks once, and then all of it takes one round trip; asking again throws. `isVaried` has every
   * statement planned for its values, where a plan that fits all of them would fit none.
   */
  read<T>(call: Call, work: () => Promise<T>, options?: ReadOptions): Promise<T>

  /**
   * One transaction for the change, its events, its audit entry and its idempotency key: all or nothing.
   * Returns what `work` returns; when this very conduct was carried out before, returns what it returned then and changes nothing.
   * So the result of `save` must be the answer of the operation.
   */
  save<T>(call: Call, work: () => Promise<T>, options?: { reach?: 'all' }): Promise<T>

  /** Kysely bound to this service's role and schema, for a library that brings its own statements. Slower: it sets the role per connection. */
  kysely(): Kysely<never>

  /** Adds an event or a job to the open transaction; throws outside of `save`. */
  send(kind: 'event' | 'job', topic: string, payload: unknown): void

  /**
   * Adds an entry to a channel of this service, inside `save`; returns its number. The channel stays locked until the commit, so append
   * last, and to one channel only.
   */
  append(draft: EntryDraft): Promise<number>

  /** Removes every entry of a channel of this service, inside `save`. Numbers go on from where they were. */
  forget(channel: string): void
}

/** What an adapter tells about itself for health checks. */
export type DatabaseHealth = { isHealthy: boolean; detail: string }

export interface Database {
  readonly kind: 'embedded' | 'server'
  /** The schema owner: for migrations, the queue and the relay. Sees everything, so services never get it. */
  readonly owner: Kysely<never>
  /** A service's view; `name` is its schema, `medley_<name>` its role. */
  service(name: string): ServiceDatabase
  /** Runs `work` as part of a conduct, so that `save` finds it. */
  conduct<T>(conduct: Conduct, work: () => Promise<T>): Promise<T>
  /** Says more of the conduct under way; what is said after its `save` makes one more entry at its end. Throws outside of one. */
  concerning(about: About): void
  /**
   * Writes messages apart from any `save`: audit entries of reads and refusals, operator-started jobs. Durable when it returns.
   * Those who come at the same time share one transaction, and its failure.
   */
  record(messages: OutgoingMessage[]): Promise<void>
  /** The stored answer of an earlier conduct with the same key; throws `idempotency.keyReused` when it was another request. */
  replayOf(conduct: Conduct): Promise<Replay | undefined>
  /** Remembers a refusal, so that a retry hears the same. */
  keepRefusal(conduct: Conduct, refusal: Replay): Promise<void>
  /** True while a transaction is open in this async context. Calls to other services are forbidden then. */
  isInTransaction(): boolean
  /** One transaction as the owner; `execute` inside of it takes part. */
  ownerTransaction<T>(work: () => Promise<T>): Promise<T>
  /** One statement or script as the owner: in the open `ownerTransaction`, else by itself. Used by the queue and the relay. */
  execute(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>
  /** Hears NOTIFY on a channel; messages can be lost on a reconnect, so pair it with a slow poll. */
  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>
  /** Called after each commit that sent something. */
  onSent(listener: () => void): void
  /** Called after each commit of this process that appended to channels. Returns how to stop. */
  onAppended(listener: (appended: readonly Appended[]) => void): () => void
  /** Removes what the platform kept long enough: answers by key after a day, ended values, old progress. Returns how many rows. */
  sweep(nowMs: number): Promise<number>
  health(): Promise<DatabaseHealth>
  close(): Promise<void>
}

/** Makes what is kept by an idempotency key unreadable to whoever has the table and not the secret and the key. */
export type AnswerSeal = (key: string) => {
  /** What answers of the key are found by: the first for new ones, then those under previous secrets. */
  readonly hashes: readonly string[]
  seal(step: number, text: string): Uint8Array
  /** Throws on what was changed, or sealed for another key or step. */
  open(step: number, sealed: Uint8Array): string
}

/** How an earlier conduct ended. */
export type Replay = { output: unknown; problem?: undefined } | { output?: undefined; problem: unknown }
