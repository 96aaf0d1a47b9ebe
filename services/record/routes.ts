// FHIR R4 over HTTP (https://hl7.org/fhir/R4/http.html): from its form to an interaction, and back.
import type { Call } from '#core/call'
import type { Client } from '#core/contract'
import type { Route } from '#core/service'
import type { Answer, Interaction, record } from './contract.ts'
import { outcome, outcomeOf } from './rules/outcome.ts'
import type { Knowledge } from './rules/schema.ts'
import { fromXml, toXml } from './rules/xml.ts'
import { capabilityText } from './service/capability.ts'
import type { RecordDeps } from './service/deps.ts'

const base = '/fhir/R4'
const formats: Record<string, 'json' | 'xml'> = {
  json: 'json',
  'application/json': 'json',
  'application/fhir+json': 'json',
  'text/json': 'json',
  xml: 'xml',
  'application/xml': 'xml',
  'application/fhir+xml': 'xml',
  'text/xml': 'xml',
}

export function recordRoutes(deps: RecordDeps, self: Client<typeof record>): Route[] {
  return [
    {
      method: 'GET',
      path: `${base}/metadata`,
      summary: 'What this FHIR server can do (CapabilityStatement)',
      allow: ['anyone', 'app'],
      handle: async request =>
        respond(
          { status: 200, body: capabilityText(deps) },
          wantedFormat(request) ?? 'json',
          deps.registry().knowledge,
        ),
    },
    {
      method: 'ALL',
      path: base,
      summary: 'FHIR R4: batch, transaction, search over all types',
      // People, apps and services; whoever is none of them hears so in FHIR's own words.
      allow: ['anyone', 'app'],
      takesLargeBodies: true,
      handle: (request, call) => handle(deps, self, request, call),
    },
    {
      method: 'ALL',
      path: `${base}/*`,
      summary: 'FHIR R4: resources, searches, histories, operations',
      allow: ['anyone', 'app'],
      takesLargeBodies: true,
      handle: (request, call) => handle(deps, self, request, call),
    },
  ]
}

async function handle(deps: RecordDeps, self: Client<typeof record>, request: Request, call: Call): Promise<Response> {
  const format = wantedFormat(request)
  if (format === undefined)
    return refuse(406, 'not-supported', 'This server speaks application/fhir+json and application/fhir+xml.')
  try {
    const interaction = await interactionOf(request, deps.registry().knowledge)
    if (interaction instanceof Response) return interaction
    return respond(await self.interact(interaction, call), format, deps.registry().knowledge, request.method === 'HEAD')
  } catch (error) {
    const { status, outcome: said } = outcomeOf(error)
    if (status === 500) deps.kit.log.error({ requestId: call.requestId, err: error }, 'a FHIR interaction failed')
    const answer = respond({ status, body: JSON.stringify(said) }, format, deps.registry().knowledge)
    if (status === 401) answer.headers.set('www-authenticate', 'Bearer')
    answer.headers.set('x-request-id', call.requestId)
    return answer
  }
}

/** `_format` wins over Accept; whoever accepts anything gets JSON. */
function wantedFormat(request: Request): 'json' | 'xml' | undefined {
  const asked = new URL(request.url).searchParams.get('_format')
  if (asked !== null) return formats[asked.split(';')[0]!.trim().replace(' ', '+')]
  const accept = request.headers.get('accept')
  if (accept === null || accept === '') return 'json'
  for (const each of accept.split(',')) {
    const type = each.split(';')[0]!.trim()
    if (type === '*/*' || type === 'application/*' || type === 'application/json-patch+json' || type === 'text/html')
      return 'json'
    if (formats[type]) return formats[type]
  }
  return undefined
}

async function interactionOf(request: Request, knowledge: Knowledge): Promise<Interaction | Response> {
  const url = new URL(request.url)
  const path = decoded(url.pathname.slice(base.length).replaceAll(/^\/+|\/+$/g, ''))
  if (path === undefined) return refuse(400, 'value', 'The address is not well encoded.')
  const header = (name: string) => request.headers.get(name) ?? undefined
  const contentType = (header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  const query: [string, string][] = [...url.searchParams]
  let body: unknown
  if (request.body !== null && request.method !== 'GET') {
    const text = await request.text()
    if (contentType === 'application/x-www-form-urlencoded') query.push(...new URLSearchParams(text))
    else if (text !== '') {
      const read = bodyOf(text, contentType, knowledge)
      if (read instanceof Response) return read
      body = read.value
    }
  }
  return {
    method: request.method as Interaction['method'],
    path,
    query,
    ...optional({
      ifMatch: header('if-match'),
      ifNoneMatch: header('if-none-match'),
      ifNoneExist: header('if-none-exist'),
      ifModifiedSince: header('if-modified-since'),
      prefer: header('prefer'),
      purpose: header('x-purpose-of-use'),
      contentType: contentType === '' ? undefined : contentType,
    }),
    ...(body === undefined ? {} : { body }),
  }
}

function optional<Shape extends Record<string, string | undefined>>(shape: Shape): { [Key in keyof Shape]?: string } {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Shape]?: string
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function bodyOf(text: string, contentType: string, knowledge: Knowledge): { value: unknown } | Response {
  if (formats[contentType] === 'xml') return { value: fromXml(text, knowledge) }
  const isJson = contentType === '' || formats[contentType] === 'json' || contentType === 'application/json-patch+json'
  if (!isJson)
    return refuse(
      415,
      'not-supported',
      'A body is application/fhir+json, application/fhir+xml or application/json-patch+json.',
    )
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return refuse(400, 'structure', 'The body is not well-formed JSON.')
  }
}

const mediaTypes = { json: 'application/fhir+json; charset=utf-8', xml: 'application/fhir+xml; charset=utf-8' }

function respond(
  { status, body, etag, lastModified, location, contentLocation, mediaType }: Answer,
  format: 'json' | 'xml',
  knowledge?: Knowledge,
  isHead = false,
): Response {
  const isXml = format === 'xml' && knowledge !== undefined && mediaType === undefined && body !== undefined
  const written = isXml ? toXml(JSON.parse(body) as Parameters<typeof toXml>[0], knowledge) : body
  const headers = new Headers({ 'cache-control': 'private, no-cache' })
  if (body !== undefined) headers.set('content-type', mediaType ?? mediaTypes[isXml ? 'xml' : 'json'])
  if (etag) headers.set('etag', etag)
  if (lastModified) headers.set('last-modified', lastModified)
  if (location) headers.set('location', location)
  if (contentLocation) headers.set('content-location', contentLocation)
  return new Response(isHead || written === undefined ? null : written, { status, headers })
}

const refuse = (status: number, code: string, text: string) =>
  respond({ status, body: JSON.stringify(outcome([{ severity: 'error', code, text }])) }, 'json')
