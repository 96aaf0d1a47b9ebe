import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Thrown when another process has the data directory open. PGlite itself would corrupt it in silence. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'
}

/** Held by the kernel through SQLite's file lock: freed even by kill -9, no stale pid files. Returns the release. */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true })
  const lock = new DatabaseSync(join(directory, '.medley-lock'), { timeout: 0 })
  try {
    lock.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw new DirectoryInUse(
      `The data directory ${directory} is in use by another Medley process. Stop that one, or set MEDLEY_DATA to another folder.`,
      { cause },
    )
  }
  return () => lock.close()
}
