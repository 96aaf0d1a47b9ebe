import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Blobs } from './port.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const plain = { contentType: 'text/plain' }

async function keysOf(blobs: Blobs, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const key of blobs.list(prefix)) keys.push(key)
  return keys
}

/** Where a server for tests is known to fall short of the store it stands for, so that the adapter is not to blame. */
export type KnownFault = 'ignores If-None-Match' | 'lists in any order' | 'mixes simultaneous puts'

/** What every store of blobs promises. */
export function blobsConform(name: string, make: () => Promise<Blobs>, knownFaults: readonly KnownFault[] = []): void {
  describe(`blobs: ${name}`, () => {
    bodiesConform(make)
    keysConform(make)
    listsConform(make, !knownFaults.includes('lists in any order'))
    racesConform(make, knownFaults)
  })
}

function bodiesConform(make: () => Promise<Blobs>): void {
  const bodies = {
    'an empty body': new Uint8Array(),
    'every byte there is': Uint8Array.from({ length: 256 }, (_, index) => index),
    'text beyond ASCII': bytes('Befund: Größe 漢字 🩺\r\n'),
    'five megabytes': new Uint8Array(randomBytes(5_000_000)),
  }
  for (const [title, body] of Object.entries(bodies)) {
    it(`gives back ${title}`, async () => {
      const [blobs, key] = [await make(), randomUUID()]
      assert.equal(await blobs.put(key, body, { contentType: 'application/dicom' }), 'stored')
      const blob = await blobs.get(key)
      assert.equal(sha(blob!.body), sha(body))
      assert.equal(blob!.contentType, 'application/dicom')
      assert.deepEqual(await blobs.head(key), { sizeBytes: body.length, contentType: 'application/dicom' })
    })
  }

  for (const contentType of ['text/plain; charset=utf-8', 'application/x-größe; name="漢字 🩺"', 'a,b/c%20d']) {
    it(`keeps the content type ${contentType}`, async () => {
      const [blobs, key] = [await make(), randomUUID()]
      await blobs.put(key, bytes('x'), { contentType })
      assert.equal((await blobs.get(key))?.contentType, contentType)
      assert.equal((await blobs.head(key))?.contentType, contentType)
    })
  }

  it('refuses a content type that could break a header', async () => {
    const blobs = await make()
    for (const contentType of ['', 'text/plain\r\nX-Evil: yes', 'text/\0plain', 'x'.repeat(256)])
      await assert.rejects(blobs.put(randomUUID(), bytes('x'), { contentType }), TypeError)
  })
}

function keysConform(make: () => Promise<Blobs>): void {
  it('has nothing under a key nobody used', async () => {
    const [blobs, key] = [await make(), randomUUID()]
    assert.equal(await blobs.get(key), undefined)
    assert.equal(await blobs.head(`${key}/deeper`), undefined)
    await blobs.delete(key)
    assert.deepEqual(await keysOf(blobs, `${key}/`), [])
  })

  it('does not take a folder for a blob', async () => {
    const [blobs, key] = [await make(), randomUUID()]
    await blobs.put(`${key}/inside`, bytes('x'), plain)
    assert.equal(await blobs.get(key), undefined)
    assert.equal(await blobs.head(key), undefined)
    await blobs.delete(key)
    assert.deepEqual(await keysOf(blobs, `${key}/`), [`${key}/inside`])
  })

  it('replaces and deletes', async () => {
    const [blobs, key] = [await make(), `${randomUUID()}/report.pdf`]
    await blobs.put(key, bytes('a first and longer one'), plain)
    await blobs.put(key, bytes('second'), { contentType: 'text/html' })
    assert.deepEqual(await blobs.get(key), { body: bytes('second'), contentType: 'text/html' })
    await blobs.delete(key)
    assert.equal(await blobs.get(key), undefined)
    assert.equal(await blobs.head(key), undefined)
    await blobs.delete(key)
  })

  const hostile = [
    ['', '/', '/etc/passwd', '..', '../x', 'a/../../x', 'a/..', '.', './a', 'a/.', 'a//b', 'a/', '.hidden', 'a/.b'],
    ['a\\..\\b', 'C:\\x', 'a\0b', 'a\nb', 'a b', 'ä', '%2e%2e/x', 'a,type', ',unfinished/x', 'a?b', 'a#b', '~', '*'],
    ['x'.repeat(201), 'x/'.repeat(260) + 'x'],
  ].flat()
  it('refuses keys that could lead elsewhere', async () => {
    const blobs = await make()
    for (const key of hostile) {
      const named = `key ${JSON.stringify(key.slice(0, 20))}`
      await assert.rejects(blobs.put(key, bytes('x'), plain), TypeError, named)
      await assert.rejects(blobs.get(key), TypeError, named)
      await assert.rejects(blobs.head(key), TypeError, named)
      await assert.rejects(blobs.delete(key), TypeError, named)
      if (key !== '' && key !== 'a/') await assert.rejects(keysOf(blobs, key), TypeError, named)
    }
  })
}

