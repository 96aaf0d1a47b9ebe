import type { Caller, Locale, Role } from '#core/call'
import type { Region } from '#core/region'
import { hourMs, minuteMs } from '#core/time'

export type MembershipFact = { organizationId: string; role: Role; clinicianId?: string | undefined }

export type PersonFact = { id: string; jurisdiction: string }

/** Everybody is a patient; what else they are comes from the organisations they work in. */
export function callerFrom(person: PersonFact, memberships: readonly MembershipFact[], sessionId?: string): Caller {
  const roles = [...new Set<Role>(['patient', ...memberships.map(each => each.role)])]
  const organizationIds = [...new Set(memberships.map(each => each.organizationId))]
  const clinicianId = memberships.find(each => each.clinicianId)?.clinicianId
  return {
    personId: person.id,
    jurisdiction: person.jurisdiction,
    roles,
    organizationIds,
    ...(clinicianId ? { clinicianId } : {}),
    ...(sessionId ? { sessionId } : {}),
  }
}

/** What a new account starts with until the person says otherwise. */
export const regionDefaults: Record<Region, { jurisdiction: string; timeZone: string; locale: Locale }> = {
  us: { jurisdiction: 'US-MA', timeZone: 'America/New_York', locale: 'en' },
  eu: { jurisdiction: 'DE', timeZone: 'Europe/Berlin', locale: 'de' },
  apac: { jurisdiction: 'SG', timeZone: 'Asia/Singapore', locale: 'en' },
}

export const tokenTtlMs = 5 * minuteMs
export const claimCodeTtlMs = 14 * 24 * hourMs
export const claimFailuresMax = 5
export const sessionTtlSeconds = 7 * 24 * 3_600

/** After this many failures in a row an address must wait before its next try. */
const failuresBeforeLock = 8
const lockMs = 15 * minuteMs

/** Milliseconds until the address may try again; 0 when it may now. */
export function lockedForMs(failures: { count: number; lastAtMs: number } | undefined, nowMs: number): number {
  if (!failures || failures.count < failuresBeforeLock) return 0
  return Math.max(0, failures.lastAtMs + lockMs - nowMs)
}

/** Ten characters without look-alikes, in two groups: easy to read aloud, 50 bits. */
export function claimCode(randomBytes: Uint8Array): string {
  const alphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
  const text = Array.from(randomBytes.slice(0, 10), byte => alphabet[byte % alphabet.length]).join('')
  return `${text.slice(0, 5)}-${text.slice(5)}`
}

export const normalizedCode = (code: string): string => code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')

/** A name for a device from its user agent: enough to recognise one's own. */
export function deviceName(userAgent: string | null): string {
  if (!userAgent) return 'Unknown device'
  const system =
    /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(userAgent)?.[1]?.replace('Mac OS X', 'Mac') ?? 'Other'
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//
    .exec(userAgent)?.[1]
    ?.replace('Edg', 'Edge')
    .replace('OPR', 'Opera')
  return browser ? `${browser} on ${system}` : system === 'Other' ? userAgent.slice(0, 40) : system
}
