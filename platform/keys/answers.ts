// Keeps answers by idempotency key so that the table alone, or a backup of it, tells neither the key nor the answer: reading one
// takes the installation's secret and the caller's key together.
import { createHmac, hkdfSync } from 'node:crypto'
import type { AnswerSeal } from '#platform/database'
import { type Derived, derive } from './derive.ts'
import { decrypt, encrypt, envelope, openEnvelope } from './seal.ts'

type Ring = { readonly id: Buffer; readonly hashing: Buffer; readonly sealing: Buffer }

const ringOf = ({ id, forPurpose }: Derived): Ring => ({
  id,
  hashing: forPurpose('hash', 'idempotency key'),
  sealing: forPurpose('seal', 'answer'),
})

/** What was sealed under a previous secret opens as long as that secret is configured, so a rotation repeats no write. */
export function createAnswerSeal({ secret, previous }: { secret: string; previous: readonly string[] }): AnswerSeal {
  const present = ringOf(derive(secret))
  const all = [present, ...previous.map(each => ringOf(derive(each)))]
  const hash = ({ hashing }: Ring, key: string) => createHmac('sha256', hashing).update(key).digest('base64url')
  const keyFor = ({ sealing }: Ring, key: string) =>
    Buffer.from(hkdfSync('sha256', key, sealing, 'medley answer key 1', 32))
  const binding = (step: number) => `medley answer 1\0${step}`
  return {
    hashes: key => all.map(each => hash(each, key)),
    seal: (key, step, text) =>
      envelope(present.id, encrypt(keyFor(present, key), new TextEncoder().encode(text), binding(step))),
    open(key, step, sealed) {
      const { keyId, encrypted } = openEnvelope(sealed)
      const ring = all.find(each => each.id.equals(keyId))
      if (!ring) throw new Error('An answer was sealed under a secret this process does not have.')
      return new TextDecoder().decode(decrypt(keyFor(ring, key), encrypted, binding(step)))
    },
  }
}
