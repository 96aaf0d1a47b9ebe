// What tests of a call share: a visit that is now, the way into it, and whether both sides really see each other.
import type { Page } from 'playwright-core'
import { appointment } from '#contract/appointment'
import { newId } from '#core/id'
import { aClinician, aPerson } from '../clinic.ts'
import type { TestMedley } from '../start.ts'
import { eventually, sees } from './stage.ts'

const always = {
  timeZone: 'UTC',
  windows: [1, 2, 3, 4, 5, 6, 7].map(weekday => ({ weekday, from: '00:00', to: '24:00' })),
  stepMinutes: 5,
}
const password = 'a-long-enough-password'
const account = () => ({ email: `${newId()}@example.org`, password })

/** A visit that begins within the hour, and the accounts of both sides. */
export async function aVisit(medley: TestMedley) {
  const [clinicianAccount, patientAccount] = [account(), account()]
  const clinician = await aClinician(medley, always, clinicianAccount)
  const { personId } = await aPerson(medley, { ...patientAccount, name: 'Petra Waiting' })
  const call = medley.as({ personId, roles: ['patient'], jurisdiction: 'US-MA' })
  const ask = { clinicianId: clinician.id, serviceId: clinician.serviceId, days: 1 }
  const { times } = await medley.call(appointment).freeTimes(ask, call)
  const { id } = await medley.call(appointment).book({ ...clinician.wish, startsAt: times[0]!.startsAt }, call)
  await medley.settle()
  return { visitId: id, patientCall: call, clinicianCall: clinician.call, clinicianAccount, patientAccount }
}

/** Pictures of the other side that were really shown, in all videos but one's own. */
export const framesSeen = (page: Page): Promise<number> =>
  page.evaluate(() =>
    [...document.querySelectorAll('video')]
      .filter(each => !each.muted)
      .reduce((total, each) => total + each.getVideoPlaybackQuality().totalVideoFrames, 0),
  )

export async function bothSee(patient: Page, clinician: Page): Promise<void> {
  for (const page of [patient, clinician])
    await eventually('the other side moves', async () => {
      const first = await framesSeen(page)
      return first > 0 && (await page.waitForTimeout(300).then(() => framesSeen(page))) > first
    })
}

export async function waitAndJoin(patient: Page, clinician: Page, visitId: string): Promise<void> {
  await patient.goto(`/visits/${visitId}/call`)
  await patient.getByRole('button', { name: 'Test now' }).click()
  for (const what of ['Camera', 'Microphone', 'Network'])
    await sees(`${what} works`, patient.getByRole('listitem').filter({ hasText: `${what}: works` }))
  await patient.getByRole('button', { name: 'Enter the waiting room' }).click()
  await sees('the place in the queue', patient.getByRole('status').filter({ hasText: 'place in the queue' }))
  await clinician.goto(`/inbox`)
  await clinician.getByRole('link', { name: /Petra Waiting/ }).click()
  await sees('that the patient waits', clinician.getByText('Petra Waiting is in the waiting room.'))
  await clinician.getByRole('button', { name: 'Ask in and join' }).click()
  // Nobody reloads: the page of whoever waits changes by itself.
  await patient.getByRole('button', { name: 'Join the call' }).click()
}
