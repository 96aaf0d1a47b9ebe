import { connect } from '#platform'
import type { Command } from './command.ts'
import { readConfig } from '../config.ts'
import { platformOptions } from '../lifecycle.ts'
import { services } from '../services.ts'

/** Connecting migrates; a failed migration throws, changes nothing and exits non-zero. */
export const migrateCommand: Command = async ({ flags, env }) => {
  const platform = await connect(platformOptions(readConfig(env, flags), services))
  await platform.close()
  process.stdout.write('The database is up to date.\n')
  return 0
}
