import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { newId } from '#core/id'
import { audit } from '#contract/audit'
import type { Role } from '#core/call'
import { aClinician, aPatient } from '../test/clinic.ts'
import { signUp } from '../test/people.ts'
import { freePort } from '../test/servers/child.ts'
import { type TestMedley, testMedley } from '../test/start.ts'
import { services } from './services.ts'

let medley: TestMedley
before(async () => {
  medley = await testMedley({
    env: { MEDLEY_PORT: String(await freePort()), MEDLEY_BODY_BYTES: '20000' },
    startMs: 'real',
  })
})
after(() => medley.stop())

type Problem = {
  code: string
  status: number
  detail: string
  requestId: string
  details?: { issues?: { path: string }[] }
}

async function ask(path: string, init: RequestInit = {}) {
  const answer = await fetch(`${medley.url}${path}`, init)
  const text = await answer.text()
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: (text.startsWith('{') ? JSON.parse(text) : {}) as Problem,
  }
}
const json = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/json', ...headers },
})

test('every answer carries a request id and the headers that protect a browser', async () => {
  const { headers } = await ask('/api/identity/sign-in-options', { headers: { 'x-request-id': 'mine; drop table' } })
  assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'self'.*frame-ancestors 'none'/)
  for (const [name, value] of [
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'no-referrer'],
  ])
    assert.equal(headers.get(name!), value)
  assert.ok(headers.has('strict-transport-security') && !headers.has('x-powered-by'))
})

test('malformed, oversized and poisoned bodies are refused as problems', async () => {
  const { headers } = await signUp(medley.url, 'Bad Body')
  for (const [body, status, code] of [
    ['{"holdId":', 400, 'request.malformed'],
    [`{"reason":"${'x'.repeat(30_000)}"}`, 400, 'request.tooLarge'],
    ['{"__proto__":{"isAdmin":true}}', 400, 'request.malformed'],
    ['[]', 400, 'request.invalid'],
    ['{"holdId":"not-an-id"}', 400, 'request.invalid'],
  ] as const) {
    const answer = await ask('/api/appointment/bookings', json(body, { authorization: headers['authorization']! }))
    assert.deepEqual([answer.status, answer.body.code], [status, code], body.slice(0, 40))
    assert.match(answer.headers.get('content-type') ?? '', /application\/problem\+json/)
    assert.ok(answer.body.requestId && !answer.text.includes('node_modules'))
  }
  const wrongType = await ask('/api/appointment/bookings', {
    method: 'POST',
    body: 'a=b',
    headers: { 'content-type': 'text/csv' },
  })
  assert.equal(wrongType.status, 400)
})

test('an unknown path, method, cursor and key form are told apart', async () => {
  const { headers } = await signUp(medley.url, 'Lost')
  assert.deepEqual((await ask('/api/nothing/here')).body.code, 'request.notFound')
  assert.deepEqual((await ask('/api/appointment/bookings', { method: 'PUT', headers })).body.code, 'request.notFound')
  const cursor = btoa(encodeURIComponent(JSON.stringify(['2026-01-01', 'not-an-id'])))
  assert.deepEqual((await ask(`/api/appointment/bookings?cursor=${cursor}`, { headers })).body.code, 'request.invalid')
  assert.equal((await ask('/api/appointment/bookings?cursor=nonsense', { headers })).status, 200)
  assert.deepEqual((await ask('/api/appointment/bookings?sort=name;drop', { headers })).body.code, 'request.invalid')
  const key = { authorization: headers['authorization']!, 'idempotency-key': 'x'.repeat(256) }
  assert.deepEqual((await ask('/api/appointment/holds', json('{}', key))).body.code, 'idempotency.keyInvalid')
})

