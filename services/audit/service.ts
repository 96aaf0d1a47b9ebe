import { createHash } from 'node:crypto'
import { z } from 'zod'
import { identity } from '#contract/identity'
import type { Call } from '#core/call'
import type { Handlers } from '#core/contract'
import { AuditRecord } from '#core/journal'
import { fromCursor, toPage } from '#core/page'
import { Region } from '#core/region'
import { Instant, instantOf } from '#core/time'
import type { Kit } from '#platform'
import type { audit, AuditEntry, Verdict } from './contract.ts'
import { type Break, canonical, csvOf, genesis, type Head, linksAfter, sameForm, walk } from './rules.ts'
import type { AuditStore, EntryRow, Filter } from './store.ts'

const pageSize = 5_000
const exportMax = 10_000
const anchorPurpose = 'audit anchor'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** The end of the chain as it was noted outside of the database. */
const Anchor = z.strictObject({ sequence: z.int().min(0), hash: z.string(), at: Instant, region: Region })
type Anchor = z.output<typeof Anchor>
const SignedAnchor = Anchor.extend({ signature: z.string() })

export type AuditKit = Pick<Kit, 'database' | 'clock' | 'blobs' | 'keys' | 'region' | 'log' | 'call'>
type Deps = { kit: AuditKit; store: AuditStore }

export function createAudit(deps: Deps): Handlers<typeof audit> {
  const { kit, store } = deps
  const anchor = anchorOf(deps)
  return {
    async append({ records }, call) {
      const unique = [...new Map(records.map(each => [each.id, each])).values()]
      const appended = await kit.database.save(call, async () => {
        const head = await store.lockHead()
        // An anchor of nothing comes first, so that a missing one always means that somebody took it away.
        if (head.sequence === 0) await anchor.put(head)
        const known = await store.known(unique.map(each => each.id))
        const links = linksAfter(
          head,
          unique.filter(each => !known.has(each.id)),
          sha256,
        )
        if (links.length > 0) await store.append(links)
        return links.length
      })
      // After the commit: an anchor may lag behind the chain, and must never run ahead of it.
      await anchor.catchUp(call)
      return { appended }
    },

    search: (wish, call) => readPage(deps, wish, call),

    // The service that asks has decided that its caller may see this patient's log; row security knows only who did things.
    accessesOf: (wish, call) => readPage(deps, wish, call, { reach: 'all' }),

    async exportCsv(filter, call) {
      const found = await readEntries(deps, filter, exportMax + 1, call)
      return { csv: csvOf(found.slice(0, exportMax)), isComplete: found.length <= exportMax }
    },

    verify: (_, call) => verifyChain(deps, call),
  }
}

type Wish = Omit<Filter, 'beforeSequence'> & { cursor?: string | undefined; limit: number }

async function readPage(deps: Deps, { cursor, limit, ...filter }: Wish, call: Call, reach?: { reach: 'all' }) {
  const before = fromCursor(cursor, 1)?.[0]
  const found = await readEntries(
    deps,
    { ...filter, beforeSequence: Number(before) || undefined },
    limit + 1,
    call,
    reach,
  )
  return toPage(
    found,
    limit,
    entry => [String(entry.sequence)],
    entry => entry,
  )
}

async function readEntries({ kit, store }: Deps, filter: Filter, limit: number, call: Call, reach?: { reach: 'all' }) {
  const wish = { ...filter, since: sameForm(filter.since), until: sameForm(filter.until) }
  const rows = await kit.database.read(call, () => store.entries(wish, limit), reach)
  const entries = rows.map(entryOf)
  const personIds = [...new Set(entries.flatMap(each => each.personId ?? []))]
  const names = await namesOf(kit, personIds, call)
  return entries.map(entry => {
    const personName = entry.personId && names[entry.personId]
    return personName ? { ...entry, personName } : entry
  })
}

/** Shows what was hashed, and nothing else. */
function entryOf({ sequence, record, hash }: EntryRow): AuditEntry {
  return { ...AuditRecord.parse(JSON.parse(record)), sequence, hash }
}

