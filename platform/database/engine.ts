// What an engine must do so that one Kysely driver serves both: hand out sessions, and hear notifications.
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'

export type SessionResult = { rows: Record<string, unknown>[]; affectedRows?: number | undefined }

/** One connection. Everything between `acquire` and `release` is undisturbed by others, transactions included. */
export interface Session {
  /**
   * Without values the text may hold several statements; the rows of all are returned one after the other. What is asked in one
   * turn runs in its order, also after a failure, and needs one round trip.
   */
  query(text: string, values?: readonly unknown[]): Promise<SessionResult>
  /** `isBroken` throws the connection away instead of reusing it. */
  release(isBroken?: boolean): void
}

export interface Engine {
  readonly kind: 'embedded' | 'server'
  acquire(): Promise<Session>
  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>
  health(): Promise<{ isHealthy: boolean; detail: string }>
  close(): Promise<void>
}

class EngineConnection implements DatabaseConnection {
  readonly session: Session
  constructor(session: Session) {
    this.session = session
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, affectedRows } = await this.session.query(query.sql, query.parameters)
    return { rows: rows as Row[], numAffectedRows: BigInt(affectedRows ?? 0) }
  }

  // oxlint-disable-next-line require-yield -- The interface demands a generator; neither engine streams here.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('streaming is not offered; page by keyset')
  }
}

export function engineDialect(engine: Engine): Dialect {
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => new EngineConnection(await engine.acquire()),
    beginTransaction: async (connection, settings: TransactionSettings) => {
      const level = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : ''
      const mode = settings.accessMode ? ` ${settings.accessMode}` : ''
      await (connection as EngineConnection).session.query(`begin${level}${mode}`)
    },
    commitTransaction: async connection => {
      await (connection as EngineConnection).session.query('commit')
    },
    rollbackTransaction: async connection => {
      await (connection as EngineConnection).session.query('rollback')
    },
    releaseConnection: async connection => (connection as EngineConnection).session.release(),
    destroy: async () => {},
  }
  return {
    createDriver: () => driver,
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: db => new PostgresIntrospector(db),
  }
}
