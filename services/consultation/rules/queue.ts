// The order of a clinician's waiting room, and when it is probably whose turn.

export type Queued = { id: string; startMs: number; endMs: number; calledMs: number | null }
export type Turn = { place: number; expectedMs: number }

/**
 * By booked time, not by arrival: coming early takes nobody's turn. Visits take as long as they were booked for; one that runs late
 * may end at any moment.
 */
export function turns(queue: readonly Queued[], nowMs: number): Map<string, Turn> {
  let freeMs = nowMs
  for (const { startMs, endMs, calledMs } of queue)
    if (calledMs !== null) freeMs = Math.max(freeMs, calledMs + (endMs - startMs))
  const waiting = queue.filter(each => each.calledMs === null)
  const found = new Map<string, Turn>()
  for (const [index, each] of waiting.toSorted((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1)).entries()) {
    const expectedMs = Math.max(freeMs, each.startMs)
    found.set(each.id, { place: index + 1, expectedMs })
    freeMs = expectedMs + (each.endMs - each.startMs)
  }
  return found
}
