// Transactions that carry their caller, their events, their audit entry and their idempotency key.
import { AsyncLocalStorage } from 'node:async_hooks'
import { Kysely, type RawBuilder, sql } from 'kysely'
import type { Call } from '#core/call'
import { houseFault, invariant } from '#core/fault'
import { newId } from '#core/id'
import type { Appended } from '#platform/channels'
import { type Engine, engineDialect, type Session } from './engine.ts'
import { gathering } from './gather.ts'
import type { AnswerSeal, Conduct, Database, OutgoingMessage, Replay, ServiceDatabase } from './port.ts'
import { type OpenTransaction, openTransaction, type Statement } from './transaction.ts'

type Open = {
  transaction: OpenTransaction
  isOpen: boolean
  service: string
  messages: OutgoingMessage[]
  appended: Appended[]
  isReadOnly: boolean
  isSingle: boolean
}
type Wish = {
  service: string
  call: Call
  reach?: 'all' | undefined
  isReadOnly: boolean
  isSingle?: boolean | undefined
  isVaried?: boolean | undefined
}
type Kept = Replay & { fingerprint: string }
type Conducting = { conduct: Conduct; saves: number; isAudited: boolean }

/** Without `answers` it serves tools that carry out nothing with an idempotency key. */
export function createDatabase(engine: Engine, answers?: AnswerSeal): Database {
  const opens = new AsyncLocalStorage<Open>()
  const conducting = new AsyncLocalStorage<Conducting>()
  const owned = new AsyncLocalStorage<Session>()
  const listeners = new Set<() => void>()
  const watchers = new Set<(appended: readonly Appended[]) => void>()
  const owner = new Kysely<never>({ dialect: engineDialect(engine) })

  const openHere = () => {
    const open = opens.getStore()
    return open?.isOpen ? open : undefined
  }

  /** `last` makes what goes out with the commit, from what `work` returned. */
  async function inTransaction<T>(
    { service, call, reach, isReadOnly, isSingle = false, isVaried = false }: Wish,
    work: (open: Open) => Promise<T>,
    last?: (open: Open, result: T) => Statement | undefined,
  ): Promise<T> {
    const joined = openHere()
    if (joined) {
      invariant(joined.service === service, `${service} works in a transaction of ${joined.service}`)
      return work(joined)
    }
    const plans = isVaried ? ';set local plan_cache_mode=force_custom_plan' : ''
    const opening = `begin ${isReadOnly ? 'read only' : 'read write'};${preambleOf(service, call, reach)}${plans}`
    const session = await engine.acquire()
    const transaction = openTransaction(session, opening)
    const open: Open = { transaction, isOpen: true, service, messages: [], appended: [], isReadOnly, isSingle }
    let isBroken = false
    try {
      const result = await opens.run(open, () => work(open))
      open.isOpen = false
      await transaction.commit(last?.(open, result))
      return result
    } catch (error) {
      open.isOpen = false
      await transaction.rollback().catch(() => (isBroken = true))
      throw error
    } finally {
      session.release(isBroken)
    }
  }

  function serviceDatabase(service: string): ServiceDatabase {
    const openOfService = () => {
      const open = openHere()
      invariant(open?.service === service, `a statement of ${service} runs outside of its read or save`)
      return open
    }
    const openToChange = (channel: string) => {
      const open = openOfService()
      invariant(!open.isReadOnly, `${service} changes ${channel} outside of save`)
      invariant(channel.startsWith(`${service}.`), `${channel} is no channel of ${service}`)
      return open
    }
    return {
      async query<Row>(statement: RawBuilder<Row>): Promise<Row[]> {
        const { sql: text, parameters } = statement.compile(owner)
        const { transaction, isSingle } = openOfService()
        const asking = isSingle ? transaction.alone(text, parameters) : transaction.query(text, parameters)
        return (await asking).rows as Row[]
      },
      write(statement) {
        const { sql: text, parameters } = statement.compile(owner)
        openOfService().transaction.write(text, parameters)
      },
      read: (call, work, options = {}) => inTransaction({ service, call, isReadOnly: true, ...options }, () => work()),
      async save(call, work, { reach } = {}) {
        const now = conducting.getStore()
        const step = now ? now.saves++ : 0
        let sent = false
        let appended: readonly Appended[] = []
        try {
          const output = await inTransaction(
            { service, call, reach, isReadOnly: false },
            () => work(),
            (open, result) => {
              const last = concluding(open, now, step, result)
              sent = last !== undefined
              appended = open.appended
              return last
            },
          )
          if (now && sent) now.isAudited = true
          if (sent) for (const listener of listeners) listener()
          if (appended.length > 0) for (const watcher of watchers) watcher(appended)
          return output
        } catch (error) {
          if (!now?.conduct.call.idempotencyKey) throw error
          const replay = await find(now.conduct, step)
          if (replay === undefined || replay.problem !== undefined) throw error
          now.isAudited = true
          return replay.output as Awaited<ReturnType<typeof work>>
        }
      },
      kysely: () => new Kysely<never>({ dialect: engineDialect(inRole(engine, service)) }),
      send(kind, topic, payload) {
        const open = openHere()
        invariant(open?.service === service && !open.isReadOnly, `${service} sends ${topic} outside of save`)
        open.messages.push({ id: newId(), kind, topic, payload })
      },
      async append(draft) {
        const open = openToChange(draft.channel)
        const { channel, type, personId, sealed, at } = draft
        const values = [channel, type, personId, Buffer.from(sealed), at]
        const { rows } = await open.transaction.query('select medley.append($1, $2, $3, $4, $5) as seq', values)
        const seq = rows[0]!['seq'] as number
        open.appended.push({ draft, seq })
        return seq
      },
      forget(channel) {
        openToChange(channel).transaction.write('select medley.forget($1)', [channel])
      },
    }
  }

  /** The last statement of a save: idempotency key, events, jobs and audit entry at once. It raises when there was such a save. */
  function concluding(open: Open, now: Conducting | undefined, step: number, output: unknown): Statement | undefined {
    const record = step === 0 ? now?.conduct.auditOf(output) : undefined
    const messages = record
      ? [...open.messages, { id: record.id, kind: 'audit' as const, topic: record.action, payload: record }]
      : open.messages
    if (now?.conduct.call.idempotencyKey !== undefined) {
      const { hashes, sealed } = keptOf(now.conduct, step, { output: output ?? null })
      const values = [hashes, step, sealed, JSON.stringify(messages)]
      return { text: 'select medley.conclude($1::text[], $2, $3, $4::jsonb)', values }
    }
    if (messages.length === 0) return undefined
    return { text: 'select medley.send($1::jsonb)', values: [JSON.stringify(messages)] }
  }

  async function find(conduct: Conduct, step: number): Promise<Replay | undefined> {
    const secrecy = secrecyOf(conduct)
    const { rows } = await sql<{ sealed: Uint8Array }>`select sealed from medley.answer
      where key_hash = any(${secrecy.hashes}::text[]) and step = ${step}`.execute(owner)
    if (!rows[0]) return undefined
    const { fingerprint, ...replay } = JSON.parse(secrecy.open(step, rows[0].sealed)) as Kept
    if (fingerprint !== (conduct.fingerprint ?? '')) throw houseFault('idempotency.keyReused')
    return replay
  }

  /** Keys of different callers never meet. */
  function secrecyOf(conduct: Conduct) {
    invariant(answers, 'a database that was opened without a secret keeps no answers')
    return answers(`${scopeOf(conduct)}\0${conduct.call.idempotencyKey}`)
  }

  /** The fingerprint is sealed too: it is a hash of what was asked, and short wishes can be guessed. */
  function keptOf(conduct: Conduct, step: number, replay: Replay) {
    const { hashes, seal } = secrecyOf(conduct)
    const kept: Kept = { fingerprint: conduct.fingerprint ?? '', ...replay }
    return { hashes, sealed: Buffer.from(seal(step, JSON.stringify(kept))) }
  }

  const record = gathering<OutgoingMessage>(async messages => {
    await sql`select medley.send(${JSON.stringify(messages)}::jsonb)`.execute(owner)
    for (const listener of listeners) listener()
  })

  return {
    kind: engine.kind,
    owner,
    service: serviceDatabase,
    async conduct(conduct, work) {
      const now: Conducting = { conduct, saves: 0, isAudited: false }
      const output = await conducting.run(now, work)
      const late = now.isAudited ? undefined : conduct.auditOf(output)
      if (late) await record([{ id: late.id, kind: 'audit', topic: late.action, payload: late }])
      return output
    },
    concerning(about) {
      const now = conducting.getStore()
      invariant(now, 'whom an act concerns is said while it is under way')
      now.conduct.concerning?.(about)
      now.isAudited = false
    },
    record,
    replayOf: conduct => find(conduct, 0),
    async keepRefusal(conduct, refusal) {
      const { hashes, sealed } = keptOf(conduct, 0, refusal)
      await sql`insert into medley.answer (key_hash, step, sealed) values (${hashes[0]}, 0, ${sealed})
        on conflict do nothing`.execute(owner)
    },
    isInTransaction: () => openHere() !== undefined,
    async ownerTransaction(work) {
      const session = await engine.acquire()
      let isBroken = false
      try {
        await session.query('begin')
        const result = await owned.run(session, work)
        await session.query('commit')
        return result
      } catch (error) {
        await session.query('rollback').catch(() => (isBroken = true))
        throw error
      } finally {
        session.release(isBroken)
      }
    },
    async execute(text, values) {
      const joined = owned.getStore()
      if (joined) return joined.query(text, values)
      const session = await engine.acquire()
      try {
        return await session.query(text, values)
      } finally {
        session.release()
      }
    },
    listen: engine.listen,
    onSent: listener => void listeners.add(listener),
    onAppended(listener) {
      watchers.add(listener)
      return () => watchers.delete(listener)
    },
    async sweep(nowMs) {
      const session = await engine.acquire()
      try {
        const [day, fortnight] = [new Date(nowMs - 86_400_000), new Date(nowMs - 14 * 86_400_000)]
        const swept = [
          await session.query('delete from medley.answer where created_at < $1', [day]),
          await session.query('delete from medley.idempotency where created_at < $1', [day]),
          await session.query('delete from medley.keyvalue where expires_at < $1', [new Date(nowMs)]),
          await session.query('delete from medley.job_progress where at < $1', [fortnight]),
          await session.query('delete from medley.channel_entry where at < $1', [fortnight]),
        ]
        // Nobody else vacuums an embedded engine, and its tables would only grow.
        if (engine.kind === 'embedded') await session.query('vacuum analyze')
        return swept.reduce((total, each) => total + (each.affectedRows ?? 0), 0)
      } finally {
        session.release()
      }
    },
    health: engine.health,
    close: () => engine.close(),
  }
}

