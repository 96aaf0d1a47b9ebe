// The repository checks itself: which folder may import which, what a service looks like, and what must not be written.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize, relative } from 'node:path'
import { test } from 'node:test'
import { parseSync } from 'oxc-parser'
import { services } from '../server/services.ts'
import { completeLockfile } from '../tools/complete-lockfile.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
const files = tracked.split('\n').filter(path => path && existsSync(join(root, path)))
const isCode = (path: string) => /\.tsx?$/.test(path)
const isTest = (path: string) => /(\.test\.tsx?|conformance\.ts)$/.test(path) || path.startsWith('test/')

type Place = { name: string; at: RegExp; may: RegExp[]; npm: RegExp; node?: boolean }

/** Where a file lies decides what it may import; the first line that fits counts. SELF is the service's own name. */
const places: Place[] = [
  { name: 'core', at: /^core\//, may: [/^core\//], npm: /^(zod|@orpc\/(contract|client|openapi-client\/fetch))$/ },
  {
    name: 'contract',
    at: /^services\/([^/]+)\/contract(\.ts|\/)/,
    may: [/^core\//, /^services\/[^/]+\/contract\.ts$/, /^services\/SELF\/contract\//],
    npm: /^zod$/,
  },
  {
    name: 'rules',
    at: /^services\/([^/]+)\/rules(\.ts|\/)/,
    may: [/^core\//, /^services\/[^/]+\/contract\.ts$/, /^services\/SELF\/rules(\.ts|\/)/],
    npm: /^(temporal-polyfill|ical-generator|intl-messageformat|@medplum\/(core|fhirtypes))$/,
  },
  {
    name: 'doors',
    at: /^services\/([^/]+)\/routes(\.ts|\/)/,
    may: [/^core\//, /^platform\/([^/]+\/port|index)\.ts$/, /^services\/[^/]+\/contract\.ts$/, /^services\/SELF\//],
    npm: /^(zod|jose|better-auth(\/.*)?|@better-auth\/.*)$/,
    node: true,
  },
  {
    name: 'service',
    at: /^services\/([^/]+)\//,
    may: [/^core\//, /^platform\/([^/]+\/port|index)\.ts$/, /^services\/[^/]+\/contract\.ts$/, /^services\/SELF\//],
    npm: /^(zod|kysely|lru-cache|pdfkit|bidi-js|uqr|better-auth\/crypto|@medplum\/(core|fhirtypes))$/,
    node: true,
  },
  {
    name: 'port',
    at: /^platform\/[^/]+\/port\.ts$/,
    may: [/^core\//, /^platform\/[^/]+\/port\.ts$/],
    npm: /^(kysely|zod)$/,
  },
  { name: 'adapter', at: /^platform\//, may: [/^core\//, /^platform\//], npm: /./, node: true },
  {
    name: 'server',
    at: /^server\//,
    may: [/^(core|platform|server)\//, /^services\/[^/]+\/(index|contract|seed)\.ts$/, /^package\.json$/],
    npm: /./,
    node: true,
  },
  { name: 'web', at: /^web\//, may: [/^core\//, /^services\/[^/]+\/contract\.ts$/, /^web\//], npm: /./ },
]

const doors: [RegExp, (rest: string) => string][] = [
  [/^#core\/(.+)$/, rest => `core/${rest}.ts`],
  [/^#platform$/, () => 'platform/index.ts'],
  [/^#platform\/(.+)$/, rest => `platform/${rest}/port.ts`],
  [/^#contract\/(.+)$/, rest => `services/${rest}/contract.ts`],
  [/^#services\/(.+)$/, rest => `services/${rest}/index.ts`],
]

/** What a file imports, types included. */
function importsOf(path: string, text: string): string[] {
  const { module } = parseSync(path, text)
  const dynamic = module.dynamicImports.map(each =>
    text.slice(each.moduleRequest.start + 1, each.moduleRequest.end - 1),
  )
  const reexports = module.staticExports.flatMap(each =>
    each.entries.flatMap(entry => (entry.moduleRequest ? [entry.moduleRequest.value] : [])),
  )
  return [...module.staticImports.map(each => each.moduleRequest.value), ...reexports, ...dynamic]
}

/** Every import of a file that its place does not allow, as a sentence. */
export function strayImports(path: string, text: string): string[] {
  const place = places.find(each => each.at.test(path))
  if (!place) return []
  const self = place.at.exec(path)?.[1] ?? ''
  return importsOf(path, text).flatMap(specifier => {
    if (specifier.startsWith('node:')) return place.node ? [] : [`${path} (${place.name}) must not import ${specifier}`]
    let target: string | undefined
    if (specifier.startsWith('.')) target = normalize(join(dirname(path), specifier))
    for (const [form, to] of doors) {
      const match = form.exec(specifier)
      if (match) target ??= to(match[1] ?? '')
    }
    if (target === undefined)
      return place.npm.test(specifier) ? [] : [`${path} (${place.name}) must not import the package ${specifier}`]
    const allowed = place.may.some(each => new RegExp(each.source.replaceAll('SELF', self)).test(target))
    return allowed ? [] : [`${path} (${place.name}) must not import ${target}`]
  })
}

const bannedName = /(^|[-.])(utils?|helpers?|common|shared|misc|manager|base|impl)([-.]|$)/

/** What must not be written anywhere, as sentences. */
export function strayText(path: string, text: string): string[] {
  const found: string[] = []
  if (bannedName.test(basename(path))) found.push(`${path} has a name that says nothing`)
  if (path === 'test/tidy.test.ts') return found
  if (/\b(FIXME|HACK|XXX)\b/.test(text)) found.push(`${path} leaves a FIXME, HACK or XXX behind`)
  if (/\bTODO\b(?!\(#\d+\))/.test(text)) found.push(`${path} has a TODO without an issue number`)
  if (
    /process\.env\b/.test(text) &&
    isCode(path) &&
    !isTest(path) &&
    !/^(server\/config|medley|tools\/|bench\/|web\/vite)/.test(path)
  ) {
    found.push(`${path} reads process.env; only server/config.ts may`)
  }
  if (/@ts-ignore|@ts-nocheck|\bas any\b/.test(text)) found.push(`${path} silences the type checker`)
  if (/\.(only|skip)\(/.test(text) && isTest(path)) found.push(`${path} runs only some of its tests`)
  if (isCode(path) && /^(export )?let /m.test(text) && !isTest(path) && !path.startsWith('web/'))
    found.push(`${path} keeps state in a module`)
  return found
}

/** Files that may be longer than 400 lines. May only shrink. */
const longFiles = new Set<string>()

const serviceFiles =
  /^(README\.md|index\.ts|(contract|rules|store|service|reactions|routes|seed|data)(\.ts|\/.+\.ts)|(rules|service|routes)\.test\.ts|migrations\/\d{4}-[a-z0-9-]+\.sql|knowledge\/[a-z0-9/-]+\.(json|txt))$/

test('every import goes along an arrow of the architecture', () => {
  const stray = files.filter(path => isCode(path) && !isTest(path)).flatMap(path => strayImports(path, read(path)))
  assert.deepEqual(stray, [])
})

test('nothing is written that must not be', () => {
  assert.deepEqual(
    files.filter(path => /\.(tsx?|sql|md|css)$/.test(path)).flatMap(path => strayText(path, read(path))),
    [],
  )
})

test('planted violations are found', () => {
  const planted: [string, string, RegExp][] = [
    ['core/money.ts', `import { readFileSync } from 'node:fs'`, /must not import node:fs/],
    ['services/policy/rules.ts', `import type { Kit } from '#platform'`, /rules.*platform\/index/],
    ['services/policy/service.ts', `import { x } from '../appointment/store.ts'`, /appointment\/store/],
    ['services/policy/service.ts', `import { appointmentStore } from '#services/appointment'`, /appointment\/index/],
    ['services/policy/service.ts', `import Stripe from 'stripe'`, /package stripe/],
    ['platform/cache/port.ts', `export { redisCache } from './redis.ts'`, /cache\/redis/],
    ['web/pages/home.tsx', `const x = await import('../../services/audit/store.ts')`, /audit\/store/],
    ['services/policy/contract.ts', `import { sql } from 'kysely'`, /package kysely/],
  ]
  for (const [path, text, expected] of planted) assert.match(strayImports(path, text).join(), expected, path)
  const texts: [string, string, RegExp][] = [
    ['core/date-utils.ts', '', /says nothing/],
    ['core/x.ts', '// FIXME later', /FIXME/],
    ['core/x.ts', '// TODO later', /TODO/],
    ['services/audit/store.ts', 'const x = process.env.HOME', /process\.env/],
    ['core/x.ts', 'export let counter = 0', /state in a module/],
    ['core/x.test.ts', `test.only('x', () => {})`, /only some/],
    ['core/x.ts', 'const x = y as any', /type checker/],
  ]
  for (const [path, text, expected] of texts) assert.match(strayText(path, text).join(), expected, `${path}: ${text}`)
})

test('every service has its files and nothing else, and its SQL stays in its schema', () => {
  const problems: string[] = []
  for (const { contract } of services) {
    const folder = `services/${contract.name}`
    const own = files.filter(path => path.startsWith(`${folder}/`)).map(path => relative(folder, path))
    for (const path of own) if (!serviceFiles.test(path)) problems.push(`${folder}/${path} is not a file a service has`)
    for (const needed of ['README.md', 'contract.ts', 'index.ts', 'rules.test.ts', 'service.test.ts']) {
      // Where rules are a folder, their tests may lie beside them.
      const isBeside = needed === 'rules.test.ts' && own.some(path => /^rules\/.+\.test\.ts$/.test(path))
      if (!own.includes(needed) && !isBeside) problems.push(`${folder} lacks ${needed}`)
    }
    const migrations = own.filter(path => path.startsWith('migrations/'))
    for (const [index, path] of migrations.toSorted().entries()) {
      if (Number(basename(path).slice(0, 4)) !== index + 1) problems.push(`${folder}/${path} breaks the numbering`)
      for (const [, schema] of read(`${folder}/${path}`)
        .replaceAll(/--.*/g, '')
        .matchAll(
          /(?:create (?:table|index|function|view)|alter table|references|on) (?:if not exists )?([a-z_]+)\./g,
        )) {
        if (schema !== contract.name) problems.push(`${folder}/${path} reaches into the schema ${schema}`)
      }
    }
  }
  const folders = readdirSync(join(root, 'services')).filter(
    name => !services.some(each => each.contract.name === name),
  )
  assert.deepEqual([...problems, ...folders.map(name => `services/${name} is not in server/services.ts`)], [])
})

test('files stay short, and the list of exceptions is exact', () => {
  const long = files.filter(path => isCode(path) && !isTest(path) && read(path).split('\n').length > 401)
  assert.deepEqual(new Set(long), longFiles)
})

test('contracts hold only data, and every operation names who may call it', () => {
  for (const { contract } of services) {
    for (const [key, operation] of Object.entries(contract.operations)) {
      assert.ok(operation.allow.length > 0, `${contract.name}.${key} has no policy`)
      assert.ok(operation.summary.length > 3, `${contract.name}.${key} has no summary`)
      for (const fault of operation.faults ?? [])
        assert.ok(contract.faults[fault], `${contract.name}.${key} names the unknown fault ${fault}`)
    }
    for (const fault of Object.keys(contract.faults)) {
      const isUsed = Object.values(contract.operations).some(each => each.faults?.includes(fault))
      assert.ok(isUsed, `${contract.name}.${fault} is declared but no operation names it`)
    }
  }
})

test('no two operations share a path and method', () => {
  const all = services.flatMap(({ contract }) =>
    Object.values(contract.operations).map(
      each => `${each.method} /${contract.name}${each.path.replaceAll(/\{\w+\}/g, '{}')}`,
    ),
  )
  assert.deepEqual(
    all.filter((each, index) => all.indexOf(each) !== index),
    [],
  )
})

test('the top-level folders stand in ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md')
  const folders = new Set(
    files.filter(path => path.includes('/') && !path.startsWith('.')).map(path => path.split('/')[0]!),
  )
  for (const folder of folders) assert.ok(text.includes(`${folder}/`), `${folder}/ is missing from ARCHITECTURE.md`)
  assert.ok(text.split('\n').length <= 200, 'ARCHITECTURE.md is longer than 200 lines')
})

test('the lockfile has the packages of every platform, or npm ci would refuse it elsewhere', () => {
  assert.deepEqual(completeLockfile(JSON.parse(read('package-lock.json'))), [])
})
