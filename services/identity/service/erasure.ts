// Who was known only because of a record is not known any more when it was erased. Whoever has an account keeps it.
import { record } from '#contract/record'
import type { Call } from '#core/call'
import { on, type Reaction } from '#core/service'
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
 * An imported person without an account, and without a role here, is erased but for their id, which visits and the audit trail name.
 * Others lose what an import brought, such as the identifiers of their record: name, address and sign-in belong to the account, which
 * its owner ends.
 */
async function forget({ kit, store, people }: IdentityDeps, personId: string, call: Call): Promise<void> {
  const { database, blobs, keys } = kit
  const found = await database.read(
    call,
    async () => ({ person: await store.person(personId), roles: await store.memberships(personId) }),
    all,
  )
  if (!found.person) return
  if (found.person.account_id !== null || found.roles.length > 0) {
    const { phone, birthDate } = await people.open(found.person)
    const sealed = await people.seal(personId, { phone, birthDate, details: {} })
    await database.save(call, () => store.forgetImport(personId, sealed), all)
    return
  }
  await blobs.put(`${notes}${personId}.json`, new TextEncoder().encode('{}'), { contentType: 'application/json' })
  await database.save(call, () => store.forgetPerson(personId), all)
  await keys.destroy(personId)
}

/** What the notes say, applied to the database this process begins with. Accounts are not noted, so none is touched. */
export async function forgetAgain({ kit, store }: IdentityDeps, call: Call): Promise<void> {
  const personIds: string[] = []
  for await (const note of kit.blobs.list(notes)) personIds.push(note.slice(notes.length, -'.json'.length))
  for (const personId of personIds) {
    await kit.database.save(call, () => store.forgetPerson(personId), all)
    await kit.keys.destroy(personId)
  }
}
