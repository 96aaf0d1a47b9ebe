import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import type { Derived } from './derive.ts'
import type { Keys } from './port.ts'

const ownIssuer = 'medley'

/** Tokens signed with the first of the keys, verified with any of them. */
export function createTokens(all: readonly [Derived, ...Derived[]]): Pick<Keys, 'signToken' | 'verifyToken' | 'jwks'> {
  const [present] = all
  const byKid = new Map(all.map(each => [each.publicKey.kid, each.verifying]))
  return {
    signToken(claims, { audience, ttlMs, nowMs, issuer = ownIssuer }) {
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: present.publicKey.kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(Math.floor(nowMs / 1_000))
        .setExpirationTime(Math.floor((nowMs + ttlMs) / 1_000))
        .sign(present.signing)
    },
    async verifyToken(token, { audience, nowMs, issuer = ownIssuer }) {
      try {
        // The key decides the algorithm, never the token (RFC 8725 §3.1); an unknown name of a key ends it here.
        const key = byKid.get(decodeProtectedHeader(token).kid ?? '')
        if (!key) return undefined
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['ES256'],
          typ: 'JWT',
          issuer,
          audience,
          currentDate: new Date(nowMs),
          requiredClaims: ['exp', 'iat'],
        })
        return payload
      } catch {
        return undefined
      }
    },
    jwks: () => ({ keys: all.map(each => each.publicKey) }),
  }
}
