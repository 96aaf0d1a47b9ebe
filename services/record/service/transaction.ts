// A transaction: one write, however many entries, with the links between them.
import type { Call } from '#core/call'
import { newId } from '#core/id'
import type { Answer, Interaction } from '../contract.ts'
import { type Resource, targetOf } from '../rules/index-values.ts'
import { linked } from '../rules/links.ts'
import { patched } from '../rules/patch.ts'
import { fhirError, fhirErrors, shown, isRefused } from '../rules/refusal.ts'
import { validate } from '../rules/validate.ts'
import type { VersionRow } from '../store/resources.ts'
import type { Sight } from '../store/visible.ts'
import { commit, deletion, type Draft, untilSettled, type Written } from './commit.ts'
import { openText, type RecordDeps } from './deps.ts'
import { type Entry, entryText, type Perform, performed, requestOf } from './entries.ts'
import { assertScope, bundleText, etagOf } from './reading.ts'
import { answerOf, assertVersion, conditional, criteriaLock } from './writing.ts'

/** Memory is what limits a transaction; this is far above what clients send. */
const transactionMax = 50_000

/** An entry on its way: what it asks, where in the bundle it is, and what it becomes. */
type Step = {
  index: number
  entry: Entry
  request: Interaction
  type: string
  id: string
  /** Already there, and so only answered: a conditional create that found one. */
  found?: VersionRow | undefined
  current?: VersionRow | undefined
  criteria?: string | undefined
}

export async function takeTransaction(
  deps: RecordDeps,
  call: Call,
  bundle: Interaction,
  entries: readonly Entry[],
  perform: Perform,
): Promise<Answer> {
  if (entries.length > transactionMax)
    throw fhirError('too-costly', `A transaction takes at most ${transactionMax} entries.`)
  const sight = await deps.sightOf(call, bundle.purpose)
  const requests = entries.map(entry => requestOf(bundle, entry))
  const writes = entries.flatMap((entry, index) =>
    isRead(requests[index]!) ? [] : [{ index, entry, request: requests[index]! }],
  )
  const answers = await untilSettled(async () => {
    const steps: Step[] = []
    for (const each of writes) steps.push(await placed(deps, call, sight, each))
    assertOnce(steps)
    await readCurrent(deps, call, sight, steps)
    const links = linksOf(deps, steps)
    await addConditionalLinks(deps, call, sight, steps, links)
    const drafts = await draftsOf(deps, steps, links)
    return commit(deps, call, sight, {
      act: 'transaction',
      drafts: drafts.map(each => each.draft),
      answer: written => answersOf(deps, bundle, steps, drafts, written),
      recheck: recheckAll(deps, call, sight, steps),
    })
  })
  // Reads of a transaction see what it wrote; they come last by the standard's order.
  for (const [index, request] of requests.entries())
    if (isRead(request)) answers[index] = await performed(deps, call, request, perform)
  return {
    status: 200,
    body: bundleText(
      'transaction-response',
      Array.from({ length: entries.length }, (_, index) => answers[index]!),
      [],
      deps.kit.clock.nowMs(),
    ),
  }
}

const isRead = ({ method }: Interaction) => method === 'GET' || method === 'HEAD'

const at = (index: number) => `Bundle.entry[${index}]`

/** Gives an entry its type and id; criteria are answered here, before the transaction. */
async function placed(
  deps: RecordDeps,
  call: Call,
  sight: Sight,
  { index, entry, request }: Pick<Step, 'index' | 'entry' | 'request'>,
): Promise<Step> {
  const [type = '', id, ...rest] = request.path.split('/')
  if (!deps.registry().types.has(type) || rest.length > 0)
    throw fhirError(
      'not-supported',
      `A transaction writes resources; '${shown(request.path)}' is none.`,
      `${at(index)}.request.url`,
    )
  const criteria =
    request.method === 'POST'
      ? request.ifNoneExist
      : id === undefined
        ? new URLSearchParams(request.query.map(each => [...each])).toString()
        : undefined
  const what = request.method === 'POST' ? 'c' : request.method === 'DELETE' ? 'd' : 'u'
  assertScope(call, type, what)
  const found = criteria === undefined ? undefined : await conditional(deps, call, sight, type, criteria)
  const base = { index, entry, request, type, criteria }
  switch (request.method) {
    case 'POST':
      return { ...base, id: found?.id ?? newId(deps.kit.clock.nowMs()), found }
    case 'PUT':
      return { ...base, id: id ?? found?.id ?? entry.resource?.id ?? newId(deps.kit.clock.nowMs()), current: found }
    case 'PATCH':
    case 'DELETE':
      if (id === undefined && !found && request.method === 'PATCH')
        throw fhirError('not-found', 'Nothing matches the criteria.', at(index))
      return { ...base, id: id ?? found?.id ?? '', current: found }
    case 'GET':
    case 'HEAD':
      throw fhirError(
        'value',
        `A transaction knows no method '${shown(request.method)}'.`,
        `${at(index)}.request.method`,
      )
  }
}

