// The blobs port: files of any kind, each under a key.

export type Blob = { readonly body: Uint8Array; readonly contentType: string }

export type BlobHead = { readonly sizeBytes: number; readonly contentType: string }

export type PutOptions = {
  /** RFC 9110 §8.3. Up to 255 characters without control characters; others than ASCII survive. */
  readonly contentType: string
  /** Keeps what is there already. Of several who try at the same time one stores, unless the store ignores If-None-Match. */
  readonly ifAbsent?: boolean
}

/**
 * Keeps files. A key is one or more names joined by `/`; a name has letters, digits and `. _ = -`, and does not begin
 * with a dot. 500 characters in all, 200 a name. Any other key is a bug and throws, so text that people typed never
 * becomes a key. A key must not be the folder of another one (`a` and `a/b`). Keys hold no personal data: they are logged.
 *
 * A `put` that returned survives a crash, and every `get` that begins later sees it. Readers see a whole body, the old one
 * or the new one. Not promised: which of two simultaneous puts wins, and, when they differ in content type and come from
 * two processes, that the type kept is the winner's; a key that is written once and never replaced has no such trouble.
 * Bodies travel through memory, so keep them below 100 MB.
 */
export interface Blobs {
  /** `exists` only with `ifAbsent`: something was there, and stays as it was. */
  put(key: string, body: Uint8Array, options: PutOptions): Promise<'stored' | 'exists'>
  get(key: string): Promise<Blob | undefined>
  /** What `get` would say, without the body. */
  head(key: string): Promise<BlobHead | undefined>
  /** Repeatable: what is not there is deleted already. */
  delete(key: string): Promise<void>
  /**
   * Keys that begin with the prefix, in the order of their characters. The prefix is the beginning of a key, at any
   * character; empty lists all. What is put or deleted meanwhile may or may not show.
   */
  list(prefix: string): AsyncIterable<string>
}
