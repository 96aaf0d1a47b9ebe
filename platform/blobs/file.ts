import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { assertBlobKey, type Blobs } from './port.ts'

/** Files below a directory: the content under its key, its type beside it. A rename makes a put whole or not at all. */
export function fileBlobs(directory: string): Blobs {
  const contents = join(directory, 'content')
  const types = join(directory, 'type')
  const pathOf = (key: string) => {
    assertBlobKey(key)
    return join(contents, `${key}.blob`)
  }
  const typePathOf = (key: string) => join(types, `${key}.txt`)

  return {
    async put(key, body, { contentType, ifAbsent }) {
      const path = pathOf(key)
      await place(typePathOf(key), Buffer.from(contentType), false)
      return place(path, body, ifAbsent ?? false)
    },
    async get(key) {
      const body = await readFile(pathOf(key)).catch(absent)
      if (!body) return undefined
      const contentType = (await readFile(typePathOf(key), 'utf8').catch(absent)) ?? 'application/octet-stream'
      return { body: new Uint8Array(body), contentType }
    },
    async head(key) {
      const found = await stat(pathOf(key)).catch(absent)
      if (!found) return undefined
      return {
        sizeBytes: found.size,
        contentType: (await readFile(typePathOf(key), 'utf8').catch(absent)) ?? 'application/octet-stream',
      }
    },
    async delete(key) {
      await unlink(pathOf(key)).catch(absent)
      await unlink(typePathOf(key)).catch(absent)
    },
    async *list(prefix) {
      const names = (await readdir(contents, { recursive: true }).catch(absent)) ?? []
      const keys = names
        .filter(name => name.endsWith('.blob'))
        .map(name => name.slice(0, -'.blob'.length).replaceAll('\\', '/'))
      yield* keys.filter(key => key.startsWith(prefix)).toSorted()
    },
  }
}

/** Written aside, synced, then put in place by one act of the file system. */
async function place(path: string, body: Uint8Array, ifAbsent: boolean): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true })
  const aside = `${path}.${randomUUID()}.part`
  const file = await open(aside, 'wx')
  try {
    await file.writeFile(body)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    if (ifAbsent) await link(aside, path)
    else await rename(aside, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await unlink(aside).catch(absent)
  }
  const folder = await open(dirname(path))
  await folder.sync().finally(() => folder.close())
  return true
}

const absent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code === 'ENOENT') return undefined
  throw error
}
