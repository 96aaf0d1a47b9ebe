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

/** Where Node would look for a package from `path`, nearest first. */
function placesFor(path: string, name: string): string[] {
  const parts = path.split('node_modules/')
  return parts.map((_, index) =>
    `${parts
      .slice(0, parts.length - index)
      .join('node_modules/')
      .replace(/\/$/, '')}/node_modules/${name}`.replace(/^\//, ''),
  )
}

/** Adds the missing entries and returns their names. */
export function completeLockfile({ packages }: Lockfile): string[] {
  const added: string[] = []
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!/^\d/.test(version)) continue
      const places = placesFor(path, name)
      const found = places.find(each => each in packages)
      if (found && packages[found]!.version === version) continue
      // At the top when nobody is there yet, else beside the package that wants another version.
      const place = found === undefined ? places.at(-1)! : places[1]!
      packages[place] = { version, ...(entry.dev ? { dev: true } : {}), optional: true, ...platformOf(name) }
      added.push(place)
    }
  }
  return added
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '../package-lock.json')
  const lockfile = JSON.parse(readFileSync(path, 'utf8')) as Lockfile
  let total = 0
  // One addition can make room for another, so it goes on until nothing is missing.
  for (let added = 1; added > 0; total += added) added = completeLockfile(lockfile).length
  lockfile.packages = Object.fromEntries(Object.entries(lockfile.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(path, `${JSON.stringify(lockfile, null, 2)}\n`)
  process.stdout.write(`${total} packages of other platforms added to the lockfile.\n`)
}
