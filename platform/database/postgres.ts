// The server engine: a pool of connections to PostgreSQL 15 or newer.
import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import pg from 'pg'
import type { Engine, Session } from './engine.ts'
import { postgresTypes, withoutValues } from './values.ts'

export type ServerOptions = {
  url: string
  /** Connections of this process. */
  connectionsMax: number
  /** Prepared statements save the parser's work; switch off behind PgBouncer before 1.21 in transaction mode. */
  prepare: boolean
}

/** SQL text → the name of its prepared statement. Bounded, because every name lives on in every connection. */
function statementNames(isOn: boolean): (text: string) => string | undefined {
  const names = new Map<string, string>()
  return text => {
    if (!isOn) return undefined
    let name = names.get(text)
    if (name === undefined && names.size < 1_000) {
      name = createHash('sha1').update(text).digest('base64url')
      names.set(text, name)
    }
    return name
  }
}

export async function postgresEngine({ url, connectionsMax, prepare }: ServerOptions): Promise<Engine> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    types: postgresTypes,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 30_000,
    application_name: 'medley',
    // Compiling a statement takes longer than running any of ours, and what was compiled is not kept.
    options: '-c timezone=UTC -c jit=off',
    pipeline: true,
  })
  pool.on('error', () => {}) // An idle connection that breaks is replaced at the next acquire.
  const nameOf = statementNames(prepare)
  const session = await pool.connect()
  const version = (
    await session.query<{ version: number }>(`select current_setting('server_version_num')::int as version`)
  ).rows[0]!.version
  session.release()
  if (version < 150_000) {
    await pool.end()
    throw new Error(
      `PostgreSQL 15 or newer is needed, and the server is ${version}. Upgrade it, or use the embedded database.`,
    )
  }

  async function acquire(): Promise<Session> {
    const client = await pool.connect()
    return {
      async query(text, values) {
        holdBack(client)
        try {
          if (!values?.length) {
            const result = (await client.query(text)) as pg.QueryResult | pg.QueryResult[]
            const all = Array.isArray(result) ? result : [result]
            return { rows: all.flatMap(each => each.rows), affectedRows: all.at(-1)?.rowCount ?? 0 }
          }
          const name = nameOf(text)
          const result = await client.query({
            text,
            values: values as unknown[],
            ...(name === undefined ? {} : { name }),
          })
          return { rows: result.rows, affectedRows: result.rowCount ?? 0 }
        } catch (error) {
          throw withoutValues(error)
        }
      },
      release: isBroken => client.release(isBroken),
    }
  }

  return {
    kind: 'server',
    acquire,
    listen: (channel, onMessage) => listenForever(url, channel, onMessage),
    async health() {
      const startMs = performance.now()
      await pool.query('select 1')
      const tookMs = Math.round(performance.now() - startMs)
      return {
        isHealthy: tookMs < 2_000,
        detail: `${pool.totalCount} connections, ${pool.waitingCount} waiting, ${tookMs} ms`,
      }
    },
    close: () => pool.end(),
  }
}

/** Until this turn ends, so that all that is asked in it leaves in one write: writes are most of what a statement costs us. */
function holdBack(client: pg.PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  stream.cork()
  process.nextTick(() => stream.uncork())
}

/** A connection of its own that comes back after it broke. What was notified in between is lost; listeners poll slowly too. */
async function listenForever(
  url: string,
  channel: string,
  onMessage: (payload: string) => void,
): Promise<() => Promise<void>> {
  let isClosed = false
  let current: pg.Client | undefined
  let retry: NodeJS.Timeout | undefined
  async function connect(): Promise<void> {
    const client = new pg.Client({ connectionString: url, application_name: 'medley-listen', keepAlive: true })
    current = client
    client.on('notification', message => onMessage(message.payload ?? ''))
    client.on('error', () => {})
    client.on('end', again)
    await client.connect()
    await client.query(`listen "${channel.replaceAll('"', '')}"`)
  }
  function again(): void {
    if (isClosed) return
    clearTimeout(retry)
    retry = setTimeout(() => void connect().catch(again), 1_000).unref()
  }
  await connect()
  return async () => {
    isClosed = true
    clearTimeout(retry)
    await current?.end().catch(() => {})
  }
}
