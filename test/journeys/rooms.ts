// Where the patient and the clinician of a journey meet: over the API, which needs nothing, or in two real browsers.
import { consultation } from '#contract/consultation'
import { type Somebody, once } from './telling.ts'

/** Each says in a few words what it was. */
export type Rooms = {
  wait: () => Promise<string>
  meet: () => Promise<string>
  write: (question: string, answer: string) => Promise<void>
  close: () => Promise<void>
}
export type OpenRooms = (
  url: string,
  who: { patient: Somebody; clinician: Somebody },
  visitId: string,
) => Promise<Rooms>

export const overTheApi: OpenRooms = async (_url, { patient, clinician }, visitId) => {
  const [mine, theirs] = [patient.as(consultation), clinician.as(consultation)]
  return {
    async wait() {
      await mine.checkIn({ visitId }, once())
      return 'over the API'
    },
    async meet() {
      await theirs.callIn({ visitId }, once())
      for (const each of [mine, theirs]) await each.joinCall({ visitId }, once())
      return 'over the API, without pictures'
    },
    async write(question, answer) {
      await mine.say({ visitId, text: question }, once())
      await theirs.say({ visitId, text: answer }, once())
    },
    close: async () => {},
  }
}
