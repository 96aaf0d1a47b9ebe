// The keys port: sealing what belongs to a person, keyed hashes, and tokens between the processes of one installation.

export type TokenOptions = {
  /** Whom the token is for; whoever verifies must name the same. */
  readonly audience: string
  /** How long it is valid, in milliseconds; cut to whole seconds. */
  readonly ttlMs: number
  readonly nowMs: number
  /** Who says so; `medley` unless said. Others find our keys by an issuer that is an address. */
  readonly issuer?: string
}

/** A public key as RFC 7517 writes it. */
export type PublicKey = {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
  readonly kid: string
  readonly alg: 'ES256'
  readonly use: 'sig'
}

/**
 * Everything secret comes from one secret of the installation, so processes that have it understand each other without
 * asking. What was made under a previous secret still opens and verifies as long as that secret is configured.
 */
export interface Keys {
  /**
   * Seals under the person's own key (AES-256-GCM), which is made at the first use. What is sealed opens only for the same
   * person and the same `context`: name the place it is kept in, such as `identity.person.phone`. 37 bytes longer than
   * what is sealed, so it hides the content and not the length. Never inside a transaction: the key lies in the database.
   */
  sealFor(personId: string, plain: Uint8Array | string, context: string): Promise<Uint8Array>
  /**
   * The opposite; undefined when the key was destroyed since. Throws when the bytes were changed, or sealed for somebody
   * or something else: that is a bug or an attack, never an answer.
   */
  openFor(personId: string, sealed: Uint8Array, context: string): Promise<Uint8Array | undefined>
  /** `openFor` as text. */
  openTextFor(personId: string, sealed: Uint8Array, context: string): Promise<string | undefined>
  /**
   * Makes everything sealed for the person unreadable for good: at once in this process, within 60 seconds in others,
   * and in restored backups too, as long as those hold no copy of the key's row. Sealing again begins with a new key.
   */
  destroy(personId: string): Promise<void>

  /** HMAC-SHA-256 in hex, to find by what must not be kept. The same text under another purpose has nothing in common. */
  hashOf(purpose: string, text: string): string
  /** `hashOf` under the present secret and every previous one, for finding what was hashed before a rotation. */
  hashesOf(purpose: string, text: string): readonly [string, ...string[]]

  /** A signature that only this installation can make or check; base64url. For links and webhooks, not for third parties. */
  sign(purpose: string, content: Uint8Array | string): string
  verify(purpose: string, content: Uint8Array | string, signature: string): boolean

  /** A signed JWT (ES256, RFC 7519). Claims are readable to all who hold it; `iss`, `aud`, `iat` and `exp` are ours. */
  signToken(claims: Record<string, unknown>, options: TokenOptions): Promise<string>
  /** The claims, or undefined when the token is not ours, not for this audience or by this issuer, or too old. Never says which. */
  verifyToken(
    token: string,
    options: Pick<TokenOptions, 'audience' | 'nowMs' | 'issuer'>,
  ): Promise<Record<string, unknown> | undefined>
  /** What others need to verify our tokens (RFC 7517), the present key first. */
  jwks(): { keys: readonly PublicKey[] }
}

/** Where people's keys lie, each encrypted. Not promised: any secrecy; all of it comes from the encryption. */
export interface WrappedKeyStore {
  /**
   * Throws where the store cannot be reached, such as inside a transaction. Asked before every use, even when the key is
   * remembered, so that such a mistake shows at once and not on the first busy day.
   */
  assertReachable(): void
  find(personId: string): Promise<Uint8Array | undefined>
  /** Keeps it unless there is one already; returns the one that is kept now. */
  insertIfAbsent(personId: string, wrapped: Uint8Array): Promise<Uint8Array>
  /** Repeatable. */
  delete(personId: string): Promise<void>
}
