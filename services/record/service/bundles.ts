// Bundles: a transaction is one write, however many entries it has; a batch is as many requests as it has entries.
import type { Call } from '#core/call'
import type { Answer, Interaction } from '../contract.ts'
import { fhirError } from '../rules/refusal.ts'
import type { RecordDeps } from './deps.ts'
import { bundleText } from './reading.ts'

import { type Entry, type Perform, performed, requestOf } from './entries.ts'
import { takeTransaction } from './transaction.ts'

const batchMax = 5_000
export async function takeBundle(
  deps: RecordDeps,
  call: Call,
  request: Interaction,
  perform: Perform,
): Promise<Answer> {
  const bundle = request.body as { resourceType?: unknown; type?: unknown; entry?: unknown } | undefined
  if (bundle?.resourceType !== 'Bundle')
    throw fhirError('structure', 'The base address takes a Bundle of type batch or transaction.')
  const entries = (bundle.entry ?? []) as Entry[]
  if (!Array.isArray(entries) || entries.some(each => typeof each !== 'object' || each === null))
    throw fhirError('structure', 'Bundle.entry is a list of objects.', 'Bundle.entry')
  const problems = entries.flatMap((each, index) =>
    each.request?.method && each.request.url !== undefined ? [] : [index],
  )
  if (bundle.type !== 'batch' && bundle.type !== 'transaction')
    throw fhirError('value', 'Only bundles of type batch and transaction are carried out.', 'Bundle.type')
  if (problems.length > 0)
    throw fhirError(
      'required',
      'Every entry needs request.method and request.url.',
      `Bundle.entry[${problems[0]}].request`,
    )
  return bundle.type === 'batch'
    ? takeBatch(deps, call, request, entries, perform)
    : takeTransaction(deps, call, request, entries, perform)
}

async function takeBatch(
  deps: RecordDeps,
  call: Call,
  request: Interaction,
  entries: readonly Entry[],
  perform: Perform,
): Promise<Answer> {
  if (entries.length > batchMax) throw fhirError('too-costly', `A batch takes at most ${batchMax} entries.`)
  const answers: string[] = []
  for (const [index, entry] of entries.entries()) {
    // One after the other, so that a batch is no way to more than one connection; each with a key of its own.
    const own =
      call.idempotencyKey === undefined ? call : { ...call, idempotencyKey: `${call.idempotencyKey}/${index}` }
    answers.push(await performed(deps, own, requestOf(request, entry), perform))
  }
  return { status: 200, body: bundleText('batch-response', answers, [], deps.kit.clock.nowMs()) }
}
