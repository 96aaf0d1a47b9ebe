// HL7's official examples, and what is known of them. They are installed by `npm ci --prefix test/fhir`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Resource } from '../../services/record/rules/index-values.ts'

const folder = join(import.meta.dirname, 'node_modules/hl7.fhir.r4.examples')

export const isInstalled = existsSync(folder)
/** Why a test does not run, for whoever has not installed them; in CI it runs and fails. */
export const skip = !isInstalled && !process.env['CI'] && 'needs npm ci --prefix test/fhir'

export const exampleFiles = (): string[] =>
  readdirSync(folder).filter(name => name.endsWith('.json') && name !== 'package.json')

export const readExample = (name: string): Resource => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Resource

/** The first two columns of the rows of a table in a file of this folder, below a heading. */
export function tableOf(file: string, heading: string): [first: string, second: string][] {
  const text = readFileSync(join(import.meta.dirname, file), 'utf8')
  const at = text.indexOf(heading)
  if (at < 0) throw new Error(`${file} has no heading '${heading}'`)
  const part = text.slice(at).split('\n## ')[0]!
  const rows = [...part.matchAll(/^\| (.+?) \| (.+?) \|/gm)].map(([, first, second]) => [first!, second!] as const)
  // The first row names the columns.
  return rows.slice(1).map(([first, second]) => [first.replaceAll('`', ''), second])
}
