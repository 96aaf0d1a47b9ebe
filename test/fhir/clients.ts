// FHIR clients that others wrote, as they come from npm (`npm ci --prefix test/fhir`). What a test needs of their types is written
// here, so that the type check does not need them to be installed.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Resource } from '../../services/record/rules/index-values.ts'

export type Bundle = Resource & {
  total?: number
  entry?: { resource?: Resource; response?: { status: string } }[]
  link?: { relation: string; url: string }[]
}

/** https://github.com/Vermonster/fhir-kit-client */
export type KitClient = {
  bearerToken: string
  capabilityStatement(): Promise<Resource>
  smartAuthMetadata(): Promise<Record<'authorizeUrl' | 'tokenUrl', URL | string | undefined>>
  create(asked: { resourceType: string; body: Resource }): Promise<Resource & { id: string }>
  read(asked: { resourceType: string; id: string }): Promise<Resource>
  vread(asked: { resourceType: string; id: string; version: string }): Promise<Resource>
  update(asked: { resourceType: string; id: string; body: Resource }): Promise<Resource>
  patch(asked: { resourceType: string; id: string; jsonPatch: unknown[] }): Promise<Resource>
  delete(asked: { resourceType: string; id: string }): Promise<unknown>
  search(asked: { resourceType: string; searchParams: Record<string, unknown> }): Promise<Bundle>
  nextPage(asked: { bundle: Bundle }): Promise<Bundle> | undefined
  history(asked: { resourceType?: string; id?: string }): Promise<Bundle>
  batch(asked: { body: Resource }): Promise<Bundle>
  transaction(asked: { body: Resource }): Promise<Bundle>
  operation(asked: { name: string; resourceType: string; method: string; input: unknown }): Promise<Resource>
}

/** https://github.com/smart-on-fhir/client-js */
export type SmartClient = {
  patient: { id: string | null; read(): Promise<Resource> }
  state: { tokenResponse: { access_token: string; refresh_token?: string; scope?: string } }
  request(address: string): Promise<Bundle>
  refresh(): Promise<unknown>
}
type Session = Record<'get' | 'set' | 'unset', (key: string, value?: unknown) => Promise<unknown>>
export type Smart = (
  request: IncomingMessage,
  response: ServerResponse,
  session: Session,
) => {
  authorize(asked: { clientId: string; scope: string; redirectUri: string; iss: string }): Promise<unknown>
  ready(): Promise<SmartClient>
}

/** Names in variables: the compiler then looks for no package. */
const [kit, smart]: string[] = ['fhir-kit-client', 'fhirclient']

export async function kitClient(baseUrl: string, bearerToken: string): Promise<KitClient> {
  const { Client } = (await import(kit!)) as { Client: new (options: object) => KitClient }
  const client = new Client({ baseUrl })
  client.bearerToken = bearerToken
  return client
}

export async function smartLibrary(): Promise<Smart> {
  return ((await import(smart!)) as { default: Smart }).default
}

/** What a browser or a session keeps for the SMART library. */
export function sessionInMemory(): Session {
  const kept = new Map<string, unknown>()
  return {
    get: async key => kept.get(key),
    set: async (key, value) => (kept.set(key, value), value),
    unset: async key => kept.delete(key),
  }
}
