/**
 * Group commit. While one flush is under way, whatever comes gathers, and goes out together in the next; so the busier it is, the
 * fewer flushes there are for each. Everybody waits for the flush that took their own items, and fails with it.
 */
export function gathering<Item>(flush: (items: readonly Item[]) => Promise<void>) {
  let gathered: Item[] = []
  let next: Promise<void> | undefined
  let underWay: Promise<unknown> = Promise.resolve()

  async function flushGathered(): Promise<void> {
    const items = gathered
    gathered = []
    next = undefined
    await flush(items)
  }

  return (items: readonly Item[]): Promise<void> => {
    gathered.push(...items)
    if (!next) {
      next = underWay.then(flushGathered)
      underWay = next.catch(() => {})
    }
    return next
  }
}
