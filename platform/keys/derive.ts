// From the secret to keys: one secret, many purposes, none of which tells anything about another (HKDF, RFC 5869).
import { createECDH, createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { PublicKey } from './port.ts'

/** All that one secret gives. */
export type Derived = {
  /** Names the secret in what it wrapped; tells nothing about it. */
  readonly id: Buffer
  /** Wraps people's keys. */
  readonly master: Buffer
  readonly signing: KeyObject
  readonly verifying: KeyObject
  readonly publicKey: PublicKey
  /** A key for HMAC, or for deriving the keys that seal, under this purpose. */
  forPurpose(use: 'hash' | 'sign' | 'seal', purpose: string): Buffer
}

/** Order of the curve P-256 (NIST SP 800-186 §3.2.1.3). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

export function derive(secret: string): Derived {
  if (Buffer.byteLength(secret) < 32)
    throw new Error('The secret has less than 32 bytes. Make one with `openssl rand -hex 32`.')
  const bytesOf = (info: string, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, 'medley keys 1', info, length))
  return {
    id: bytesOf('secret id', 8),
    master: bytesOf('wrap person keys', 32),
    ...tokenKeys(bytesOf('sign tokens with P-256', 48)),
    forPurpose: (use, purpose) => bytesOf(`${use}\0${purpose}`, 32),
  }
}

/** A private key from 384 random bits, as FIPS 186-5 §A.2.1 makes one; so every process finds the same. */
function tokenKeys(bits: Buffer): Pick<Derived, 'signing' | 'verifying' | 'publicKey'> {
  const scalar = (BigInt(`0x${bits.toString('hex')}`) % (order - 1n)) + 1n
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex')
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(d)
  const point = curve.getPublicKey() // 0x04, x, y
  const [x, y] = [point.subarray(1, 33), point.subarray(33, 65)].map(part => part.toString('base64url')) as [
    string,
    string,
  ]
  const jwk = { kty: 'EC', crv: 'P-256', x, y } as const
  // RFC 7638: the hash of the members that matter, in alphabetical order.
  const thumbprint = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x, y })
  const kid = createHash('sha256').update(thumbprint).digest('base64url')
  return {
    signing: createPrivateKey({ format: 'jwk', key: { ...jwk, d: d.toString('base64url') } }),
    verifying: createPublicKey({ format: 'jwk', key: jwk }),
    publicKey: { ...jwk, kid, alg: 'ES256', use: 'sig' },
  }
}
