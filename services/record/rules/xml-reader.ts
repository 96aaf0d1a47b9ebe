// Reads the part of XML that FHIR uses, strictly and in linear time: elements, attributes, comments, the five entities and
// characters by number. No DTD, no other entities, no CDATA, no processing instructions, so nothing can be fetched or multiplied.
// fast-xml-parser is more lenient than a medical record may be (it repairs what is not well-formed); the tests use it as a
// second opinion on what we write.
import { fhirError } from './refusal.ts'

export type XmlNode = {
  name: string
  attributes: Map<string, string>
  children: XmlNode[]
  /** The element as it stands in the text. */
  start: number
  end: number
}

const sizeMaxCharacters = 64 * 1024 * 1024
/** Every level of FHIR is up to two elements, and a narrative may have some of its own. */
const depthMax = 160

const openTag = /<([A-Za-z_][\w.:-]*)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const closeTag = /<\/([A-Za-z_][\w.:-]*)\s*>/y
const attribute = /([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const declaration = /^\uFEFF?\s*<\?xml\s[^?]*\?>/

export function readXml(source: string): { root: XmlNode; text: string } {
  if (source.length > sizeMaxCharacters) throw fhirError('too-long', `XML of ${source.length} characters is too long.`)
  const text = source.replace(declaration, '')
  const open: XmlNode[] = []
  let root: XmlNode | undefined
  for (let at = 0; ;) {
    const next = text.indexOf('<', at)
    checkWords(text, at, next === -1 ? text.length : next, open)
    if (next === -1) break
    if (text.startsWith('<!--', next)) {
      at = text.indexOf('-->', next + 4) + 3
      if (at === 2) throw malformed('a comment does not end')
      continue
    }
    closeTag.lastIndex = openTag.lastIndex = next
    const closing = text.charAt(next + 1) === '/' ? closeTag.exec(text) : undefined
    if (closing) {
      const node = open.pop()
      if (node?.name !== closing[1]) throw malformed(`</${closing[1]}> closes what is not open`)
      at = node!.end = closeTag.lastIndex
      continue
    }
    const match = openTag.exec(text)
    if (!match) throw malformed(`"${text.slice(next, next + 30)}" is neither an element nor a comment`)
    at = openTag.lastIndex
    const node: XmlNode = { name: match[1]!, attributes: attributesOf(match[2]!), children: [], start: next, end: at }
    const parent = open.at(-1)
    if (parent) parent.children.push(node)
    else if (root) throw malformed('there is more than one root element')
    else root = node
    if (match[3]) continue
    open.push(node)
    if (open.length > depthMax)
      throw fhirError('too-long', `XML nested more than ${depthMax} levels deep is not accepted.`)
  }
  if (open.length > 0) throw malformed(`<${open.at(-1)!.name}> is not closed`)
  if (!root) throw malformed('there is no element')
  return { root, text }
}

const malformed = (why: string) => fhirError('structure', `This is not XML as FHIR uses it: ${why}.`)

/** Only narratives have text between tags. */
function checkWords(text: string, from: number, to: number, open: XmlNode[]): void {
  if (to <= from) return
  const words = text.slice(from, to)
  if (!/\S/.test(words)) return
  if (!open.some(({ name }) => name === 'div'))
    throw malformed(`there is text outside a narrative: "${words.trim().slice(0, 30)}"`)
  unescaped(words)
}

function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name, double, single] of text.matchAll(attribute)) {
    if (attributes.has(name!)) throw malformed(`the attribute ${name} is given twice`)
    attributes.set(name!, unescaped(double ?? single ?? ''))
  }
  return attributes
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescaped(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w+))?(;?)/g, (whole, decimal, hex, name, end) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined
    const isCharacter =
      code !== undefined && (code >= 32 || code === 9 || code === 10 || code === 13) && code <= 0x10ffff
    if (end && isCharacter) return String.fromCodePoint(code)
    if (end && name && Object.hasOwn(entities, name)) return entities[name]!
    throw malformed(`${whole.slice(0, 20)} is not an entity`)
  })
}

/** Line breaks and tabs are written by number, since readers turn them into spaces otherwise. */
export const escaped = (text: string) =>
  text.replaceAll(/[&<>"\n\r\t]/g, each => `&${names[each] ?? `#${each.charCodeAt(0)}`};`)

const names: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }
