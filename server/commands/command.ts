// What every command of medley.ts is, and the version they all speak of.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type CommandInput = {
  files: string[]
  flags: { services?: string; roles?: string; port?: string }
  env: Record<string, string | undefined>
}

/** Returns the exit code. */
export type Command = (input: CommandInput) => Promise<number>

export const version = (
  JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string }
).version
