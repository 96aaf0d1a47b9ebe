// Volume: the shipped patients over and over, each time as other people, through transactions as a client sends them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fhir, type Target } from './fhir-app.ts'
import { inDatabase } from './installation.ts'
import { cpuMsOf, round } from './machine.ts'

const directory = process.env['SYNTHEA'] ?? join(import.meta.dirname, '../../shared/data/synthea-r4')

/** The smaller half, so that a thousand patients fit a small machine. */
export function patientFiles(): string[] {
  return readdirSync(directory)
    .map(file => readFileSync(join(directory, file), 'utf8'))
    .toSorted((a, b) => a.length - b.length)
    .slice(0, 9)
}

/** Another person of the same history: new ids everywhere, another name, birth dates moved. */
function varied(text: string, number: number): string {
  const ids = new Map<string, string>()
  const other = text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, id => {
    if (!ids.has(id)) ids.set(id, crypto.randomUUID())
    return ids.get(id)!
  })
  const families = ['Smith', 'Garcia', 'Chen', 'Okafor', 'Haddad', 'Novak', 'Ito', 'Silva', 'Kaya', 'Berg']
  return other.replaceAll(/"family":\s*"[^"]*"/g, `"family":"${families[number % 10]}${number}"`)
}

export async function measureImport(target: Target, files: readonly string[], patients: number, databaseUrl: string) {
  let resources = 0
  let number = 0
  const lane = async () => {
    while (number < patients) {
      const own = number++
      const bundle = JSON.parse(varied(files[own % files.length]!, own)) as { entry: unknown[] }
      const answer = await fhir(target, 'POST', '', bundle)
      if (answer.status !== 200) throw new Error(`a bundle is refused: ${JSON.stringify(answer.body).slice(0, 500)}`)
      resources += bundle.entry.length
      if (own % 100 === 99) process.stderr.write(`  ${own + 1} patients, ${resources} resources\n`)
    }
  }
  const [cpuMs, startMs] = [cpuMsOf(target.pid), performance.now()]
  await Promise.all([lane(), lane(), lane(), lane()])
  const seconds = (performance.now() - startMs) / 1_000
  const usedMs = cpuMsOf(target.pid) - cpuMs
  await inDatabase(databaseUrl, client => client.query('vacuum analyze'))
  return {
    patients,
    resources,
    seconds: round(seconds),
    perSecond: round(resources / seconds, 0),
    cpuMsPerResource: round(usedMs / resources, 3),
    perCpuSecond: round((resources / usedMs) * 1_000, 0),
  }
}
