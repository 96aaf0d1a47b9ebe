// `npm run docs`: writes docs/reference from the code. `test/docs.test.ts` fails when a page is not what this would write.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contract } from '#core/contract'
import { faultStatus, houseFaults } from '#core/fault'
import { createDatabase } from '../platform/database/database.ts'
import { platformMigrations } from '../platform/database/migrate.ts'
import { pgliteEngine } from '../platform/database/pglite.ts'
import { makeTemplate } from '../platform/database/template.ts'
import { variables } from '../server/config.ts'
import { migrationFolders } from '../server/lifecycle.ts'
import { services } from '../server/services.ts'
import { dumpSchema } from './dump-schema.ts'

const generated = '<!-- Written by `npm run docs`. Do not edit. -->\n\n'
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.map(cell).join(' | ')} |`).join('\n')

function operations(contracts: readonly Contract[]): string {
  const sections = contracts.map(({ name, operations: all }) => {
    const rows = Object.entries(all).map(([key, { method, path, summary, allow, faults }]) => [
      `\`${name}.${key}\``,
      `\`${method} /api/${name}${path === '/' ? '' : path}\``,
      summary,
      allow.join(', '),
      (faults ?? []).join(', '),
    ])
    return `## ${name}\n\n${table(['operation', 'over HTTP', 'what it does', 'for', 'may answer'], rows)}\n`
  })
  return `${generated}# Operations\n\nThe machine-readable form is \`/api/openapi.json\` of a running Medley.\n\n${sections.join('\n')}`
}

function events(contracts: readonly Contract[]): string {
  const rows = contracts.flatMap(({ name, events: all }) =>
    Object.entries(all).map(([key, schema]) => {
      const fields = Object.keys((schema as { shape?: Record<string, unknown> }).shape ?? {})
      return [`\`${name}.${key}\``, fields.map(field => `\`${field}\``).join(', ')]
    }),
  )
  return `${generated}# Events\n\nDelivered at least once to the services that listen; none carries names or clinical content.\n\n${table(['event', 'carries'], rows)}\n`
}

function channels(contracts: readonly Contract[]): string {
  const rows = contracts.flatMap(({ name, channels: all = {} }) =>
    Object.entries(all).map(([key, { summary, mayWatch, entries, notes = {} }]) => [
      `\`${name}.${key}/<id>\``,
      summary,
      `\`${name}.${mayWatch}\``,
      Object.keys(entries).join(', '),
      Object.keys(notes).join(', '),
    ]),
  )
  const head = ['channel', 'what happens on it', 'who may watch', 'kept', 'passing by']
  return `${generated}# Channels\n\nWatched over \`/api/live\` (WebSocket) or \`/api/live/stream?channel=…\` (server-sent events); see \`platform/channels/README.md\`.\n\n${table(head, rows)}\n`
}

function faults(contracts: readonly Contract[]): string {
  const own = contracts.flatMap(({ name, faults: all }) =>
    Object.entries(all).map(([key, fault]) => [`${name}.${key}`, fault] as const),
  )
  const house = Object.entries(houseFaults).map(([code, fault]) => [code, fault] as const)
  const rows = [...house, ...own].map(([code, { kind, message }]) => [
    `\`${code}\``,
    String(faultStatus[kind]),
    kind,
    message,
  ])
  return `${generated}# Faults\n\nCodes are permanent. On the wire each is an RFC 9457 problem whose \`code\` is the first column.\n\n${table(['code', 'status', 'kind', 'what is said'], rows)}\n`
}

function configuration(): string {
  const rows = Object.entries(variables).map(([name, { schema, reason, ...rest }]) => {
    const { data } = schema.safeParse(undefined)
    const fallback = data === undefined ? '—' : typeof data === 'boolean' ? (data ? 'on' : 'off') : String(data) || '—'
    return [`\`${name}\``, fallback, 'isSecret' in rest ? 'secret' : '', reason]
  })
  return `${generated}# Configuration\n\nAll problems of a configuration are listed at once at start. \`MEDLEY_AT_<SERVICE>\` gives the address of a service that runs in another process.\n\n${table(['variable', 'default', '', 'reason'], rows)}\n`
}

async function schema(): Promise<string> {
  const folders = migrationFolders(services)
  const engine = await pgliteEngine({ template: await makeTemplate(folders) })
  const database = createDatabase(engine)
  try {
    return await dumpSchema(
      database,
      [platformMigrations, ...folders].map(each => each.schema),
    )
  } finally {
    await database.close()
  }
}

/** File name → what it should hold. */
export async function reference(): Promise<Record<string, string>> {
  const contracts = services.map(each => each.contract)
  return {
    'operations.md': operations(contracts),
    'events.md': events(contracts),
    'channels.md': channels(contracts),
    'faults.md': faults(contracts),
    'configuration.md': configuration(),
    'schema.sql': await schema(),
  }
}

export const referenceDirectory = join(import.meta.dirname, '../docs/reference')

if (import.meta.main) {
  mkdirSync(referenceDirectory, { recursive: true })
  for (const [name, text] of Object.entries(await reference())) writeFileSync(join(referenceDirectory, name), text)
  process.stdout.write('docs/reference is written.\n')
}
