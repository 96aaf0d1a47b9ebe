import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { keptInMemory } from '../../test/servers/kept.ts'
import { type Answer, startWeb } from '../../test/servers/web.ts'
import { movableClock } from '../clock/movable.ts'
import { createEgress } from '../egress/gate.ts'
import { smsConforms } from './conformance.ts'
import { gatewaySms } from './gateway.ts'
import { outboxSms } from './outbox.ts'

smsConforms('outbox', async () => {
  const kept = keptInMemory()
  return {
    sms: outboxSms(kept),
    received: async () => kept.messages.map(({ id, to, text }) => ({ id, to, text })),
  }
})

const secret = 'shared with the gateway'
const nowMs = Date.UTC(2026, 10, 21, 9, 30)
const message = () => ({ id: randomUUID(), to: '+4915112345678', text: 'You have a new message.' })

async function gateway(answer: Answer = { status: 200 }) {
  const server = await startWeb(() => answer)
  after(() => server.stop())
  const egress = createEgress({ allowHosts: [], allowPrivate: [server.at], timeoutMs: 2_000, maxBytes: 10_000 })
  return { server, sms: gatewaySms(`${server.url}/send?tenant=a`, secret, egress, movableClock(nowMs)) }
}

smsConforms('gateway', async () => {
  const { server, sms } = await gateway()
  const received = async () => {
    // A gateway sends a repeated key once; this one only remembers.
    const byKey = new Map(server.asked.map(each => [each.headers['idempotency-key'], each.body.toString()]))
    return [...byKey.values()].map(body => JSON.parse(body))
  }
  return { sms, received }
})

describe('the SMS gateway', () => {
  it('can tell that it is us, and when it was', async () => {
    const { server, sms } = await gateway()
    await sms.send(message())
    const { method, path, headers, body } = server.asked[0]!
    assert.deepEqual([method, path, headers['content-type']], ['POST', '/send?tenant=a', 'application/json'])
    const expected = createHmac('sha256', secret)
      .update(`${nowMs / 1_000}.${body}`)
      .digest('hex')
    assert.equal(headers['medley-signature'], `t=${nowMs / 1_000},v1=${expected}`)
  })

  it('may give the message an id of its own', async () => {
    const sent = message()
    const answer = async (body: string) => (await (await gateway({ status: 202, body })).sms.send(sent)).providerId
    assert.equal(await answer('{"id":"SM123"}'), 'SM123')
    for (const body of ['', 'ok', '[]', 'null', '{"id":7}', `{"id":"${'x'.repeat(201)}"}`])
      assert.equal(await answer(body), sent.id)
  })

  it('that refuses is an error without number and text', async () => {
    for (const status of [302, 400, 429, 500]) {
      const sent = message()
      const { sms } = await gateway({ status, headers: { location: '/elsewhere' }, body: sent.to })
      await assert.rejects(sms.send(sent), { message: `The SMS gateway did not take ${sent.id}: ${status}.` })
    }
  })
})
