// Enterprise sign-in and mail, really spoken: an OpenID issuer and an SMTP server started by the test.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appointment } from '#contract/appointment'
import { aClinician } from './clinic.ts'
import { signUp, tokenOf } from './people.ts'
import { freePort } from './servers/child.ts'
import { startOidc } from './servers/oidc.ts'
import { startSmtp } from './servers/smtp.ts'
import { testMedley } from './start.ts'

test('somebody signs in at an OpenID issuer and is the same person the next time', async () => {
  const issuer = await startOidc()
  const port = await freePort()
  const env = {
    MEDLEY_PORT: String(port),
    MEDLEY_PUBLIC_URL: `http://127.0.0.1:${port}`,
    MEDLEY_OIDC_ISSUER: issuer.issuer,
    MEDLEY_OIDC_NAME: 'Test Hospital',
    MEDLEY_OIDC_CLIENT_ID: issuer.clientId,
    MEDLEY_OIDC_CLIENT_SECRET: issuer.clientSecret,
  }
  await using medley = await testMedley({ env, startMs: 'real' })
  try {
    const options = (await (await fetch(`${medley.url}/api/identity/sign-in-options`)).json()) as {
      providers: { id: string; name: string }[]
    }
    assert.deepEqual(options.providers, [{ id: 'oidc', name: 'Test Hospital' }])
    const enter = async () => {
      const begun = await fetch(`${medley.url}/auth/sign-in/social`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: medley.url },
        body: JSON.stringify({ provider: 'oidc', callbackURL: '/' }),
      })
      const cookie = begun.headers
        .getSetCookie()
        .map(each => each.split(';')[0])
        .join('; ')
      const { url } = (await begun.json()) as { url: string }
      issuer.setClaims({
        sub: 'employee-7',
        email: 'employee@hospital.example',
        email_verified: true,
        name: 'Erin Employee',
      })
      const back = await issuer.signIn(url)
      return fetch(back, { redirect: 'manual', headers: { cookie } })
    }
    const first = await tokenOf(medley.url, await enter())
    const again = await tokenOf(medley.url, await enter())
    assert.equal(first.personId, again.personId)
    const me = (await (await fetch(`${medley.url}/api/identity/me`, { headers: first.headers })).json()) as {
      name: string
      email: string
    }
    assert.deepEqual([me.name, me.email], ['Erin Employee', 'employee@hospital.example'])
    const forged = await fetch(`${medley.url}/auth/callback/oidc?code=guess&state=guess`, { redirect: 'manual' })
    assert.ok(!forged.headers.getSetCookie().some(each => each.includes('session_token=')))
  } finally {
    await issuer.stop()
  }
})

test('a booking mails an invitation through SMTP, and a cancellation takes it back', async () => {
  const smtp = await startSmtp()
  const port = await freePort()
  await using medley = await testMedley({
    env: { MEDLEY_PORT: String(port), MEDLEY_SMTP_URL: smtp.url },
    startMs: 'real',
  })
  try {
    const clinician = await aClinician(medley)
    const patient = await signUp(medley.url, 'Mail Reader')
    const call = medley.as({ personId: patient.personId, roles: ['patient'], jurisdiction: 'US-MA' })
    const { freeTimes, book, cancel } = medley.call(appointment)
    const { times } = await freeTimes({ clinicianId: clinician.id, serviceId: clinician.serviceId }, call)
    const booking = await book({ ...clinician.wish, startsAt: times[3]!.startsAt, reason: 'a private matter' }, call)
    await medley.settle()
    await cancel({ bookingId: booking.id }, call)
    await medley.settle()
    const mails = smtp.messages.filter(each => JSON.stringify(each).includes(booking.id))
    const text = JSON.stringify(mails)
    assert.ok(
      text.includes('METHOD:REQUEST') && text.includes('METHOD:CANCEL'),
      `${mails.length} mails: ${text.slice(0, 500)}`,
    )
    assert.ok(!text.includes('a private matter'))
  } finally {
    await smtp.stop()
  }
})