function listsConform(make: () => Promise<Blobs>, isOrdered: boolean): void {
  const listed = async (blobs: Blobs, prefix: string) => {
    const keys = await keysOf(blobs, prefix)
    return isOrdered ? keys : keys.toSorted()
  }

  it('lists keys in the order of their characters, by any beginning', async () => {
    const [blobs, top] = [await make(), randomUUID()]
    // A folder sorts by its slash: before digits and letters, after `-` and `.`.
    const keys = ['Z', 'a-b', 'a.b', 'a/b', 'a/b-c', 'a/c/d', 'a0', 'a_b', 'b'].map(key => `${top}/${key}`)
    for (const key of keys.toReversed()) await blobs.put(key, bytes('x'), plain)
    assert.deepEqual(await listed(blobs, `${top}/`), keys)
    assert.deepEqual(await listed(blobs, `${top}/a/b`), [`${top}/a/b`, `${top}/a/b-c`])
    assert.deepEqual(await listed(blobs, `${top}/a/`), [`${top}/a/b`, `${top}/a/b-c`, `${top}/a/c/d`])
    assert.deepEqual(await listed(blobs, `${top}/a/c`), [`${top}/a/c/d`])
    assert.deepEqual(await listed(blobs, `${top}/b/`), [])
    assert.deepEqual(await listed(blobs, top), keys)
    assert.deepEqual(
      (await listed(blobs, '')).filter(key => key.startsWith(top)),
      keys,
    )
  })
}

function racesConform(make: () => Promise<Blobs>, knownFaults: readonly KnownFault[]): void {
  it('keeps what is there when asked to', async () => {
    const [blobs, key] = [await make(), randomUUID()]
    assert.equal(await blobs.put(key, bytes('mine'), { ...plain, ifAbsent: true }), 'stored')
    assert.equal(await blobs.put(key, bytes('theirs'), { contentType: 'text/html', ifAbsent: true }), 'exists')
    assert.deepEqual(await blobs.get(key), { body: bytes('mine'), contentType: 'text/plain' })
    await blobs.delete(key)
    assert.equal(await blobs.put(key, bytes('theirs'), { ...plain, ifAbsent: true }), 'stored')
  })

  it('lets one of many simultaneous puts win whole', async () => {
    const [blobs, key] = [await make(), randomUUID()]
    const isWhole = !knownFaults.includes('mixes simultaneous puts')
    const writers = Array.from({ length: 20 }, (_, index) => index)
    const check = async () => {
      const blob = await blobs.get(key)
      if (blob) assert.deepEqual(new Set(blob.body), new Set([Number(blob.contentType.slice(5))]))
    }
    await Promise.all(
      writers.map(async index => {
        await blobs.put(key, new Uint8Array(100_000).fill(index), { contentType: `text/${index}` })
        if (isWhole) await check()
      }),
    )
    if (isWhole) await check()
    assert.equal((await blobs.head(key))?.sizeBytes, 100_000)
  })

  if (knownFaults.includes('ignores If-None-Match')) return
  it('lets exactly one store what is absent', async () => {
    const [one, other] = [await make(), await make()]
    for (let round = 0; round < 10; round++) {
      const key = randomUUID()
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 ? one : other).put(key, bytes(`${index}`), { contentType: `text/${index}`, ifAbsent: true }),
        ),
      )
      assert.equal(outcomes.filter(outcome => outcome === 'stored').length, 1)
      const blob = await one.get(key)
      assert.equal(new TextDecoder().decode(blob!.body), `${outcomes.indexOf('stored')}`)
      assert.equal(blob!.contentType, `text/${outcomes.indexOf('stored')}`)
    }
  })
}

const sha = (body: Uint8Array) => createHash('sha256').update(body).digest('hex')
