// What the record knows from files: FHIR's own definitions, as the snapshot that `npm ci` makes. Read when first needed, since a
// process without the record must not pay for it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize } from 'node:v8'
import { zstdDecompressSync } from 'node:zlib'
import { getAllDataTypes, globalSchema, MEDPLUM_VERSION } from '@medplum/core'
import type { Definitions, SearchDefinition } from './rules/parameters.ts'
import { knowledgeOf, type StoredSchema } from './rules/schema.ts'
import { type StoredTerminology, type Terminology, terminologyOf } from './rules/terminology.ts'

export type Snapshot = {
  dataTypes: ReturnType<typeof getAllDataTypes>
  schemaTypes: typeof globalSchema.types
  parameters: SearchDefinition[]
  /** Compartment → resource type → the search parameters that put a resource into it. */
  compartments: Record<string, Record<string, string[]>>
  /** For validation, XML and summaries. */
  schema: StoredSchema
}

/** Counts the changes of what the snapshots contain, so that none is served from an older file. */
const format = 2
const cached = (name: string) =>
  join(
    import.meta.dirname,
    `../../node_modules/.cache/medley/fhir-r4-${MEDPLUM_VERSION.split('-')[0]}-${format}.${name}`,
  )

export const definitionsPath = cached('v8')
export const terminologyPath = cached('terminology.zst')

/** Fills the library's registries, which are the same for everybody in this process, and returns the rest. */
export function loadDefinitions(): Definitions {
  const { dataTypes, schemaTypes, parameters, compartments, schema } = deserialize(
    readFileSync(definitionsPath),
  ) as Snapshot
  Object.assign(getAllDataTypes(), dataTypes)
  Object.assign(globalSchema.types, schemaTypes)
  return { parameters, compartments, knowledge: knowledgeOf(schema) }
}

/** Code systems and value sets, in a file of their own: only what asks about codes pays for reading it. */
export function loadTerminology(): Terminology {
  const text = zstdDecompressSync(readFileSync(terminologyPath)).toString()
  return terminologyOf(JSON.parse(text) as StoredTerminology)
}
