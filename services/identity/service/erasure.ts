// Who is erased from the record is not known any more here either, and has no account, unless they work here.
import { record } from '#contract/record'
import type { Call } from '#core/call'
import { on, type Reaction } from '#core/service'
import { identity } from '../contract.ts'
import type { IdentityDeps } from './people.ts'

const all = { reach: 'all' } as const
/** One note per person, outside of the database, for the day an older copy of it is restored. */
const notes = 'identity/erasures/'

export const erasureReactions = (deps: IdentityDeps): Reaction[] => [
  on(record, 'erased', async ({ personId, isLastOfPerson }, call) => {
    if (personId && isLastOfPerson) await forget(deps, personId, call)
  }),
]

/**
 * Of a person nothing stays but the id, which visits and the audit trail name. Whoever has a role here stays known for their work,
 * and loses what an import brought, such as the identifiers of their record.
 */
async function forget(deps: IdentityDeps, personId: string, call: Call): Promise<void> {
  const { kit, store, people } = deps
  const { database, blobs } = kit
  const found = await database.read(
    call,
    async () => ({ person: await store.person(personId), roles: await store.memberships(personId) }),
    all,
  )
  if (!found.person) return
  if (found.roles.length > 0) {
    const { phone, birthDate } = await people.open(found.person)
    const sealed = await people.seal(personId, { phone, birthDate, details: {} })
    await database.save(call, () => store.forgetImport(personId, sealed), all)
    return
  }
  await blobs.put(`${notes}${personId}.json`, new TextEncoder().encode('{}'), { contentType: 'application/json' })
  await letGo(deps, personId, call)
}

/** What the notes say, applied to the database this process begins with. */
export async function forgetAgain(deps: IdentityDeps, call: Call): Promise<void> {
  const personIds: string[] = []
  for await (const note of deps.kit.blobs.list(notes)) personIds.push(note.slice(notes.length, -'.json'.length))
  for (const personId of personIds) await letGo(deps, personId, call)
}

/** Rows first, key last: if we die between, the next start destroys the key. */
async function letGo({ kit, store }: IdentityDeps, personId: string, call: Call): Promise<void> {
  await kit.database.save(
    call,
    async () => {
      if (await store.forgetPerson(personId, kit.clock.nowMs())) kit.announce(identity, 'forgotten', { personId })
    },
    all,
  )
  await kit.keys.destroy(personId)
}
