// Links between the resources of one bundle.

/** A copy in which references to other entries say where these lie now; texts with addresses in them are left alone. */
export function linked(value: unknown, links: ReadonlyMap<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(each => linked(each, links))
  const copy: Record<string, unknown> = {}
  for (const [name, each] of Object.entries(value)) {
    if (typeof each === 'string') {
      const isLink =
        name === 'reference' || name === 'url' || name === 'valueUri' || name === 'uri' || each.startsWith('urn:uuid:')
      copy[name] = (isLink && links.get(each)) || each
    } else copy[name] = linked(each, links)
  }
  return copy
}
