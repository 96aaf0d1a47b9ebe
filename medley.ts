// Start here. `node medley.ts` runs the whole product in this process; other commands work on its data.
import { main } from './server/command-line.ts'

process.exitCode = await main(process.argv.slice(2), process.env)
