// The signed prescription: a JWS (RFC 7515) that anybody can verify with the published key, and that is redeemed once.
import type { Route } from '#core/service'
import { newId } from '#core/id'
import type { Change, PrescriptionRow } from '../store.ts'
import { type Content, type Deps, open, seal } from './deps.ts'

export const audience = 'medley-prescription'

/** Short names, since all of it goes into a QR code. Why something is taken is nobody's business at the counter. */
export async function tokenOf(
  deps: Deps,
  row: PrescriptionRow,
  { order, patientName, birthDate, clinicianName, medicineName }: Content,
  validUntil: Date,
): Promise<Pick<Change, 'token_id' | 'token_sealed'>> {
  const { kit } = deps
  const nowMs = kit.clock.nowMs()
  const tokenId = newId(nowMs)
  const claims = {
    jti: tokenId,
    sub: row.id,
    rx: {
      medicine: medicineName,
      form: order.form,
      strength: order.strength,
      amount: order.amount,
      perDay: order.timesPerDay,
      days: order.days,
      quantity: order.quantity,
      refills: order.refills,
      substitute: order.isSubstitutable,
    },
    for: { name: patientName, ...(birthDate ? { born: birthDate } : {}) },
    by: { name: clinicianName, id: row.clinician_id, at: row.jurisdiction },
  }
  const ttlMs = validUntil.getTime() - nowMs
  const token = await kit.keys.signToken(claims, { audience, ttlMs, nowMs, issuer: kit.settings.publicUrl })
  return { token_id: tokenId, token_sealed: await seal(deps, row.subject_id, 'token', row.id, token) }
}

export const openToken = (deps: Deps, row: PrescriptionRow): Promise<string | undefined> =>
  row.token_sealed ? open<string>(deps, row.subject_id, 'token', row.id, row.token_sealed) : Promise.resolve(undefined)

/** The ids in a token; undefined when it is not ours, was altered, or has ended. */
export async function readToken(
  { kit }: Deps,
  token: string,
): Promise<{ tokenId: string; prescriptionId: string } | undefined> {
  const options = { audience, nowMs: kit.clock.nowMs(), issuer: kit.settings.publicUrl }
  const claims = await kit.keys.verifyToken(token, options)
  if (typeof claims?.['jti'] !== 'string' || typeof claims['sub'] !== 'string') return undefined
  return { tokenId: claims['jti'], prescriptionId: claims['sub'] }
}

/** What a pharmacy without Medley needs to verify a token (RFC 7517). */
export const keysRoute = ({ kit }: Deps): Route => ({
  method: 'GET',
  path: '/prescriptions/jwks.json',
  summary: 'The public keys that signed prescriptions are verified with',
  allow: ['anyone'],
  handle: async () =>
    Response.json(kit.keys.jwks(), {
      headers: { 'content-type': 'application/jwk-set+json', 'cache-control': 'public, max-age=3600' },
    }),
})
