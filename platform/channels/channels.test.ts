// Nothing is lost and nothing comes twice, whatever happens between those who append and those who watch.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Call, serviceCaller } from '#core/call'
import { newId } from '#core/id'
import { isAvailable } from '../../test/servers/available.ts'
import { startPostgres } from '../../test/servers/postgres.ts'
import { systemClock } from '../clock/system.ts'
import { createDatabase } from '../database/database.ts'
import type { Engine } from '../database/engine.ts'
import { migrate, platformMigrations } from '../database/migrate.ts'
import { pgliteEngine } from '../database/pglite.ts'
import { postgresEngine } from '../database/postgres.ts'
import { memoryDoorbell } from '../doorbell/memory.ts'
import { postgresDoorbell } from '../doorbell/postgres.ts'
import { createKeys } from '../keys/local.ts'
import { databaseWrappedKeys } from '../keys/database.ts'
import { createChannels } from './channels.ts'
import type { Channels, Watcher } from './port.ts'

const secret = randomBytes(32).toString('hex')
const call: Call = {
  caller: serviceCaller,
  requestId: newId(),
  region: 'us',
  locale: 'en',
  deadlineMs: Number.MAX_SAFE_INTEGER,
}
const report = (error: unknown) => assert.fail(String(error))

type Side = Awaited<ReturnType<typeof openSide>>

/** One process: its own database, doorbell and channels, on the same data as the others. */
async function openSide(engine: Engine, options: { isTrusting?: boolean; isDeaf?: boolean; pollMs?: number } = {}) {
  const database = createDatabase(engine)
  const directory = mkdtempSync(join(tmpdir(), 'medley-migrations-'))
  writeFileSync(join(directory, '0001-empty.sql'), 'select 1')
  await migrate(database.owner, [platformMigrations, { schema: 'one', directory }])
  const keys = createKeys({ secret, previous: [], store: databaseWrappedKeys(database) })
  const doorbell = engine.kind === 'embedded' ? memoryDoorbell() : await postgresDoorbell(database, report)
  const deaf = options.isDeaf ? { ...doorbell, listen: () => () => {} } : doorbell
  const channels = createChannels({ database, doorbell: deaf, keys, clock: systemClock(), report, ...options })
  const one = database.service('one')
  return {
    database,
    keys,
    channels,
    async append(channel: string, text: string, personId: string): Promise<number> {
      const draft = await channels.draft(channel, 'said', { text }, personId)
      return one.save(call, () => one.append(draft))
    },
    forget: (channel: string) => one.save(call, async () => one.forget(channel)),
    async close() {
      await channels.close()
      await doorbell.close()
      await database.close()
    },
  }
}

type Envelope = { ch: string; seq?: number; type: string; data: { text?: string; people?: string[] } | null }

function aWatcher(personId = newId()): Watcher & { heard: Envelope[]; said(): string[] } {
  const heard: Envelope[] = []
  return {
    personId,
    heard,
    send: text => heard.push(JSON.parse(text) as Envelope) > 0,
    said: () => heard.filter(each => each.type === 'said').map(each => each.data?.text ?? 'erased'),
  }
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const limitMs = performance.now() + 20_000
  while (!isSo()) {
    assert.ok(performance.now() < limitMs, what)
    await pause(5)
  }
}

const channelOf = () => `one.room/${newId()}`

/** 600 messages by writers on all sides, while a watcher comes and goes a hundred times; what it heard in all. */
async function comeAndGo(writers: readonly Side[], channels: Channels): Promise<number[]> {
  const [channel, personId] = [channelOf(), newId()]
  const wanted = 600
  let count = 0
  const writing = Promise.all(
    writers.flatMap(side =>
      Array.from({ length: 4 }, async () => {
        while (count++ < wanted) await side.append(channel, 'x', personId)
      }),
    ),
  )
  const seqs: number[] = []
  for (let isOver = false; !isOver;) {
    const watcher = aWatcher()
    const watch = await channels.watch(channel, watcher, seqs.at(-1) ?? 0)
    isOver = (await Promise.race([writing, pause(Math.random() * 8)])) !== undefined
    if (isOver) {
      await pause(300)
      watch.end()
      await channels
        .watch(channel, watcher, Math.max(0, ...watcher.heard.map(each => each.seq ?? 0)))
        .then(w => w.end())
    } else {
      watch.end()
      await pause(1) // Away for a moment: what happens now must be looked for.
    }
    seqs.push(...watcher.heard.filter(each => each.type === 'said').map(each => each.seq!))
  }
  return seqs
}

