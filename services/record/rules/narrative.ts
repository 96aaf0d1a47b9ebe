// What a narrative may contain (txt-1 and txt-2 of the standard): basic formatting, and nothing that runs, since it is shown to
// people as HTML.
const elements = new Set(
  (
    'a abbr acronym b big blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins ' +
    'kbd li map area ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var'
  ).split(' '),
)
const attributes = new Set(
  (
    'abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset cite class ' +
    'colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name nowrap rel rev rowspan rules ' +
    'scope shape size span src start style summary tabindex title type usemap valign value vspace width'
  ).split(' '),
)
/** The standard: it is XML, so there is no support for HTML entities like &nbsp;; Unicode characters are used instead. */
const named = new Set(['lt;', 'gt;', 'amp;', 'quot;', 'apos;'])

const tag = /<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const attribute = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const comment = /<!--[\s\S]*?-->/y

/** What is wrong with the `div` of a narrative, or nothing. One pass, in linear time. */
export function narrativeFault(text: string): string | undefined {
  if (!/^\s*<div[\s>/]/.test(text)) return 'must be one <div> of XHTML'
  const open: string[] = []
  let hasContent = false
  let isOver = false
  for (let at = 0; at < text.length;) {
    const next = text.indexOf('<', at)
    const words = text.slice(at, next === -1 ? text.length : next)
    if (/\S/.test(words)) {
      if (open.length === 0) return 'has text outside its <div>'
      hasContent = true
      const entity = entityFault(words)
      if (entity) return entity
    }
    if (next === -1) break
    comment.lastIndex = tag.lastIndex = next
    if (text.startsWith('<!--', next)) {
      if (!comment.test(text)) return 'has a comment that does not end'
      at = comment.lastIndex
      continue
    }
    const match = tag.exec(text)
    if (!match) return `is not well-formed XHTML near "${text.slice(next, next + 30)}"`
    at = tag.lastIndex
    if (isOver) return 'must be one <div> of XHTML'
    const fault = tagFault(match, open)
    if (fault) return fault
    if (match[2] === 'img') hasContent = true
    isOver = open.length === 0
  }
  if (open.length > 0) return `does not close <${open.at(-1)}>`
  return hasContent ? undefined : 'has no content'
}

function tagFault([, closing, name, inside, selfClosing]: RegExpExecArray, open: string[]): string | undefined {
  if (closing) return open.pop() === name ? undefined : `closes </${name}> where it is not open`
  if (!elements.has(name!)) return `contains <${name}>, which a narrative must not`
  for (const [, key, double, single] of (inside ?? '').matchAll(attribute)) {
    const fault = attributeFault(key!, double ?? single ?? '')
    if (fault) return fault
  }
  if (!selfClosing) open.push(name!)
  return undefined
}

function attributeFault(key: string, value: string): string | undefined {
  if (key === 'xmlns' || key.startsWith('xmlns:')) {
    const isGood = key !== 'xmlns' || value === 'http://www.w3.org/1999/xhtml'
    return isGood ? undefined : `has the namespace ${value} instead of http://www.w3.org/1999/xhtml`
  }
  if (!key.startsWith('xml:') && !attributes.has(key))
    return `contains the attribute ${key}, which a narrative must not`
  // Browsers ignore white space and control characters in front of and inside a scheme.
  // oxlint-disable-next-line no-control-regex
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(decoded(value).replaceAll(/[\0-\x20]/g, ''))?.[1]?.toLowerCase()
  const isScript = scheme === 'javascript' || scheme === 'vbscript' || (scheme === 'data' && key !== 'src')
  if ((key === 'href' || key === 'src' || key === 'cite' || key === 'longdesc') && isScript)
    return `contains a link that runs something (${scheme}:)`
  if (key === 'style' && /expression\s*\(|javascript:|@import|behavior\s*:|-moz-binding/i.test(decoded(value)))
    return 'contains a style that runs something'
  return entityFault(value)
}

const decoded = (value: string) =>
  value
    .replaceAll(/&#(\d{1,7});?/g, (_, code: string) => codePoint(Number(code)))
    .replaceAll(/&#x([0-9a-f]{1,6});?/gi, (_, code: string) => codePoint(Number.parseInt(code, 16)))
    .replaceAll(/&(tab|newline);/gi, ' ')
    .replaceAll(/&colon;/gi, ':')

const codePoint = (code: number) => (code <= 0x10ffff ? String.fromCodePoint(code) : '')

function entityFault(words: string): string | undefined {
  if (!words.includes('&')) return undefined
  for (const [whole, name] of words.matchAll(/&(#\d+;|#x[0-9a-fA-F]+;|\w+;)?/g)) {
    if (name === undefined) return 'has a bare &; write &amp;'
    if (!name.startsWith('#') && !named.has(name))
      return `has the entity ${whole.slice(0, 20)}, which XML does not know`
  }
  return undefined
}
