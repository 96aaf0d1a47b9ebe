// Whether a signature needs the person to prove anew who they are.
import type { Proofs } from '#contract/identity'
import { minuteMs } from '#core/time'

export type ProofPolicy = { for: 'controlled' | 'every'; factors: 1 | 2; withinMinutes: number }

export const needsProof = (policy: ProofPolicy, schedule: string | undefined): boolean =>
  policy.for === 'every' || schedule !== undefined

/** Clocks of processes differ by moments, so what lies just ahead is now. */
const skewMs = minuteMs

/** A passkey is two factors. So are a code and a password, one of which may be the sign-in itself. */
export function isProven(proofs: Proofs, { factors, withinMinutes }: ProofPolicy, nowMs: number): boolean {
  const isFresh = (at: string | undefined) => {
    const agoMs = at === undefined ? Infinity : nowMs - Date.parse(at)
    return agoMs > -skewMs && agoMs <= withinMinutes * minuteMs
  }
  const hasPassword = isFresh(proofs.passwordAt)
  const hasCode = isFresh(proofs.codeAt)
  if (isFresh(proofs.passkeyAt)) return true
  if (factors === 2) return hasCode && hasPassword
  return hasPassword || hasCode || isFresh(proofs.signedInAt)
}