function gapsIn(seqs: readonly number[]): number {
  return seqs.filter((seq, index) => seq !== index + 1).length
}

function channelsConform(name: string, open: (options?: Parameters<typeof openSide>[1]) => Promise<Side>): void {
  describe(`channels: ${name}`, () => {
    const sides: Side[] = []
    const aSide = async (options?: Parameters<typeof openSide>[1]) => {
      const side = await open(options)
      sides.push(side)
      return side
    }
    after(() => Promise.all(sides.map(each => each.close())))

    it('gives what happened before, then what happens, numbered from one', async () => {
      const side = await aSide()
      const [channel, personId] = [channelOf(), newId()]
      assert.equal(await side.append(channel, 'a', personId), 1)
      assert.equal(await side.append(channel, 'b', personId), 2)
      const [all, rest, live] = [aWatcher(), aWatcher(), aWatcher()]
      await side.channels.watch(channel, all, 0)
      await side.channels.watch(channel, rest, 1)
      await side.channels.watch(channel, live)
      await side.append(channel, 'c', personId)
      await until('c is heard', () => live.said().length === 1 && all.said().length === 3)
      assert.deepEqual([all.said(), rest.said(), live.said()], [['a', 'b', 'c'], ['b', 'c'], ['c']])
      assert.equal(all.heard.find(each => each.type === '$ready')?.seq, 2)
    })

    it('appends nothing when the save fails, and leaves no gap', async () => {
      const side = await aSide()
      const [channel, personId] = [channelOf(), newId()]
      const one = side.database.service('one')
      const draft = await side.channels.draft(channel, 'said', { text: 'lost' }, personId)
      const failing = one.save(call, async () => {
        await one.append(draft)
        throw new Error('changed my mind')
      })
      await assert.rejects(failing, /changed my mind/)
      assert.equal(await side.append(channel, 'kept', personId), 1)
      await assert.rejects(
        one.read(call, () => one.append(draft)),
        /outside of save/,
      )
      const foreign = await side.channels.draft(`two.room/${newId()}`, 'said', {}, personId)
      await assert.rejects(
        one.save(call, () => one.append(foreign)),
        /no channel of one/,
      )
    })

    it('hears a hundred comings and goings without a gap or a duplicate', async () => {
      const side = await aSide()
      const seqs = await comeAndGo([side], side.channels)
      assert.equal(seqs.length, 600)
      assert.equal(gapsIn(seqs), 0)
    })

    it('would have gaps if it went live without looking back', async () => {
      const trusting = await aSide({ isTrusting: true })
      const seqs = await comeAndGo([trusting], trusting.channels)
      assert.ok(gapsIn(seqs) > 0, 'the control finds no gap, so the test above proves nothing')
    })

    it('says what was erased only by its number', async () => {
      const side = await aSide()
      const [channel, personId, other] = [channelOf(), newId(), newId()]
      await side.append(channel, 'secret-of-one', personId)
      await side.append(channel, 'of the other', other)
      const { rows } = await side.database.execute(`select encode(sealed, 'escape') as text from medley.channel_entry`)
      assert.ok(rows.length > 0 && !rows.some(row => String(row['text']).includes('secret-of-one')))
      await side.keys.destroy(personId)
      const watcher = aWatcher()
      await side.channels.watch(channel, watcher, 0)
      assert.deepEqual(watcher.said(), ['erased', 'of the other'])
    })

    it('says so when what is asked for is not kept any more', async () => {
      const side = await aSide()
      const [channel, personId] = [channelOf(), newId()]
      for (const text of ['a', 'b', 'c']) await side.append(channel, text, personId)
      await side.forget(channel)
      const late = aWatcher()
      await side.channels.watch(channel, late, 1)
      assert.deepEqual(
        late.heard.slice(0, 2).map(({ type, seq }) => [type, seq]),
        [
          ['$reset', 3],
          ['$ready', 3],
        ],
      )
      assert.equal(await side.append(channel, 'd', personId), 4)
      await until('d is heard', () => late.said().length === 1)
      const ahead = aWatcher()
      await side.channels.watch(channel, ahead, 900)
      assert.equal(ahead.heard[0]?.type, '$reset')
    })

    it('drops who takes no more, and goes on from there when they come back', async () => {
      const side = await aSide()
      const [channel, personId] = [channelOf(), newId()]
      const slow = aWatcher()
      let room = 2
      await side.channels.watch(channel, { ...slow, send: text => room-- > 0 && slow.send(text) }, 0)
      for (const text of ['a', 'b', 'c']) await side.append(channel, text, personId)
      await until('it was dropped', () => side.channels.count() === 0)
      const back = aWatcher()
      await side.channels.watch(channel, back, Math.max(...slow.heard.map(each => each.seq ?? 0)))
      assert.deepEqual([...slow.said(), ...back.said()], ['a', 'b', 'c'])
    })

    it('passes notes on to the others and keeps none', async () => {
      const side = await aSide()
      const channel = channelOf()
      const [alice, bob] = [aWatcher(), aWatcher()]
      const watch = await side.channels.watch(channel, alice, 0)
      await side.channels.watch(channel, bob, 0)
      watch.note('typing', {})
      watch.note('typing', { long: 'x'.repeat(2_000) })
      assert.deepEqual(
        bob.heard.filter(each => each.type === 'typing').map(each => each.data),
        [{ from: alice.personId }],
      )
      assert.ok(!alice.heard.some(each => each.type === 'typing'))
      assert.deepEqual(await side.channels.read(channel, 0, 10), [])
    })

    it('tells who is here: at once to whoever comes, once to the others when a crowd comes or goes', async () => {
      const side = await aSide()
      const channel = channelOf()
      const heardOf = ({ heard }: { heard: Envelope[] }) =>
        heard.filter(each => each.type === '$here').map(each => each.data?.people ?? [])
      const bob = aWatcher()
      await side.channels.watch(channel, bob, 0)
      assert.deepEqual(heardOf(bob), [[bob.personId]])
      const crowd = Array.from({ length: 50 }, () => aWatcher())
      const everybody = [bob, ...crowd].map(each => each.personId).toSorted()
      const watches = await Promise.all(crowd.map(each => side.channels.watch(channel, each, 0)))
      assert.deepEqual(heardOf(crowd.at(-1)!).at(-1), everybody)
      await until('all are told of', () => heardOf(bob).at(-1)?.length === everybody.length)
      assert.ok(heardOf(bob).length < 10, `told ${heardOf(bob).length} times`)
      for (const watch of watches) watch.end()
      await until('all are gone', () => heardOf(bob).at(-1)?.length === 1)
      assert.ok(heardOf(bob).length < 12, `told ${heardOf(bob).length} times`)
      // A second window of the same person changes nothing for the others.
      const before = heardOf(bob).length
      const again = await side.channels.watch(channel, aWatcher(bob.personId), 0)
      again.end()
      await pause(150)
      assert.equal(heardOf(bob).length, before)
    })
  })
}

