import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { assertBlobKey, type Blobs } from './port.ts'

export type S3Options = {
  bucket: string
  region: string
  endpoint?: string | undefined
  /** Absent: the environment's own credentials, such as a task role. */
  accessKeyId?: string | undefined
  secretAccessKey?: string | undefined
}

/** Any S3-compatible store. `ifAbsent` uses If-None-Match, which S3, Ceph and MinIO enforce; a store that ignores it cannot keep that promise. */
export function s3Blobs({ bucket, region, endpoint, accessKeyId, secretAccessKey }: S3Options): Blobs {
  const client = new S3Client({
    region,
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
    // Stores older than 2025 do not know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const at = (key: string) => {
    assertBlobKey(key)
    return { Bucket: bucket, Key: key }
  }
  const head: Blobs['head'] = async key => {
    const found = await client.send(new HeadObjectCommand(at(key))).catch(absent)
    return (
      found && { sizeBytes: found.ContentLength ?? 0, contentType: found.ContentType ?? 'application/octet-stream' }
    )
  }
  return {
    head,
    async put(key, body, { contentType, ifAbsent }) {
      if (ifAbsent && (await head(key))) return false
      const put = new PutObjectCommand({
        ...at(key),
        Body: body,
        ContentType: contentType,
        ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
      })
      try {
        await client.send(put)
        return true
      } catch (error) {
        if (ifAbsent && [409, 412].includes(statusOf(error) ?? 0)) return false
        throw error
      }
    },
    async get(key) {
      const found = await client.send(new GetObjectCommand(at(key))).catch(absent)
      if (!found?.Body) return undefined
      return {
        body: await found.Body.transformToByteArray(),
        contentType: found.ContentType ?? 'application/octet-stream',
      }
    },
    async delete(key) {
      await client.send(new DeleteObjectCommand(at(key))).catch(absent)
    },
    async *list(prefix) {
      let token: string | undefined
      do {
        const page = await client.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token ? { ContinuationToken: token } : {}) }),
        )
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key
        token = page.NextContinuationToken
      } while (token)
    },
  }
}

const statusOf = (error: unknown) => (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode

const absent = (error: unknown): undefined => {
  if (statusOf(error) === 404) return undefined
  throw error
}
