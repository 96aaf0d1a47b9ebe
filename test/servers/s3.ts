import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type S3Server = {
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  stop(): Promise<void>
}

/**
 * An S3 in this process with one empty bucket. It keeps no versions, ignores If-None-Match, lists keys in the order of its
 * folders, and writes body and headers one after the other.
 */
export async function startS3(): Promise<S3Server> {
  const { default: S3rver } = await import('s3rver')
  const directory = mkdtempSync(join(tmpdir(), 'medley-s3-'))
  const bucket = 'medley'
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  })
  const { port } = await server.run()
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    region: 'us-east-1',
    // The one pair of credentials s3rver knows.
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
    async stop() {
      await server.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A real store, named by the variables that Medley itself reads; `AVAILABLE=s3` promises that they are there. */
export function givenS3() {
  const { MEDLEY_S3_BUCKET: bucket, MEDLEY_S3_REGION: region = 'us-east-1', MEDLEY_S3_ENDPOINT: endpoint } = process.env
  const [accessKeyId, secretAccessKey] = process.env['MEDLEY_S3_KEY']?.split(':') ?? []
  if (!bucket)
    throw new Error('AVAILABLE=s3 needs MEDLEY_S3_BUCKET, and MEDLEY_S3_ENDPOINT and _KEY as the case may be.')
  return { bucket, region, endpoint, accessKeyId, secretAccessKey }
}
