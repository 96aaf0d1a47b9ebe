import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Keys, WrappedKeyStore } from './port.ts'

/** What every store of wrapped keys promises. */
export function wrappedKeysConform(name: string, make: () => Promise<WrappedKeyStore>): void {
  describe(`wrapped keys: ${name}`, () => {
    it('keeps the first and returns it to whoever comes later', async () => {
      const [store, person, first] = [await make(), randomUUID(), new Uint8Array(randomBytes(69))]
      assert.equal(await store.find(person), undefined)
      assert.deepEqual(bytesOf(await store.insertIfAbsent(person, first)), first)
      assert.deepEqual(bytesOf(await store.insertIfAbsent(person, new Uint8Array(randomBytes(69)))), first)
      assert.deepEqual(bytesOf(await store.find(person)), first)
      assert.equal(await store.find(randomUUID()), undefined)
    })

    it('agrees on one key when many come at once', async () => {
      const [store, person] = [await make(), randomUUID()]
      const kept = await Promise.all(
        Array.from({ length: 20 }, () => store.insertIfAbsent(person, new Uint8Array(randomBytes(69)))),
      )
      const one = bytesOf(await store.find(person))
      for (const each of kept) assert.deepEqual(bytesOf(each), one)
    })

    it('deletes one person and nobody else, and again', async () => {
      const [store, person, other] = [await make(), randomUUID(), randomUUID()]
      await store.insertIfAbsent(person, Uint8Array.of(1, 2, 3))
      await store.insertIfAbsent(other, Uint8Array.of(4))
      await store.delete(person)
      await store.delete(person)
      assert.equal(await store.find(person), undefined)
      assert.deepEqual(bytesOf(await store.find(other)), Uint8Array.of(4))
      assert.deepEqual(bytesOf(await store.insertIfAbsent(person, Uint8Array.of(5))), Uint8Array.of(5))
    })
  })
}

/** A database hands out bytes in the driver's own subclass. */
const bytesOf = (bytes: Uint8Array | undefined) => bytes && new Uint8Array(bytes)

/** What every keyring promises. `make` opens another process's view of the same installation. */
export function keysConform(name: string, make: () => Promise<Keys>): void {
  describe(`keys: ${name}`, () => {
    sealingConforms(make)
    hashingConforms(make)
    tokensConform(make)
  })
}

function sealingConforms(make: () => Promise<Keys>): void {
  for (const plain of ['', 'Größe 漢字 🩺', 'x'.repeat(1_000_000)]) {
    it(`seals and opens ${plain.length} characters, in another process too`, async () => {
      const [keys, other, person] = [await make(), await make(), randomUUID()]
      const sealed = await keys.sealFor(person, plain, 'test.place')
      assert.equal(await keys.openTextFor(person, sealed, 'test.place'), plain)
      assert.equal(await other.openTextFor(person.toUpperCase(), sealed, 'test.place'), plain)
      assert.equal(sealed.length, new TextEncoder().encode(plain).length + 37)
      if (plain) assert.ok(!Buffer.from(sealed).includes(plain.slice(0, 4)))
    })
  }

  it('seals the same text differently each time', async () => {
    const [keys, person] = [await make(), randomUUID()]
    const all = await Promise.all(Array.from({ length: 50 }, () => keys.sealFor(person, 'same', 'test.place')))
    assert.equal(new Set(all.map(sealed => Buffer.from(sealed).toString('hex'))).size, 50)
    for (const sealed of all) assert.equal(await keys.openTextFor(person, sealed, 'test.place'), 'same')
  })

  it('opens for nobody else and nowhere else', async () => {
    const [keys, person, other] = [await make(), randomUUID(), randomUUID()]
    const sealed = await keys.sealFor(person, 'private', 'test.place')
    await keys.sealFor(other, 'private', 'test.place')
    await assert.rejects(keys.openFor(person, sealed, 'test.elsewhere'))
    assert.equal(await keys.openFor(other, sealed, 'test.place'), undefined)
    assert.equal(await keys.openFor(randomUUID(), sealed, 'test.place'), undefined)
  })

  it('never opens to something else when any one bit was changed', async () => {
    const [keys, person] = [await make(), randomUUID()]
    const sealed = await keys.sealFor(person, 'private', 'test.place')
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = sealed.slice()
      changed[bit >> 3]! ^= 1 << (bit & 7)
      const opened = await keys.openFor(person, changed, 'test.place').catch(() => 'refused')
      const isAboutKeyId = bit >= 8 && bit < 72
      assert.equal(opened, isAboutKeyId ? undefined : 'refused', `bit ${bit}`)
    }
    for (const length of [0, 1, 9, 20, sealed.length - 1])
      await assert.rejects(keys.openFor(person, sealed.subarray(0, length), 'test.place'), `${length} bytes`)
  })

  it('opens nothing after the key was destroyed, and seals anew', async () => {
    const [keys, person, other] = [await make(), randomUUID(), randomUUID()]
    const sealed = await keys.sealFor(person, 'private', 'test.place')
    const others = await keys.sealFor(other, 'private', 'test.place')
    await keys.destroy(person)
    await keys.destroy(person)
    assert.equal(await keys.openFor(person, sealed, 'test.place'), undefined)
    assert.equal(await (await make()).openFor(person, sealed, 'test.place'), undefined)
    const again = await keys.sealFor(person, 'new', 'test.place')
    assert.equal(await keys.openTextFor(person, again, 'test.place'), 'new')
    assert.equal(await keys.openFor(person, sealed, 'test.place'), undefined)
    assert.equal(await keys.openTextFor(other, others, 'test.place'), 'private')
  })

  it('refuses what is no person id', async () => {
    const keys = await make()
    for (const person of ['', 'alice', `${randomUUID()}\0`, '../..'])
      await assert.rejects(keys.sealFor(person, 'x', 'test.place'), TypeError)
  })
}

