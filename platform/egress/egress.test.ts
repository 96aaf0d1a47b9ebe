import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { isMetadata, isPublic } from './address.ts'
import { createEgress, type EgressOptions } from './gate.ts'
import { EgressRefused } from './port.ts'

const options: EgressOptions = { allowHosts: [], allowPrivate: [], timeoutMs: 2_000, maxBytes: 10_000 }
const open: EgressOptions = { ...options, allowHosts: ['*'] }

/** A gate whose names lead where the test says, and which tells what it was asked. */
function gateTo(answers: Record<string, string[]>, more: Partial<EgressOptions> = {}) {
  const asked: string[] = []
  const resolve = async (host: string) => (asked.push(host), answers[host] ?? [])
  return { ...createEgress({ ...open, resolve, ...more }), asked }
}

/** Texts without spaces, easier to read than so many quotes. */
const words = (text: string) => text.trim().split(/\s+/)

async function start(handle: RequestListener) {
  const server = createServer(handle)
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as { port: number }
  after(() => (server.closeAllConnections(), server.close()))
  return { port, at: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}` }
}

describe('addresses', () => {
  const inside = [
    '',
    ...words(`
    127.0.0.1 127.255.255.254 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
    100.100.100.200 100.127.255.255 192.0.0.192 192.0.2.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1
    224.0.0.1 240.0.0.1 255.255.255.255 192.88.99.1 :: ::1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:8.8.8.8
    ::127.0.0.1 64:ff9b::7f00:1 fc00::1 64:ff9b:1::1 fd00:ec2::254 fe80::1 febf::1 fec0::1 ff02::1 100::1
    2001::1 2001:db8::1 2002:7f00:1:: 2001:20::1 3fff::1 4000::1 5f00::1 fe80::1%eth0 localhost 127.1 0x7f.1
  `),
  ]
  for (const address of inside) it(`${address} is not public`, () => assert.equal(isPublic(address), false))

  const outside = words(`
    8.8.8.8 1.1.1.1 172.15.255.255 172.32.0.1 100.63.255.255 100.128.0.1 169.253.255.255 192.167.255.255
    223.255.255.255 2606:4700:4700::1111 2001:4860:4860::8888 2a00:1450::1
  `)
  for (const address of outside) it(`${address} is public`, () => assert.equal(isPublic(address), true))

  it('stay private however IPv6 wraps them', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(byte, byte, byte, byte, (a, b, c, d) => {
        const [high, low] = [(a * 256 + b).toString(16), (c * 256 + d).toString(16)]
        for (const form of [
          `::ffff:${high}:${low}`,
          `::${high}:${low}`,
          `64:ff9b::${high}:${low}`,
          `2002:${high}:${low}::1`,
        ])
          assert.equal(isPublic(form), false, form)
      }),
    )
  })

  it('of metadata services are known in every form', () => {
    for (const each of ['169.254.169.254', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', 'fd00:ec2::254', 'fe80::1'])
      assert.equal(isMetadata(each), true, each)
    for (const each of ['10.0.0.1', 'fd00::1', '8.8.8.8']) assert.equal(isMetadata(each), false, each)
  })
})

describe('the gate', () => {
  const hostile = words(`
    https://127.0.0.1/ https://2130706433/ https://0x7f000001/ https://0x7f.1/ https://017700000001/
    https://127.1/ https://0177.0.0.1/ https://0/ https://[::1]/ https://[::]/ https://[::ffff:127.0.0.1]/
    https://[::ffff:7f00:1]/ https://[0:0:0:0:0:ffff:7f00:0001]/ https://[64:ff9b::7f00:1]/ https://１２７.0.0.1/
    https://169.254.169.254/latest/meta-data/ https://[fd00:ec2::254]/ https://100.100.100.200/ https://10.1/
    https://[fe80::1]/ https://192.168.0.1/ https://①②⑦.⓪.⓪.①/ https://127.0.0.1./ https://%31%32%37.0.0.1/
  `)
  for (const url of hostile) {
    it(`refuses ${url}, though every public host is allowed`, async () => {
      await assert.rejects(createEgress(open).fetch(url), EgressRefused)
      assert.ok(await createEgress(open).refusalOf(url))
    })
  }

  const malformed = [
    '',
    ...words(`
    x //example.org file:///etc/passwd ftp://example.org gopher://example.org data:text/plain,x
    javascript:alert(1) https:// https://[fe80::1%25eth0]/ https://1.2.3.4.5/ https://256.1.1.1/
    http://public.example/ https://user@public.example/ https://user:secret@public.example/ ws://public.example
    https://public.example:8443/ https://public.example:22/
  `),
  ]
  for (const url of malformed) {
    it(`refuses ${JSON.stringify(url)} without asking for its address`, async () => {
      const gate = gateTo({ 'public.example': ['127.0.0.1'] })
      await assert.rejects(gate.fetch(url), EgressRefused)
      assert.deepEqual(gate.asked, [])
    })
  }

  it('refuses a name when one of its addresses is private', async () => {
    for (const address of ['127.0.0.1', '::ffff:10.0.0.1', '169.254.169.254', 'fd00::1', 'not an address'])
      await assert.rejects(
        gateTo({ 'public.example': ['8.8.8.8', address] }).fetch('https://public.example'),
        EgressRefused,
      )
    await assert.rejects(gateTo({}).fetch('https://public.example'), /no address/)
    assert.equal(
      await gateTo({ 'public.example': ['8.8.8.8', '2606:4700::1'] }).refusalOf('https://public.example'),
      undefined,
    )
  })

  it('refuses what is on no list, and says so without the path', async () => {
    const gate = createEgress({ ...options, allowHosts: ['good.example', '*.wild.example', 'port.example:8443'] })
    const hosts = words(`
      evil.example xgood.example good.example.evil.example sub.good.example wild.example xwild.example
      port.example good.example:8443
    `)
    for (const host of hosts) {
      const refused = await gate.fetch(`https://${host}/path?token=secret`).catch(error => error)
      assert.ok(refused instanceof EgressRefused, host)
      assert.ok(!refused.message.includes('secret'))
    }
    const resolve = async () => ['8.8.8.8']
    const known = createEgress({
      ...options,
      allowHosts: ['GOOD.example', '*.wild.example', 'port.example:8443'],
      resolve,
    })
    for (const host of ['good.example', 'good.example.', 'Good.Example', 'a.b.wild.example', 'port.example:8443'])
      assert.equal(await known.refusalOf(`https://${host}/`), undefined, host)
  })

  it('lets a name that is allowed as private lead to our network, and never to the metadata service', async () => {
    const at = (address: string) =>
      gateTo({ 'carrier.internal': [address] }, { allowPrivate: ['carrier.internal:8080'] })
    assert.equal(await at('10.0.0.5').refusalOf('http://carrier.internal:8080/x'), undefined)
    assert.ok(await at('10.0.0.5').refusalOf('http://carrier.internal:8081/x'))
    assert.ok(await at('10.0.0.5').refusalOf('https://carrier.internal/x'))
    assert.ok(await at('169.254.169.254').refusalOf('http://carrier.internal:8080/x'))
    assert.ok(await at('fd00:ec2::254').refusalOf('http://carrier.internal:8080/x'))
  })
})

