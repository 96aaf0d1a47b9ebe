// `npm run new service NAME`: a service that passes `check`, to be filled with its own words.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const [kind, name] = process.argv.slice(2)

if (kind !== 'service' || !name || !/^[a-z]{3,30}$/.test(name)) {
  process.stderr.write('Say: npm run new service NAME, where NAME is one word in lower-case letters.\n')
  process.exit(2)
}
const folder = join(root, 'services', name)
if (existsSync(folder)) {
  process.stderr.write(`services/${name} is there already.\n`)
  process.exit(1)
}
const Name = name[0]!.toUpperCase() + name.slice(1)

const files: Record<string, string> = {
  'README.md': `# ${name}

**Owns** notes, as an example to replace by what this service is about.
**Does not own** people: it knows them by id and asks identity for their names.

| word | meaning |
|---|---|
| note | a line of text that one person keeps |

Events out: \`${name}.noted\`. Events in: none.
`,
  'contract.ts': `import { z } from 'zod'
import { defineContract } from '#core/contract'
import { Id } from '#core/id'
import { PageInput, pageOf } from '#core/page'
import { Instant } from '#core/time'

export const Note = z.strictObject({ id: Id, text: z.string(), createdAt: Instant })
export type Note = z.output<typeof Note>

export const ${name} = defineContract({
  name: '${name}',
  operations: {
    note: {
      method: 'POST',
      path: '/notes',
      summary: 'Keep a note',
      status: 201,
      input: z.strictObject({ text: z.string().trim().min(1).max(1_000) }),
      output: Note,
      allow: ['person'],
      faults: ['tooMany'],
    },
    list: {
      method: 'GET',
      path: '/notes',
      summary: 'My notes, newest first',
      input: z.strictObject(PageInput),
      output: pageOf(Note),
      allow: ['person'],
    },
  },
  events: { noted: z.strictObject({ noteId: Id, personId: Id }) },
  faults: { tooMany: { kind: 'unprocessable', message: 'You keep as many notes as one person can. Remove one first.' } },
})
`,
  'rules.ts': `/** More than anybody needs, and few enough to list. */
const notesMax = 1_000

export const hasRoom = (count: number): boolean => count < notesMax
`,
  'rules.test.ts': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasRoom } from './rules.ts'

test('the last note fits and one more does not', () => {
  assert.ok(hasRoom(999))
  assert.ok(!hasRoom(1_000))
})
`,
  'store.ts': `import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'

export type NoteRow = { id: string; person_id: string; text: string; created_at: Date }

export function ${name}Store(database: ServiceDatabase) {
  return {
    add: (row: NoteRow) =>
      database.query(
        sql\`insert into ${name}.note (id, person_id, text, created_at) values (\${row.id}, \${row.person_id}, \${row.text}, \${row.created_at})\`,
      ),
    count: async (personId: string) =>
      (await database.query(sql<{ n: number }>\`select count(*)::int as n from ${name}.note where person_id = \${personId}\`))[0]!.n,
    list: (personId: string, after: string[] | undefined, limit: number) =>
      database.query(
        sql<NoteRow>\`select id, person_id, text, created_at from ${name}.note where person_id = \${personId}
          and (\${after?.[0] ?? null}::timestamptz is null or (created_at, id) < (\${after?.[0] ?? null}, \${after?.[1] ?? null}::uuid))
        order by created_at desc, id desc limit \${limit + 1}\`,
      ),
  }
}

export type ${Name}Store = ReturnType<typeof ${name}Store>
`,
  'service.ts': `import { faultsOf, type Handlers } from '#core/contract'
import { newId } from '#core/id'
import { fromCursor, toPage } from '#core/page'
import type { Kit } from '#platform'
import { ${name} } from './contract.ts'
import { hasRoom } from './rules.ts'
import type { NoteRow, ${Name}Store } from './store.ts'

const faults = faultsOf(${name})
const view = (row: NoteRow) => ({ id: row.id, text: row.text, createdAt: row.created_at.toISOString() })

export function create${Name}(kit: Kit, store: ${Name}Store): Handlers<typeof ${name}> {
  const { database, clock } = kit
  return {
    note: ({ text }, call) =>
      database.save(call, async () => {
        const personId = call.caller.personId!
        if (!hasRoom(await store.count(personId))) throw faults.tooMany()
        const nowMs = clock.nowMs()
        const row = { id: newId(nowMs), person_id: personId, text, created_at: new Date(nowMs) }
        await store.add(row)
        kit.announce(${name}, 'noted', { noteId: row.id, personId })
        return view(row)
      }),
    async list({ limit, cursor }, call) {
      const rows = await database.read(call, () => store.list(call.caller.personId!, fromCursor(cursor, 2), limit))
      return toPage(rows, limit, row => [row.created_at.toISOString(), row.id], view)
    },
  }
}
`,
  'index.ts': `import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { ${name} } from './contract.ts'
import { create${Name} } from './service.ts'
import { ${name}Store } from './store.ts'

export default defineService({
  contract: ${name},
  uses: [],
  create: (kit: Kit) => ({ handlers: create${Name}(kit, ${name}Store(kit.database)) }),
})
`,
  'migrations/0001-notes.sql': `create table ${name}.note (
  id uuid primary key,
  region text not null default medley.region(),
  person_id uuid not null,
  text text not null,
  created_at timestamptz not null
);
create index note_newest on ${name}.note (person_id, created_at desc, id desc);
alter table ${name}.note enable row level security;
create policy own_or_all on ${name}.note using (medley.reaches_all() or person_id = medley.person());
`,
  'service.test.ts': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#core/id'
import { testMedley } from '../../test/start.ts'
import { ${name} } from './contract.ts'

test('a person reads their own notes and nobody else’s', async () => {
  await using medley = await testMedley()
  const { note, list } = medley.call(${name})
  const [alice, bob] = [newId(), newId()].map(personId => medley.as({ personId, roles: ['patient'] }))
  const { id } = await note({ text: 'Call the clinic' }, alice!)
  assert.deepEqual((await list({}, alice!)).items.map(each => each.id), [id])
  assert.deepEqual((await list({}, bob!)).items, [])
})

test('nobody keeps a note without signing in', async () => {
  await using medley = await testMedley()
  await assert.rejects(medley.call(${name}).note({ text: 'x' }, medley.as({})), { code: 'access.unauthenticated' })
})
`,
}

for (const [path, text] of Object.entries(files)) {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
}
const list = join(root, 'server/services.ts')
const before = readFileSync(list, 'utf8')
const after = before
  .replace(/(import type \{ AnyService \})/, `import ${name} from '#services/${name}'\n$1`)
  .replace(/,?\s*\](?= as never)/, `, ${name}]`)
writeFileSync(list, after)
execFileSync(join(root, 'node_modules/.bin/oxfmt'), [folder, list], { stdio: 'ignore' })
process.stdout.write(`services/${name} is there and listed. Next: npm run docs, then replace notes by its own words.\n`)
