import assert from 'node:assert/strict'
import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  type ECDH,
  hkdfSync,
  randomBytes,
  randomUUID,
} from 'node:crypto'
import { after, describe, it } from 'node:test'
import { jwtVerify } from 'jose'
import { keptInMemory } from '../../test/servers/kept.ts'
import { startWeb } from '../../test/servers/web.ts'
import { createEgress } from '../egress/gate.ts'
import { EgressRefused } from '../egress/port.ts'
import { pushConforms } from './conformance.ts'
import { outboxPush } from './outbox.ts'
import { newVapidKeys, webPush } from './web-push.ts'

/** A browser that subscribed: its keys, and what it does with a message (RFC 8291 §3.4 and RFC 8188 §2). */
function device(endpoint: string) {
  const curve: ECDH = createECDH('prime256v1')
  const [ours, auth] = [curve.generateKeys(), randomBytes(16)]
  const hkdf = (salt: Buffer, key: Buffer, info: Buffer, length: number) =>
    Buffer.from(hkdfSync('sha256', key, salt, info, length))
  return {
    subscription: { endpoint, keys: { p256dh: ours.toString('base64url'), auth: auth.toString('base64url') } },
    read(body: Buffer): unknown {
      const [salt, keyLength] = [body.subarray(0, 16), body[20]!]
      const [theirs, sealed] = [body.subarray(21, 21 + keyLength), body.subarray(21 + keyLength)]
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), ours, theirs])
      const secret = hkdf(auth, curve.computeSecret(theirs), info, 32)
      const key = hkdf(salt, secret, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
      const nonce = hkdf(salt, secret, Buffer.from('Content-Encoding: nonce\0'), 12)
      const opening = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(sealed.subarray(-16))
      const plain = Buffer.concat([opening.update(sealed.subarray(0, -16)), opening.final()])
      // A delimiter of 2 ends the last record, and nothing but padding follows.
      return JSON.parse(plain.subarray(0, plain.lastIndexOf(2)).toString())
    },
  }
}

const vapid = { contact: 'mailto:ops@medley.example', ...newVapidKeys() }

async function service(status = 201) {
  const server = await startWeb(() => ({ status }))
  after(() => server.stop())
  const egress = createEgress({ allowHosts: [], allowPrivate: [server.at], timeoutMs: 2_000, maxBytes: 10_000 })
  return { server, push: webPush(vapid, egress), device: device(`${server.url}/push/secret-path`) }
}

pushConforms('web push', async () => {
  const { server, push, device: browser } = await service()
  const received = async () => server.asked.map(each => browser.read(each.body) as { id: string; title: string })
  return { push, subscription: browser.subscription, received }
})

pushConforms('outbox', async () => {
  const kept = keptInMemory()
  const received = async () => kept.messages.map(({ id, text }) => ({ id, title: text }))
  return { push: outboxPush(kept), subscription: device('https://push.example/secret').subscription, received }
})

describe('web push', () => {
  const message = () => ({ id: randomUUID(), title: 'You have a new message.' })

  it('says who we are and what may replace what', async () => {
    const { server, push, device: browser } = await service()
    const sent = message()
    await push.send(browser.subscription, sent)
    const { method, headers } = server.asked[0]!
    assert.deepEqual(
      [method, headers['content-encoding'], headers['ttl'], headers['topic']],
      ['POST', 'aes128gcm', '86400', sent.id.replaceAll('-', '')],
    )
    const [, token, key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(headers.authorization!)!
    assert.equal(key, vapid.publicKey)
    const point = Buffer.from(key!, 'base64url')
    const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')]
    const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } })
    const { payload } = await jwtVerify(token!, publicKey, { audience: server.url })
    assert.equal(payload.sub, vapid.contact)
  })

  it('hides the message from the push service', async () => {
    const { server, push, device: browser } = await service()
    await push.send(browser.subscription, message())
    assert.ok(!server.asked[0]!.body.includes('message'))
  })

  it('tells that a subscription has ended', async () => {
    for (const status of [404, 410]) {
      const { push, device: browser } = await service(status)
      assert.equal(await push.send(browser.subscription, message()), 'gone')
    }
  })

  it('fails for other answers, without naming the subscription', async () => {
    for (const status of [302, 400, 413, 429, 500]) {
      const { push, device: browser } = await service(status)
      const sent = message()
      await assert.rejects(push.send(browser.subscription, sent), {
        message: `The push service did not take ${sent.id}: ${status}.`,
      })
    }
  })

  it('goes nowhere the gate would refuse, whatever a browser claims its endpoint is', async () => {
    const { push, device: browser } = await service()
    for (const endpoint of ['http://127.0.0.1:1/x', 'https://169.254.169.254/x', 'https://evil.example/x'])
      await assert.rejects(push.send({ ...browser.subscription, endpoint }, message()), EgressRefused)
  })
})