describe('a request through the gate', () => {
  const bodyOf = async (request: IncomingMessage) => Buffer.concat(await request.toArray()).toString()

  it('arrives as it was meant, and so does the answer', async () => {
    const server = await start(async (request, response) => {
      const { method, url, headers } = request
      response.setHeader('set-cookie', ['a=1', 'b=2']).writeHead(201)
      response.end(JSON.stringify({ method, url, headers, body: await bodyOf(request) }))
    })
    const gate = createEgress({ ...options, allowPrivate: [server.at] })
    const answer = await gate.fetch(`${server.url}/a%20b?c=d#e`, {
      method: 'PUT',
      headers: { 'x-one': '1', Host: 'evil.example', 'Content-Length': '1', 'Transfer-Encoding': 'chunked' },
      body: 'grüße',
    })
    assert.equal(answer.status, 201)
    assert.deepEqual(answer.headers.getSetCookie(), ['a=1', 'b=2'])
    const { headers, ...rest } = (await answer.json()) as { headers: Record<string, string> }
    assert.deepEqual(rest, { method: 'PUT', url: '/a%20b?c=d', body: 'grüße' })
    const seen = [headers['host'], headers['x-one'], headers['content-length'], headers['transfer-encoding']]
    assert.deepEqual(seen, [server.at, '1', '7', undefined])
  })

  it('speaks to the address that was checked, though the name leads elsewhere the next time', async () => {
    const [good, evil] = [
      await start((_, response) => response.end('good')),
      await start((_, response) => response.end('evil')),
    ]
    let asked = 0
    // A name of ours that changes its mind after the first answer; 127.0.0.2 has no server on this port.
    const resolve = async () => (++asked === 1 ? ['127.0.0.1'] : ['127.0.0.2'])
    const gate = createEgress({ ...options, allowPrivate: [`rebind.example:${good.port}`], resolve })
    assert.equal(await (await gate.fetch(`http://rebind.example:${good.port}/`)).text(), 'good')
    assert.equal(asked, 1)
    await assert.rejects(gate.fetch(`http://rebind.example:${good.port}/`), /did not answer/)
    await assert.rejects(gate.fetch(evil.url), EgressRefused)
  })

  it('does not take what is no TLS for TLS', async () => {
    const server = await start((_, response) => response.end())
    await assert.rejects(
      createEgress({ ...options, allowPrivate: [server.at] }).fetch(`https://${server.at}/`),
      /did not answer/,
    )
  })

  it('ends when the answer is too large, whatever the length it promised', async () => {
    const server = await start((request, response) => {
      if (request.url === '/fits') return response.end('x'.repeat(10_000))
      if (request.url === '/honest') return response.end('x'.repeat(10_001))
      const more = () => response.write('x'.repeat(5_000)) && setImmediate(more)
      more()
    })
    const gate = createEgress({ ...options, allowPrivate: [server.at] })
    assert.equal((await (await gate.fetch(`${server.url}/fits`)).text()).length, 10_000)
    await assert.rejects(gate.fetch(`${server.url}/honest`), /larger than 10000 bytes/)
    await assert.rejects(gate.fetch(`${server.url}/endless`), /larger than 10000 bytes/)
  })

  it('ends when it takes too long: the name, the first byte or the last', async () => {
    const server = await start((request, response) => {
      if (request.url === '/drip') {
        const drip = setInterval(() => response.write('x'), 10)
        response.on('close', () => clearInterval(drip))
      }
    })
    const brief = { ...options, timeoutMs: 150, allowPrivate: [server.at, 'slow.example:80'] }
    const gate = createEgress({ ...brief, resolve: () => Promise.withResolvers<string[]>().promise })
    for (const url of [server.url, `${server.url}/drip`, 'http://slow.example/'])
      await assert.rejects(gate.fetch(url), { name: 'TimeoutError' }, url)
    const stop = new AbortController()
    const patient = createEgress({ ...brief, timeoutMs: 60_000 }).fetch(server.url, { signal: stop.signal })
    stop.abort(new Error('no longer needed'))
    await assert.rejects(patient, /no longer needed/)
  })
})

