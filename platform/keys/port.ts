/** Public keys as RFC 7517 has them. */
export type Jwks = { keys: Record<string, unknown>[] }

/**
 * The keyring. Everything is derived from one secret, so that every process of an installation that has it agrees.
 * Each person has a data key of their own, wrapped by the keyring: destroying it makes what it sealed unreadable for ever,
 * in backups too.
 */
export interface Keys {
  /** Seals under the person's key. `context` says what it is for and must be given again to open. Never inside a transaction. */
  sealFor(personId: string, plain: Uint8Array, context: string): Promise<Uint8Array>
  /** Undefined when the person's key was destroyed. Throws when the bytes or the context were changed. */
  openFor(personId: string, sealed: Uint8Array, context: string): Promise<Uint8Array | undefined>
  /** At once in this process, within a minute in others. */
  destroy(personId: string): Promise<void>
  /** Keyed hash (HMAC-SHA-256, hex): for looking up without keeping. */
  hashOf(purpose: string, text: string): string
  /** A compact JWS (ES256) that ends after `ttlMs`. */
  signToken(
    claims: Record<string, unknown>,
    options: { audience: string; ttlMs: number; nowMs: number },
  ): Promise<string>
  /** The claims, or undefined for anything but a token of ours, for this audience, that has not ended. Asks nobody. */
  verifyToken(token: string, options: { audience: string; nowMs: number }): Promise<Record<string, unknown> | undefined>
  jwks(): Promise<Jwks>
}

/** Where wrapped data keys are kept. */
export interface WrappedKeyStore {
  find(personId: string): Promise<Uint8Array | undefined>
  /** Returns the key that is kept: this one, or the one somebody was quicker with. */
  insertIfAbsent(personId: string, wrapped: Uint8Array): Promise<Uint8Array>
  delete(personId: string): Promise<void>
}
