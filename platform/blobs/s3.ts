import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { assertContentType, assertKey, assertPrefix } from './key.ts'
import type { Blobs } from './port.ts'

export type S3Options = {
  readonly bucket: string
  readonly region: string
  /** Of a store that is not Amazon's. */
  readonly endpoint?: string | undefined
  /** Without a key the SDK finds credentials in the environment: a role of the machine or container. */
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
  /** Before every key, such as `eu/`, when the bucket is shared. */
  readonly prefix?: string | undefined
}

/**
 * Blobs in an S3 bucket that exists. Bucket policy decides on encryption, versions and where old ones go.
 * `ifAbsent` asks first and then sends If-None-Match, which Amazon S3, MinIO and Ceph decide atomically; on a store that
 * ignores the header (s3rver does) two who try within the same moment may both be told `stored`.
 */
export function s3Blobs(options: S3Options): Blobs {
  const { bucket: Bucket, prefix: before = '' } = options
  const client = clientOf(options)
  const at = (key: string) => {
    assertKey(key)
    return { Bucket, Key: `${before}${key}` }
  }
  const head = async (key: string) => found(client.send(new HeadObjectCommand(at(key))))

  return {
    async put(key, body, { contentType, ifAbsent = false }) {
      const place = at(key)
      assertContentType(contentType)
      if (ifAbsent && (await head(key))) return 'exists'
      const put = new PutObjectCommand({
        ...place,
        Body: body,
        ContentLength: body.length,
        ...typeHeaders(contentType),
        ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
      })
      try {
        await client.send(put)
        return 'stored'
      } catch (error) {
        // 412: it is there. 409: somebody else is putting it at this moment, and one of us wins (S3 API, PutObject).
        if (ifAbsent && [412, 409].includes(statusOf(error) ?? 0)) return 'exists'
        throw error
      }
    },
    async get(key) {
      const object = await found(client.send(new GetObjectCommand(at(key))))
      return object && { body: await object.Body!.transformToByteArray(), contentType: typeFrom(object) }
    },
    async head(key) {
      const object = await head(key)
      return object && { sizeBytes: object.ContentLength ?? 0, contentType: typeFrom(object) }
    },
    async delete(key) {
      await found(client.send(new DeleteObjectCommand(at(key))))
    },
    async *list(prefix) {
      assertPrefix(prefix)
      for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: `${before}${prefix}` }))
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key.slice(before.length)
    },
  }
}

function clientOf({ region, endpoint, accessKeyId, secretAccessKey }: S3Options): S3Client {
  return new S3Client({
    region,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 60_000 },
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
    // Names like bucket.host need wildcard DNS, and checksums in trailers a recent server: only Amazon surely has both.
    ...(endpoint
      ? {
          endpoint,
          forcePathStyle: true,
          requestChecksumCalculation: 'WHEN_REQUIRED',
          responseChecksumValidation: 'WHEN_REQUIRED',
        }
      : {}),
  })
}

/** A header holds ASCII only, so another type travels percent-encoded beside it. */
function typeHeaders(contentType: string) {
  // oxlint-disable-next-line no-control-regex -- ASCII begins at zero.
  if (/^[\u0000-\u007f]*$/.test(contentType)) return { ContentType: contentType }
  return { ContentType: 'application/octet-stream', Metadata: { 'content-type': encodeURIComponent(contentType) } }
}

function typeFrom({ ContentType, Metadata }: Pick<GetObjectCommandOutput, 'ContentType' | 'Metadata'>): string {
  const encoded = Metadata?.['content-type']
  return encoded === undefined ? (ContentType ?? 'application/octet-stream') : decodeURIComponent(encoded)
}

const statusOf = (error: unknown) => (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode

async function found<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking
  } catch (error) {
    // A missing bucket is a 404 too, and must not look like a missing blob.
    if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') return undefined
    throw error
  }
}