test('a bug answers 500 with its request id and nothing of itself, and is audited as failed', async () => {
  const patient = await signUp(medley.url, 'Unlucky')
  await medley.platform.database.execute('alter table appointment.booking rename to booking_away')
  try {
    const { status, body, text } = await ask('/api/appointment/bookings', { headers: patient.headers })
    assert.deepEqual([status, body.code], [500, 'bug'])
    assert.ok(text.includes(body.requestId) && !/relation|booking_away|select/i.test(text))
    await medley.settle()
    const operator = medley.as({ personId: newId(), roles: ['operator'] })
    const { items } = await medley.call(audit).search({ personId: patient.personId, outcome: 'failed' }, operator)
    assert.equal(items[0]?.requestId, body.requestId)
  } finally {
    await medley.platform.database.execute('alter table appointment.booking_away rename to booking')
  }
})

test('health, metrics and the description of the API are there', async () => {
  assert.equal((await ask('/healthz')).status, 200)
  assert.equal((await ask('/readyz')).status, 200)
  assert.match((await ask('/metrics')).text, /medley_http_request_seconds_count/)
  assert.match((await ask('/api/docs')).text, /appointment\.book/)
  const description = JSON.parse((await ask('/api/openapi.json')).text) as {
    openapi: string
    paths: Record<string, Record<string, { operationId: string }>>
  }
  assert.match(description.openapi, /^3\.1\./)
  const described = new Set(
    Object.values(description.paths).flatMap(each => Object.values(each).map(({ operationId }) => operationId)),
  )
  const open = services.flatMap(({ contract }) =>
    Object.entries(contract.operations)
      .filter(([, { allow }]) => allow.some(each => each !== 'service'))
      .map(([key]) => `${contract.name}.${key}`),
  )
  assert.deepEqual([...described].toSorted(), open.toSorted())
})

test('metrics tell operations apart, and what was asked for adds no label', async () => {
  for (const path of ['identity/sign-in-options', 'nothing/a1', 'nothing/b2', 'identity/c3']) await ask(`/api/${path}`)
  const { text } = await ask('/metrics')
  const routes = new Set(
    [...text.matchAll(/medley_http_request_seconds_count\{[^}]*route="([^"]*)"/g)].map(each => each[1]!),
  )
  assert.ok(routes.has('identity.signInOptions') && routes.has('/api/*'), [...routes].join(' '))
  assert.ok(![...routes].some(each => /[abc][123]/.test(each)))
})

test('no operation opens to a role its contract does not name', async () => {
  const roles: (Role | 'nobody')[] = ['nobody', 'patient', 'clinician', 'pharmacist', 'insurer', 'operator', 'app']
  for (const { contract } of services) {
    for (const [key, { allow }] of Object.entries(contract.operations)) {
      for (const role of roles) {
        const isPerson = role !== 'nobody' && role !== 'app'
        const isOpen =
          allow.includes('anyone') ||
          (role !== 'nobody' && allow.includes(role)) ||
          (isPerson && allow.includes('person'))
        if (isOpen) continue
        const call = medley.as(role === 'nobody' ? {} : { roles: [role], ...(isPerson ? { personId: newId() } : {}) })
        const client = medley.call(contract) as Record<string, (input: unknown, call: unknown) => Promise<unknown>>
        const refusal = await client[key]!({}, call).then(
          () => undefined,
          (error: { code?: string }) => error.code,
        )
        assert.ok(
          refusal === 'access.forbidden' || refusal === 'access.unauthenticated',
          `${contract.name}.${key} answers ${role} with ${refusal}`,
        )
      }
    }
  }
})

test('no operation opens to a person’s app unless its contract names apps', async () => {
  const grant = { clientId: newId(), scopes: ['patient/*.cruds', 'user/*.cruds'] }
  const roles: Role[] = ['patient', 'clinician', 'pharmacist', 'insurer', 'operator']
  const call = medley.as({ personId: newId(), roles, grant })
  for (const { contract } of services) {
    for (const [key, { allow }] of Object.entries(contract.operations)) {
      if (allow.includes('app')) continue
      const client = medley.call(contract) as Record<string, (input: unknown, call: unknown) => Promise<unknown>>
      await assert.rejects(client[key]!({}, call), { code: 'access.forbidden' }, `${contract.name}.${key}`)
    }
  }
})

