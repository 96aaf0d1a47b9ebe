// better-auth holds passwords, passkeys, second factors, sessions, API keys and sign-in at other issuers. It is built on first use,
// because an issuer must be asked for its addresses and may be down while we start.
import { apiKey } from '@better-auth/api-key'
import { passkey } from '@better-auth/passkey'
import { betterAuth } from 'better-auth'
import { APIError } from 'better-auth/api'
import { genericOAuth, twoFactor } from 'better-auth/plugins'
import { minuteMs } from '#core/time'
import type { Kit } from '#platform'
import { sessionTtlSeconds } from '../rules.ts'
import { discover, exchangeCode, type Issuer, profileOf } from './oidc.ts'

const issuerRetryMs = minuteMs / 2

export type Auth = ReturnType<typeof build>

/** Gives the current better-auth; builds it anew once an issuer that was down answers. */
export function authProvider(kit: Kit): () => Promise<Auth> {
  let auth: Auth | undefined
  let hasIssuer = false
  let triedAtMs = 0
  return async () => {
    const wantsIssuer = kit.settings.oidc !== undefined && !hasIssuer
    const nowMs = kit.clock.nowMs()
    if (auth && !(wantsIssuer && nowMs - triedAtMs > issuerRetryMs)) return auth
    triedAtMs = nowMs
    const issuer = kit.settings.oidc && (await discover(kit.settings.oidc.issuer, kit.egress).catch(() => undefined))
    if (kit.settings.oidc && !issuer)
      kit.log.warn('the OpenID issuer does not answer; sign-in there is off until it does')
    hasIssuer = issuer !== undefined
    auth = build(kit, issuer)
    return auth
  }
}

function build(kit: Kit, issuer: Issuer | undefined) {
  const { settings } = kit
  const doorsPerMinute = Math.ceil(settings.ratePerMinute / 30)
  return betterAuth({
    appName: 'Medley',
    baseURL: settings.publicUrl,
    basePath: '/auth',
    secret: kit.keys.hashOf('better-auth', 'secret'),
    trustedOrigins: originsOf(settings.publicUrl),
    telemetry: { enabled: false },
    logger: { disabled: true },
    database: { db: kit.database.kysely() as never, type: 'postgres', transaction: true },
    advanced: { database: { generateId: 'uuid' }, ipAddress: { ipAddressHeaders: ['x-forwarded-for'] } },
    emailAndPassword: { enabled: true, minPasswordLength: 12, maxPasswordLength: 128, autoSignIn: true },
    session: { expiresIn: sessionTtlSeconds, updateAge: 24 * 3_600 },
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: Math.ceil(settings.ratePerMinute / 2),
      // Guessing is what these doors are for, so they open far less often than the rest.
      customRules: {
        '/sign-in/email': { window: 60, max: doorsPerMinute },
        '/sign-up/email': { window: 60, max: doorsPerMinute },
      },
    },
    plugins: [
      twoFactor({ issuer: 'Medley' }),
      apiKey({ defaultPrefix: 'mk_', rateLimit: { enabled: false } }),
      passkey({
        rpID: new URL(settings.publicUrl).hostname,
        rpName: 'Medley',
        origin: originsOf(settings.publicUrl),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        // A passkey stands for two factors, which it is only when the device checked who holds it. The plugin asks for that and does
        // not insist (1.7.6), so we do.
        authentication: {
          async afterVerification({ verification }) {
            if (!verification.authenticationInfo.userVerified)
              throw new APIError('UNAUTHORIZED', { code: 'PASSKEY_NOT_VERIFIED', message: 'Unlock the passkey.' })
          },
        },
      }),
      genericOAuth({ config: settings.oidc && issuer ? [providerOf(kit, settings.oidc, issuer)] : [] }),
    ],
  })
}

type Oidc = NonNullable<Kit['settings']['oidc']>

function providerOf(kit: Kit, oidc: Oidc, issuer: Issuer) {
  return {
    providerId: 'oidc',
    clientId: oidc.clientId,
    clientSecret: oidc.clientSecret,
    authorizationUrl: issuer.authorizationUrl,
    tokenUrl: issuer.tokenUrl,
    scopes: ['openid', 'profile', 'email'],
    pkce: true,
    getToken: (data: { code: string; redirectURI: string; codeVerifier?: string | undefined }) =>
      exchangeCode(issuer, oidc, data, kit.egress),
    getUserInfo: (tokens: { idToken?: string | undefined }) => profileOf(issuer, oidc, tokens.idToken, kit.egress),
  }
}

/** On a laptop people type localhost or 127.0.0.1 for the same thing. */
function originsOf(publicUrl: string): string[] {
  const { hostname } = new URL(publicUrl)
  const origin = new URL(publicUrl).origin
  if (hostname !== 'localhost' && hostname !== '127.0.0.1') return [origin]
  return [origin, origin.replace(hostname, hostname === 'localhost' ? '127.0.0.1' : 'localhost')]
}
