// Who may watch a channel. Asked of many at once: whoever watches is looked at again every few seconds, and a thousand of them are then
// a few questions and not a thousand.
import { z } from 'zod'
import { Caller } from './call.ts'
import { Id } from './id.ts'

/** How many are asked about at once. */
export const watchersMax = 500

export const WatchQuestion = z.strictObject({
  watchers: z.array(z.strictObject({ id: Id, caller: Caller })).max(watchersMax),
})
/** For each watcher, in their order, whether they may. */
export const WatchAnswer = z.strictObject({ may: z.array(z.boolean()) })

/** The operation that a channel names as `mayWatch`. It is for Medley itself: people are answered by what they hear. */
export const whoMayWatch = <const Path extends string>(path: Path, summary: string) =>
  ({
    method: 'POST',
    path,
    summary,
    input: WatchQuestion,
    output: WatchAnswer,
    allow: ['service'],
    audit: 'never',
  }) as const
