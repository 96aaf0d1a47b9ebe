// What the record costs: create, read, update, search and delete over HTTP; imports; thirty shapes of search; validation; its start.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '../test/servers/child.ts'
import { startProcess } from '../test/servers/medley.ts'
import { startPostgres } from '../test/servers/postgres.ts'
import { measureCrud } from './fhir-crud.ts'
import { registerApp, tokenOf } from './fhir-app.ts'
import { measureImport, patientFiles } from './fhir-import.ts'
import { measureSearches } from './fhir-search.ts'
import { machine } from './machine.ts'
import { report } from './rounds.ts'

type Volume = {
  imported: Awaited<ReturnType<typeof measureImport>>
  searches: Awaited<ReturnType<typeof measureSearches>>
}
type Rules = { startedMs: number; examples: number; cpuMs: number; peakMb: number }

export async function run(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { patients: { type: 'string', default: '1000,4000' }, count: { type: 'string', default: '4000' } },
  })
  const before = machine()
  const postgres = await startPostgres({
    fsync: 'on',
    settings: { max_connections: '100', shared_buffers: '512MB', max_wal_size: '4GB' },
  })
  try {
    const databaseUrl = await postgres.createDatabase('fhir')
    const port = String(await freePort())
    const env = {
      MEDLEY_PORT: port,
      MEDLEY_PUBLIC_URL: `http://localhost:${port}`,
      MEDLEY_DATABASE_URL: databaseUrl,
      MEDLEY_DEMO: 'on',
      MEDLEY_SECRET: 'b'.repeat(48),
      MEDLEY_DATA: postgres.socketDirectory,
      MEDLEY_BODY_BYTES: '50000000',
    }
    const medley = await startProcess({ env, args: ['--roles', 'api,worker'] })
    const app = await registerApp(medley.url)
    await medley.stop()
    const server = await startProcess({ env, args: ['--roles', 'api'] })
    const target = { url: server.url, pid: server.pid, token: tokenOf(server.url, app) }
    const crud = await measureCrud(target, Number(values.count))
    report('create, read, update, search, delete', JSON.stringify(crud))
    const volumes: Volume[] = []
    for (const patients of values.patients.split(',').map(Number)) {
      const imported = await measureImport(
        target,
        patientFiles(),
        volumes.at(-1)?.imported.patients ?? 0,
        patients,
        databaseUrl,
      )
      report('import', JSON.stringify(imported))
      const searches = await measureSearches(target)
      for (const { query, status, p50Ms, p95Ms } of searches)
        report(query, `p50 ${p50Ms} ms, p95 ${p95Ms} ms${status === 200 ? '' : `, status ${status}`}`)
      volumes.push({ imported, searches })
    }
    await server.stop()
    const rules = JSON.parse(
      execFileSync(process.execPath, ['fhir-validation.ts'], { cwd: import.meta.dirname, encoding: 'utf8' }),
    ) as Rules
    report('rules', JSON.stringify(rules))
    const result = { machine: before, crud, volumes, rules }
    const directory = join(import.meta.dirname, 'results')
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'fhir.json'), `${JSON.stringify(result, null, 2)}\n`)
    const slowest = ({ searches }: Volume) => searches.toSorted((a, b) => b.p95Ms - a.p95Ms)[0]!
    const said = volumes.map(
      each =>
        `${each.imported.patients} patients: slowest of ${each.searches.length} searches p95 ${slowest(each).p95Ms} ms (${slowest(each).query})`,
    )
    process.stdout.write(
      `\n${crud.perCpuSecond} requests and ${volumes[0]!.imported.perCpuSecond} imported resources per server CPU-second; ${said.join('; ')}; ` +
        `rules start in ${rules.startedMs} ms, ${rules.examples} examples in ${rules.cpuMs} ms CPU with ${rules.peakMb} MB\n`,
    )
  } finally {
    await postgres.stop()
  }
}
