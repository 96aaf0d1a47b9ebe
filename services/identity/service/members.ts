// Who works where, and as what.
import { faults, type IdentityDeps, type Some } from './people.ts'

export function members({ kit, store }: IdentityDeps): Some<'addMember' | 'removeMember' | 'listMembers'> {
  const { database, clock } = kit
  return {
    addMember: ({ email, organizationId, role, clinicianId }, call) =>
      database.save(call, async () => {
        const person = await store.personOfEmail(email)
        if (!person) throw faults.personNotFound()
        await store.addMembership(
          { personId: person.id, organizationId, role, clinicianId: clinicianId ?? null },
          clock.nowMs(),
        )
        return {
          personId: person.id,
          name: person.name,
          email: person.email,
          organizationId,
          role,
          ...(clinicianId ? { clinicianId } : {}),
        }
      }),
    removeMember: ({ organizationId, personId }, call) =>
      database.save(call, async () => {
        const removed = await store.removeMemberships(personId, organizationId)
        if (removed.length === 0) throw faults.personNotFound()
        return { removed: removed.length }
      }),
    async listMembers({ organizationId }, call) {
      const rows = await database.read(call, () => store.members(organizationId))
      return {
        items: rows.map(row => ({
          personId: row.person_id,
          name: row.name,
          email: row.email,
          organizationId,
          role: row.role,
          ...(row.clinician_id ? { clinicianId: row.clinician_id } : {}),
        })),
      }
    },
  }
}