test('every booking, read and refusal leaves exactly one audit entry with its ids and no content', async () => {
  const clinician = await aClinician(medley, {
    noticeMinutes: 0,
    windows: [1, 2, 3, 4, 5, 6, 7].map(weekday => ({ weekday, from: '00:00', to: '24:00' })),
  })
  const patient = await aPatient(medley)
  const { appointment } = await import('#contract/appointment')
  const { book, booking, cancel } = medley.call(appointment)
  const { times } = await medley
    .call(appointment)
    .freeTimes({ clinicianId: clinician.id, serviceId: clinician.serviceId }, patient)
  const { id } = await book({ ...clinician.wish, startsAt: times[5]!.startsAt, reason: 'private words' }, patient)
  await booking({ bookingId: id }, patient)
  await cancel({ bookingId: newId() }, patient).catch(() => {})
  await medley.settle()
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  const { items } = await medley.call(audit).search({ personId: patient.caller.personId }, operator)
  const seen = items
    .map(each => `${each.action} ${each.outcome}`)
    .filter(each => each.startsWith('appointment'))
    .toSorted()
  assert.deepEqual(seen, ['appointment.book done', 'appointment.booking done', 'appointment.cancel refused'])
  assert.ok(items.some(each => Object.values(each.subjects).includes(id)))
  assert.ok(!JSON.stringify(items).includes('private words'))
})

test('what no id can be does not enter the trail, where it would fail the entries of others too', async () => {
  const patient = await aPatient(medley)
  const { appointment } = await import('#contract/appointment')
  for (const bookingId of ['\0', '\ud800', 'x'.repeat(101)])
    await assert.rejects(medley.call(appointment).booking({ bookingId }, patient), { code: 'request.invalid' })
  await medley.settle()
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  const { items } = await medley.call(audit).search({ personId: patient.caller.personId, outcome: 'refused' }, operator)
  assert.deepEqual(
    items.map(each => each.subjects),
    [{}, {}, {}],
  )
})

test('requests beyond the limit hear when to come back', async () => {
  await using small = await testMedley({ env: { MEDLEY_RATE_PER_MINUTE: '5' } })
  const statuses = await Promise.all(
    Array.from({ length: 8 }, () => fetch(`${small.url}/api/identity/sign-in-options`).then(each => each)),
  )
  const refused = statuses.filter(each => each.status === 429)
  assert.equal(refused.length, 3)
  assert.ok(Number(refused[0]!.headers.get('retry-after')) > 0)
  assert.equal(((await refused[0]!.json()) as Problem).code, 'rate.exceeded')
})

test('a stopping process finishes what it began and accepts nothing new', async () => {
  const medleyTwo = await testMedley({ startMs: 'real' })
  const { url } = medleyTwo
  const began = Array.from({ length: 20 }, () =>
    fetch(`${url}/api/appointment/care?limit=50`).then(answer => answer.status),
  )
  await Promise.all(began.slice(0, 1))
  const stopped = medleyTwo.stop()
  assert.ok(
    (await Promise.allSettled(began)).every(
      each => each.status === 'rejected' || each.value === 200 || each.value === 503,
    ),
  )
  await stopped
  await assert.rejects(fetch(`${url}/healthz`))
})

test('a port in use ends the start and leaves nothing open', async () => {
  const squatter = createServer()
  await new Promise<void>(resolve => squatter.listen(0, '127.0.0.1', resolve))
  const { port } = squatter.address() as AddressInfo
  await assert.rejects(testMedley({ env: { MEDLEY_PORT: String(port) } }), { code: 'EADDRINUSE' })
  squatter.close()
})
