// What colleagues ask of each other, and what patients show them; never of whom it is about.
import { diagnosis } from '#contract/diagnosis'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { task } from '#contract/task'
import { type Call, serviceCaller, asking } from '#core/call'
import { unlessGone } from '#core/fault'
import { on, type Reaction } from '#core/service'
import type { Kind } from '../rules/kinds.ts'
import type { Facts } from '../rules/render.ts'
import type { Deps } from '../service.ts'
import { tell } from './tell.ts'

export function clinicianReactions(deps: Deps): Reaction[] {
  const { kit } = deps
  const own = (call: Call): Call => ({ ...asking(call), caller: serviceCaller })
  const nameOf = async (clinicianId: string, call: Call) =>
    (await unlessGone(kit.call(directory).clinician({ clinicianId }, own(call))))?.name ?? ''
  return [
    on(diagnosis, 'shared', ({ bookingId, clinicianId }, call) =>
      tellClinician(deps, 'checkShared', clinicianId, {}, `/room/${bookingId}`, own(call)),
    ),
    on(task, 'delegated', async ({ taskId, ownerId, requesterId }, call) => {
      const asked = await unlessGone(kit.call(task).details({ taskId }, own(call)))
      // Taken back or done meanwhile: nobody is asked any more.
      if (asked?.state !== 'requested' || asked.owner.clinicianId !== ownerId) return
      const facts = { clinician: await nameOf(requesterId, call), until: asked.dueAt }
      await tellClinician(deps, 'taskDelegated', ownerId, facts, '/inbox', own(call))
    }),
    on(task, 'declined', async ({ ownerId, requesterId }, call) => {
      const facts = { clinician: await nameOf(ownerId, call) }
      await tellClinician(deps, 'taskDeclined', requesterId, facts, '/inbox', own(call))
    }),
  ]
}

async function tellClinician(deps: Deps, kind: Kind, clinicianId: string, facts: Facts, link: string, call: Call) {
  const { personIds } = await deps.kit.call(identity).peopleBehind({ clinicianIds: [clinicianId] }, call)
  const personId = personIds[clinicianId]
  if (personId) await tell(deps, [{ kind, personId, facts, link }], call)
}
