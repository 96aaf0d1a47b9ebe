import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newId } from '#core/id'
import { type Signed, signUp } from '../test/people.ts'
import { freePort } from '../test/servers/child.ts'
import { type TestMedley, testMedley } from '../test/start.ts'

const perMinute = 150
let medley: TestMedley
let person: Signed
before(async () => {
  medley = await testMedley({
    env: { MEDLEY_PORT: String(await freePort()), MEDLEY_RATE_PER_MINUTE: String(perMinute) },
    startMs: 'real',
  })
  person = await signUp(medley.url, 'Regular Person')
})
after(() => medley.stop())

const statusesOf = async (count: number, headersOf: (index: number) => Record<string, string>) =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const answer = await fetch(`${medley.url}/api/identity/sign-in-options`, { headers: headersOf(index) })
      await answer.text()
      return answer.status
    }),
  )
const refusals = (statuses: number[]) => statuses.filter(each => each === 429).length

/** A token as ours look, with claims of one's choice and a signature that is none. */
function forged(audience: string, index: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const { kid } = medley.platform.keys.jwks().keys[0]!
  const claims = { aud: audience, exp: 4e9, caller: { personId: newId(), roles: ['operator'], sessionId: `s${index}` } }
  return `${part({ alg: 'ES256', kid })}.${part(claims)}.${Buffer.alloc(64, index).toString('base64url')}`
}

test('a stranger with a new made-up credential on every request has one allowance, that of the address', async () => {
  const guises: ((index: number) => Record<string, string>)[] = [
    index => ({ authorization: `Bearer made-up-${index}` }),
    index => ({ authorization: `Bearer ${forged('medley', index)}` }),
    index => ({ authorization: `Bearer ${forged('medley-service', index)}` }),
    index => ({ authorization: `Basic ${index}` }),
    index => ({ 'x-api-key': `made-up-${index}` }),
    index => ({ 'x-forwarded-for': `198.51.100.${index}` }),
  ]
  const first = await statusesOf(perMinute + 30, index => guises[index % guises.length]!(index))
  assert.ok(refusals(first) >= 30, `${refusals(first)} refusals`)
  for (const guise of guises) assert.equal(refusals(await statusesOf(5, index => guise(1_000 + index))), 5)
})

test('who is signed in has an allowance of their own, on a crowded address too, and one for all their tokens', async () => {
  assert.equal(refusals(await statusesOf(1, () => ({}))), 1)
  const { authorization } = person.headers as { authorization: string }
  const { caller } = await claimsOf(authorization)
  const another = await medley.platform.keys.signToken(
    { caller },
    { audience: 'medley', ttlMs: 240_000, nowMs: medley.clock.nowMs() },
  )
  assert.notEqual(`Bearer ${another}`, authorization)
  const bearers = [authorization, `Bearer ${another}`]
  const statuses = await statusesOf(perMinute + 20, index => ({ authorization: bearers[index % 2]! }))
  assert.ok(statuses.filter(each => each === 200).length >= perMinute - 20)
  assert.ok(refusals(statuses) >= 20, `${refusals(statuses)} refusals`)
})

test('calls between Medley’s own processes are not counted', async () => {
  const call = medley.composition.serviceCall('test')
  const token = await medley.platform.keys.signToken(
    { call },
    { audience: 'medley-service', ttlMs: 60_000, nowMs: medley.clock.nowMs() },
  )
  assert.equal(refusals(await statusesOf(perMinute + 20, () => ({ authorization: `Bearer ${token}` }))), 0)
})

const claimsOf = async (authorization: string) =>
  JSON.parse(Buffer.from(authorization.split('.')[1]!, 'base64url').toString()) as { caller: unknown }