function assertOnce(steps: readonly Step[]): void {
  const seen = new Map<string, number>()
  for (const { type, id, index, found } of steps) {
    if (id === '' || found) continue
    const earlier = seen.get(`${type}/${id}`)
    if (earlier !== undefined)
      throw fhirError(
        'invalid',
        `Entries ${earlier} and ${index} are about the same resource; a transaction takes each once.`,
        at(index),
      )
    seen.set(`${type}/${id}`, index)
  }
}

async function readCurrent(deps: RecordDeps, call: Call, sight: Sight, steps: readonly Step[]): Promise<void> {
  const named = steps.filter(each => each.request.method !== 'POST' && each.id !== '' && !each.current)
  if (named.length === 0) return
  await deps.kit.database.read(
    call,
    async () => {
      const known = await deps.resources.versions(named)
      const byName = new Map(known.map(row => [`${row.type}/${row.id}`, row]))
      for (const step of named) {
        if (!byName.has(`${step.type}/${step.id}`)) continue
        step.current = await deps.resources.read(step.type, step.id, sight)
        if (!step.current)
          throw fhirError('not-found', `There is no ${step.type}/${step.id} within your reach.`, at(step.index))
      }
    },
    { reach: 'all' },
  )
  for (const { current, request, index } of steps) assertVersion(request, current, at(index))
}

/** fullUrl → `Type/id`, for references between entries. */
function linksOf({ baseUrl }: RecordDeps, steps: readonly Step[]): Map<string, string> {
  const links = new Map<string, string>()
  for (const { entry, type, id } of steps) {
    if (!entry.fullUrl) continue
    links.set(entry.fullUrl, `${type}/${id}`)
    const own = targetOf(entry.fullUrl, baseUrl)
    if (own) links.set(`${own.type}/${own.id}`, `${type}/${id}`)
    // Entries that come from another server refer to each other relatively.
    const foreign = /^https?:\/\/.+\/([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})$/.exec(entry.fullUrl)?.[1]
    if (foreign) links.set(foreign, `${type}/${id}`)
  }
  return links
}

/** `Patient?identifier=x` as a reference is answered by a search; the standard wants exactly one match. */
async function addConditionalLinks(
  deps: RecordDeps,
  call: Call,
  sight: Sight,
  steps: readonly Step[],
  links: Map<string, string>,
): Promise<void> {
  const wanted = new Set<string>()
  for (const { entry } of steps) collect(entry.resource)
  for (const reference of wanted) {
    const [type = '', criteria = ''] = reference.split(/\?(.*)/s)
    if (!deps.registry().types.has(type)) throw fhirError('value', 'A conditional reference names no resource type.')
    const found = await conditional(deps, call, sight, type, criteria)
    if (!found) throw fhirError('duplicate', 'A conditional reference finds nothing.')
    links.set(reference, `${type}/${found.id}`)
  }
  function collect(value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    for (const [name, each] of Object.entries(value)) {
      if (name === 'reference' && typeof each === 'string' && /^[A-Z][A-Za-z]+\?/.test(each) && !links.has(each))
        wanted.add(each)
      else collect(each)
    }
  }
}

