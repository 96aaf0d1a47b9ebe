// `$import`: begin a bulk import, and ask how far it is.
import { newId } from '#core/id'
import type { Answer } from '../../contract.ts'
import { fhirError, shown } from '../../rules/refusal.ts'
import { readCursor, writeCursor } from '../deps.ts'
import { type ImportFile, importState, type ImportTask, keepImportState } from '../importing.ts'
import { outcome } from '../../rules/outcome.ts'
import { assertScope } from '../reading.ts'
import { type Asked, textOf } from './operation.ts'

const filesMax = 500

export async function runImport(asked: Asked): Promise<Answer> {
  const { deps, call, request } = asked
  const { roles } = call.caller
  if (!roles.includes('app') && !roles.includes('service'))
    throw fhirError('forbidden', 'Imports are for backend apps with system scopes.')
  if (!/\brespond-async\b/.test(request.prefer ?? ''))
    throw fhirError('processing', 'An import needs the header Prefer: respond-async.')
  const files = filesOf(asked)
  for (const { type, url } of files) {
    if (!deps.registry().types.has(type)) throw fhirError('value', `There is no resource type '${shown(type)}'.`)
    assertScope(call, type, 'c')
    assertScope(call, type, 'u')
    const refusal = await deps.kit.egress.refusalOf(url)
    if (refusal !== undefined) throw fhirError('business-rule', `A file cannot be fetched from here: ${refusal}`)
  }
  const id = newId(deps.kit.clock.nowMs())
  const by = call.caller.grant?.clientId ?? 'service'
  await keepImportState(deps, id, {
    by,
    isDone: false,
    files: files.length,
    filesDone: 0,
    written: 0,
    unchanged: 0,
    problems: [],
  })
  deps.kit.concerning({ act: 'import' })
  const task: ImportTask = { id, caller: call.caller, files }
  return deps.kit.database.save(call, async () => {
    deps.kit.enqueue('import', task)
    return { status: 202, contentLocation: `${deps.baseUrl}/$import-status?job=${writeCursor(deps, id)}` }
  })
}

/** A manifest as JSON, or the same as Parameters. */
function filesOf({ request }: Asked): ImportFile[] {
  const { input } = (request.body ?? {}) as { input?: unknown }
  const parameters = (
    request.body as
      | { parameter?: { name?: string; part?: { name?: string; [value: string]: unknown }[] }[] }
      | undefined
  )?.parameter
  const listed = Array.isArray(input)
    ? (input as Record<string, unknown>[])
    : (parameters ?? [])
        .filter(each => each.name === 'input')
        .map(each =>
          Object.fromEntries(
            (each.part ?? []).map(part => [
              part.name,
              Object.entries(part).find(([key]) => key.startsWith('value'))?.[1],
            ]),
          ),
        )
  const files = listed.map(each => ({ type: String(each['type']), url: String(each['url']) }))
  if (files.length === 0 || files.length > filesMax)
    throw fhirError('required', `An import takes 1 to ${filesMax} inputs, each with type and url.`)
  return files
}

export async function runImportStatus(asked: Asked): Promise<Answer> {
  const { deps, call } = asked
  deps.kit.concerning({ act: 'import-status' })
  const state = await importState(deps, readCursor<string>(deps, textOf(asked, 'job') ?? ''))
  if (state?.by !== (call.caller.grant?.clientId ?? 'service')) throw fhirError('not-found', 'There is no such import.')
  if (!state.isDone)
    return {
      status: 202,
      body: JSON.stringify({ progress: `${state.filesDone}/${state.files} files` }),
      mediaType: 'application/json',
    }
  const said = [
    {
      severity: 'information' as const,
      code: 'informational',
      text: `${state.written} resources were written, ${state.unchanged} were there already.`,
    },
    ...state.problems.map(text => ({ severity: 'error' as const, code: 'processing', text })),
  ]
  return { status: 200, body: JSON.stringify(outcome(said)) }
}