function scopeOf({ call, name }: Conduct): string {
  return call.caller.personId ?? (name.includes(' ') ? name : `${call.via ?? 'edge'}/${call.caller.roles.join('+')}`)
}

const idForm = /^[0-9a-f-]{36}$/

/** Sent with `begin`. All values are checked, because this is the one place that builds SQL from text. */
function preambleOf(service: string, call: Call, reach: 'all' | undefined): string {
  invariant(/^[a-z]+$/.test(service), 'a service name is lower-case letters')
  const { personId, clinicianId, roles } = call.caller
  for (const id of [personId, clinicianId]) invariant(id === undefined || idForm.test(id), 'a caller id is a UUID')
  const widest = reach === 'all' || roles.includes('service') || roles.includes('operator') ? 'all' : 'own'
  return (
    `set local role medley_${service};set local medley.person='${personId ?? ''}';` +
    `set local medley.clinician='${clinicianId ?? ''}';set local medley.reach='${widest}';set local medley.region='${call.region}'`
  )
}

/** The engine with every session in a service's role. */
function inRole(engine: Engine, service: string): Engine {
  invariant(/^[a-z]+$/.test(service), 'a service name is lower-case letters')
  return {
    ...engine,
    async acquire() {
      const session = await engine.acquire()
      await session.query(`set role medley_${service};set medley.reach='all';set search_path=${service}`)
      const restore = () => session.query('reset role;reset medley.reach;reset search_path')
      return {
        query: session.query,
        release: isBroken =>
          void restore().then(
            () => session.release(isBroken),
            () => session.release(true),
          ),
      }
    },
  }
}
