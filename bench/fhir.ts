// What the record costs: create, read, update, search and delete over HTTP; imports; thirty shapes of search; validation; its start.
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

export async function run(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { patients: { type: 'string', default: '1000' }, count: { type: 'string', default: '4000' } },
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
    const imported = await measureImport(target, patientFiles(), Number(values.patients), databaseUrl)
    report('import', JSON.stringify(imported))
    const searches = await measureSearches(target)
    for (const each of searches)
      report(
        each.query,
        `p50 ${each.p50Ms} ms, p95 ${each.p95Ms} ms${each.status === 200 ? '' : `, status ${each.status}`}`,
      )
    await server.stop()
    const result = { machine: before, crud, imported, searches }
    const directory = join(import.meta.dirname, 'results')
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'fhir.json'), `${JSON.stringify(result, null, 2)}\n`)
    const slowest = searches.toSorted((a, b) => b.p95Ms - a.p95Ms)[0]!
    process.stdout.write(
      `\n${crud.perCpuSecond} requests and ${imported.perCpuSecond} imported resources per server CPU-second; ` +
        `${searches.length} searches over ${imported.patients} patients, slowest p95 ${slowest.p95Ms} ms (${slowest.query})\n`,
    )
  } finally {
    await postgres.stop()
  }
}