async function namesOf(kit: AuditKit, personIds: string[], call: Call): Promise<Record<string, string>> {
  const names: Record<string, string> = {}
  for (let start = 0; start < personIds.length; start += 500) {
    const batch = { personIds: personIds.slice(start, start + 500) }
    Object.assign(names, (await kit.call(identity).namesOf(batch, call)).names)
  }
  return names
}

/** Notes the end of the chain outside of the database, signed, so that a cut-off end is found. */
function anchorOf({ kit, store }: Deps) {
  const key = `audit/anchor/${kit.region}.json`
  const put = async ({ sequence, hash }: Head) => {
    const anchor: Anchor = { sequence, hash, at: instantOf(kit.clock.nowMs()), region: kit.region }
    const body = { ...anchor, signature: kit.keys.sign(anchorPurpose, canonical(anchor)) }
    await kit.blobs.put(key, new TextEncoder().encode(JSON.stringify(body)), { contentType: 'application/json' })
  }
  return {
    put,
    /** One writer at a time reads the committed head under a lock, so the anchor never goes back. */
    async catchUp(call: Call): Promise<void> {
      try {
        await kit.database.read(call, async () => {
          await store.lockAnchor()
          await put(await store.head())
        })
      } catch (error) {
        // The chain is safe in the database and the next append anchors it; failing here would only stop the trail.
        kit.log.error({ err: error }, 'the audit anchor could not be written; the next append writes it')
      }
    },
    /** Undefined when there is none, or one that is not ours. */
    async get(): Promise<Anchor | undefined> {
      const blob = await kit.blobs.get(key)
      const found = SignedAnchor.safeParse(blob && parseJson(new TextDecoder().decode(blob.body)))
      if (!found.success) return undefined
      const { signature, ...anchor } = found.data
      const isOurs = kit.keys.verify(anchorPurpose, canonical(anchor), signature) && anchor.region === kit.region
      return isOurs ? anchor : undefined
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export type OnPage = (done: number, total: number) => Promise<void>

/** Compares every row, the head and the anchor. What is appended meanwhile only makes the chain longer, which is no break. */
export async function verifyChain(deps: Deps, call: Call, onPage?: OnPage): Promise<Verdict> {
  const { kit, store } = deps
  // Before the walk, since the chain must reach whatever was noted by now; and the head before the anchor, since the first
  // anchor is older than the first entry, but not than this verification.
  const noted = await kit.database.read(call, () => store.head())
  const anchor = await anchorOf(deps).get()
  const marks = anchor ? [noted, anchor] : [noted]
  let head = genesis
  let broken: Break | undefined
  for (let isMore = true; isMore && !broken;) {
    const from = head
    const page = await kit.database.read(call, () => store.links(from.sequence, pageSize))
    const walked = walk(from, page, sha256)
    broken = walked.broken
    // Hashes that fit each other but not what was noted: somebody computed the chain anew.
    const rewritten = page
      .filter(({ sequence }) => sequence <= walked.head.sequence)
      .find(link => marks.some(mark => mark.sequence === link.sequence && mark.hash !== link.hash))
    if (rewritten) broken = { brokenAt: rewritten.sequence, finding: 'edited' }
    head = walked.head
    isMore = page.length === pageSize
    await onPage?.(head.sequence, Math.max(noted.sequence, head.sequence))
  }
  broken ??= await endOf(deps, head, noted, anchor, call)
  return {
    isIntact: broken === undefined,
    entries: head.sequence,
    headHash: head.hash,
    checkedAt: instantOf(kit.clock.nowMs()),
    ...broken,
    ...(anchor ? { anchoredAt: anchor.at } : {}),
  }
}

async function endOf(
  { kit, store }: Deps,
  reached: Head,
  noted: Head,
  anchor: Anchor | undefined,
  call: Call,
): Promise<Break | undefined> {
  const promised = Math.max(noted.sequence, anchor?.sequence ?? 0)
  if (reached.sequence < promised) return { brokenAt: reached.sequence + 1, finding: 'truncated' }
  const now = await kit.database.read(call, () => store.head())
  // Rows beyond the head were not appended by us.
  if (reached.sequence > now.sequence) return { brokenAt: now.sequence + 1, finding: 'edited' }
  if (!anchor && noted.sequence > 0) return { brokenAt: noted.sequence, finding: 'anchorMissing' }
  return undefined
}