channelsConform('on the embedded database', async options => openSide(await pgliteEngine({}), options))

if (isAvailable('postgres')) {
  const server = startPostgres()
  const url = server.then(each => each.createDatabase('channels'))
  after(async () => (await server).stop())
  const open = async (options?: Parameters<typeof openSide>[1]) =>
    openSide(await postgresEngine({ url: await url, connectionsMax: 6, prepare: true }), options)
  channelsConform('on a server', open)

  describe('channels of two processes', () => {
    it('hear each other, in order and whole', async () => {
      const [one, other] = [await open(), await open()]
      const seqs = await comeAndGo([one, other], other.channels)
      assert.equal(gapsIn(seqs), 0)
      assert.equal(seqs.length, 600)
      await Promise.all([one.close(), other.close()])
    })

    it('find by themselves what nobody rang for', async () => {
      const [one, deaf] = [await open(), await open({ isDeaf: true, pollMs: 50 })]
      const [channel, watcher] = [channelOf(), aWatcher()]
      await deaf.channels.watch(channel, watcher, 0)
      await one.append(channel, 'unheard', newId())
      await until('the slow look finds it', () => watcher.said().length === 1)
      await Promise.all([one.close(), deaf.close()])
    })

    it('know who watches anywhere', async () => {
      const [one, other] = [await open(), await open()]
      const [channel, alice, bob] = [channelOf(), aWatcher(), aWatcher()]
      await one.channels.watch(channel, alice, 0)
      const watch = await other.channels.watch(channel, bob, 0)
      const both = [alice.personId, bob.personId].toSorted().join()
      const knows = ({ heard }: typeof alice) => heard.findLast(each => each.type === '$here')?.data?.people?.join()
      await until('both know of both', () => knows(alice) === both && knows(bob) === both)
      watch.note('typing', {})
      await until('a note crosses', () => alice.heard.some(each => each.type === 'typing'))
      watch.end()
      await until('one is gone', () => knows(alice) === alice.personId)
      await Promise.all([one.close(), other.close()])
    })
  })
}
