// The keyring of an installation that keeps its own secret.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LRUCache } from 'lru-cache'
import { type Derived, derive } from './derive.ts'
import type { Keys, WrappedKeyStore } from './port.ts'
import { dataKeyId, decrypt, encrypt, envelope, openEnvelope } from './seal.ts'
import { createTokens } from './tokens.ts'

export type KeysOptions = {
  /** 32 bytes of UTF-8 or more; `openssl rand -hex 32` makes one. */
  readonly secret: string
  /** Secrets that were in use before; they open and verify, and never seal or sign. */
  readonly previous?: readonly string[]
  readonly store: WrappedKeyStore
  /** How long an unwrapped key is remembered, so how late a `destroy` elsewhere arrives; 30 seconds unless said. */
  readonly rememberMs?: number
  /** Milliseconds that only ever grow. */
  readonly steadyMs?: () => number
}

type DataKey = { readonly key: Buffer; readonly id: Buffer }

export function createKeys({
  secret,
  previous = [],
  store,
  rememberMs = 30_000,
  steadyMs = () => performance.now(),
}: KeysOptions): Keys {
  const present = derive(secret)
  const all: readonly [Derived, ...Derived[]] = [present, ...previous.map(derive)]
  // Promises, so that a burst for one person unwraps once.
  const remembered = new LRUCache<string, Promise<DataKey | undefined>>({
    max: 10_000,
    ttl: rememberMs,
    ttlResolution: 0,
    perf: { now: steadyMs },
  })

  async function findKey(personId: string): Promise<DataKey | undefined> {
    const wrapped = await store.find(personId)
    return wrapped && unwrap(all, personId, wrapped)
  }

  async function makeKey(personId: string): Promise<DataKey> {
    const wrapped = envelope(present.id, encrypt(present.master, randomBytes(32), wrapBinding(personId)))
    return unwrap(all, personId, await store.insertIfAbsent(personId, wrapped))
  }

  function keyOf(personId: string): Promise<DataKey | undefined> {
    store.assertReachable()
    const known = remembered.get(personId)
    if (known) return known
    const finding = findKey(personId)
    remembered.set(personId, finding)
    // Neither a failure nor an absence is remembered: the next one asks again.
    const forget = () => void (remembered.peek(personId) === finding && remembered.delete(personId))
    finding.then(key => key ?? forget(), forget)
    return finding
  }

  return {
    async sealFor(personId, plain, context) {
      const person = assertPerson(personId)
      const { key, id } = (await keyOf(person)) ?? (await makeKey(person))
      const bytes = typeof plain === 'string' ? new TextEncoder().encode(plain) : plain
      return envelope(id, encrypt(key, bytes, sealBinding(person, context)))
    },
    async openFor(personId, sealed, context) {
      const person = assertPerson(personId)
      const { keyId, encrypted } = openEnvelope(sealed)
      const dataKey = await keyOf(person)
      // Another id: sealed under a key that was destroyed since, and replaced because something new was sealed.
      if (!dataKey || !dataKey.id.equals(keyId)) return undefined
      return new Uint8Array(decrypt(dataKey.key, encrypted, sealBinding(person, context)))
    },
    async openTextFor(personId, sealed, context) {
      const bytes = await this.openFor(personId, sealed, context)
      return bytes && new TextDecoder().decode(bytes)
    },
    async destroy(personId) {
      const person = assertPerson(personId)
      store.assertReachable()
      await store.delete(person)
      // After the row, since somebody may have read it until then.
      remembered.delete(person)
    },
    ...keyedHashes(all),
    ...createTokens(all),
  }
}

function keyedHashes(all: readonly [Derived, ...Derived[]]): Pick<Keys, 'hashOf' | 'hashesOf' | 'sign' | 'verify'> {
  const mac = (from: Derived, use: 'hash' | 'sign', purpose: string, content: Uint8Array | string) =>
    createHmac('sha256', from.forPurpose(use, purpose)).update(content).digest()
  const [present, ...previous] = all
  const hash = (from: Derived, purpose: string, text: string) => mac(from, 'hash', purpose, text).toString('hex')
  return {
    hashOf: (purpose, text) => hash(present, purpose, text),
    hashesOf: (purpose, text) => [hash(present, purpose, text), ...previous.map(each => hash(each, purpose, text))],
    sign: (purpose, content) => mac(present, 'sign', purpose, content).toString('base64url'),
    verify(purpose, content, signature) {
      const given = Buffer.from(signature, 'base64url')
      // One signature has one spelling: a decoder that ignores odd characters would accept many.
      if (given.length !== 32 || given.toString('base64url') !== signature) return false
      return all.some(each => timingSafeEqual(mac(each, 'sign', purpose, content), given))
    },
  }
}

function unwrap(all: readonly Derived[], personId: string, wrapped: Uint8Array): DataKey {
  const { keyId, encrypted } = openEnvelope(wrapped)
  const from = all.find(each => each.id.equals(keyId))
  if (!from)
    throw new Error('A key was wrapped under a secret this process does not have. Add it to the previous secrets.')
  const key = decrypt(from.master, encrypted, wrapBinding(personId))
  return { key, id: dataKeyId(key) }
}

// What a ciphertext is bound to. A person's id has one form and one length, so no two places can read the same.
const wrapBinding = (personId: string) => `medley wrapped key 1\0${personId}`
const sealBinding = (personId: string, context: string) => `medley sealed 1\0${personId}\0${context}`

function assertPerson(personId: string): string {
  const person = personId.toLowerCase()
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(person)) throw new TypeError('a person id is a UUID')
  return person
}

/**
 * The secret in `<directory>/secret`, made at the first start. Readable to the owner alone. Processes that start at the same
 * moment end up with the same one.
 */
export async function loadOrMakeSecret(directory: string): Promise<string> {
  const path = join(directory, 'secret')
  const kept = await readSecret(path)
  if (kept !== undefined) return kept
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const aside = join(directory, `secret.${randomBytes(8).toString('hex')}`)
  const file = await open(aside, 'wx', 0o600)
  try {
    await file.writeFile(`${randomBytes(32).toString('hex')}\n`)
    await file.sync()
    // Unlike rename, link leaves alone what another process put there first.
    await link(aside, path).catch(error => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    })
  } finally {
    await file.close()
    await rm(aside, { force: true })
  }
  const folder = await open(directory, 'r')
  await folder.sync().finally(() => folder.close())
  const made = await readSecret(path)
  if (made === undefined) throw new Error(`${path} vanished while it was made.`)
  return made
}

async function readSecret(path: string): Promise<string | undefined> {
  let text: string
  try {
    text = (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  // A new one in its place would make all that was sealed before unreadable, so this is for people to decide.
  if (Buffer.byteLength(text) < 32)
    throw new Error(`${path} is damaged: it has less than 32 bytes. Restore it from a backup.`)
  return text
}
