// A keyring that lives in this process, derived from one secret.
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
} from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CryptoKey, decodeProtectedHeader, importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Keys, WrappedKeyStore } from './port.ts'

const ivBytes = 12
const tagBytes = 16
/** How long a destroyed key may still open things in another process. */
const cacheTtlMs = 60_000

export type LocalKeysOptions = {
  secret: string
  /** Former secrets, newest first: they open and verify, but seal and sign no more. */
  previous: readonly string[]
  store: WrappedKeyStore
}

export function createKeys({ secret, previous, store }: LocalKeysOptions): Keys {
  const secrets = [secret, ...previous]
  const masters = secrets.map(each => derive(each, 'wrap-person-keys', 32))
  const signers = secrets.map(signingKeyOf)
  const hashKeys = new Map<string, Buffer>()
  const dataKeys = new LRUCache<string, Buffer>({ max: 5_000, ttl: cacheTtlMs })

  async function dataKeyOf(personId: string, makesOne: boolean): Promise<Buffer | undefined> {
    const cached = dataKeys.get(personId)
    if (cached) return cached
    let wrapped = await store.find(personId)
    if (!wrapped) {
      if (!makesOne) return undefined
      wrapped = await store.insertIfAbsent(personId, seal(masters[0]!, randomBytes(32), `person-key/${personId}`))
    }
    const key = unwrap(wrapped, personId)
    dataKeys.set(personId, key)
    return key
  }

  function unwrap(wrapped: Uint8Array, personId: string): Buffer {
    for (const master of masters) {
      try {
        return open(master, wrapped, `person-key/${personId}`)
      } catch {
        // Wrapped under another secret; the next one may be it.
      }
    }
    throw new Error('a person’s key was wrapped under a secret this installation does not have')
  }

  return {
    async sealFor(personId, plain, context) {
      return seal((await dataKeyOf(personId, true))!, plain, `${context}/${personId}`)
    },
    async openFor(personId, sealed, context) {
      const key = await dataKeyOf(personId, false)
      return key && new Uint8Array(open(key, sealed, `${context}/${personId}`))
    },
    async destroy(personId) {
      dataKeys.delete(personId)
      await store.delete(personId)
    },
    hashOf(purpose, text) {
      let key = hashKeys.get(purpose)
      if (!key) {
        key = derive(secret, `hash/${purpose}`, 32)
        hashKeys.set(purpose, key)
      }
      return createHmac('sha256', key).update(text).digest('hex')
    },
    async signToken(claims, { audience, ttlMs, nowMs }) {
      const signer = await signers[0]!
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: signer.kid, typ: 'JWT' })
        .setIssuer('medley')
        .setAudience(audience)
        .setIssuedAt(Math.floor(nowMs / 1_000))
        .setExpirationTime(Math.ceil((nowMs + ttlMs) / 1_000))
        .sign(signer.privateKey)
    },
    async verifyToken(token, { audience, nowMs }) {
      try {
        const { kid } = decodeProtectedHeader(token)
        const signer = (await Promise.all(signers)).find(each => each.kid === kid)
        if (!signer) return undefined
        const options = {
          issuer: 'medley',
          audience,
          algorithms: ['ES256'],
          currentDate: new Date(nowMs),
          clockTolerance: 5,
          requiredClaims: ['exp'],
        }
        return (await jwtVerify(token, signer.publicKey, options)).payload
      } catch {
        return undefined
      }
    },
    async jwks() {
      return { keys: (await Promise.all(signers)).map(each => each.publicJwk as Record<string, unknown>) }
    },
  }
}

const derive = (secret: string, purpose: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, 'medley', purpose, bytes))

/** AES-256-GCM; the context is authenticated, so that what was sealed for one use cannot be passed off as another. */
function seal(key: Buffer, plain: Uint8Array, context: string): Buffer {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([Buffer.of(1), iv, cipher.getAuthTag(), body])
}

function open(key: Buffer, sealed: Uint8Array, context: string): Buffer {
  const bytes = Buffer.from(sealed)
  if (bytes.length < 1 + ivBytes + tagBytes || bytes[0] !== 1)
    throw new Error('sealed bytes have a form we do not know')
  const iv = bytes.subarray(1, 1 + ivBytes)
  const tag = bytes.subarray(1 + ivBytes, 1 + ivBytes + tagBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context)).setAuthTag(tag)
  return Buffer.concat([decipher.update(bytes.subarray(1 + ivBytes + tagBytes)), decipher.final()])
}

type Signer = { kid: string; privateKey: CryptoKey | Uint8Array; publicKey: CryptoKey | Uint8Array; publicJwk: JWK }

/** A P-256 key that follows from the secret alone. The chance that 32 derived bytes are no valid scalar is 2⁻³². */
async function signingKeyOf(secret: string): Promise<Signer> {
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(derive(secret, 'sign-tokens', 32))
  const point = curve.getPublicKey()
  const publicPart = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const kid = createHash('sha256').update(point).digest('base64url').slice(0, 16)
  const privateKey = await importJWK(
    { ...publicPart, d: curve.getPrivateKey().toString('base64url').padStart(43, 'A') },
    'ES256',
  )
  const publicJwk = { ...publicPart, alg: 'ES256', use: 'sig', kid }
  return { kid, privateKey, publicKey: await importJWK(publicJwk, 'ES256'), publicJwk }
}

/** The secret of a data folder, made on the first start. Two processes that start at once agree on one. */
export async function loadOrMakeSecret(directory: string): Promise<string> {
  const path = join(directory, 'secret')
  await mkdir(directory, { recursive: true })
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(aside, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx' })
  try {
    await link(aside, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(aside)
  }
  return (await readFile(path, 'utf8')).trim()
}
