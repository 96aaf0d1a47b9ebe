// `npm run lock`, after any change of dependencies: npm leaves packages for other platforms out of the lockfile when it cannot
// fetch them, and then `npm ci` refuses that very lockfile. This adds them by name and version; npm fetches what it needs.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Entry = {
  version?: string
  optional?: true
  dev?: true
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}
type Lockfile = { packages: Record<string, Entry> }

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const processors = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32']

/** What a platform package runs on, from the words in its name. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/-]/)
  const os = systems.find(each => words.includes(each))
  const cpu = processors.find(each => words.some(word => word === each))
  const libc = words.some(word => word.startsWith('musl'))
    ? 'musl'
    : words.some(word => word.startsWith('gnu'))
      ? 'glibc'
      : undefined
  return { ...(cpu ? { cpu: [cpu] } : {}), ...(os ? { os: [os] } : {}), ...(libc ? { libc: [libc] } : {}) }
}

/** Adds the missing entries and returns their names. */
export function completeLockfile(lockfile: Lockfile): string[] {
  const added: string[] = []
  for (const [path, entry] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const isThere = `node_modules/${name}` in lockfile.packages || `${path}/node_modules/${name}` in lockfile.packages
      if (isThere || !/^\d/.test(version)) continue
      lockfile.packages[`node_modules/${name}`] = {
        version,
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
        ...platformOf(name),
      }
      added.push(name)
    }
  }
  lockfile.packages = Object.fromEntries(Object.entries(lockfile.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return added
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '../package-lock.json')
  const lockfile = JSON.parse(readFileSync(path, 'utf8')) as Lockfile
  const added = completeLockfile(lockfile)
  writeFileSync(path, `${JSON.stringify(lockfile, null, 2)}\n`)
  process.stdout.write(`${added.length} packages of other platforms added to the lockfile.\n`)
}
