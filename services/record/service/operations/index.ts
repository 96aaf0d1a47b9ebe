// Every FHIR operation of this server; the CapabilityStatement lists the same table.
import { runExport, runExportFile, runExportStatus } from './export.ts'
import { runImport, runImportStatus } from './import.ts'
import type { Operation } from './operation.ts'
import { runEverything, runSummary, runValidate } from './record.ts'
import { runExpand, runLookup, runSubsumes, runValidateCode } from './terminology.ts'

export const operations: Readonly<Record<string, Operation>> = {
  validate: { levels: ['type', 'instance'], types: ['*'], isRead: false, run: runValidate },
  everything: { levels: ['instance'], types: ['Patient'], isRead: true, run: runEverything },
  summary: { levels: ['instance'], types: ['Patient'], isRead: true, run: runSummary },
  export: { levels: ['system', 'type', 'instance'], types: ['Patient', 'Group'], isRead: true, run: runExport },
  'export-status': { levels: ['system'], types: [], isRead: true, run: runExportStatus },
  'export-file': { levels: ['system'], types: [], isRead: true, run: runExportFile },
  import: { levels: ['system'], types: [], isRead: false, run: runImport },
  'import-status': { levels: ['system'], types: [], isRead: true, run: runImportStatus },
  expand: { levels: ['type', 'instance'], types: ['ValueSet'], isRead: true, run: runExpand },
  'validate-code': {
    levels: ['type', 'instance'],
    types: ['ValueSet', 'CodeSystem'],
    isRead: true,
    run: runValidateCode,
  },
  lookup: { levels: ['type'], types: ['CodeSystem'], isRead: true, run: runLookup },
  subsumes: { levels: ['type'], types: ['CodeSystem'], isRead: true, run: runSubsumes },
}
