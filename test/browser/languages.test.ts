// The catalogues hold the same messages with the same placeholders, and exactly those that the pages use.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { IntlMessageFormat } from 'intl-messageformat'
import { parseSync } from 'oxc-parser'
import { Specialty, VisitMode } from '#contract/directory'
import type { Contract } from '#core/contract'
import { houseFaults } from '#core/fault'
import { services } from '../../server/services.ts'

const web = join(import.meta.dirname, '../../web')
const languages = ['en', 'de', 'ar'] as const
type Catalogue = Record<string, string>
const catalogues = Object.fromEntries(
  languages.map(language => [
    language,
    JSON.parse(readFileSync(join(web, `i18n/${language}.json`), 'utf8')) as Catalogue,
  ]),
) as Record<(typeof languages)[number], Catalogue>
const ids = Object.keys(catalogues.en)

type Element = ReturnType<IntlMessageFormat['getAst']>[number]

/** The arguments of a message, with their kinds: plural of {count} must stay one, though its branches differ by language. */
function placeholders(elements: readonly Element[]): string[] {
  const kinds = ['literal', 'argument', 'number', 'date', 'time', 'select', 'plural', 'pound', 'tag']
  return elements.flatMap(element => {
    const kind = kinds[element.type]
    if (kind === undefined || kind === 'literal' || kind === 'pound' || !('value' in element)) return []
    const inner = 'options' in element ? Object.values(element.options).flatMap(each => placeholders(each.value)) : []
    const children = 'children' in element ? placeholders(element.children) : []
    return [`${element.value}:${kind}`, ...inner, ...children]
  })
}

function placeholdersOf(language: string, message: string): string[] {
  return [...new Set(placeholders(new IntlMessageFormat(message, language).getAst()))].toSorted()
}

test('the three catalogues hold the same ids', () => {
  for (const language of ['de', 'ar'] as const) {
    const own = Object.keys(catalogues[language])
    assert.deepEqual(
      { missing: ids.filter(id => !own.includes(id)), surplus: own.filter(id => !ids.includes(id)) },
      { missing: [], surplus: [] },
      `${language}.json differs from en.json`,
    )
  }
})

test('every message is valid ICU with the placeholders of the English one', () => {
  const wrong: string[] = []
  for (const language of languages) {
    for (const [id, message] of Object.entries(catalogues[language])) {
      try {
        const [own, english] = [placeholdersOf(language, message), placeholdersOf('en', catalogues.en[id] ?? '')]
        if (own.join() !== english.join()) wrong.push(`${language} ${id} has {${own}} where English has {${english}}`)
      } catch (error) {
        wrong.push(`${language} ${id} is not ICU: ${(error as Error).message}`)
      }
    }
  }
  assert.deepEqual(wrong, [])
})

test('every plural has the forms of its language', () => {
  const wrong: string[] = []
  const visit = (language: string, id: string, elements: readonly Element[]) => {
    for (const element of elements) {
      if (!('options' in element)) continue
      const forms = Object.keys(element.options)
      const own = 'offset' in element ? new Intl.PluralRules(language).resolvedOptions().pluralCategories : ['other']
      // Only Arabic has a form for zero; a message whose English does not speak of zero is never asked about it.
      const needed = own.filter(form => form !== 'zero' || catalogues.en[id]?.includes('=0'))
      // An exact =0 speaks for the category zero, =1 for one and =2 for two: those categories hold one number each.
      const exact: Record<string, string> = { zero: '=0', one: '=1', two: '=2' }
      const missing = needed.filter(form => !forms.includes(form) && !forms.includes(exact[form] ?? form))
      if (missing.length > 0) wrong.push(`${language} ${id} lacks the form ${missing.join(', ')}`)
      for (const { value } of Object.values(element.options)) visit(language, id, value)
    }
  }
  for (const language of languages)
    for (const [id, message] of Object.entries(catalogues[language]))
      visit(language, id, new IntlMessageFormat(message, language).getAst())
  assert.deepEqual(wrong, [])
})

test('nothing is left in English', () => {
  const wordless = (message: string) => !/\p{L}{2}/u.test(message.replaceAll(/\{[^}]*\}/g, ''))
  const isLatinOnly = (message: string) => !/\p{Script=Arabic}/u.test(message)
  const left = [
    ...ids
      .filter(id => isLatinOnly(catalogues.ar[id] ?? '') && !wordless(catalogues.en[id] ?? ''))
      .map(id => `ar ${id}: ${catalogues.ar[id]}`),
    ...ids
      .filter(id => catalogues.de[id] === catalogues.en[id] && /\S+ \S+ \S+/.test(catalogues.en[id] ?? ''))
      .map(id => `de ${id}: ${catalogues.de[id]}`),
  ]
  assert.deepEqual(left, [])
})

