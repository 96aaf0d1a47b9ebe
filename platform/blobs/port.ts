export type Blob = { body: Uint8Array; contentType: string }
export type BlobHead = { sizeBytes: number; contentType: string }

/**
 * Keeps files under keys such as `import/<id>/remainder.json`. A put is whole or not there at all, and is read back at once.
 * Keys are 1–500 characters of `A–Z a–z 0–9 . _ - /` without `..`, a leading or a trailing slash; others throw.
 * Not promised: partial reads, order of concurrent puts to one key.
 */
export interface Blobs {
  /** False when `ifAbsent` is asked and the key is taken already; then nothing changes. */
  put(key: string, body: Uint8Array, options: { contentType: string; ifAbsent?: boolean }): Promise<boolean>
  get(key: string): Promise<Blob | undefined>
  head(key: string): Promise<BlobHead | undefined>
  delete(key: string): Promise<void>
  /** Keys that begin with the prefix, in the order of their bytes. */
  list(prefix: string): AsyncIterable<string>
}

export function assertBlobKey(key: string): void {
  const isPlain = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(key) && key.length <= 500
  if (!isPlain || key.split('/').some(part => part === '..' || part === '.'))
    throw new Error('a blob key has characters or parts that are not allowed')
}
