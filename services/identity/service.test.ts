import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { audit } from '#contract/audit'
import { record } from '#contract/record'
import { Caller } from '#core/call'
import type { Fault } from '#core/fault'
import { newId } from '#core/id'
import { type Signed, signIn, signUp, tokenOf } from '../../test/people.ts'
import { freePort } from '../../test/servers/child.ts'
import { type TestMedley, testMedley } from '../../test/start.ts'
import { identity } from './contract.ts'

let medley: TestMedley
const password = 'a-long-enough-password'

before(async () => {
  medley = await testMedley({ env: { MEDLEY_PORT: String(await freePort()) }, startMs: 'real' })
})
after(() => medley.stop())

const api = async (path: string, { headers }: { headers: Record<string, string> }, method = 'GET', body?: unknown) => {
  const answer = await fetch(`${medley.url}/api/identity${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return {
    status: answer.status,
    body: (await answer.json()) as Record<string, unknown> & { items: Record<string, unknown>[] },
  }
}

const door = (path: string, body: unknown, cookie = '') =>
  fetch(`${medley.url}/auth${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: medley.url, cookie },
    body: JSON.stringify(body),
  })

const operator = () => medley.as({ personId: newId(), roles: ['operator'] })
const enrolment = () => ({
  source: { system: 'test', value: newId() },
  name: 'Imke Import',
  birthDate: '1970-05-17',
  jurisdiction: 'US-MA',
  timeZone: 'America/New_York',
})

test('a new account is a patient of this region, and may change what is theirs', async () => {
  const ada = await signUp(medley.url, 'Ada Newman')
  const { body: me } = await api('/me', ada)
  assert.deepEqual([me['name'], me['region'], me['roles'], me['hasTotp']], ['Ada Newman', 'us', ['patient'], false])
  const change = { phone: '+16175550123', birthDate: '1990-02-03', timeZone: 'America/Chicago', locale: 'ar' }
  const { body: changed } = await api('/me', ada, 'PATCH', change)
  assert.deepEqual({ ...changed, ...change }, changed)
  const { rows } = await medley.platform.database.execute(`select sealed from identity.person where id = $1`, [
    ada.personId,
  ])
  assert.ok(
    !Buffer.from(rows[0]!['sealed'] as Uint8Array)
      .toString('latin1')
      .includes('16175550123'),
    'the phone is readable in the table',
  )
})

test('a move to a jurisdiction of another region is refused and changes nothing', async () => {
  const ada = await signUp(medley.url, 'Ada Newman')
  const { status, body } = await api('/me', ada, 'PATCH', { jurisdiction: 'DE', name: 'Changed' })
  assert.deepEqual([status, body['code']], [422, 'identity.wrongRegion'])
  assert.equal((await api('/me', ada)).body['name'], 'Ada Newman')
})

test('unknown fields, wrong zones and hostile values are refused with the field named', async () => {
  const ada = await signUp(medley.url, 'Ada Newman')
  for (const bad of [
    { isAdmin: true },
    { timeZone: 'Mars/Olympus' },
    { phone: 'call me' },
    { name: '' },
    { roles: ['operator'] },
  ]) {
    const { status, body } = await api('/me', ada, 'PATCH', bad)
    assert.equal(status, 400)
    assert.equal(body['code'], 'request.invalid')
  }
})

test('no token, a wrong one, an altered one and one for services are all refused', async () => {
  const { token } = await signUp(medley.url, 'Ada Newman')
  const [head, , signature] = token.split('.')
  const payload = Buffer.from(
    JSON.stringify({ caller: { roles: ['operator'], personId: newId() }, aud: 'medley' }),
  ).toString('base64url')
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
  for (const bad of ['', 'nonsense', `${head}.${payload}.${signature}`, none]) {
    const { status } = await api('/me', { headers: { authorization: `Bearer ${bad}` } })
    assert.equal(status, 401)
  }
  assert.equal((await api('/me', { headers: {} })).status, 401)
})