async function draftsOf(
  deps: RecordDeps,
  steps: readonly Step[],
  links: ReadonlyMap<string, string>,
): Promise<{ step: Step; draft: Draft }[]> {
  const drafts: { step: Step; draft: Draft }[] = []
  const problems: ReturnType<typeof validate> = []
  for (const step of steps) {
    const { type, id, request, entry, current, index } = step
    if (current?.owner)
      throw fhirError('business-rule', 'What mirrors another service is not written in a transaction.', at(index))
    if (step.found || (request.method === 'DELETE' && (!current || current.is_deleted))) continue
    if (request.method === 'DELETE') {
      drafts.push({ step, draft: deletion(current!) })
      continue
    }
    const body = request.method === 'PATCH' ? await patchedOf(deps, step) : entry.resource
    if (body?.resourceType !== type)
      throw fhirError(
        'invalid',
        `The entry’s address says ${shown(type)}, its resource does not.`,
        `${at(index)}.resource`,
      )
    const resource = linked(body, links) as Resource
    if (request.method === 'PUT' && resource.id !== undefined && resource.id !== id)
      throw fhirError('invalid', 'The resource’s id is not that of the address.', `${at(index)}.resource.id`)
    const found = validate({ ...resource, id }, deps.registry().knowledge).filter(each => isRefused([each]))
    problems.push(
      ...found.map(each => ({
        ...each,
        expression: `${at(index)}.resource${each.expression ? ` ${each.expression}` : ''}`,
      })),
    )
    drafts.push({
      step,
      draft: { type, id, method: request.method as Draft['method'], resource, after: current?.version ?? 0 },
    })
  }
  if (problems.length > 0) throw fhirErrors('unprocessable', problems)
  return drafts
}

async function patchedOf(deps: RecordDeps, { current, entry, type, index }: Step): Promise<Resource> {
  const text = current && (await openText(deps, current))
  if (text === undefined) throw fhirError('deleted', `What entry ${index} patches does not exist.`, at(index))
  return patched(JSON.parse(text) as Resource, patchBodyOf(entry.resource, type), deps.registry().knowledge)
}

/** A JSON Patch travels in a bundle as a Binary, a FHIRPath Patch as Parameters. */
function patchBodyOf(resource: Resource | undefined, type: string): unknown {
  if (resource?.resourceType === 'Parameters') return resource
  const data = resource?.resourceType === 'Binary' ? resource['data'] : undefined
  if (typeof data !== 'string')
    throw fhirError('structure', `A patch of ${type} in a bundle is a Binary with a JSON Patch, or Parameters.`)
  try {
    return JSON.parse(Buffer.from(data, 'base64').toString('utf8'))
  } catch {
    throw fhirError('structure', 'The Binary holds no JSON Patch.')
  }
}

function recheckAll(
  deps: RecordDeps,
  call: Call,
  sight: Sight,
  steps: readonly Step[],
): (() => Promise<boolean>) | undefined {
  const conditionals = steps
    .filter(each => each.criteria !== undefined)
    .toSorted((a, b) => (`${a.type}?${a.criteria}` < `${b.type}?${b.criteria}` ? -1 : 1))
  if (conditionals.length === 0) return undefined
  return async () => {
    // In one order everywhere, so that two bundles never wait for each other in a circle.
    for (const { type, criteria, found, current } of conditionals)
      if (!(await criteriaLock(deps, call, sight, type, criteria!, (found ?? current)?.id)())) return false
    return true
  }
}

function answersOf(
  deps: RecordDeps,
  bundle: Interaction,
  steps: readonly Step[],
  drafts: readonly { step: Step; draft: Draft }[],
  written: readonly Written[],
): Record<number, string> {
  const answers: Record<number, string> = {}
  for (const { index, found, type, id } of steps) {
    answers[index] = found
      ? entryText({
          status: 200,
          etag: etagOf(found.version),
          lastModified: found.updated_at.toUTCString(),
          location: `${deps.baseUrl}/${type}/${id}/_history/${found.version}`,
        })
      : entryText({ status: 204 })
  }
  for (const [at, { step, draft }] of drafts.entries()) {
    const status = draft.method === 'DELETE' ? 204 : draft.after === 0 || step.current?.is_deleted ? 201 : 200
    // What was sent need not be sent back, unless somebody wants it.
    const wantsBody = /\breturn=representation\b/.test(bundle.prefer ?? '')
    answers[step.index] = entryText(
      answerOf(deps, { prefer: wantsBody ? 'return=representation' : 'return=minimal' }, written[at]!, status),
    )
  }
  return answers
}
