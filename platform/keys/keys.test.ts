import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHmac, createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { createLocalJWKSet, jwtVerify, SignJWT } from 'jose'
import { serviceCaller } from '#core/call'
import { openDatabases } from '../../test/servers/database.ts'
import { movableClock } from '../clock/movable.ts'
import { keysConform, wrappedKeysConform } from './conformance.ts'
import { databaseWrappedKeys } from './database.ts'
import { createKeys, loadOrMakeSecret } from './local.ts'
import { memoryWrappedKeys } from './memory.ts'

const secret = '0123456789abcdef0123456789abcdef'
const newer = 'fedcba9876543210fedcba9876543210'
const nowMs = Date.UTC(2026, 10, 21, 9, 30)
const place = 'test.place'

const memory = memoryWrappedKeys()
wrappedKeysConform('memory', async () => memory)
keysConform('local, keys in memory', async () => createKeys({ secret, store: memory }))

describe('keys in a database', async () => {
  const databases = await openDatabases()
  after(() => Promise.all(databases.map(each => each.close())))
  for (const { name, database } of databases) {
    const store = databaseWrappedKeys(database)
    wrappedKeysConform(name, async () => store)
    keysConform(`local, keys in ${name}`, async () => createKeys({ secret, store }))

    it(`refuse to be used inside of a transaction of ${name}, even when they are remembered`, async () => {
      const [keys, person] = [createKeys({ secret, store }), randomUUID()]
      const sealed = await keys.sealFor(person, 'x', place)
      const call = { caller: serviceCaller, requestId: 'r', region: 'eu', locale: 'en', deadlineMs: 9e15 } as const
      await database.execute(
        'do $$ begin create role medley_audit nologin; exception when duplicate_object then end $$',
      )
      const inside = database.service('audit').read(call, () => keys.openFor(person, sealed, place))
      await assert.rejects(inside, /outside of transactions/)
    })
  }
})

describe('what is derived from the secret', () => {
  it('never changes, since everything sealed depends on it', () => {
    const keys = createKeys({ secret, store: memory })
    assert.equal(keys.hashOf('mail', 'a'), '95cd71169ce0bd32b43c5e5ad14165c766990e1dd80792cf0318dff30613cbf5')
    assert.equal(keys.sign('link', 'a'), 'j7sUtRpVl34rt2BS6-HjILKMtYjLkhNT3461Os1YIeI')
    assert.equal(keys.jwks().keys[0]?.kid, 'uCE37nN2dUuDuehyJubFONDXytWRspQ6I0ukEJMfE9Q')
  })

  it('opens what an earlier version sealed', async () => {
    const store = memoryWrappedKeys()
    const person = '0193f0a0-0000-7000-8000-000000000001'
    await store.insertIfAbsent(
      person,
      Buffer.from(
        'AdcW9uFtPyVV0JnJF9VVbAJbiHofWo/+tGcHCMxSZO3CKIGXLHpq58OJq2WUQ01IzRTYlkRx5poOOL+NhOWk6wdWsf3a',
        'base64',
      ),
    )
    const sealed = Buffer.from('AQvnpwKQCOflTIFNpUfNFzadEPaDZ7N1hILMJCHceg0Lrs+5XrYI2MCqpGaA1BldXDU=', 'base64')
    assert.equal(await createKeys({ secret, store }).openTextFor(person, sealed, place), 'kept for ever')
  })

  it('needs a secret that cannot be guessed', () => {
    assert.throws(() => createKeys({ secret: 'short', store: memory }), /32 bytes/)
    assert.throws(() => createKeys({ secret, previous: ['short'], store: memory }), /32 bytes/)
  })
})

