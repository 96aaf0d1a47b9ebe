// What the record knows from files: FHIR's own definitions, as the snapshot that `npm ci` makes. Read when first needed, since a
// process without the record must not pay for it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize } from 'node:v8'
import { getAllDataTypes, globalSchema, MEDPLUM_VERSION } from '@medplum/core'

/** One search parameter as HL7 defines it. */
export type SearchDefinition = {
  url: string
  code: string
  kind: 'number' | 'date' | 'string' | 'token' | 'reference' | 'composite' | 'quantity' | 'uri' | 'special'
  /** Resource types; `Resource` and `DomainResource` mean all of them. */
  bases: string[]
  /** FHIRPath. */
  expression: string
  targets: string[]
  components: { url: string; expression: string }[]
}

export type Snapshot = {
  dataTypes: ReturnType<typeof getAllDataTypes>
  schemaTypes: typeof globalSchema.types
  parameters: SearchDefinition[]
  /** Compartment → resource type → the search parameters that put a resource into it. */
  compartments: Record<string, Record<string, string[]>>
}

export type Definitions = Pick<Snapshot, 'parameters' | 'compartments'>

export const definitionsPath = join(
  import.meta.dirname,
  `../../node_modules/.cache/medley/fhir-r4-${MEDPLUM_VERSION.split('-')[0]}.v8`,
)

/** Fills the library's registries, which are the same for everybody in this process, and returns the rest. */
export function loadDefinitions(): Definitions {
  const { dataTypes, schemaTypes, parameters, compartments } = deserialize(readFileSync(definitionsPath)) as Snapshot
  Object.assign(getAllDataTypes(), dataTypes)
  Object.assign(globalSchema.types, schemaTypes)
  return { parameters, compartments }
}
