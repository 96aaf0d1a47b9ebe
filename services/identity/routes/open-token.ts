import { z } from 'zod'
import { appTokens } from '#core/app'
import type { Call } from '#core/call'
import { callerOfGrant } from '../service/grants.ts'
import type { IdentityDeps } from '../service/people.ts'

/** An app's access token of ours that still holds, by its claims. */
export async function openToken(deps: IdentityDeps, text: string, call: Call) {
  const { kit } = deps
  const options = { ...appTokens(kit.settings.publicUrl), nowMs: kit.clock.nowMs() }
  const claims = Claims.safeParse(await kit.keys.verifyToken(text, options)).data
  const caller = claims && (await callerOfGrant(deps, { grantId: claims.gid, tokenId: claims.jti }, call))
  return caller && claims ? { claims, caller } : undefined
}

const Claims = z.object({
  sub: z.string(),
  client_id: z.string(),
  gid: z.string(),
  jti: z.string(),
  scope: z.string(),
  exp: z.number(),
  iat: z.number(),
  patient: z.string().optional(),
})