type Node = { type: string; start: number; [key: string]: unknown }
type Use = { file: string; exact?: string; pattern?: RegExp }

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit)
  }
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** `topic.${topic}What` fits topic.bookingWhat, but not topic.booking. */
function patternOf(template: Node): RegExp | undefined {
  const parts = (template['quasis'] as { value: { cooked: string } }[]).map(each => each.value.cooked)
  return /^([a-zA-Z]+\.)+$/.test(parts[0] ?? '') ? new RegExp(`^${parts.map(escaped).join('.+')}$`) : undefined
}

const sources = globSync('**/*.{ts,tsx}', { cwd: web }).filter(path => !path.startsWith('dist/'))
const isTranslator = (callee: Node) =>
  ['t', 'translate'].includes(String(callee['name'])) ||
  (callee.type === 'MemberExpression' &&
    (callee['object'] as Node)['name'] === 'i18n' &&
    (callee['property'] as Node)['name'] === '_')

/** What is passed to a translator must exist; any other literal that happens to be an id counts as its use (tables of ids). */
function usesOf(file: string): { asked: Use[]; mentioned: Use[] } {
  const [asked, mentioned]: [Use[], Use[]] = [[], []]
  const { program } = parseSync(file, readFileSync(join(web, file), 'utf8'))
  const useOf = (node: Node): Use | undefined => {
    if (node.type === 'Literal' && typeof node['value'] === 'string') return { file, exact: node['value'] }
    const pattern = node.type === 'TemplateLiteral' ? patternOf(node) : undefined
    return pattern && { file, pattern }
  }
  walk(program as unknown as Node, node => {
    const own = useOf(node)
    if (own) mentioned.push(own)
    if (node.type !== 'CallExpression') return
    const callee = node['callee'] as Node
    const [first] = node['arguments'] as Node[]
    if (!first) return
    const branches =
      first.type === 'ConditionalExpression' ? [first['consequent'] as Node, first['alternate'] as Node] : [first]
    if (isTranslator(callee)) asked.push(...branches.flatMap(each => useOf(each) ?? []))
    if (callee['name'] === 'translateCode' && typeof first['value'] === 'string')
      asked.push({ file, pattern: new RegExp(`^${escaped(first['value'])}\\..+$`) })
  })
  return { asked, mentioned: [...mentioned, ...asked] }
}

const uses = sources.map(usesOf)
const fits = (use: Use, id: string) => use.exact === id || use.pattern?.test(id) === true

test('every message that a page asks for exists', () => {
  const missing = uses
    .flatMap(each => each.asked)
    .filter(use => !ids.some(id => fits(use, id)))
    .map(use => `${use.file}: ${use.exact ?? use.pattern?.source}`)
  assert.deepEqual(missing, [])
})

test('every message is used by a page', () => {
  const mentioned = uses.flatMap(each => each.mentioned)
  assert.deepEqual(
    ids.filter(id => !mentioned.some(use => fits(use, id))),
    [],
    'these messages are used nowhere',
  )
})

test('codes of the contracts that people meet have words', () => {
  const codes = [
    ...Specialty.options.map(each => `specialty.${each}`),
    ...VisitMode.options.map(each => `mode.${each}`),
  ]
  assert.deepEqual(
    codes.filter(id => !ids.includes(id)),
    [],
  )
})

test('what checks of prescriptions find can be said in every language', () => {
  const rules = readFileSync(join(web, '../services/prescription/rules/checks.ts'), 'utf8')
  const said = [...rules.matchAll(/says\(\s*'(\w+)'/g)].map(each => each[1]!)
  const noted = [...rules.matchAll(/note\((?:[^()]|\([^()]*\))*?,\s*'([a-z]\w+)',\s*'[A-Z]/g)].map(each => each[1]!)
  assert.ok(said.length >= 10 && noted.length >= 10, 'the sentences are not found in the rules any more')
  const sentences = [...said, ...noted].filter(id => id !== 'interaction').map(id => `rx.say.${id}`)
  const knowledge = readFileSync(join(web, '../services/prescription/knowledge/interactions.txt'), 'utf8')
  const lines = knowledge.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  const mechanisms = new Set(lines.map(line => `rx.mechanism.${line.split('|')[2]!.trim()}`))
  assert.deepEqual(
    [...sentences, ...mechanisms].filter(id => !ids.includes(id)),
    [],
  )
})

test('every translated fault is one that the services declare', () => {
  const declared = new Set([
    ...Object.keys(houseFaults),
    ...services.flatMap(({ contract }: { contract: Contract }) =>
      Object.keys(contract.faults).map(fault => `${contract.name}.${fault}`),
    ),
  ])
  const stale = ids.filter(id => id.startsWith('fault.') && !declared.has(id.slice('fault.'.length)))
  assert.deepEqual(stale, [], 'these faults are translated, but nobody raises them')
})
