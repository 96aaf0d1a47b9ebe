// Forward-only SQL, one numbered file after the other, one folder per schema. All pending files commit together or not at all.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'

/** A schema and the folder of its `0001-….sql` files. */
export type MigrationFolder = { schema: string; directory: string }

export const platformMigrations: MigrationFolder = {
  schema: 'medley',
  directory: join(import.meta.dirname, 'migrations'),
}

function filesOf({ schema, directory }: MigrationFolder) {
  if (!existsSync(directory)) return []
  const names = readdirSync(directory).filter(name => name.endsWith('.sql'))
  return names.toSorted().map(name => ({ schema, name, text: readFileSync(join(directory, name), 'utf8') }))
}

/** The platform's own files sort first, since every schema uses its functions. */
const keyOf = (schema: string, name: string) =>
  `${schema === 'medley' ? '0' : '1'}/${schema}/${name.replace('.sql', '')}`

/** Changes with any migration: names cached templates. */
export function migrationsHash(folders: readonly MigrationFolder[]): string {
  const hash = createHash('sha256')
  for (const { schema, name, text } of folders.flatMap(filesOf)) hash.update(`${schema}/${name}\n${text}\n`)
  return hash.digest('hex').slice(0, 16)
}

export async function migrate(owner: Kysely<never>, folders: readonly MigrationFolder[]): Promise<string[]> {
  const migrations: Record<string, Migration> = {}
  for (const { schema, name, text } of folders.flatMap(filesOf)) {
    migrations[keyOf(schema, name)] = {
      up: async db => {
        await sql.raw(prepareSchema(schema)).execute(db)
        await sql.raw(text).execute(db)
        await sql.raw(grants(schema)).execute(db)
      },
    }
  }
  // A newer version may have migrated already: the older one goes on beside it, since changes are made to suit both.
  for (const name of await executedNames(owner)) migrations[name] ??= { up: async () => {} }
  const migrator = new Migrator({
    db: owner,
    provider: { getMigrations: async () => migrations },
    migrationTableSchema: 'medley_migration',
    allowUnorderedMigrations: true,
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error) {
    const failed = results?.find(each => each.status === 'Error')?.migrationName ?? 'the set-up of migrations'
    throw new Error(`Migration ${failed} failed, so nothing was changed.`, { cause: error })
  }
  return (results ?? []).map(each => each.migrationName)
}

async function executedNames(owner: Kysely<never>): Promise<string[]> {
  const { rows: found } = await sql<{
    table: string | null
  }>`select to_regclass('medley_migration.kysely_migration')::text as table`.execute(owner)
  if (!found[0]?.table) return []
  const { rows } = await sql<{ name: string }>`select name from medley_migration.kysely_migration`.execute(owner)
  return rows.map(row => row.name)
}

/** Roles belong to the whole server, so another database may have made them already, or be making them now. */
function prepareSchema(schema: string): string {
  const role =
    schema === 'medley'
      ? ''
      : `
    do $$ begin create role medley_${schema} nologin; exception when duplicate_object or unique_violation then null; end $$;
    do $$ begin execute format('grant medley_${schema} to %I', current_user); exception when others then null; end $$;
    grant usage on schema medley to medley_${schema};`
  return `create schema if not exists ${schema};${role}`
}

function grants(schema: string): string {
  if (schema === 'medley') return 'select 1'
  return `grant usage on schema ${schema} to medley_${schema};
    grant select, insert, update, delete on all tables in schema ${schema} to medley_${schema};
    grant usage on all sequences in schema ${schema} to medley_${schema};
    grant execute on all functions in schema ${schema} to medley_${schema};`
}