describe('a redirect', () => {
  type Seen = { method?: string | undefined; url?: string | undefined; auth?: string | undefined; body: string }
  async function redirecting() {
    const seen: Seen[] = []
    const server = await start(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString()
      seen.push({ method: request.method, url: request.url, auth: request.headers.authorization, body })
      const [, status, to] = /^\/(\d+)\/(.*)$/.exec(request.url ?? '') ?? []
      if (status) response.writeHead(Number(status), { location: decodeURIComponent(to!) })
      response.end('arrived')
    })
    const via = (status: number, to: string) => `${server.url}/${status}/${encodeURIComponent(to)}`
    return { ...server, seen, via }
  }

  it('is followed where the gate allows it, and not for ever', async () => {
    const server = await redirecting()
    const gate = createEgress({ ...options, allowPrivate: [server.at] })
    const chain = (hops: number): string => (hops === 0 ? '/end' : `/302/${encodeURIComponent(chain(hops - 1))}`)
    assert.equal(await (await gate.fetch(`${server.url}${chain(3)}`)).text(), 'arrived')
    await assert.rejects(gate.fetch(`${server.url}${chain(4)}`), /redirects too often/)
    const manual = await gate.fetch(`${server.url}${chain(1)}`, { redirect: 'manual' })
    assert.equal(manual.status, 302)
    assert.equal(manual.headers.get('location'), '/end')
  })

  it('leads nowhere that the gate would refuse', async () => {
    const [server, secret] = [await redirecting(), await start((_, response) => response.end('secret'))]
    const gate = createEgress({ ...open, allowPrivate: [server.at] })
    for (const to of [
      secret.url,
      'https://[::ffff:127.0.0.1]/',
      'file:///etc/passwd',
      'http://169.254.169.254/',
      'https://',
    ])
      await assert.rejects(gate.fetch(server.via(302, to)), EgressRefused, to)
  })

  it('repeats the request on the same host as RFC 9110 says', async () => {
    const server = await redirecting()
    const gate = createEgress({ ...options, allowPrivate: [server.at] })
    const request = { method: 'POST', body: 'x', headers: { authorization: 'Bearer t' } }
    const expected = { 301: 'GET', 302: 'GET', 303: 'GET', 307: 'POST', 308: 'POST' }
    for (const [status, method] of Object.entries(expected)) {
      await gate.fetch(server.via(Number(status), '/end'), request)
      assert.deepEqual(server.seen.at(-1), {
        method,
        url: '/end',
        auth: 'Bearer t',
        body: method === 'POST' ? 'x' : '',
      })
    }
  })

  it('takes neither credentials nor a body to another host', async () => {
    const [server, other] = [await redirecting(), await redirecting()]
    const gate = createEgress({ ...options, allowPrivate: [server.at, other.at] })
    await gate.fetch(server.via(302, `${other.url}/end`), { headers: { Authorization: 'Bearer t', cookie: 'a=b' } })
    assert.deepEqual(other.seen, [{ method: 'GET', url: '/end', auth: undefined, body: '' }])
    const post = gate.fetch(server.via(307, `${other.url}/end`), { method: 'POST', body: 'x' })
    await assert.rejects(post, EgressRefused)
    assert.equal(other.seen.length, 1)
  })
})
