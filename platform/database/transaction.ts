// A transaction that spends no round trip on its own beginning and end.
import { invariant } from '#core/fault'
import type { Session, SessionResult } from './engine.ts'

export type Statement = { readonly text: string; readonly values?: readonly unknown[] }

export type OpenTransaction = {
  query(text: string, values: readonly unknown[]): Promise<SessionResult>
  /** The only statement of a transaction that reads: its beginning and its end go out with it. */
  alone(text: string, values: readonly unknown[]): Promise<SessionResult>
  /** Goes out with the next query, or with the commit. */
  write(text: string, values: readonly unknown[]): void
  /** Commits, together with a last statement if there is one; throws what that throws, and then nothing is committed. */
  commit(last?: Statement): Promise<void>
  rollback(): Promise<void>
}

/** `opening` goes out with the first statement; a transaction without statements never begins. */
export function openTransaction(session: Session, opening: string): OpenTransaction {
  let state: 'new' | 'begun' | 'over' = 'new'
  /** The first one: the server refuses all that follows it, and those refusals say nothing of why. */
  let failure: unknown
  const written: Statement[] = []

  /** Asked in one turn, so with one write. All have ended when this does, since the session goes to somebody else afterwards. */
  async function send(...statements: Statement[]): Promise<SessionResult> {
    return (await sendAll(statements)).at(-1)!
  }

  async function sendAll(statements: readonly Statement[]): Promise<SessionResult[]> {
    const all: Statement[] = [...(state === 'new' ? [{ text: opening }] : []), ...written.splice(0), ...statements]
    state = 'begun'
    const ended = await Promise.allSettled(all.map(({ text, values }) => session.query(text, values)))
    const results = ended.map(each => {
      if (each.status === 'rejected') throw (failure ??= each.reason)
      return each.value
    })
    return results
  }

  return {
    query: (text, values) => send({ text, values }),
    async alone(text, values) {
      invariant(
        state === 'new' && written.length === 0,
        'a single statement was promised, and another one was asked before',
      )
      const asking = sendAll([{ text, values }, { text: 'commit' }])
      state = 'over'
      return (await asking).at(-2)!
    },
    write: (text, values) => void written.push({ text, values }),
    async commit(last) {
      if (state === 'over' || (state === 'new' && written.length === 0 && !last)) return
      const ending = last ? send(last, { text: 'commit' }) : send({ text: 'commit' })
      state = 'over' // A commit after a failed statement is a rollback to the server.
      await ending
    },
    async rollback() {
      if (state !== 'begun') return
      state = 'over'
      await session.query('rollback')
    },
  }
}
