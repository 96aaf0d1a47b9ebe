// The embedded engine: PostgreSQL in WebAssembly inside this process, with the three things stock PGlite lacks:
// fsync at commit, a lock on its directory, and turns for the event loop.
import { fsyncSync, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { PGlite } from '@electric-sql/pglite'
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { lockDirectory } from './directory-lock.ts'
import type { Engine, Session } from './engine.ts'
import { parsers, withoutValues } from './values.ts'

/** Stock NodeFS never syncs, so a power cut could lose acknowledged commits (electric-sql/pglite#1107). */
class DurableNodeFS extends NodeFS {
  override async init(...parameters: Parameters<NodeFS['init']>) {
    const result = await super.init(...parameters)
    const runs = (result.emscriptenOpts.preRun ??= []) as unknown[]
    runs.push((module: { NODEFS: { stream_ops: { fsync?: (stream: { nfd?: number }) => number } } }) => {
      module.NODEFS.stream_ops.fsync = stream => {
        if (stream.nfd != null) fsyncSync(stream.nfd)
        return 0
      }
    })
    return result
  }
}

export const extensions = { btree_gist, pg_trgm, unaccent }
export const memoryParams = ['-c', 'shared_buffers=16MB', '-c', 'max_wal_size=64MB', '-c', 'timezone=UTC']
const durableParams = [
  ...PGlite.defaultStartParams.filter(parameter => parameter !== '-F'), // -F switches fsync off
  '-c',
  'fsync=on',
  '-c',
  'wal_sync_method=fsync',
  ...memoryParams,
]

export type EmbeddedOptions = {
  /** Absent: in memory, for tests. */
  directory?: string
  /** A migrated data directory as tar.gz: three seconds faster than initdb. */
  template?: string
}

export async function pgliteEngine({ directory, template }: EmbeddedOptions): Promise<Engine> {
  const unlock = directory === undefined ? () => {} : lockDirectory(directory)
  try {
    const data = directory === undefined ? undefined : join(directory, 'pg')
    const isNew = data === undefined || !existsSync(join(data, 'PG_VERSION'))
    const pglite = await PGlite.create({
      parsers,
      extensions,
      ...(data === undefined
        ? { startParams: [...PGlite.defaultStartParams, ...memoryParams] }
        : { fs: new DurableNodeFS(data), startParams: durableParams }),
      ...(isNew && template && existsSync(template) ? { loadDataDir: new Blob([readFileSync(template)]) } : {}),
    })
    return engineOver(pglite, directory, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

export function engineOver(pglite: PGlite, directory: string | undefined, unlock: () => void): Engine {
  let tail: Promise<void> = Promise.resolve()
  let lastPauseMs = performance.now()
  let waiting = 0

  /** PGlite answers in microtasks, so without a pause now and then timers and sockets would starve. */
  async function pause(): Promise<void> {
    if (performance.now() - lastPauseMs < 5) return
    await nextTurn()
    lastPauseMs = performance.now()
  }

  async function run(text: string, values: readonly unknown[] | undefined) {
    await pause()
    try {
      if (values?.length) return await pglite.query<Record<string, unknown>>(text, values as unknown[])
      const all = await pglite.exec(text)
      return {
        rows: all.flatMap(each => each.rows as Record<string, unknown>[]),
        affectedRows: all.at(-1)?.affectedRows,
      }
    } catch (error) {
      throw withoutValues(error)
    }
  }

  async function acquire(): Promise<Session> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = tail
    tail = promise
    waiting++
    await before
    waiting--
    let previous: Promise<unknown> = Promise.resolve()
    return {
      /** One after the other, also when they are asked in one turn: PGlite promises no order, and a commit must not overtake. */
      query(text, values) {
        const result = previous.then(() => run(text, values))
        previous = result.catch(() => {})
        return result
      },
      release: () => resolve(),
    }
  }

  // Nothing but us checkpoints an embedded engine, and its log would only grow.
  const checkpoint = setInterval(() => void inTurn('checkpoint').catch(() => {}), 300_000).unref()
  async function inTurn(text: string) {
    const session = await acquire()
    try {
      await session.query(text)
    } finally {
      session.release()
    }
  }

  return {
    kind: 'embedded',
    acquire,
    async listen(channel, onMessage) {
      const session = await acquire() // inside another's transaction the LISTEN would vanish with its rollback
      try {
        return await pglite.listen(channel, onMessage)
      } finally {
        session.release()
      }
    },
    async health() {
      const where =
        directory === undefined ? 'in memory' : `${Math.round(sizeMb(join(directory, 'pg', 'pg_wal')))} MB of log`
      return { isHealthy: !pglite.closed && waiting < 500, detail: `embedded, ${waiting} waiting, ${where}` }
    },
    async close() {
      clearInterval(checkpoint)
      const session = await acquire()
      if (!pglite.closed) await pglite.close()
      session.release()
      unlock()
    },
  }
}

function sizeMb(path: string): number {
  try {
    return statSync(path).blocks / 2_048
  } catch {
    return 0
  }
}
