// Runs at the end of `npm ci`: builds the web app, the database template and FHIR's definitions, so that the first start is quick.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { makeTemplate } from '../platform/database/template.ts'
import { migrationFolders } from '../server/lifecycle.ts'
import { services } from '../server/services.ts'
import { makeDefinitions } from './fhir/definitions.ts'

const configFile = join(import.meta.dirname, '../web/vite.config.ts')

if (existsSync(configFile)) await build({ configFile, logLevel: 'warn' })
makeDefinitions()
await makeTemplate(migrationFolders(services))
process.stdout.write('The web app is built; the database template and the FHIR definitions are made.\n')
