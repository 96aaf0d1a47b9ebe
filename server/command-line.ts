// The commands of `node medley.ts`. Each is imported when asked for, so that help costs nothing.
import { parseArgs } from 'node:util'

const help = `Medley: the whole of a digital-health company in one process.

  node medley.ts [serve]              run it (all services, all roles, embedded database, demo data)
    --services a,b                    only these services; MEDLEY_AT_<SERVICE>=http://… says where the rest is
    --roles api,worker,scheduler      only these roles
    --port N                          instead of MEDLEY_PORT
  node medley.ts migrate              bring the database up to date and exit
  node medley.ts import FILE…         read FHIR R4 transaction bundles
  node medley.ts import-medicines FILE…
                                      enter licensed facts about medicines (JSON, see core/medicine.ts)
  node medley.ts verify-prescription TOKEN KEYS
                                      verify a signed prescription with published keys, without a server
  node medley.ts verify-audit         walk the audit chain; exits 1 when it was tampered with
  node medley.ts help
`

const commands = {
  serve: async () => (await import('./commands/serve.ts')).serve,
  migrate: async () => (await import('./commands/migrate.ts')).migrateCommand,
  import: async () => (await import('./commands/import.ts')).importCommand,
  'import-medicines': async () => (await import('./commands/import-medicines.ts')).importMedicines,
  'verify-prescription': async () => (await import('./commands/verify-prescription.ts')).verifyPrescription,
  'verify-audit': async () => (await import('./commands/verify-audit.ts')).verifyAudit,
}

/** The exit code: 0 went well, 1 failed, 2 was asked wrongly. */
export async function main(argv: string[], env: Record<string, string | undefined>): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        services: { type: 'string' },
        roles: { type: 'string' },
        port: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    const [name = 'serve', ...files] = positionals
    if (values.help || name === 'help') {
      process.stdout.write(help)
      return 0
    }
    if (!(name in commands)) {
      process.stderr.write(`There is no command ${name}.\n\n${help}`)
      return 2
    }
    const command = await commands[name as keyof typeof commands]()
    const { help: _, ...flags } = values
    return await command({ files, flags, env })
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    return 1
  }
}

const plain = new Set(['ConfigurationError', 'DirectoryInUse', 'ImportRefused', 'MedicinesRefused'])

/** What an operator can mend is said in a sentence; what only we can is shown with its chain. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = (error as { code?: string }).code
  if (code === 'EADDRINUSE')
    return 'The port is in use by another program. Stop that one, or set MEDLEY_PORT to another port.'
  if (code?.startsWith('ERR_PARSE_ARGS')) return `${error.message}. Try: node medley.ts help`
  if (plain.has(error.name) || error.message.startsWith('The placement')) return error.message
  const cause = error.cause instanceof Error ? `\n  because: ${error.cause.message}` : ''
  return `${error.stack ?? error.message}${cause}`
}
