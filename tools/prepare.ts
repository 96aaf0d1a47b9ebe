// Runs at the end of `npm ci`: builds the web app and the database template, so that the first start is quick.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { makeTemplate } from '../platform/database/template.ts'
import { migrationFolders } from '../server/lifecycle.ts'
import { services } from '../server/services.ts'

const configFile = join(import.meta.dirname, '../web/vite.config.ts')

if (existsSync(configFile)) await build({ configFile, logLevel: 'warn' })
await makeTemplate(migrationFolders(services))
process.stdout.write('The web app is built and the database template is made.\n')
