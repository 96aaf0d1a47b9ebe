// What happens after a password, a code or a provider was accepted.
import { translateCode } from '../../i18n/locale.tsx'
import { auth, renewToken, SignInProblem, type SessionState } from '../../session.ts'
import { homeOf, workspaceAt } from '../../shell/workspace.ts'

/** Where to go afterwards: only to a path of this app, never to an address that a link made up (open redirect, CWE-601). */
export function safeNext(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/'
}

/** Where a person who has just come in begins: where they were going, or at the start of their day. */
export function beginning(next: string | undefined, session: SessionState): string {
  const wanted = safeNext(next)
  return wanted === '/' && session.status === 'signedIn' ? homeOf(workspaceAt('', session.person)) : wanted
}

export async function signInWithPassword(email: string, password: string): Promise<'in' | 'needsCode'> {
  const answer = await auth<{ twoFactorRedirect?: boolean }>('/sign-in/email', { email, password })
  if (answer.twoFactorRedirect) return 'needsCode'
  await renewToken()
  return 'in'
}

/** Six digits come from the authenticator; anything else is tried as a backup code. */
export async function verifyCode(code: string, trustDevice: boolean): Promise<void> {
  const isTotp = /^\d{6}$/.test(code)
  await auth(isTotp ? '/two-factor/verify-totp' : '/two-factor/verify-backup-code', { code, trustDevice })
  await renewToken()
}

export async function signInWithProvider(provider: string, next: string): Promise<void> {
  const answer = await auth<{ url: string }>('/sign-in/social', {
    provider,
    callbackURL: safeNext(next),
    errorCallbackURL: '/sign-in',
  })
  location.assign(answer.url)
}

/** better-auth's refusals in the reader's language; unknown ones in its own words. */
export function signInProblemText(problem: SignInProblem): string {
  const text = translateCode('authFault', problem.code)
  return text === problem.code.replaceAll('_', ' ') ? problem.message : text
}
