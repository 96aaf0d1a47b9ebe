import { z } from 'zod'

// Lists page by keyset: a cursor names the last row seen, so inserts never shift a page and depth costs nothing.

/** What every list takes. Spread into the input of an operation. */
export const PageInput = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
}

/** What every list returns; `nextCursor` is absent on the last page. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().optional() })
}

export type Page<Item> = { items: Item[]; nextCursor?: string | undefined }

/** Reads one row too many to know whether there is a next page. `keyOf` gives the sort key of a row. */
export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  keyOf: (row: Row) => string[],
  view: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const page: Page<Item> = { items: shown.map(view) }
  if (rows.length > limit && last) page.nextCursor = btoa(encodeURIComponent(JSON.stringify(keyOf(last))))
  return page
}

/** The sort key inside a cursor; undefined when it is absent or was not made by `toPage`. */
export function fromCursor(cursor: string | undefined, parts: number): string[] | undefined {
  if (cursor === undefined) return undefined
  try {
    const key: unknown = JSON.parse(decodeURIComponent(atob(cursor)))
    return Array.isArray(key) && key.length === parts && key.every(part => typeof part === 'string') ? key : undefined
  } catch {
    return undefined
  }
}
