import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { prescription } from '#contract/prescription'
import { Fault } from '#core/fault'
import { type Command, version } from './command.ts'
import { readConfig } from '../config.ts'
import { startMedley } from '../lifecycle.ts'
import { services } from '../services.ts'

class MedicinesRefused extends Error {
  override readonly name = 'MedicinesRefused'
}

/** Each file is one import under its own name: all of it or nothing. The same file again replaces what it brought. */
export const importMedicines: Command = async ({ files, flags, env }) => {
  if (files.length === 0) throw new MedicinesRefused('Name the files to import: node medley.ts import-medicines FILE…')
  const read = await Promise.all(files.map(readKnowledge))
  const config = { ...readConfig(env, { ...flags, port: '0' }), roles: [] }
  await using medley = await startMedley({ config, services, version })
  for (const { file, name, licence, knowledge } of read) {
    const call = medley.composition.serviceCall('import-medicines')
    const input = { name, licence, knowledge: knowledge as never }
    const { facts } = await medley
      .call(prescription)
      .importKnowledge(input, call)
      .catch((error: unknown) => {
        throw error instanceof Fault ? new MedicinesRefused(`${file}: ${sentenceOf(error)}`, { cause: error }) : error
      })
    process.stdout.write(`Imported ${facts} facts of ${name} (${licence}).\n`)
  }
  return 0
}

function sentenceOf({ message, details }: Fault): string {
  const found = details['problems'] ?? details['issues'] ?? []
  return `${message}\n${(found as unknown[]).map(each => `  ${typeof each === 'string' ? each : JSON.stringify(each)}`).join('\n')}`
}

async function readKnowledge(file: string) {
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new MedicinesRefused(`${file}: is not JSON, or cannot be read (${(error as Error).message})`, {
      cause: error,
    })
  }
  const { name, licence, ...knowledge } = value as { name?: string; licence?: string }
  if (!licence) throw new MedicinesRefused(`${file}: says nothing of its licence. Add "licence" beside the facts.`)
  return { file, name: name ?? basename(file, '.json'), licence, knowledge }
}
