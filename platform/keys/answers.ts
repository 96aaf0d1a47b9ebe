// Keeps answers by idempotency key so that the table alone, or a backup of it, tells neither the key nor the answer: reading one
// takes the installation's secret and the caller's key together.
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { AnswerSeal } from '#platform/database'
import { type Derived, derive } from './derive.ts'
import { decrypt, encrypt, envelope, openEnvelope } from './seal.ts'

type Ring = { readonly id: Buffer; readonly answers: KeyObject }
const ringOf = ({ id, forPurpose }: Derived): Ring => ({
  id,
  answers: createSecretKey(forPurpose('seal', 'answers by key')),
})

/**
 * What an answer is found by and what seals it: 32 bytes each, from the secret and the caller's key in one step (HKDF-Expand of
 * RFC 5869 with SHA-512, one block). The first tells nothing about the second.
 */
function keysFor({ answers }: Ring, key: string) {
  const bytes = createHmac('sha512', answers).update(key).update('\x01').digest()
  return { hash: bytes.toString('base64url', 0, 32), sealing: bytes.subarray(32) }
}

/** What was sealed under a previous secret opens as long as that secret is configured, so a rotation repeats no write. */
export function createAnswerSeal({ secret, previous }: { secret: string; previous: readonly string[] }): AnswerSeal {
  const present = ringOf(derive(secret))
  const former = previous.map(each => ringOf(derive(each)))
  const binding = (step: number) => `medley answer 1\0${step}`
  return key => {
    const own = keysFor(present, key)
    return {
      hashes: [own.hash, ...former.map(each => keysFor(each, key).hash)],
      seal: (step, text) => envelope(present.id, encrypt(own.sealing, new TextEncoder().encode(text), binding(step))),
      open(step, sealed) {
        const { keyId, encrypted } = openEnvelope(sealed)
        const ring = [present, ...former].find(each => each.id.equals(keyId))
        if (!ring) throw new Error('An answer was sealed under a secret this process does not have.')
        return new TextDecoder().decode(decrypt(keysFor(ring, key).sealing, encrypted, binding(step)))
      },
    }
  }
}
