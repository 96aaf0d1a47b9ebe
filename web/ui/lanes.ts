/** A stretch of time, as ISO instants; the end is not part of it. */
export interface Span {
  startsAt: string
  endsAt: string
}

export function overlaps(a: Span, b: Span): boolean {
  return a.startsAt < b.endsAt && b.startsAt < a.endsAt
}

/** Which column each event stands in and how many columns its group needs: events that touch each other share the width. */
export function toLanes(events: readonly (Span & { id: string })[]): Map<string, { lane: number; of: number }> {
  const placed = new Map<string, { lane: number; of: number }>()
  let group: { id: string; lane: number }[] = []
  let ends: string[] = []
  const close = () => {
    for (const each of group) placed.set(each.id, { lane: each.lane, of: ends.length })
    group = []
    ends = []
  }
  for (const event of events.toSorted((a, b) => a.startsAt.localeCompare(b.startsAt))) {
    if (ends.every(end => end <= event.startsAt)) close()
    const free = ends.findIndex(end => end <= event.startsAt)
    const lane = free === -1 ? ends.length : free
    ends[lane] = event.endsAt
    group.push({ id: event.id, lane })
  }
  close()
  return placed
}
