// A PostgreSQL of the system's package for one test run: own directory, own port, gone afterwards.
import { execFile, execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort, startChild, untilReady } from './child.ts'

export type PostgresServer = {
  readonly port: number
  /** Folder of the unix socket. */
  readonly socketDirectory: string
  /** Address of a database, for the superuser `medley`; without a name the empty one that is always there. */
  url(database?: string): string
  /** Makes an empty database and returns its address. */
  createDatabase(name: string): Promise<string>
  stop(): Promise<void>
}

export type PostgresOptions = {
  /** `off` is for benchmarks of what is not the disk. */
  fsync?: 'on' | 'off'
  /** Further settings, such as `{ max_connections: '200' }`. */
  settings?: Record<string, string>
}

/** Throws when the machine has no PostgreSQL 15 or newer. Works for root too, as the account `postgres`. */
export async function startPostgres({ fsync = 'on', settings = {} }: PostgresOptions = {}): Promise<PostgresServer> {
  const programs = findPrograms()
  const account = unprivileged()
  const home = mkdtempSync(join(tmpdir(), 'medley-postgres-'))
  if (account) chownSync(home, account.uid, account.gid)
  const data = join(home, 'data')
  // The C locale sorts as the embedded database does.
  await promisify(execFile)(
    join(programs, 'initdb'),
    ['--pgdata', data, '--username=medley', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    { ...account, cwd: home, env: { ...process.env, HOME: home } },
  )
  const port = await freePort()
  const all = { fsync, unix_socket_directories: home, listen_addresses: '127.0.0.1', timezone: 'UTC', ...settings }
  const child = startChild(
    join(programs, 'postgres'),
    ['-D', data, '-p', String(port), ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...account, cwd: home, env: { ...process.env, HOME: home } },
  )
  const url = (database = 'postgres') => `postgres://medley@127.0.0.1:${port}/${database}`
  const remove = () => rmSync(home, { recursive: true, force: true })
  process.once('exit', remove)
  await untilReady(child, () => answers(url()))
  return {
    port,
    socketDirectory: home,
    url,
    async createDatabase(name) {
      if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new TypeError(`${name} is no name for a database`)
      await inDatabase(url(), client => client.query(`create database "${name}"`))
      return url(name)
    },
    async stop() {
      // SIGINT is the fast shutdown: it does not wait for clients to leave.
      child.signal('SIGINT')
      await child.stop()
      process.off('exit', remove)
      remove()
    },
  }
}

function findPrograms(): string {
  const top = '/usr/lib/postgresql'
  const versions = existsSync(top)
    ? readdirSync(top)
        .map(Number)
        .filter(version => version >= 15)
    : []
  const newest = versions.toSorted((one, other) => other - one).find(each => existsSync(`${top}/${each}/bin/postgres`))
  if (newest === undefined)
    throw new Error(
      `${top} has no PostgreSQL 15 or newer. Install the package postgresql, or leave it out of AVAILABLE.`,
    )
  return `${top}/${newest}/bin`
}

/** PostgreSQL refuses to run as root, so root lends it the account of its package. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const ask = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: ask('-u'), gid: ask('-g') }
}

async function answers(url: string): Promise<boolean> {
  try {
    await inDatabase(url, client => client.query('select 1'))
    return true
  } catch {
    return false
  }
}

async function inDatabase(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