describe('a new secret', () => {
  it('opens, verifies and finds what the previous one made, and is used for all that is new', async () => {
    const store = memoryWrappedKeys()
    const [before, person, options] = [createKeys({ secret, store }), randomUUID(), { audience: 'a', nowMs }]
    const sealed = await before.sealFor(person, 'private', place)
    const [signature, token] = [before.sign('link', 'x'), await before.signToken({}, { ...options, ttlMs: 60_000 })]

    const rotated = createKeys({ secret: newer, previous: [secret], store })
    assert.equal(await rotated.openTextFor(person, sealed, place), 'private')
    assert.equal(rotated.verify('link', 'x', signature), true)
    assert.ok(await rotated.verifyToken(token, options))
    assert.ok(rotated.hashesOf('mail', 'a').includes(before.hashOf('mail', 'a')))
    assert.notEqual(rotated.hashOf('mail', 'a'), before.hashOf('mail', 'a'))
    assert.equal(rotated.jwks().keys.length, 2)

    const stranger = createKeys({ secret: newer, store })
    await assert.rejects(stranger.openFor(person, sealed, place), /previous secrets/)
    assert.equal(stranger.verify('link', 'x', signature), false)
    assert.equal(await stranger.verifyToken(token, options), undefined)
    assert.ok(await stranger.verifyToken(await rotated.signToken({}, { ...options, ttlMs: 60_000 }), options))
    assert.equal(await stranger.openTextFor(person, await seal(rotated), place).catch(() => 'refused'), 'refused')

    async function seal(keys: typeof rotated) {
      return keys.sealFor(person, 'more', place) // the person's key stays, wrapped under the previous secret
    }
  })
})

