// Starting the rules, and all of HL7's official examples through them, in a process of its own so that its memory is only theirs.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadDefinitions } from '../services/record/data.ts'
import { createRegistry } from '../services/record/rules/parameters.ts'
import { validate } from '../services/record/rules/validate.ts'
import { round } from './machine.ts'

const folder = join(import.meta.dirname, '../test/fhir/node_modules/hl7.fhir.r4.examples')
const memoryMb = () => Math.round(process.memoryUsage().rss / 1_048_576)

function measure() {
  const idleMb = memoryMb()
  const startMs = performance.now()
  const registry = createRegistry(loadDefinitions())
  const startedMs = round(performance.now() - startMs)
  const loadedMb = memoryMb()
  const files = existsSync(folder)
    ? readdirSync(folder).filter(name => name.endsWith('.json') && name !== 'package.json')
    : []
  let peakMb = loadedMb
  let usedMs = 0
  for (const name of files) {
    const resource: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    const before = process.cpuUsage()
    validate(resource, registry.knowledge)
    const { user, system } = process.cpuUsage(before)
    usedMs += (user + system) / 1_000
    peakMb = Math.max(peakMb, memoryMb())
  }
  return { startedMs, idleMb, loadedMb, examples: files.length, cpuMs: Math.round(usedMs), peakMb }
}

process.stdout.write(JSON.stringify(measure()))
