import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { isAvailable } from '../../test/servers/available.ts'
import { givenS3, startS3 } from '../../test/servers/s3.ts'
import { blobsConform } from './conformance.ts'
import { fileBlobs } from './file.ts'
import { s3Blobs } from './s3.ts'

const directory = mkdtempSync(join(tmpdir(), 'medley-blobs-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const body = new TextEncoder().encode('x')
const options = { contentType: 'text/plain' }

blobsConform('files', async () => fileBlobs(join(directory, 'conformance')))

describe('blobs in files', () => {
  it('are plain files at their key, and nothing unfinished stays behind', async () => {
    const top = join(directory, 'plain')
    const blobs = fileBlobs(top)
    await blobs.put('lake/events/2026.parquet', body, options)
    await blobs.put('lake/events/2026.parquet', body, { ...options, ifAbsent: true })
    assert.equal(readFileSync(join(top, 'lake/events/2026.parquet'), 'utf8'), 'x')
    assert.deepEqual(readdirSync(join(top, 'lake/events')), ['2026.parquet', '2026.parquet,type'])
    assert.deepEqual(readdirSync(join(top, ',unfinished')), [])
  })

  it('survive a put that fails half-way', async () => {
    const top = join(directory, 'failing')
    const blobs = fileBlobs(top)
    await blobs.put('a', body, options)
    await assert.rejects(blobs.put('a/b', body, options), 'a blob is no folder')
    assert.deepEqual(await blobs.get('a'), { body, ...options })
    assert.deepEqual(readdirSync(join(top, ',unfinished')), [])
  })

  it('have a type even when the file beside them is lost', async () => {
    const top = join(directory, 'typeless')
    const blobs = fileBlobs(top)
    await blobs.put('a', body, options)
    rmSync(join(top, 'a,type'))
    assert.equal((await blobs.get('a'))?.contentType, 'application/octet-stream')
  })
})

describe('blobs in S3', async () => {
  const server = await startS3()
  after(() => server.stop())
  const knownFaults = ['ignores If-None-Match', 'lists in any order', 'mixes simultaneous puts'] as const
  blobsConform('s3', async () => s3Blobs(server), knownFaults)

  it('stay below their prefix', async () => {
    const [one, other] = [s3Blobs({ ...server, prefix: 'one/' }), s3Blobs({ ...server, prefix: 'other/' })]
    await one.put('a', body, options)
    assert.equal(await other.get('a'), undefined)
    const keys: string[] = []
    for await (const key of one.list('')) keys.push(key)
    assert.deepEqual(keys, ['a'])
  })

  it('do not take a missing bucket for a missing blob', async () => {
    await assert.rejects(s3Blobs({ ...server, bucket: 'nowhere' }).get('a'), { name: 'NoSuchBucket' })
  })
})

if (isAvailable('s3')) blobsConform('the s3 of this environment', async () => s3Blobs(givenS3()))
