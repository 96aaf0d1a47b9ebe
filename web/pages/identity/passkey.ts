// Passkeys (WebAuthn): the browser and the device do the work; better-auth asks and checks.
import { auth, renewToken, SignInProblem } from '../../session.ts'

export interface Passkey {
  id: string
  name: string | null
  createdAt: string
}

export const hasPasskeys = (): boolean =>
  typeof PublicKeyCredential === 'function' && 'parseRequestOptionsFromJSON' in PublicKeyCredential

export const listPasskeys = (): Promise<Passkey[]> => auth<Passkey[]>('/passkey/list-user-passkeys', undefined, 'GET')

export const removePasskey = (id: string): Promise<unknown> => auth('/passkey/delete-passkey', { id })

export async function addPasskey(name: string): Promise<void> {
  const options = await auth<PublicKeyCredentialCreationOptionsJSON>(
    '/passkey/generate-register-options',
    undefined,
    'GET',
  )
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  const made = await ceremony(navigator.credentials.create({ publicKey }))
  await auth('/passkey/verify-registration', { response: made, name })
}

export async function signInWithPasskey(): Promise<void> {
  const options = await auth<PublicKeyCredentialRequestOptionsJSON>(
    '/passkey/generate-authenticate-options',
    undefined,
    'GET',
  )
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({ ...options, userVerification: 'required' })
  const proof = await ceremony(navigator.credentials.get({ publicKey }))
  await auth('/passkey/verify-authentication', { response: proof })
  await renewToken()
}

/** A person who changes their mind, or a device without one, is no bug: it is said in words. */
async function ceremony(work: Promise<Credential | null>): Promise<unknown> {
  const credential = await work.catch(() => null)
  if (!(credential instanceof PublicKeyCredential)) throw new SignInProblem('CEREMONY_ENDED', 'No passkey was given.')
  return credential.toJSON()
}