function hashingConforms(make: () => Promise<Keys>): void {
  it('hashes alike in every process, and apart for every purpose', async () => {
    const [keys, other] = [await make(), await make()]
    const hash = keys.hashOf('mail', 'alice@example.org')
    assert.match(hash, /^[0-9a-f]{64}$/)
    assert.equal(other.hashOf('mail', 'alice@example.org'), hash)
    assert.equal(keys.hashesOf('mail', 'alice@example.org')[0], hash)
    assert.notEqual(keys.hashOf('phone', 'alice@example.org'), hash)
    assert.notEqual(keys.hashOf('mail', 'bob@example.org'), hash)
  })

  it('verifies its signatures and no others', async () => {
    const [keys, other] = [await make(), await make()]
    const signature = keys.sign('link', 'person=1')
    assert.equal(other.verify('link', new TextEncoder().encode('person=1'), signature), true)
    assert.equal(keys.verify('link', 'person=2', signature), false)
    assert.equal(keys.verify('webhook', 'person=1', signature), false)
    for (const wrong of [
      '',
      'x',
      `${signature}=`,
      ` ${signature}`,
      signature.slice(1),
      keys.hashOf('link', 'person=1'),
    ])
      assert.equal(keys.verify('link', 'person=1', wrong), false)
    assert.notEqual(Buffer.from(signature, 'base64url').toString('hex'), keys.hashOf('link', 'person=1'))
  })
}

function tokensConform(make: () => Promise<Keys>): void {
  const nowMs = Date.UTC(2026, 10, 21, 9, 30)
  const options = { audience: 'medley', nowMs }

  it('verifies its tokens in every process, until they are too old', async () => {
    const [keys, other] = [await make(), await make()]
    const token = await keys.signToken({ sub: 'alice', roles: ['patient'] }, { ...options, ttlMs: 60_000 })
    const claims = await other.verifyToken(token, { ...options, nowMs: nowMs + 59_000 })
    assert.deepEqual(claims, {
      sub: 'alice',
      roles: ['patient'],
      iss: 'medley',
      aud: 'medley',
      iat: nowMs / 1_000,
      exp: nowMs / 1_000 + 60,
    })
    assert.equal(await other.verifyToken(token, { ...options, nowMs: nowMs + 60_000 }), undefined)
    assert.equal(await other.verifyToken(token, { ...options, audience: 'elsewhere' }), undefined)
  })

  it('does not take the token of one issuer for that of another', async () => {
    const [keys, issuer] = [await make(), 'https://medley.example']
    const token = await keys.signToken({ sub: 'alice' }, { ...options, ttlMs: 60_000, issuer })
    assert.equal((await keys.verifyToken(token, { ...options, issuer }))?.['iss'], issuer)
    assert.equal(await keys.verifyToken(token, options), undefined)
    assert.equal(await keys.verifyToken(token, { ...options, issuer: `${issuer}/` }), undefined)
  })

  it('does not let claims speak for it', async () => {
    const keys = await make()
    const token = await keys.signToken({ exp: 9e9, aud: 'admin', iss: 'evil' }, { ...options, ttlMs: 60_000 })
    assert.equal(await keys.verifyToken(token, { ...options, audience: 'admin' }), undefined)
    assert.equal(await keys.verifyToken(token, { ...options, nowMs: nowMs + 3_600_000 }), undefined)
    assert.equal((await keys.verifyToken(token, options))?.['iss'], 'medley')
  })

  it('publishes keys without their private part', async () => {
    const { keys: published } = (await make()).jwks()
    assert.deepEqual(Object.keys(published[0]!).toSorted(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  })
}