describe('destroying a key', () => {
  it('reaches other processes when they forget it, within a minute', async () => {
    const [store, steady, person] = [memoryWrappedKeys(), movableClock(1_000), randomUUID()]
    const here = createKeys({ secret, store, steadyMs: steady.nowMs })
    const there = createKeys({ secret, store, steadyMs: steady.nowMs })
    const sealed = await here.sealFor(person, 'private', place)
    assert.equal(await there.openTextFor(person, sealed, place), 'private')
    await here.destroy(person)
    assert.equal(await here.openFor(person, sealed, place), undefined)
    steady.advance(60_000)
    assert.equal(await there.openFor(person, sealed, place), undefined)
  })

  it('is not undone by a load that was under way', async () => {
    const kept = memoryWrappedKeys()
    const person = randomUUID()
    const sealed = await createKeys({ secret, store: kept }).sealFor(person, 'private', place)
    const [gate, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const slow = createKeys({
      secret,
      store: {
        ...kept,
        async find(id) {
          const wrapped = await kept.find(id)
          begun.resolve()
          await gate.promise
          return wrapped
        },
      },
    })
    const opening = slow.openFor(person, sealed, place)
    await begun.promise
    await slow.destroy(person)
    gate.resolve()
    await opening
    assert.equal(await slow.openFor(person, sealed, place), undefined)
  })

  it('asks the store once for a burst', async () => {
    const kept = memoryWrappedKeys()
    const person = randomUUID()
    const sealed = await createKeys({ secret, store: kept }).sealFor(person, 'private', place)
    let asked = 0
    const keys = createKeys({ secret, store: { ...kept, find: id => (asked++, kept.find(id)) } })
    await Promise.all(Array.from({ length: 100 }, () => keys.openFor(person, sealed, place)))
    assert.equal(asked, 1)
  })
})

describe('tokens of others', () => {
  const keys = createKeys({ secret, store: memory })
  const options = { audience: 'medley', nowMs }
  const { kid, x, y } = keys.jwks().keys[0]!
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { sub: 'mallory', iss: 'medley', aud: 'medley', iat: nowMs / 1_000, exp: nowMs / 1_000 + 600 }
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const signedBy = (key: typeof foreign, header: { alg: string; kid?: string; typ?: string }, payload = claims) =>
    new SignJWT(payload).setProtectedHeader(header).sign(key)

  it('are refused, whatever they try', async () => {
    const good = await keys.signToken({ sub: 'alice' }, { ...options, ttlMs: 600_000 })
    const [head, body, signature] = good.split('.') as [string, string, string]
    const hmac = (text: string, key: string) => createHmac('sha256', key).update(text).digest('base64url')
    const confused = `${part({ alg: 'HS256', typ: 'JWT', kid })}.${part(claims)}`
    const attacks = {
      'no signature': `${part({ alg: 'none', typ: 'JWT', kid })}.${part(claims)}.`,
      'its own algorithm without signature': `${part({ alg: 'NONE', kid })}.${part(claims)}.${signature}`,
      'public key as HMAC key': `${confused}.${hmac(confused, x + y)}`,
      'other claims': `${head}.${part({ ...claims, sub: 'root' })}.${signature}`,
      'a foreign key under our name': await signedBy(foreign, { alg: 'ES256', typ: 'JWT', kid }),
      'an unknown key': await signedBy(foreign, { alg: 'ES256', typ: 'JWT', kid: 'unknown' }),
      'no name of a key': await signedBy(foreign, { alg: 'ES256', typ: 'JWT' }),
      'a key of its own in the header': `${part({ alg: 'ES256', typ: 'JWT', kid, jwk: { x, y } })}.${body}.${signature}`,
      'a cut signature': `${head}.${body}.${signature.slice(0, -2)}`,
      'a signature of zeros': `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
      nothing: '',
      nonsense: 'a.b.c',
      'two parts': `${head}.${body}`,
    }
    assert.ok(await keys.verifyToken(good, options))
    for (const [name, token] of Object.entries(attacks))
      assert.equal(await keys.verifyToken(token, options), undefined, name)
  })

  it('are refused without an end, or from another issuer, even when our key signed them', async () => {
    const ours = createPrivateKey({
      format: 'jwk',
      key: { kty: 'EC', crv: 'P-256', x, y, d: 'XAfMbMc_3stHzf9JDM1anI_UdNVEab9qkyONHISiSbY' },
    })
    const header = { alg: 'ES256', typ: 'JWT', kid }
    assert.ok(await keys.verifyToken(await signedBy(ours, header), options))
    const { exp: _, ...endless } = claims
    assert.equal(await keys.verifyToken(await signedBy(ours, header, endless as typeof claims), options), undefined)
    const other = { ...claims, iss: 'elsewhere' }
    assert.equal(await keys.verifyToken(await signedBy(ours, header, other), options), undefined)
  })

  it('of ours are verified by others with the published keys', async () => {
    const token = await keys.signToken({ sub: 'alice' }, { ...options, ttlMs: 600_000 })
    const published = createLocalJWKSet({ keys: [...keys.jwks().keys] })
    const { payload } = await jwtVerify(token, published, { audience: 'medley', currentDate: new Date(nowMs) })
    assert.equal(payload.sub, 'alice')
  })
})

describe('the secret of an installation', () => {
  const directory = mkdtempSync(join(tmpdir(), 'medley-secret-'))
  after(() => rmSync(directory, { recursive: true, force: true }))

  it('is the same for all processes that start at once', async () => {
    const home = join(directory, 'new')
    const code = `import { loadOrMakeSecret } from ${JSON.stringify(join(import.meta.dirname, 'local.ts'))}
      process.stdout.write(await loadOrMakeSecret(${JSON.stringify(home)}))`
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code])
    const secrets = (await Promise.all([run(), run(), run(), run()])).map(({ stdout }) => stdout)
    assert.equal(new Set(secrets).size, 1)
    assert.match(secrets[0]!, /^[0-9a-f]{64}$/)
    assert.equal(await loadOrMakeSecret(home), secrets[0])
    assert.deepEqual(readdirSync(home), ['secret'])
    assert.equal(statSync(join(home, 'secret')).mode & 0o777, 0o600)
  })

  it('is one even when many ask within one process', async () => {
    const home = join(directory, 'many')
    const secrets = await Promise.all(Array.from({ length: 50 }, () => loadOrMakeSecret(home)))
    assert.equal(new Set(secrets).size, 1)
    assert.equal(readFileSync(join(home, 'secret'), 'utf8').trim(), secrets[0])
  })

  it('is not silently replaced when it is damaged', async () => {
    const home = join(directory, 'damaged')
    mkdirSync(home)
    writeFileSync(join(home, 'secret'), '')
    await assert.rejects(loadOrMakeSecret(home), /damaged/)
    assert.equal(readFileSync(join(home, 'secret'), 'utf8'), '')
  })
})
