import { audit } from '#contract/audit'
import { type Command, version } from './command.ts'
import { readConfig } from '../config.ts'
import { startMedley } from '../lifecycle.ts'
import { services } from '../services.ts'

const findings = {
  edited: 'is not as it was written',
  missing: 'is missing',
  reordered: 'is not where it was written',
  truncated: 'and all after it are missing',
  anchorMissing: 'cannot be vouched for: the signed anchor outside of the database is missing or not ours',
}

/** Walks the chain in a process without roles. Exits 0 when every entry is as it was written, 1 when not. */
export const verifyAudit: Command = async ({ flags, env }) => {
  const config = { ...readConfig(env, { ...flags, port: '0' }), roles: [] }
  await using medley = await startMedley({ config, services, version })
  const verdict = await medley.call(audit).verify({}, medley.composition.serviceCall('verify-audit'))
  const entries = `${verdict.entries.toLocaleString('en')} ${verdict.entries === 1 ? 'entry' : 'entries'}`
  if (verdict.isIntact) {
    const anchored = verdict.anchoredAt ? `, and the anchor of ${verdict.anchoredAt} agrees` : ''
    process.stdout.write(`The audit chain is intact: ${entries} as they were written${anchored}.\n`)
    return 0
  }
  const what = findings[verdict.finding ?? 'edited']
  process.stdout.write(
    `The audit chain is broken: entry ${verdict.brokenAt} ${what}. ${entries} before it are sound.\n`,
  )
  return 1
}
