// Which doses there are to tick.
import type { Order } from '#core/prescription'
import { dayMs } from '#core/time'

/** Somebody may say afterwards what they took, within a week. */
const backDays = 7

/** What is taken by the clock, each time of a day. */
export const mayTick = (
  { timesPerDay, isAsNeeded }: Pick<Order, 'timesPerDay' | 'isAsNeeded'>,
  number: number,
): boolean => !isAsNeeded && number >= 1 && number <= Math.floor(timesPerDay)

/** The day is that of the person's own calendar, which may be a day ahead of UTC. */
export function isDoseDay(on: string, nowMs: number): boolean {
  const days = (nowMs - Date.parse(`${on}T12:00:00Z`)) / dayMs
  return days > -1.5 && days <= backDays + 1
}