test('operations between services are closed to people', async () => {
  const ada = await signUp(medley.url, 'Ada Newman')
  for (const [path, body] of [
    ['/internal/names', { personIds: [] }],
    ['/internal/contacts', { personId: ada.personId }],
    ['/internal/enrolments', enrolment()],
  ] as const) {
    assert.equal((await api(path, ada, 'POST', body)).status, 403)
  }
})

test('wrong passwords lock the address out for a while, whoever asks, and the trail keeps it', async () => {
  const email = `${newId()}@example.org`
  await door('/sign-up/email', { email, password, name: 'Lock Out' })
  for (let count = 0; count < 8; count++)
    assert.equal((await door('/sign-in/email', { email, password: 'wrong-password-here' })).status, 401)
  const locked = await door('/sign-in/email', { email, password })
  assert.equal(locked.status, 429)
  assert.ok(Number(locked.headers.get('retry-after')) > 600)
  await medley.settle()
  const { items } = await medley.call(audit).search({ action: 'identity.signIn', outcome: 'refused' }, operator())
  assert.ok(items.some(each => each.faultCode === 'identity.locked'))
})

test('a session is listed, revoked, and its token refused within seconds', async () => {
  const first = await signUp(medley.url, 'Twice Here')
  const { body: me } = await api('/me', first)
  const second = await signIn(medley.url, me['email'] as string, password)
  const { body } = await api('/sessions', second)
  assert.equal(body.items.length, 2)
  const other = body.items.find(each => !each['isCurrent'])!
  assert.equal((await api(`/sessions/${other['id'] as string}`, second, 'DELETE')).status, 200)
  assert.equal((await api(`/sessions/${other['id'] as string}`, second, 'DELETE')).status, 404)
  const giveUpMs = Date.now() + 6_000
  while ((await api('/me', first)).status !== 401) {
    assert.ok(Date.now() < giveUpMs, 'the revoked session still works after six seconds')
    await new Promise(resolve => setTimeout(resolve, 250))
  }
  assert.equal((await api('/me', second)).status, 200)
})

test('nobody ends somebody else’s session or key', async () => {
  const [ada, eve] = await Promise.all([signUp(medley.url, 'Ada'), signUp(medley.url, 'Eve')])
  const session = (await api('/sessions', ada)).body.items[0]!['id'] as string
  assert.equal((await api(`/sessions/${session}`, eve, 'DELETE')).status, 404)
  const { body: key } = await api('/api-keys', ada, 'POST', { name: 'mine' })
  assert.equal((await api(`/api-keys/${key['id'] as string}`, eve, 'DELETE')).status, 404)
})

test('an API key acts as its person until it is revoked, and its secret is shown once', async () => {
  const ada = await signUp(medley.url, 'Ada Newman')
  const { status, body: key } = await api('/api-keys', ada, 'POST', { name: 'export script' })
  assert.equal(status, 201)
  const byKey = { headers: { 'x-api-key': key['secret'] as string } }
  assert.equal((await api('/me', byKey)).body['id'], ada.personId)
  const listed = (await api('/api-keys', ada)).body.items
  assert.ok(!JSON.stringify(listed).includes(key['secret'] as string))
  assert.equal((await api(`/api-keys/${key['id'] as string}`, ada, 'DELETE')).status, 200)
  await new Promise(resolve => setTimeout(resolve, 5_200))
  assert.equal((await api('/me', byKey)).status, 401)
  assert.equal((await api('/me', { headers: { 'x-api-key': 'mk_wrong' } })).status, 401)
})

