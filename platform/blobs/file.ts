// Every blob is a plain file at its key, so that other programs can read it; its content type is kept beside it in
// `<key>,type`. The comma is in no key, so neither these files nor the folder of unfinished ones can be mistaken for blobs.
import { randomUUID } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { link, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { assertContentType, assertKey, assertPrefix } from './key.ts'
import type { Blobs } from './port.ts'

const fallbackType = 'application/octet-stream'

/** Blobs as files below `directory`, which is made when it is missing. Safe from many processes on one machine. */
export function fileBlobs(directory: string): Blobs {
  const unfinished = join(directory, ',unfinished')
  const inTurn = turns()
  const pathOf = (key: string) => {
    assertKey(key)
    return join(directory, ...key.split('/'))
  }

  async function writeAside(body: Uint8Array): Promise<string> {
    await mkdir(unfinished, { recursive: true, mode: 0o700 })
    const path = join(unfinished, randomUUID())
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(body)
      await file.sync()
    } finally {
      await file.close()
    }
    return path
  }

  async function putNow(path: string, body: Uint8Array, contentType: string, ifAbsent: boolean) {
    await makeFolder(directory, dirname(path))
    if (ifAbsent && (await found(stat(path)))) return 'exists'
    const bodyAside = await writeAside(body)
    const typeAside = await writeAside(new TextEncoder().encode(contentType))
    try {
      if (ifAbsent) {
        // Unlike rename, link fails when the name is taken: the kernel decides who was first.
        if (!(await linked(bodyAside, path))) return 'exists'
        await rename(typeAside, `${path},type`)
      } else {
        await rename(typeAside, `${path},type`)
        await rename(bodyAside, path)
      }
      await syncFolder(dirname(path))
      return 'stored'
    } finally {
      await Promise.all([rm(bodyAside, { force: true }), rm(typeAside, { force: true })])
    }
  }

  return {
    async put(key, body, { contentType, ifAbsent = false }) {
      const path = pathOf(key)
      assertContentType(contentType)
      return inTurn(key, () => putNow(path, body, contentType, ifAbsent))
    },
    async get(key) {
      const path = pathOf(key)
      return inTurn(key, async () => {
        const body = await found(readFile(path))
        return (
          body && { body: new Uint8Array(body.buffer, body.byteOffset, body.length), contentType: await typeOf(path) }
        )
      })
    },
    async head(key) {
      const path = pathOf(key)
      return inTurn(key, async () => {
        const entry = await found(stat(path))
        return entry?.isFile() ? { sizeBytes: entry.size, contentType: await typeOf(path) } : undefined
      })
    },
    async delete(key) {
      const path = pathOf(key)
      await inTurn(key, async () => {
        if (!(await found(unlink(path).then(() => true)))) return
        await found(unlink(`${path},type`))
        await syncFolder(dirname(path))
      })
    },
    async *list(prefix) {
      assertPrefix(prefix)
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
      for await (const path of walk(join(directory, ...folder.split('/')), name => {
        const key = `${folder}${name}`
        return key.startsWith(prefix) || prefix.startsWith(key)
      }))
        yield relative(directory, path).split(sep).join('/')
    },
  }
}

/** Files below a folder in the order of their keys. `isWanted` sees the names of the first level; folders end in `/`. */
async function* walk(folder: string, isWanted: (name: string) => boolean = () => true): AsyncGenerator<string> {
  const entries = (await found(readdir(folder, { withFileTypes: true }))) ?? []
  // A folder sorts with its slash, as its keys do: `a-b` comes before `a/b`, and `a.b` too.
  const nameOf = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name)
  const named = entries.map(entry => [nameOf(entry), entry] as const).filter(([name]) => !name.includes(','))
  for (const [name, entry] of named.toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    if (!isWanted(name)) continue
    if (entry.isDirectory()) yield* walk(join(folder, entry.name))
    else if (entry.isFile()) yield join(folder, entry.name)
  }
}

/** Between the two steps of another process's first put, the type may be missing for a moment. */
async function typeOf(path: string): Promise<string> {
  for (let tries = 0; tries < 20; tries++) {
    const type = await found(readFile(`${path},type`, 'utf8'))
    if (type !== undefined) return type
    await pause(5)
  }
  return fallbackType
}

/** Undefined instead of an error when there is no such file. */
async function found<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    // EISDIR and ENOTDIR: the key is the folder of another key, or the other way round; neither is a blob.
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Makes a folder so that it survives a crash: each new name is synced in the folder above it. */
async function makeFolder(top: string, folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let at = folder; at.length >= Math.min(first.length, top.length); at = dirname(at)) await syncFolder(dirname(at))
}

/** A rename survives a power cut only once its folder is synced (fsync(2)). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Runs what concerns one key one after the other, so that in this process body and type are read and written as one. */
function turns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const before = last.get(key)
    const mine = (before ?? Promise.resolve()).then(work, work)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}
