// Authenticated encryption (AES-256-GCM, NIST SP 800-38D), and the two layouts it is kept in.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'

const nonceBytes = 12
const tagBytes = 16

/** nonce, ciphertext, tag. Random nonces are safe for 2³² messages under one key; a person has far fewer. */
export function encrypt(key: Buffer, plain: Uint8Array, boundTo: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(boundTo))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Throws unless these are the bytes `encrypt` made with the same key and the same binding. */
export function decrypt(key: Buffer, sealed: Uint8Array, boundTo: string): Buffer {
  if (sealed.length < nonceBytes + tagBytes) throw new Error('sealed bytes are too short to be ours')
  const nonce = sealed.subarray(0, nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(boundTo)).setAuthTag(sealed.subarray(sealed.length - tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)), decipher.final()])
}

/** Layout of everything kept: a version, eight bytes that name the key, and the encrypted rest. */
export function envelope(keyId: Uint8Array, encrypted: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(9 + encrypted.length)
  bytes[0] = 1
  bytes.set(keyId, 1)
  bytes.set(encrypted, 9)
  return bytes
}

export function openEnvelope(bytes: Uint8Array): { keyId: Buffer; encrypted: Uint8Array } {
  if (bytes.length < 9 || bytes[0] !== 1) throw new Error('these bytes were not sealed by this version of Medley')
  return { keyId: Buffer.from(bytes.subarray(1, 9)), encrypted: bytes.subarray(9) }
}

/** Tells one data key from its successor without telling anything about either. */
export function dataKeyId(dataKey: Buffer): Buffer {
  return createHmac('sha256', dataKey).update('medley data key id').digest().subarray(0, 8)
}
