// What every database adapter promises, as tests.
import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { type Call, serviceCaller } from '#core/call'
import { newId } from '#core/id'
import { createAnswerSeal } from '../keys/answers.ts'
import { createDatabase } from './database.ts'
import type { Engine } from './engine.ts'
import { migrate, platformMigrations } from './migrate.ts'
import type { Conduct, Database, ServiceDatabase } from './port.ts'

const folder = (schema: string, files: Record<string, string>) => {
  const directory = mkdtempSync(join(tmpdir(), 'medley-migrations-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return { schema, directory }
}

const things = `create table one.thing (id uuid primary key, subject uuid, at timestamptz, day date, amount bigint, bytes bytea, tags text[], leads int[]);
  alter table one.thing enable row level security;
  create policy own on one.thing using (medley.reaches_all() or subject = medley.person());`

const callOf = (personId: string, idempotencyKey?: string): Call => ({
  caller: { personId, roles: ['patient'], organizationIds: [] },
  requestId: newId(),
  region: 'eu',
  locale: 'en',
  deadlineMs: Number.MAX_SAFE_INTEGER,
  ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
})

const answers = (secret: string, ...previous: string[]) => createAnswerSeal({ secret, previous })

/** How the bytes of a text may show in a dump: plain, and in the codes that dumps and JSON use. */
const formsOf = (text: string) => [
  text,
  Buffer.from(text).toString('hex'),
  Buffer.from(text).toString('base64').replace(/.?=*$/, ''),
  Buffer.from(text).join(','),
]

/** The engine, with an ear for every statement. */
const counting = (engine: Engine, hear: (text: string) => void): Engine => ({
  ...engine,
  async acquire() {
    const session = await engine.acquire()
    return { ...session, query: (text, values) => (hear(text), session.query(text, values)) }
  },
})

export function databaseConforms(name: string, open: () => Promise<Engine>): void {
  let database: Database
  let one: ServiceDatabase
  let engine: Engine
  let sends = 0
  /** What was asked, by the first words of statements; those of one turn are one entry. */
  const turns: string[][] = []
  let turn: string[] | undefined
  const hear = (text: string) => {
    if (text.includes('medley.send')) sends++
    if (!turn) turns.push((turn = []))
    turn.push(text.trim().split(' ')[0]!)
    queueMicrotask(() => (turn = undefined))
  }
  const secret = newId()
  /** The rows that a conduct leaves among the kept answers. */
  const keptBy = async (conduct: Conduct, work: () => Promise<unknown>) => {
    const had = (await database.execute('select key_hash from medley.answer')).rows.map(row => row['key_hash'])
    await database.conduct(conduct, work)
    return database.execute('select * from medley.answer where key_hash <> all($1::text[])', [had])
  }
  const conductOf = (call: Call, fingerprint = 'f'): Conduct => ({
    call,
    name: 'one.make',
    fingerprint,
    auditOf: () => undefined,
  })
  const insert = (id: string, subject: string) =>
    one.query(sql`insert into one.thing (id, subject) values (${id}, ${subject})`)
  const count = async (id: string) =>
    (await database.execute('select count(*) as n from one.thing where id = $1', [id])).rows[0]!['n']
  const outbox = async (topic: string) =>
    (await database.execute('select count(*) as n from medley.outbox where topic = $1', [topic])).rows[0]!['n']

  before(async () => {
    engine = counting(await open(), hear)
    database = createDatabase(engine, answers(secret))
    await migrate(database.owner, [
      platformMigrations,
      folder('one', { '0001-things.sql': things }),
      folder('two', { '0001-none.sql': 'create table two.secret (id int)' }),
    ])
    one = database.service('one')
  })
  after(() => database.close())

  test(`${name}: values come back in one form`, async () => {
    const [id, subject] = [newId(), newId()]
    const call = callOf(subject)
    await one.save(call, () =>
      one.query(
        sql`insert into one.thing values (${id}, ${subject}, ${new Date('2026-03-29T01:30:00Z')}, '2026-03-29', 9007199254740991, ${Buffer.from([0, 255])}, ${['a,b', 'ü']}, ${[60, 1440]})`,
      ),
    )
    const [row] = await one.read(call, () =>
      one.query(sql<Record<string, unknown>>`select * from one.thing where id = ${id}`),
    )
    assert.deepEqual(
      { ...row, bytes: [...(row!['bytes'] as Buffer)] },
      {
        id,
        subject,
        at: new Date('2026-03-29T01:30:00Z'),
        day: '2026-03-29',
        amount: 9007199254740991,
        bytes: [0, 255],
        tags: ['a,b', 'ü'],
        leads: [60, 1440],
      },
    )
  })

  test(`${name}: a save that throws leaves no row, no event and no key`, async () => {
    const [id, key] = [newId(), newId()]
    const call = callOf(newId(), key)
    const work = database.conduct(conductOf(call), () =>
      one.save(call, async () => {
        await insert(id, call.caller.personId!)
        one.send('event', `one.lost.${id}`, {})
        throw new Error('on purpose')
      }),
    )
    await assert.rejects(work, /on purpose/)
    assert.deepEqual(
      [await count(id), await outbox(`one.lost.${id}`), await database.replayOf(conductOf(call))],
      [0, 0, undefined],
    )
  })

  test(`${name}: fifty saves with one key happen once, send once and answer alike`, async () => {
    const call = callOf(newId(), newId())
    const topic = `one.made.${call.idempotencyKey}`
    const save = () =>
      database.conduct(conductOf(call), () =>
        one.save(call, async () => {
          const id = newId()
          await insert(id, call.caller.personId!)
          one.send('event', topic, { id })
          return { id }
        }),
      )
    const answers = await Promise.all(Array.from({ length: 50 }, save))
    assert.equal(new Set(answers.map(each => each.id)).size, 1)
    assert.equal(await outbox(topic), 1)
    await assert.rejects(database.replayOf(conductOf(call, 'another request')), { code: 'idempotency.keyReused' })
  })

  test(`${name}: of what is kept for a key, the table tells neither the key, nor who asked, nor what, nor the answer`, async () => {
    const words = 'chest pain since Tuesday'
    const call = callOf(newId(), `my-key-${newId()}`)
    const conduct = conductOf(call, 'print-of-what-was-asked')
    const { rows } = await keptBy(conduct, () =>
      one.save(call, async () => ({ reason: words, path: '/calendar/s3cret' })),
    )
    assert.equal(rows.length, 1)
    const text = JSON.stringify(rows)
    const plain = [words, 's3cret', 'reason', call.idempotencyKey!, call.caller.personId!, 'print-of-what-was-asked']
    for (const each of plain) for (const form of formsOf(each)) assert.ok(!text.includes(form), each)
    assert.deepEqual(await database.replayOf(conduct), { output: { reason: words, path: '/calendar/s3cret' } })
    const refusing = conductOf(callOf(newId(), newId()))
    const refusal = await keptBy(refusing, () => database.keepRefusal(refusing, { problem: { detail: words } }))
    for (const form of formsOf(words)) assert.ok(!JSON.stringify(refusal.rows).includes(form))
    assert.deepEqual(await database.replayOf(refusing), { problem: { detail: words } })
  })

  test(`${name}: an answer that was moved under another key or step does not open`, async () => {
    const [mine, theirs] = [callOf(newId(), newId()), callOf(newId(), newId())]
    const saved = (call: Call) => keptBy(conductOf(call), () => one.save(call, async () => call.caller.personId))
    const [from, to] = [(await saved(mine)).rows[0]!, (await saved(theirs)).rows[0]!]
    await database.execute(
      'update medley.answer set sealed = (select sealed from medley.answer where key_hash = $1) where key_hash = $2',
      [from['key_hash'], to['key_hash']],
    )
    await assert.rejects(database.replayOf(conductOf(theirs)))
    await database.execute('update medley.answer set step = 1 where key_hash = $1', [from['key_hash']])
    assert.equal(await database.replayOf(conductOf(mine)), undefined)
    await database.execute('update medley.answer set step = 0, sealed = $1 where key_hash = $2', [
      Buffer.from(answers(secret)('another key').seal(0, '{}')),
      from['key_hash'],
    ])
    await assert.rejects(database.replayOf(conductOf(mine)))
  })

  test(`${name}: a retry after the secret was changed repeats nothing and hears what was answered`, async () => {
    const call = callOf(newId(), newId())
    let runs = 0
    const save = (on: Database) =>
      on.conduct(conductOf(call), () => on.service('one').save(call, async () => ({ run: ++runs })))
    await save(database)
    const rotated = createDatabase(engine, answers(newId(), secret))
    assert.deepEqual(
      [await save(rotated), await rotated.replayOf(conductOf(call))],
      [{ run: 1 }, { output: { run: 1 } }],
    )
    const stranger = createDatabase(engine, answers(newId()))
    assert.equal(await stranger.replayOf(conductOf(call)), undefined)
  })

  test(`${name}: several saves of one conduct are remembered one by one`, async () => {
    const call = callOf(newId(), newId())
    let runs = 0
    const twice = () =>
      database.conduct(conductOf(call), async () => {
        const first = await one.save(call, async () => ++runs)
        const second = await one.save(call, async () => ++runs)
        return [first, second]
      })
    assert.deepEqual(await twice(), [1, 2])
    assert.deepEqual(await twice(), [1, 2])
  })

  test(`${name}: row security shows a person their rows, and everything only to who reaches all`, async () => {
    const [alice, id] = [callOf(newId()), newId()]
    await one.save(alice, () => insert(id, alice.caller.personId!))
    const seen = async (call: Call, options?: { reach: 'all' }) =>
      (await one.read(call, () => one.query(sql`select 1 from one.thing where id = ${id}`), options)).length
    assert.deepEqual(
      [await seen(alice), await seen(callOf(newId())), await seen(callOf(newId()), { reach: 'all' })],
      [1, 0, 1],
    )
    assert.equal(await seen({ ...alice, caller: serviceCaller }), 1)
    await assert.rejects(
      one.save(callOf(newId()), () => insert(newId(), alice.caller.personId!)),
      { code: '42501' },
    )
  })

  test(`${name}: who asks ends with the transaction, also among many at once`, async () => {
    const people = Array.from({ length: 20 }, () => callOf(newId()))
    await Promise.all(people.map(call => one.save(call, () => insert(newId(), call.caller.personId!))))
    const counts = await Promise.all(
      Array.from({ length: 200 }, (_, index) => {
        const call = people[index % people.length]!
        return one.read(call, async () =>
          (await one.query(sql<{ subject: string }>`select subject from one.thing`)).every(
            row => row.subject === call.caller.personId,
          ),
        )
      }),
    )
    assert.ok(counts.every(Boolean))
    assert.deepEqual(
      (
        await database.execute(
          `select current_setting('medley.person', true) as person, current_user = session_user as isowner`,
        )
      ).rows[0],
      { person: '', isowner: true },
    )
  })

  test(`${name}: a service reaches neither another schema nor the platform's tables`, async () => {
    for (const statement of [
      'select * from two.secret',
      'select * from medley.person_key',
      'delete from medley.outbox',
      'select * from medley.answer',
      'select * from medley.idempotency',
    ]) {
      await assert.rejects(
        one.save(callOf(newId()), () => one.query(sql.raw(statement))),
        { code: '42501' },
        statement,
      )
    }
  })

  test(`${name}: records of one moment share few statements, and none is lost`, async () => {
    const topic = `one.noted.${newId()}`
    const note = () => database.record([{ id: newId(), kind: 'audit', topic, payload: {} }])
    const before = sends
    const first = note()
    await Promise.resolve() // Its flush is under way now, so all others gather behind it.
    await Promise.all([first, ...Array.from({ length: 199 }, note)])
    assert.deepEqual([await outbox(topic), sends - before], [200, 2])
  })

  test(`${name}: a flush that fails fails for everybody in it, and for nobody after it`, async () => {
    const topic = `one.noted.${newId()}`
    const note = (id: string) => database.record([{ id, kind: 'audit', topic, payload: {} }])
    const together = await Promise.allSettled([note(newId()), note('not an id'), note(newId())])
    assert.deepEqual([together.map(each => each.status), await outbox(topic)], [Array(3).fill('rejected'), 0])
    await note(newId())
    assert.equal(await outbox(topic), 1)
  })

  test(`${name}: of statements asked at once the first that fails says why, and nothing of the save stays`, async () => {
    const [id, call, topic] = [newId(), callOf(newId()), `one.half.${newId()}`]
    const deeper = async (work: () => Promise<unknown>) => await (async () => await work())()
    const twice = () => insert(id, call.caller.personId!)
    const failing = one.save(call, async () => {
      one.send('event', topic, {})
      await Promise.all([twice(), deeper(twice), insert(newId(), call.caller.personId!)])
    })
    await assert.rejects(failing, { code: '23505' })
    const goingOn = one.save(call, async () => {
      one.send('event', topic, {})
      await Promise.all([twice(), twice()]).catch(() => {})
    })
    await assert.rejects(goingOn, { code: '23505' })
    const later = one.save(
      call,
      async () => {
        for (let time = 0; time < 2; time++) one.write(sql`insert into one.thing (id) values (${id})`)
      },
      { reach: 'all' },
    )
    await assert.rejects(later, { code: '23505' })
    assert.deepEqual([await count(id), await outbox(topic)], [0, 0])
    await one.save(call, twice)
    assert.equal(await count(id), 1)
  })

  test(`${name}: a transaction adds no trip of its own to those of its statements`, async () => {
    turns.length = 0
    const call = callOf(newId(), newId())
    const make = async () => (await insert(newId(), call.caller.personId!), 'done')
    assert.equal(await database.conduct(conductOf(call), () => one.save(call, make)), 'done')
    assert.equal(await one.read(call, async () => 'nothing asked'), 'nothing asked')
    const id = newId()
    await one.save(call, async () => {
      one.write(sql`insert into one.thing (id, subject) values (${id}, ${call.caller.personId})`)
      assert.equal((await one.query(sql`select 1 from one.thing where id = ${id}`)).length, 1)
      one.write(sql`update one.thing set amount = 1 where id = ${id}`)
    })
    assert.equal(await count(id), 1)
    assert.deepEqual(turns, [
      ['begin', 'insert'],
      ['select', 'commit'],
      ['begin', 'insert', 'select'],
      ['update', 'commit'],
      ['select'],
    ])
  })

  test(`${name}: a read of one statement takes one trip, and its promise is kept to`, async () => {
    const call = callOf(newId(), newId())
    const id = newId()
    await one.save(call, () => insert(id, call.caller.personId!))
    turns.length = 0
    const find = () => one.query<{ id: string }>(sql`select id from one.thing where id = ${id}`)
    assert.deepEqual(await one.read(call, find, { isSingle: true }), [{ id }])
    assert.deepEqual(turns, [['begin', 'select', 'commit']])
    const twice = one.read(call, async () => [await find(), await find()], { isSingle: true })
    await assert.rejects(twice, /a single statement was promised/)
    await assert.rejects(
      one.read(call, () => one.query(sql`select 1 / 0`), { isSingle: true }),
      /22012/,
    )
    assert.deepEqual(await one.read(call, find, { isSingle: true }), [{ id }], 'the session is as good as before')
  })

  test(`${name}: a read whose values decide the plan has each statement planned anew, and no other read has`, async () => {
    const call = callOf(newId(), newId())
    const mode = async () =>
      (await one.query<{ mode: string }>(sql`select current_setting('plan_cache_mode') as mode`))[0]!.mode
    assert.equal(await one.read(call, mode, { isVaried: true, isSingle: true }), 'force_custom_plan')
    assert.equal(await one.read(call, mode), 'auto')
  })

  test(`${name}: a read writes nothing, and statements outside of read and save are bugs`, async () => {
    const call = callOf(newId())
    await assert.rejects(
      one.read(call, () => insert(newId(), call.caller.personId!)),
      { code: '25006' },
    )
    await assert.rejects(insert(newId(), newId()), /outside of its read or save/)
    assert.throws(() => one.send('event', 'x', {}), /outside of save/)
  })

  test(`${name}: errors name the rule and never the value`, async () => {
    const [id, call] = [newId(), callOf(newId())]
    const add = () => one.save(call, () => insert(id, call.caller.personId!))
    await add()
    const duplicate = await add().catch((error: { code: string }) => error)
    assert.ok('code' in (duplicate as object) && (duplicate as { code: string }).code === '23505')
    const misfit = await one
      .read(call, () => one.query(sql`select ${'Mrs Secret'}::uuid`))
      .catch((error: unknown) => error)
    for (const error of [duplicate, misfit]) {
      const text = `${JSON.stringify(error)} ${(error as Error).message}`
      assert.ok(!text.includes(id) && !text.includes('Secret'), text)
    }
  })

  test(`${name}: a failing migration changes nothing and says which it was`, async () => {
    const broken = folder('three', {
      '0001-good.sql': 'create table three.good (id int)',
      '0002-bad.sql': 'create table three.bad (id nonsense)',
    })
    await assert.rejects(
      migrate(database.owner, [platformMigrations, broken]),
      /1\/three\/0002-bad failed, so nothing was changed/,
    )
    assert.deepEqual((await database.execute(`select to_regclass('three.good')::text as found`)).rows[0], {
      found: null,
    })
  })

  test(`${name}: timers run while many queries wait`, async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    await Promise.all(
      Array.from({ length: 400 }, () => database.execute('select count(*) from generate_series(1, 2000)')),
    )
    clearInterval(timer)
    assert.ok(ticks >= 3, `only ${ticks} ticks`)
  })
}