/** RFC 6238 with SHA-1, six digits, thirty seconds. */
function totp(uri: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...new URL(uri).searchParams.get('secret')!.replaceAll('=', '')]
    .map(each => alphabet.indexOf(each).toString(2).padStart(5, '0'))
    .join('')
  const key = Buffer.from(bits.match(/.{8}/g)!.map(each => parseInt(each, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const digest = createHmac('sha1', key).update(counter).digest()
  const offset = digest.at(-1)! & 15
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

test('a second factor is enrolled, asked for at sign-in, and a wrong code is refused', async () => {
  const ada = await signUp(medley.url, 'Two Factors')
  const { totpURI } = (await (await door('/two-factor/enable', { password }, ada.cookie)).json()) as { totpURI: string }
  const enabled = await door('/two-factor/verify-totp', { code: totp(totpURI) }, ada.cookie)
  assert.equal(enabled.status, 200)
  const { email } = (await api('/me', await tokenOf(medley.url, enabled))).body
  const half = await door('/sign-in/email', { email, password })
  assert.equal(((await half.json()) as { twoFactorRedirect?: boolean }).twoFactorRedirect, true)
  const cookie = half.headers
    .getSetCookie()
    .map(each => each.split(';')[0])
    .join('; ')
  assert.equal((await fetch(`${medley.url}/api/identity/token`, { method: 'POST', headers: { cookie } })).status, 401)
  assert.notEqual((await door('/two-factor/verify-totp', { code: '000000' }, cookie)).status, 200)
  const whole = await door('/two-factor/verify-totp', { code: totp(totpURI) }, cookie)
  assert.equal(whole.status, 200)
  assert.equal((await api('/me', await tokenOf(medley.url, whole))).body['hasTotp'], true)
})

test('an imported person is entered once, and claims their record with code and date of birth', async () => {
  const { enrol, issueClaim, claim, listPeople } = medley.call(identity)
  const service = medley.composition.serviceCall('test')
  const draft = enrolment()
  const { personId, isNew } = await enrol(draft, service)
  assert.deepEqual([isNew, (await enrol(draft, service)).isNew], [true, false])
  const { code } = await issueClaim({ personId }, operator())
  const ada: Signed = await signUp(medley.url, 'Imke')
  const call = medley.as({ personId: ada.personId, roles: ['patient'] })
  await assert.rejects(claim({ code, birthDate: '1970-05-18' }, call), { code: 'identity.claimRefused' })
  await assert.rejects(claim({ code: 'AAAAA-AAAAA', birthDate: '1970-05-17' }, call), { code: 'identity.claimRefused' })
  assert.equal((await claim({ code: code.toLowerCase(), birthDate: '1970-05-17' }, call)).id, personId)
  assert.equal(
    (
      await tokenOf(
        medley.url,
        await door('/sign-in/email', { email: (await api('/me', ada)).body['email'] ?? '', password }),
      ).catch(() => undefined)
    )?.personId ?? personId,
    personId,
  )
  await assert.rejects(issueClaim({ personId }, operator()), { code: 'identity.alreadyClaimed' })
  await assert.rejects(listPeople({}, call), { code: 'access.forbidden' })
  assert.ok((await listPeople({ claimed: 'yes' }, operator())).items.some(each => each.id === personId))
})

test('five wrong dates of birth close a claim code', async () => {
  const { enrol, issueClaim, claim } = medley.call(identity)
  const { personId } = await enrol(enrolment(), medley.composition.serviceCall('test'))
  const { code } = await issueClaim({ personId }, operator())
  const ada = await signUp(medley.url, 'Guess Work')
  const call = medley.as({ personId: ada.personId, roles: ['patient'] })
  for (let day = 1; day <= 5; day++) await assert.rejects(claim({ code, birthDate: `1970-01-0${day}` }, call))
  await assert.rejects(claim({ code, birthDate: '1970-05-17' }, call), { code: 'identity.claimRefused' })
})

test('a role in an organisation comes with the next token and goes with its removal', async () => {
  const ada = await signUp(medley.url, 'Dr. Ada')
  const { email } = (await api('/me', ada)).body as { email?: string }
  const [organizationId, clinicianId] = [newId(), newId()]
  const { addMember, removeMember, listMembers, callerOfSession, callersOfSessions } = medley.call(identity)
  await addMember({ email: email!, organizationId, role: 'clinician', clinicianId }, operator())
  const { sessionId } = JSON.parse(Buffer.from(ada.token.split('.')[1]!, 'base64url').toString()).caller as {
    sessionId: string
  }
  const service = medley.composition.serviceCall('test')
  const caller = Caller.parse((await callerOfSession({ sessionId }, service)).caller)
  assert.deepEqual(
    [caller.roles, caller.clinicianId, caller.organizationIds],
    [['patient', 'clinician'], clinicianId, [organizationId]],
  )
  const both = await callersOfSessions({ sessionIds: [sessionId, newId()] }, service)
  assert.deepEqual(both.callers, { [sessionId]: caller })
  await assert.rejects(callersOfSessions({ sessionIds: [sessionId] }, operator()), { code: 'access.forbidden' })
  assert.equal((await listMembers({ organizationId }, operator())).items.length, 1)
  await removeMember({ organizationId, personId: ada.personId }, operator())
  assert.deepEqual(Caller.parse((await callerOfSession({ sessionId }, service)).caller).roles, ['patient'])
  await assert.rejects(addMember({ email: 'nobody@example.org', organizationId, role: 'operator' }, operator()), {
    code: 'identity.personNotFound',
  })
  await assert.rejects(
    addMember(
      { email: email!, organizationId, role: 'operator' },
      medley.as({ personId: ada.personId, roles: ['patient'] }),
    ),
    { code: 'access.forbidden' },
  )
})

test('with their last record a person and their account are forgotten; who has a role stays known for it', async () => {
  const service = medley.composition.serviceCall('test')
  const { enrol } = medley.call(identity)
  const role = [{ organizationId: newId(), role: 'operator' as const }]
  const account = { email: `${newId()}@example.org`, password }
  const drafts = [enrolment(), { ...enrolment(), ...account }, { ...enrolment(), memberships: role }]
  const left: unknown[] = []
  for (const draft of drafts) {
    const details = { identifiers: ['MRN 1'] }
    const { personId } = await enrol({ ...draft, details }, service)
    for (const id of [personId, newId()])
      await medley.call(record).load({ personId, entries: [{ resource: { resourceType: 'Patient', id } }] }, service)
    const [first, last] = (await medley.call(record).patientsOf({ personId }, service)).patientIds
    await medley.call(record).erase({ patientId: first!, confirm: 'erase' }, service)
    await medley.settle()
    assert.equal((await enrol(draft, service)).personId, personId, 'one record of two is not all of them')
    await medley.call(record).erase({ patientId: last!, confirm: 'erase' }, service)
    await medley.settle()
    assert.notEqual((await enrol({ ...enrolment(), source: draft.source }, service)).personId, personId)
    const { names } = await medley.call(identity).namesOf({ personIds: [personId] }, service)
    const contact = medley.call(identity).contactOf({ personId }, service)
    left.push([names[personId], await contact.then(found => found.email).catch((error: Fault) => error.code)])
    if (!('memberships' in draft))
      await assert.rejects(medley.call(identity).issueClaim({ personId }, operator()), {
        code: 'identity.personNotFound',
      })
  }
  assert.deepEqual(left, [
    ['', 'identity.personNotFound'],
    ['', 'identity.personNotFound'],
    ['Imke Import', ''],
  ])
  assert.equal((await door('/sign-in/email', account)).status, 401)
})

test('who claims a record leaves no second name behind', async () => {
  const { enrol, issueClaim, claim, namesOf } = medley.call(identity)
  const service = medley.composition.serviceCall('test')
  const { personId } = await enrol(enrolment(), service)
  const { code } = await issueClaim({ personId }, operator())
  const former = await signUp(medley.url, 'Former Name')
  const call = medley.as({ personId: former.personId, roles: ['patient'] })
  await claim({ code, birthDate: '1970-05-17' }, call)
  const { names } = await namesOf({ personIds: [personId, former.personId] }, service)
  assert.deepEqual([names[personId], names[former.personId]], ['Imke Import', ''])
})

test('a person’s particulars are gone for good once their key is destroyed', async () => {
  const { enrol, contactOf } = medley.call(identity)
  const service = medley.composition.serviceCall('test')
  const { personId } = await enrol({ ...enrolment(), phone: '+16175550199' }, service)
  assert.equal((await contactOf({ personId }, service)).phone, '+16175550199')
  await medley.platform.keys.destroy(personId)
  assert.equal((await contactOf({ personId }, service)).phone, undefined)
})
