// The CapabilityStatement: what this server really does, from the same tables that do it.
import { countMax } from '../rules/query.ts'
import { columnCodes } from '../rules/parameters.ts'
import type { RecordDeps } from './deps.ts'
import { operations } from './operations/index.ts'

const interactions = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
]

export function capabilityText({ registry, baseUrl, kit }: RecordDeps): string {
  const { types, of } = registry()
  const oauth = `${kit.settings.publicUrl}/auth/oauth2`
  return JSON.stringify({
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: new Date(kit.clock.nowMs()).toISOString().slice(0, 10),
    kind: 'instance',
    software: { name: 'Medley' },
    implementation: { description: 'The clinical record of this Medley', url: baseUrl },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/fhir+xml'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json'],
    rest: [
      {
        mode: 'server',
        documentation: `Unknown search parameters are refused unless "Prefer: handling=lenient" is sent. A page has at most ${countMax} matches.`,
        security: {
          cors: true,
          service: [
            {
              coding: [
                { system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' },
              ],
            },
          ],
          extension: [
            {
              url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
              extension: [
                { url: 'authorize', valueUri: `${oauth}/authorize` },
                { url: 'token', valueUri: `${oauth}/token` },
              ],
            },
          ],
        },
        resource: [...types].map(type => ({
          type,
          interaction: interactions.map(code => ({ code })),
          versioning: 'versioned-update',
          readHistory: true,
          updateCreate: true,
          conditionalCreate: true,
          conditionalRead: 'full-support',
          conditionalUpdate: true,
          conditionalDelete: 'single',
          searchInclude: [
            '*',
            ...[...of(type)!.values()].filter(each => each.kind === 'reference').map(each => `${type}:${each.code}`),
          ],
          searchParam: [...of(type)!.values()].map(({ code, kind }) => ({
            name: code,
            type: columnCodes.has(code) && code === '_id' ? 'token' : kind,
          })),
          operation: operationsFor(type),
        })),
        interaction: [
          { code: 'transaction' },
          { code: 'batch' },
          { code: 'history-system' },
          { code: 'search-system' },
        ],
        operation: operationsFor(undefined),
      },
    ],
  })
}

const operationsFor = (type: string | undefined) =>
  Object.entries(operations)
    .filter(([, each]) =>
      type === undefined
        ? each.levels.includes('system')
        : each.types.includes(type) || (each.types.includes('*') && each.levels.some(level => level !== 'system')),
    )
    .map(([name]) => ({ name, definition: `http://hl7.org/fhir/OperationDefinition/${type ?? 'System'}-${name}` }))
