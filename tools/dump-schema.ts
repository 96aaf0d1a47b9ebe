// The schema as the migrations leave it, in one normalised text, so that a review shows what the database is, not its history.
import type { Database } from '#platform'

type Row = Record<string, string>

export async function dumpSchema(database: Database, schemas: readonly string[]): Promise<string> {
  const query = async (text: string) => (await database.execute(text, [schemas])).rows as Row[]
  const columns = await query(`
    select c.oid::regclass::text as name, string_agg(format('  %I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then ' not null' else '' end,
      coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')), E',\\n' order by a.attnum) as body, max(c.relrowsecurity::text) as secured
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where n.nspname = any($1) and c.relkind = 'r' group by c.oid order by 1`)
  const constraints = await query(`
    select conrelid::regclass::text as name, format('alter table %s add constraint %I %s;', conrelid::regclass, conname, pg_get_constraintdef(oid)) as text
    from pg_constraint where connamespace in (select oid from pg_namespace where nspname = any($1)) and contype in ('p', 'u', 'f', 'c', 'x')
    order by 1, contype desc, conname`)
  const indexes = await query(`
    select schemaname || '.' || tablename as name, indexdef || ';' as text from pg_indexes
    where schemaname = any($1) and not exists (select 1 from pg_constraint where conname = indexname) order by 1, indexname`)
  const policies = await query(`
    select schemaname || '.' || tablename as name, format('create policy %I on %I.%I for %s using (%s)%s;', policyname, schemaname, tablename, lower(cmd), qual,
      coalesce(' with check (' || with_check || ')', '')) as text from pg_policies where schemaname = any($1) order by 1, policyname`)
  const functions = await query(`
    select pg_get_functiondef(p.oid) || ';' as text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any($1) and p.prokind = 'f' and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e') order by p.oid::regprocedure::text`)
  const plain = (name: string) => name.replaceAll('"', '')
  const of = (rows: Row[], name: string) =>
    rows.filter(row => plain(row['name']!) === plain(name)).map(row => row['text']!)
  const tables = columns.map(({ name, body, secured }) =>
    [
      `create table ${name} (\n${body}\n);`,
      ...of(constraints, name!),
      ...of(indexes, name!),
      ...(secured === 'true' ? [`alter table ${name} enable row level security;`] : []),
      ...of(policies, name!),
    ].join('\n'),
  )
  return `-- Written by \`npm run docs\`. Tables are not a public interface: contracts are.\n\n${[...tables, ...functions.map(row => row['text']!.trim())].join('\n\n')}\n`
}
