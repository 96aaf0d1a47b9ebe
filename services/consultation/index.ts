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
import { createExits } from './service/exits.ts'
import { fileHandlers, fileRoutes } from './service/files.ts'
import { guestHandlers } from './service/guests.ts'
import { noteHandlers } from './service/notes.ts'
import { questionHandlers } from './service/questions.ts'
import { recordingHandlers } from './service/recording.ts'
import { partHandlers, recordingRoutes } from './service/recording-parts.ts'
import { recordingRuns } from './service/recording-upkeep.ts'
import { roomHandlers } from './service/rooms.ts'
import { type ConsultationDeps, createSight } from './service/seen.ts'
import { chatStore } from './store/chat.ts'
import { noteStore } from './store/notes.ts'
import { recordingStore } from './store/recording.ts'
import { peerStore } from './store/peers.ts'
import { visitStore } from './store/visits.ts'

export default defineService({
  contract: consultation,
  uses: [appointment, diagnosis, directory, identity, record],
  jobs: [
    { name: 'watchCalls', summary: 'Puts out of calls whose time or sign-in has ended', every: '* * * * *' },
    {
      name: 'clearCall',
      summary: 'Puts whoever left a call, or lost the right to it, out of it for good',
      retryLimit: 10,
    },
    { name: 'endRecordings', summary: 'Ends recordings of which nothing comes any more', every: '* * * * *' },
    {
      name: 'deleteRecordings',
      summary: 'Deletes recordings that are old enough, or were deleted',
      every: '17 * * * *',
    },
  ],
  create: (kit: Kit) => {
    const known: ConsultationDeps = {
      kit,
      visits: visitStore(kit.database),
      chat: chatStore(kit.database),
      notes: noteStore(kit.database),
      recordings: recordingStore(kit.database),
      peers: peerStore(kit.database),
      bookings: kit.call(appointment),
      clinicians: kit.call(directory),
      people: kit.call(identity),
    }
    const exits = createExits(known)
    const deps = { ...known, sight: createSight(known), exits }
    return {
      handlers: {
        ...roomHandlers(deps),
        ...questionHandlers(deps),
        ...chatHandlers(deps),
        ...fileHandlers(deps),
        ...callHandlers(deps),
        ...guestHandlers(deps),
        ...recordingHandlers(deps),
        ...partHandlers(deps),
        ...noteHandlers(deps),
        ...diagnosisHandlers(deps),
        ...endHandlers(deps),
      },
      reactions: consultationReactions(deps),
      runs: { ...exits.runs, ...recordingRuns(deps) },
      routes: [...fileRoutes(deps, kit.call(consultation)), ...recordingRoutes(deps, kit.call(consultation))],
    }
  },
})
