// Reads a mail back into its parts (RFC 2045 to 2047 and 2231), as far as our own mail and its attackers need.

export type Part = {
  readonly headers: Readonly<Record<string, string>>
  readonly contentType: string
  readonly name: string
  readonly text: string
}

type Node = Part & { readonly children: readonly Node[] }

/** The tree of a message. Header names are in lower case; of several with one name the last counts. */
export function parseMime(raw: Buffer): Node {
  const text = raw.toString('latin1')
  const end = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n')
  const headers = headersOf(end < 0 ? text : text.slice(0, end))
  const body = end < 0 ? '' : text.slice(end + (end === 0 ? 2 : 4))
  const contentType = headers['content-type'] ?? 'text/plain'
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1]
  const children =
    boundary === undefined ? [] : between(body, boundary).map(each => parseMime(Buffer.from(each, 'latin1')))
  const bytes = decode(body, headers['content-transfer-encoding'] ?? '7bit')
  return {
    headers,
    contentType,
    name: nameOf(headers),
    text: children.length > 0 ? '' : bytes.toString('utf8'),
    children,
  }
}

/** Every part of a tree, the outermost first. */
export function flatten(node: Node): Node[] {
  return [node, ...node.children.flatMap(flatten)]
}

function headersOf(text: string): Record<string, string> {
  const lines = text.replaceAll(/\r\n(?=[ \t])/g, '').split('\r\n')
  const entries = lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1)])
  return Object.fromEntries(entries.map(([name, value]) => [name, decodeWords(value!.trim())]))
}

function between(body: string, boundary: string): string[] {
  const parts = `\r\n${body}`.split(`\r\n--${boundary}`)
  return parts.slice(1, -1).map(part => part.replace(/^[ \t]*\r\n/, ''))
}

function decode(body: string, encoding: string): Buffer {
  if (encoding.toLowerCase() === 'base64') return Buffer.from(body, 'base64')
  if (encoding.toLowerCase() === 'quoted-printable') return quoted(body.replaceAll(/=[ \t]*\r\n/g, ''))
  return Buffer.from(body, 'latin1')
}

const quoted = (text: string) =>
  Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )

/** `=?UTF-8?B?…?=`; white space between two of them is none. A character may be split between two, so bytes are joined first. */
function decodeWords(value: string): string {
  const word = /=\?utf-8\?([bq])\?([^?]*)\?=/gi
  const bytesOf = (_: string, kind: string, text: string) =>
    (kind.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : quoted(text.replaceAll('_', ' '))).toString('latin1')
  const joined = value.replaceAll(/\?=[ \t]+=\?/g, '?==?').replaceAll(word, bytesOf)
  return Buffer.from(joined, 'latin1').toString('utf8')
}

/** `filename="a.txt"`, or `filename*0*=utf-8''a%20b; filename*1*=c` in pieces. */
function nameOf(headers: Record<string, string>): string {
  const disposition = headers['content-disposition'] ?? ''
  const pieces = [...disposition.matchAll(/filename\*(?:\d+\*?)?=([^;]+)/g)].map(match =>
    match[1]!.trim().replaceAll('"', ''),
  )
  if (pieces.length > 0) return decodeURIComponent(pieces.join('').replace(/^utf-8''/i, ''))
  return /filename="?([^";]+)"?/.exec(disposition)?.[1] ?? ''
}
