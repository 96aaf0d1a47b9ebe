import { appointment } from '#contract/appointment'
import { diagnosis } from '#contract/diagnosis'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { record } from '#contract/record'
import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { consultation } from './contract.ts'
import { consultationReactions } from './reactions.ts'
import { callHandlers } from './service/calls.ts'
import { chatHandlers } from './service/chat.ts'
import { diagnosisHandlers } from './service/diagnoses.ts'
import { endHandlers } from './service/ending.ts'
import { fileHandlers, fileRoutes } from './service/files.ts'
import { guestHandlers } from './service/guests.ts'
import { noteHandlers } from './service/notes.ts'
import { questionHandlers } from './service/questions.ts'
import { roomHandlers } from './service/rooms.ts'
import { type ConsultationDeps, createSight } from './service/seen.ts'
import { chatStore } from './store/chat.ts'
import { noteStore } from './store/notes.ts'
import { visitStore } from './store/visits.ts'

export default defineService({
  contract: consultation,
  uses: [appointment, diagnosis, directory, identity, record],
  create: (kit: Kit) => {
    const known: ConsultationDeps = {
      kit,
      visits: visitStore(kit.database),
      chat: chatStore(kit.database),
      notes: noteStore(kit.database),
      bookings: kit.call(appointment),
      clinicians: kit.call(directory),
      people: kit.call(identity),
    }
    const deps = { ...known, sight: createSight(known) }
    return {
      handlers: {
        ...roomHandlers(deps),
        ...questionHandlers(deps),
        ...chatHandlers(deps),
        ...fileHandlers(deps),
        ...callHandlers(deps),
        ...guestHandlers(deps),
        ...noteHandlers(deps),
        ...diagnosisHandlers(deps),
        ...endHandlers(deps),
      },
      reactions: consultationReactions(deps),
      routes: fileRoutes(deps, kit.call(consultation)),
    }
  },
})
