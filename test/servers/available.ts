// Which real servers this run may start. Those that come from npm always run; the others need a package of the system.

export type Available = 'postgres' | 'redis' | 's3' | 'chromium' | 'janus'

/** True when `AVAILABLE` names it: `AVAILABLE=postgres,redis npm test`. `all` is what Debian packages; S3 is an account. */
export function isAvailable(name: Available): boolean {
  const listed = (process.env['AVAILABLE'] ?? '').split(',').map(each => each.trim())
  return listed.includes(name) || (name !== 's3' && listed.includes('all'))
}
