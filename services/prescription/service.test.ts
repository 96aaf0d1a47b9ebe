import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { notification } from '#contract/notification'
import { record } from '#contract/record'
import type { Call } from '#core/call'
import { newId } from '#core/id'
import type { Order, Prescription } from '#core/prescription'
import { dayMs } from '#core/time'
import { appointment } from '#contract/appointment'
import { aClinician, aPatient, type TestClinician } from '../../test/clinic.ts'
import { signIn } from '../../test/people.ts'
import { isAvailable } from '../../test/servers/available.ts'
import { freePort } from '../../test/servers/child.ts'
import { startPostgres } from '../../test/servers/postgres.ts'
import { mondayNoonMs, splitMedley, type TestMedley, testMedley } from '../../test/start.ts'
import { prescription } from './contract.ts'

let medley: TestMedley
before(async () => (medley = await testMedley({ env: { MEDLEY_PORT: String(await freePort()) } })))
after(() => medley.stop())

const ops = () => medley.call(prescription)
const code = (expected: string) => ({ code: `prescription.${expected}` })
const keyed = (call: Call, key: string = newId()): Call => ({ ...call, idempotencyKey: key })
const service = () => medley.composition.serviceCall('test')

const lisinopril = {
  medicine: 'lisinopril',
  form: 'tablet',
  strength: '10 mg',
  amount: 1,
  timesPerDay: 1,
  days: 30,
  refills: 1,
}
const order = (change: Partial<Order> = {}) => ({ ...lisinopril, ...change })

type Cast = { clinician: TestClinician; patient: Call; patientId: string; pharmacyId: string; jonas: Call; mina: Call }

/** A clinician who treats a patient, and a pharmacy of two. */
async function aCast(startsAt = '2026-11-24T15:00:00.000Z', whose?: TestClinician): Promise<Cast> {
  const clinician = whose ?? (await aClinician(medley))
  const patient = await aPatient(medley)
  await medley.call(appointment).book({ ...clinician.wish, startsAt }, patient)
  await medley.settle()
  const patientId = patient.caller.personId!
  const pharmacyId = await aPharmacy()
  return { clinician, patient, patientId, pharmacyId, jonas: aPharmacist(pharmacyId), mina: aPharmacist(pharmacyId) }
}

/** The same, of a clinician who has just signed in, as controlled substances want it. */
async function aProvenCast(): Promise<Cast & { cookie: string }> {
  const account = { email: `${newId()}@example.org`, password: 'a long enough password' }
  const clinician = await aClinician(medley, {}, account)
  const { cookie, token } = await signIn(medley.url, account.email, account.password)
  const { sessionId } = decodeJwt<{ caller: { sessionId: string } }>(token).caller
  const call = { ...clinician.call, caller: { ...clinician.call.caller, sessionId } }
  return { ...(await aCast('2026-11-24T15:00:00.000Z', { ...clinician, call })), cookie }
}

async function aPharmacy(jurisdiction = 'US-MA'): Promise<string> {
  const place = { name: 'Test Pharmacy', city: 'Boston', address: '2 Test Street', jurisdiction }
  const draft = { kind: 'pharmacy' as const, ...place, timeZone: 'America/New_York' }
  return (await medley.call(directory).addOrganization(draft, service())).id
}

const aPharmacist = (pharmacyId: string) =>
  medley.as({ personId: newId(), roles: ['pharmacist'], organizationIds: [pharmacyId] })

async function signed({ clinician, patientId }: Cast, change: Partial<Order> = {}, overrides: string[] = []) {
  const { id } = await ops().draft({ patientId, order: order(change) }, clinician.call)
  const checked = await ops().complete({ prescriptionId: id }, clinician.call)
  assert.equal(checked.state, 'checked')
  const reasons = overrides.map(key => ({ key, reason: 'Weighed with the patient' }))
  return ops().sign({ prescriptionId: id, overrides: reasons }, clinician.call)
}

async function accepted(cast: Cast, change: Partial<Order> = {}): Promise<Prescription> {
  const { id } = await signed(cast, change)
  await ops().send({ prescriptionId: id, pharmacyId: cast.pharmacyId }, cast.patient)
  return ops().accept({ prescriptionId: id }, cast.jonas)
}

const shelf = (change: object = {}) => ({
  number: 0,
  quantity: 30,
  product: 'Lisinopril 10 mg, 30 tablets',
  lot: 'LOT-1',
  lotExpiresOn: '2028-01-01',
  ...change,
})

async function dispensed(cast: Cast, id: string, change: object = {}): Promise<Prescription> {
  const { fills } = await ops().prepare({ prescriptionId: id, ...shelf(change) }, cast.jonas)
  const fillId = fills.at(-1)!.id
  await ops().verify({ fillId, isRight: true }, cast.mina)
  return ops().handOver({ fillId }, cast.jonas)
}

const allergy = (name: string, patientId: string) => ({
  resourceType: 'AllergyIntolerance',
  patient: { reference: `Patient/${patientId}` },
  code: { text: name },
  clinicalStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
  },
})

test('from draft to the hand: checked, signed, sent, accepted, prepared, verified, handed over, refilled', async () => {
  const cast = await aCast()
  const { id, state, validUntil } = await signed(cast)
  assert.equal(state, 'signed')
  assert.ok(validUntil! > new Date(mondayNoonMs + 300 * dayMs).toISOString())
  const sent = await ops().send({ prescriptionId: id, pharmacyId: cast.pharmacyId }, cast.clinician.call)
  assert.deepEqual([sent.state, sent.pharmacy?.name], ['sent', 'Test Pharmacy'])
  const queue = await ops().queue({ pharmacyId: cast.pharmacyId }, cast.jonas)
  assert.deepEqual(
    queue.items.map(each => [each.id, each.state]),
    [[id, 'sent']],
  )
  await ops().accept({ prescriptionId: id }, cast.jonas)
  const half = await dispensed(cast, id, { quantity: 10 })
  assert.deepEqual([half.state, half.nextFillAt], ['partlyDispensed', undefined])
  await assert.rejects(ops().prepare({ prescriptionId: id, ...shelf({ quantity: 21 }) }, cast.jonas), {
    ...code('tooMuch'),
    details: { left: 20 },
  })
  const first = await dispensed(cast, id, { quantity: 20 })
  assert.deepEqual([first.state, first.refillsLeft], ['partlyDispensed', 1])
  assert.equal(first.nextFillAt, new Date(mondayNoonMs + 24 * dayMs).toISOString())
  await assert.rejects(ops().requestRefill({ prescriptionId: id }, cast.patient), code('tooEarly'))
  await assert.rejects(ops().prepare({ prescriptionId: id, ...shelf({ number: 1 }) }, cast.jonas), code('tooEarly'))
  medley.clock.advance(25 * dayMs)
  assert.ok((await ops().requestRefill({ prescriptionId: id }, cast.patient)).refillRequestedAt)
  const last = await dispensed(cast, id, { number: 1 })
  assert.deepEqual([last.state, last.refillsLeft, last.refillRequestedAt], ['completed', 0, undefined])
  await assert.rejects(ops().requestRefill({ prescriptionId: id }, cast.patient), code('noRefillsLeft'))
  await assert.rejects(ops().prepare({ prescriptionId: id, ...shelf() }, cast.jonas), code('stateUnfit'))
  medley.clock.set(mondayNoonMs)
})

test('redeemed a hundred times at once by several pharmacies, a prescription is accepted once', async () => {
  const cast = await aCast()
  const { id } = await signed(cast)
  const { token } = await ops().token({ prescriptionId: id }, cast.patient)
  const pharmacies = await Promise.all([aPharmacy(), aPharmacy(), aPharmacy(), aPharmacy()])
  const accepted = await redeemAtOnce(token, pharmacies)
  assert.equal(accepted, 1)
})

test('prepared a hundred times at once, it is dispensed once', async () => {
  const cast = await aCast()
  const { id } = await accepted(cast, { refills: 0 })
  const taken = await prepareAtOnce(cast, id)
  assert.equal(taken, 1)
  const { fills } = await ops().prescription({ prescriptionId: id }, cast.jonas)
  assert.equal(fills.length, 1)
})

async function redeemAtOnce(token: string, pharmacies: string[]): Promise<number> {
  const asks = Array.from({ length: 100 }, (_, index) => {
    const pharmacyId = pharmacies[index % pharmacies.length]!
    return ops().present({ token, pharmacyId }, aPharmacist(pharmacyId))
  })
  const answers = await Promise.allSettled(asks)
  for (const each of answers)
    if (each.status === 'rejected') assert.match(each.reason.code, /alreadyPresented|stateUnfit/)
  return answers.filter(each => each.status === 'fulfilled').length
}

async function prepareAtOnce(cast: Cast, prescriptionId: string): Promise<number> {
  const asks = Array.from({ length: 100 }, () => ops().prepare({ prescriptionId, ...shelf() }, cast.jonas))
  const answers = await Promise.allSettled(asks)
  for (const each of answers) if (each.status === 'rejected') assert.match(each.reason.code, /tooMuch|fillOpen/)
  return answers.filter(each => each.status === 'fulfilled').length
}

/** The same helpers on another Medley. */
async function within(own: TestMedley, work: () => Promise<void>): Promise<void> {
  const former = medley
  medley = own
  try {
    await work()
  } finally {
    medley = former
    await own.stop()
  }
}

test('a control: without the constraints the same races dispense more than once', async () => {
  const own = await testMedley()
  await within(own, async () => {
    await own.platform.database.execute('alter table prescription.redemption drop constraint redemption_once')
    await own.platform.database.execute('alter table prescription.supply drop constraint supply_never_below_zero')
    await own.platform.database.execute('drop index prescription.fill_one_open')
    const cast = await aCast()
    const { id } = await signed(cast)
    const { token } = await ops().token({ prescriptionId: id }, cast.patient)
    const pharmacies = await Promise.all([aPharmacy(), aPharmacy()])
    assert.ok((await redeemAtOnce(token, pharmacies)) > 1, 'the race for a token decided itself')
    const second = await accepted(cast, { refills: 0 })
    assert.ok((await prepareAtOnce(cast, second.id)) > 1, 'the race for the supply decided itself')
  })
})

test('on PostgreSQL too', { skip: !isAvailable('postgres') && 'AVAILABLE=postgres' }, async () => {
  const server = await startPostgres({ fsync: 'off' })
  try {
    const own = await testMedley({ env: { MEDLEY_DATABASE_URL: await server.createDatabase('races') } })
    await within(own, async () => {
      const cast = await aCast()
      const { id } = await signed(cast, { refills: 0 })
      const { token } = await ops().token({ prescriptionId: id }, cast.patient)
      const pharmacies = await Promise.all([aPharmacy(), aPharmacy(), aPharmacy()])
      assert.equal(await redeemAtOnce(token, pharmacies), 1)
      const second = await accepted(cast, { refills: 0 })
      assert.equal(await prepareAtOnce(cast, second.id), 1)
    })
  } finally {
    await server.stop()
  }
})

test('split over processes, each step asks the others over HTTP and the record follows', async () => {
  await using split = await splitMedley()
  const former = medley
  medley = split.edge
  try {
    const cast = await aCast()
    const { id } = await accepted(cast, { refills: 0 })
    await dispensed(cast, id)
    await Promise.all(split.parts.map(each => each.settle()))
    const read = { method: 'GET' as const, path: `MedicationRequest/${id}` }
    const { body } = await medley.call(record).interact(read, cast.patient)
    assert.equal(JSON.parse(body!).status, 'completed')
  } finally {
    medley = former
  }
})

test('the token verifies with the published keys and nothing else, and is worth nothing when altered', async () => {
  const cast = await aCast()
  const { id, validUntil } = await signed(cast)
  const { token } = await ops().token({ prescriptionId: id }, cast.patient)
  const published = await (await fetch(`${medley.url}/prescriptions/jwks.json`)).json()
  const currentDate = new Date(medley.clock.nowMs())
  const { payload } = await jwtVerify(token, createLocalJWKSet(published), {
    audience: 'medley-prescription',
    currentDate,
  })
  assert.equal(payload.sub, id)
  assert.equal((payload['rx'] as { medicine: string }).medicine, 'lisinopril')
  assert.equal(payload.exp, Math.floor(Date.parse(validUntil!) / 1_000))
  const [head, body, signature] = token.split('.') as [string, string, string]
  const more = JSON.parse(Buffer.from(body, 'base64url').toString())
  more.rx.quantity = 3_000
  const forged = [head, Buffer.from(JSON.stringify(more)).toString('base64url'), signature].join('.')
  const { pharmacyId, jonas } = cast
  await assert.rejects(ops().present({ token: forged, pharmacyId }, jonas), code('tokenInvalid'))
  await assert.rejects(ops().present({ token: `${head}.${body}.`, pharmacyId }, jonas), code('tokenInvalid'))
  const presented = await ops().present({ token, pharmacyId }, jonas)
  assert.deepEqual([presented.state, presented.pharmacy?.id], ['accepted', pharmacyId])
  await assert.rejects(ops().present({ token, pharmacyId }, jonas), code('alreadyPresented'))
  const other = await aPharmacy()
  await assert.rejects(ops().present({ token, pharmacyId: other }, aPharmacist(other)), code('alreadyPresented'))
  await assert.rejects(ops().token({ prescriptionId: id }, cast.patient), code('stateUnfit'))
})

test('an expired prescription cannot be presented, sent or dispensed, and the job ends it', async () => {
  const cast = await aProvenCast()
  const oxycodone = { medicine: 'oxycodone', strength: '5 mg', days: 5, refills: 0 }
  const one = await signed(cast, oxycodone)
  assert.deepEqual([one.schedule, one.validUntil], ['II', new Date(mondayNoonMs + 30 * dayMs).toISOString()])
  const { token } = await ops().token({ prescriptionId: one.id }, cast.patient)
  const { id: taken } = await accepted(cast, oxycodone)
  medley.clock.advance(31 * dayMs)
  const { pharmacyId, jonas, patient } = cast
  await assert.rejects(ops().present({ token, pharmacyId }, jonas), code('tokenInvalid'))
  await assert.rejects(ops().send({ prescriptionId: one.id, pharmacyId }, patient), code('validityEnded'))
  const pack = shelf({ quantity: 5 })
  await assert.rejects(ops().prepare({ prescriptionId: taken, ...pack }, jonas), code('validityEnded'))
  await medley.run('prescription.expire')
  assert.equal((await ops().prescription({ prescriptionId: one.id }, patient)).state, 'expired')
  assert.equal((await ops().prescription({ prescriptionId: taken }, jonas)).state, 'expired')
  medley.clock.set(mondayNoonMs)
})

test('an allergy stops a signature until there is a reason, and the reason is kept', async () => {
  const cast = await aCast()
  const { patientId, clinician } = cast
  const resource = { id: newId(), ...allergy('Penicillin', patientId) }
  await medley.call(record).load({ personId: patientId, entries: [{ resource }] }, service())
  const amoxicillin = {
    medicine: 'amoxicillin',
    form: 'capsule',
    strength: '500 mg',
    timesPerDay: 3,
    days: 7,
    refills: 0,
  }
  const inline = await ops().check({ patientId, order: order(amoxicillin) }, clinician.call)
  assert.deepEqual(inline.findings.map(each => [each.key, each.severity]).slice(0, 1), [
    ['allergy/penicillin', 'contraindicated'],
  ])
  await assert.rejects(signed(cast, amoxicillin), code('reasonMissing'))
  const done = await signed(cast, amoxicillin, ['allergy/penicillin', 'interaction/unheard-of'])
  assert.deepEqual(done.overrides, [{ key: 'allergy/penicillin', reason: 'Weighed with the patient' }])
})

test('what is entered between check and signature stops the signature', async () => {
  const { patientId, clinician } = await aCast()
  const { id } = await ops().draft({ patientId, order: order() }, clinician.call)
  await assert.rejects(ops().sign({ prescriptionId: id }, clinician.call), code('stateUnfit'))
  await ops().complete({ prescriptionId: id }, clinician.call)
  const resource = { id: newId(), ...allergy('Lisinopril', patientId) }
  await medley.call(record).load({ personId: patientId, entries: [{ resource }] }, service())
  await assert.rejects(ops().sign({ prescriptionId: id }, clinician.call), code('findingsChanged'))
})

test('impossible doses and what the law forbids cannot be signed, whatever the reason', async () => {
  const cast = await aCast()
  const tenfold = { medicine: 'paracetamol', strength: '1000 mg', amount: 10, timesPerDay: 4, days: 3 }
  await assert.rejects(signed(cast, tenfold, ['dose/impossible', 'dose/single', 'dose/day']), code('doseImpossible'))
  const opioid = { medicine: 'oxycodone', strength: '5 mg', days: 5 }
  await assert.rejects(signed(cast, { ...opioid, refills: 2 }), {
    ...code('unlawful'),
    details: { rules: ['law/refills'] },
  })
  await assert.rejects(signed(cast, { ...opioid, days: 60, refills: 0 }), code('unlawful'))
})

test('without a licence where the patient is, or with a revoked one, nothing is signed', async () => {
  const cast = await aCast()
  const ask = { clinicianId: cast.clinician.id }
  const { licences } = await medley.call(directory).clinician(ask, service())
  const revoked = { licenceId: licences[0]!.id, outcome: 'revoked' as const, evidence: 'register' }
  await medley.call(directory).verifyLicence(revoked, service())
  await assert.rejects(signed(cast), code('noLicence'))
})

test('a licence that has run out signs nothing', async () => {
  medley.clock.set(Date.parse('2035-12-20T12:00:00Z'))
  try {
    const cast = await aCast('2035-12-27T15:00:00.000Z')
    assert.equal((await signed(cast)).state, 'signed')
    // The licence of the test's clinician ends with 2035; the record stays open for a month after the visit.
    medley.clock.set(Date.parse('2036-01-02T12:00:00Z'))
    await assert.rejects(signed(cast), code('noLicence'))
  } finally {
    medley.clock.set(mondayNoonMs)
  }
})

test('a pharmacy asks back, nothing is dispensed meanwhile, and the corrected order is the one that holds', async () => {
  const cast = await aCast()
  const { id } = await accepted(cast)
  const asked = await ops().query({ prescriptionId: id, question: 'Did you mean 5 mg to begin with?' }, cast.jonas)
  assert.equal(asked.state, 'queriedBack')
  await assert.rejects(ops().prepare({ prescriptionId: id, ...shelf() }, cast.jonas), code('stateUnfit'))
  await assert.rejects(ops().answer({ prescriptionId: id, text: 'Yes indeed' }, cast.jonas), {
    code: 'access.forbidden',
  })
  const answer = {
    prescriptionId: id,
    text: 'Yes, 5 mg, thank you',
    order: order({ strength: '5 mg', days: 14, refills: 0 }),
  }
  const answered = await ops().answer(answer, cast.clinician.call)
  assert.deepEqual([answered.state, answered.order.strength, answered.order.quantity], ['accepted', '5 mg', 14])
  assert.deepEqual(
    answered.exchanges.map(each => [each.kind, each.before?.strength]),
    [
      ['query', undefined],
      ['answer', '10 mg'],
    ],
  )
  await assert.rejects(ops().prepare({ prescriptionId: id, ...shelf({ quantity: 30 }) }, cast.jonas), code('tooMuch'))
  assert.equal((await dispensed(cast, id, { quantity: 14, product: 'Lisinopril 5 mg' })).state, 'completed')
})

test('a refused prescription goes to another pharmacy with a new token; the old one is dead', async () => {
  const cast = await aCast()
  const { id } = await signed(cast)
  const { token: old } = await ops().token({ prescriptionId: id }, cast.patient)
  await ops().send({ prescriptionId: id, pharmacyId: cast.pharmacyId }, cast.patient)
  const refused = await ops().refuse({ prescriptionId: id, reason: 'Not in stock this week' }, cast.jonas)
  assert.deepEqual([refused.state, refused.pharmacy], ['signed', undefined])
  await assert.rejects(ops().prescription({ prescriptionId: id }, cast.jonas), code('prescriptionNotFound'))
  const other = await aPharmacy()
  await assert.rejects(ops().present({ token: old, pharmacyId: other }, aPharmacist(other)), code('tokenInvalid'))
  const { token } = await ops().token({ prescriptionId: id }, cast.patient)
  assert.equal((await ops().present({ token, pharmacyId: other }, aPharmacist(other))).state, 'accepted')
})

test('two people: nobody verifies their own work, and what is wrong goes back to the shelf', async () => {
  const cast = await aCast()
  const { id } = await accepted(cast)
  const { fills } = await ops().prepare({ prescriptionId: id, ...shelf() }, cast.jonas)
  const fillId = fills[0]!.id
  await assert.rejects(ops().handOver({ fillId }, cast.jonas), code('stageUnfit'))
  await assert.rejects(ops().verify({ fillId, isRight: true }, cast.jonas), code('samePerson'))
  await assert.rejects(ops().verify({ fillId, isRight: false }, cast.mina), code('reasonMissing'))
  await assert.rejects(ops().query({ prescriptionId: id, question: 'Really so much?' }, cast.jonas), code('fillOpen'))
  await assert.rejects(ops().prepare({ prescriptionId: id, ...shelf() }, cast.jonas), code('fillOpen'))
  const rejected = await ops().verify({ fillId, isRight: false, reason: 'wrongStrength' }, cast.mina)
  assert.deepEqual([rejected.fills[0]!.stage, rejected.fills[0]!.rejectedBecause], ['rejected', 'wrongStrength'])
  await assert.rejects(ops().verify({ fillId, isRight: true }, cast.mina), code('stageUnfit'))
  assert.equal((await dispensed(cast, id)).fills.length, 2)
})

test('substitution needs the prescriber’s and the law’s leave, and a lot must last', async () => {
  const cast = await aCast()
  const { id } = await accepted(cast, { isSubstitutable: false })
  const other = shelf({ product: 'Lisinopril Other 10 mg', isSubstituted: true })
  await assert.rejects(ops().prepare({ prescriptionId: id, ...other }, cast.jonas), code('substitutionRefused'))
  const old = shelf({ lotExpiresOn: '2026-12-01' })
  await assert.rejects(ops().prepare({ prescriptionId: id, ...old }, cast.jonas), code('lotExpired'))
  const { id: free } = await accepted(cast)
  const { fills } = await ops().prepare({ prescriptionId: free, ...other }, cast.jonas)
  assert.equal(fills[0]!.isSubstituted, true)
})

test('a cancelled prescription takes what was being prepared with it', async () => {
  const cast = await aCast()
  const { id } = await accepted(cast)
  const { fills } = await ops().prepare({ prescriptionId: id, ...shelf() }, cast.jonas)
  const cancelled = await ops().cancel(
    { prescriptionId: id, reason: 'The potassium came back high' },
    cast.clinician.call,
  )
  assert.equal(cancelled.state, 'cancelled')
  await assert.rejects(ops().verify({ fillId: fills[0]!.id, isRight: true }, cast.mina), code('stageUnfit'))
  await assert.rejects(
    ops().cancel({ prescriptionId: id, reason: 'Once more' }, cast.clinician.call),
    code('stateUnfit'),
  )
})

test('a draft is its writer’s alone; a pharmacy sees what was sent to it; strangers see nothing', async () => {
  const cast = await aCast()
  const { clinician, patient, patientId, pharmacyId, jonas } = cast
  const stranger = await aClinician(medley)
  await assert.rejects(ops().draft({ patientId, order: order() }, stranger.call), code('patientNotFound'))
  await assert.rejects(ops().check({ patientId, order: order() }, stranger.call), code('patientNotFound'))
  const { id } = await ops().draft({ patientId, order: order() }, clinician.call)
  const ask = { prescriptionId: id }
  for (const call of [patient, jonas, stranger.call, await aPatient(medley)])
    await assert.rejects(ops().prescription(ask, call), code('prescriptionNotFound'))
  await assert.rejects(
    ops().revise({ ...ask, order: order({ days: 10 }) }, stranger.call),
    code('prescriptionNotFound'),
  )
  assert.equal((await ops().revise({ ...ask, order: order({ days: 10 }) }, clinician.call)).order.quantity, 10)
  await ops().complete(ask, clinician.call)
  await ops().sign(ask, clinician.call)
  await assert.rejects(ops().revise({ ...ask, order: order() }, clinician.call), code('stateUnfit'))
  await assert.rejects(ops().prescription(ask, jonas), code('prescriptionNotFound'))
  await assert.rejects(ops().accept(ask, jonas), code('prescriptionNotFound'))
  await assert.rejects(ops().queue({ pharmacyId }, aPharmacist(await aPharmacy())), code('pharmacyNotFound'))
  await assert.rejects(ops().send({ ...ask, pharmacyId: newId() }, patient), code('pharmacyNotFound'))
  await ops().send({ ...ask, pharmacyId }, patient)
  assert.equal((await ops().prescription(ask, jonas)).patientName, 'Pat Testing')
  for (const call of [stranger.call, await aPatient(medley)])
    await assert.rejects(ops().cancel({ ...ask, reason: 'I do not like it' }, call))
  const mine = await ops().list({}, patient)
  assert.deepEqual(
    mine.items.map(each => each.id),
    [id],
  )
  assert.equal((await ops().list({ as: 'clinician', patientId }, clinician.call)).items.length, 1)
  assert.equal((await ops().list({}, await aPatient(medley))).items.length, 0)
})

/** Every operation refuses somebody who has no part in it. */
test('nobody gets in without the role', async () => {
  const patient = await aPatient(medley)
  const prescriptionId = newId()
  const forbidden = { code: 'access.forbidden' }
  const any = shelf()
  const asks: ((call: Call) => Promise<unknown>)[] = [
    call => ops().check({ patientId: 'x', order: order() }, call),
    call => ops().draft({ patientId: 'x', order: order() }, call),
    call => ops().revise({ prescriptionId, order: order() }, call),
    call => ops().complete({ prescriptionId }, call),
    call => ops().sign({ prescriptionId }, call),
    call => ops().listFavourites({}, call),
    call => ops().star({ order: order(), isStarred: true }, call),
    call => ops().present({ token: 'x'.repeat(30), pharmacyId: newId() }, call),
    call => ops().queue({ pharmacyId: newId() }, call),
    call => ops().accept({ prescriptionId }, call),
    call => ops().refuse({ prescriptionId, reason: 'No reason' }, call),
    call => ops().query({ prescriptionId, question: 'No question' }, call),
    call => ops().answer({ prescriptionId, text: 'No answer' }, call),
    call => ops().prepare({ prescriptionId, ...any }, call),
    call => ops().verify({ fillId: newId(), isRight: true }, call),
    call => ops().handOver({ fillId: newId() }, call),
    call => ops().cancel({ prescriptionId, reason: 'No reason' }, call),
    call => ops().setAvailability({ pharmacyId: newId(), medicine: 'ibuprofen', availability: 'inStock' }, call),
    call => ops().details({ prescriptionId }, call),
    call => ops().importKnowledge({ name: 'x1', licence: 'none', knowledge: nothing }, call),
  ]
  for (const ask of asks) await assert.rejects(ask(patient), forbidden, ask.toString())
  const nobody = medley.as({})
  const closed = { code: 'access.unauthenticated' }
  await assert.rejects(ops().searchMedicines({ text: 'ibu' }, nobody), closed)
  await assert.rejects(ops().knowledge({}, nobody), closed)
  await assert.rejects(ops().ownMedicines({}, nobody), closed)
  const gone = code('prescriptionNotFound')
  for (const ask of [ops().token, ops().prescription, ops().document, ops().listPharmacies, ops().requestRefill])
    await assert.rejects(ask({ prescriptionId }, patient), gone)
  await assert.rejects(ops().send({ prescriptionId, pharmacyId: newId() }, patient), gone)
})

test('pharmacies: of the same city first, and those that say they have it', async () => {
  const cast = await aCast()
  const { id } = await signed(cast)
  const has = await aPharmacy()
  const said = { pharmacyId: has, medicine: 'lisinopril', availability: 'inStock' as const }
  await assert.rejects(ops().setAvailability(said, cast.jonas), code('pharmacyNotFound'))
  await assert.rejects(
    ops().setAvailability({ ...said, medicine: 'unobtainium' }, aPharmacist(has)),
    code('medicineNotFound'),
  )
  await ops().setAvailability(said, aPharmacist(has))
  const { items } = await ops().listPharmacies({ prescriptionId: id }, cast.patient)
  assert.deepEqual([items[0]!.id, items[0]!.availability, items[0]!.isSameCity], [has, 'inStock', true])
  assert.equal(items.find(each => each.id === cast.pharmacyId)?.availability, 'unknown')
  const elsewhere = await ops().listPharmacies({ prescriptionId: id, city: 'Berlin' }, cast.patient)
  assert.equal(elsewhere.items.find(each => each.id === has)?.isSameCity, false)
})

test('a prescription holds in its own country', async () => {
  const cast = await aCast()
  const { id } = await signed(cast)
  const abroad = await aPharmacy('DE')
  await assert.rejects(ops().send({ prescriptionId: id, pharmacyId: abroad }, cast.patient), code('pharmacyNotFound'))
  const { token } = await ops().token({ prescriptionId: id }, cast.patient)
  await assert.rejects(ops().present({ token, pharmacyId: abroad }, aPharmacist(abroad)), code('unlawful'))
})

test('the medicine list says where each line came from', async () => {
  const cast = await aCast()
  const { patientId, patient } = cast
  const statement = (text: string) => ({
    id: newId(),
    resourceType: 'MedicationStatement',
    status: 'active',
    subject: { reference: `Patient/${patientId}` },
    medicationCodeableConcept: { text },
    effectiveDateTime: '2025-01-01',
  })
  const entries = ['Lisinopril 10 mg tablet', 'Cetirizine 10 mg'].map(text => ({ resource: statement(text) }))
  await medley.call(record).load({ personId: patientId, entries }, service())
  const { id } = await accepted(cast, { refills: 0 })
  await medley.settle()
  assert.ok((await ops().ownMedicines({}, patient)).items.every(each => each.origins[0]!.from === 'record'))
  await dispensed(cast, id)
  await medley.settle()
  const { items } = await ops().ownMedicines({}, patient)
  assert.deepEqual(
    items.map(each => [each.name, each.origins.map(one => one.from).join(), each.origins[0]?.by, each.runsOutOn]),
    [
      ['lisinopril 10 mg', 'prescription,record', 'Dr. Test', '2026-12-23'],
      ['Cetirizine 10 mg', 'record', undefined, undefined],
    ],
  )
})

test('the record shows the order and what was handed over, and lets nobody change them there', async () => {
  const cast = await aCast()
  const { id } = await accepted(cast, { refills: 0, reason: 'High blood pressure' })
  await dispensed(cast, id)
  await medley.settle()
  const read = async (path: string, call: Call) =>
    JSON.parse((await medley.call(record).interact({ method: 'GET', path }, call)).body!)
  const request = await read(`MedicationRequest/${id}`, cast.patient)
  assert.deepEqual([request.status, request.reasonCode[0].text], ['completed', 'High blood pressure'])
  assert.equal(request.medicationCodeableConcept.coding[0].code, 'C09AA03')
  const { fills } = await ops().prescription({ prescriptionId: id }, cast.patient)
  const dispense = await read(`MedicationDispense/${fills[0]!.id}`, cast.clinician.call)
  assert.deepEqual(
    [dispense.quantity.value, dispense.authorizingPrescription[0].reference],
    [30, `MedicationRequest/${id}`],
  )
  const change = { method: 'PUT' as const, path: `MedicationRequest/${id}`, body: { ...request, status: 'active' } }
  await assert.rejects(medley.call(record).interact(change, cast.clinician.call), { code: 'record.unprocessable' })
})

test('patient, prescriber and pharmacy are told, and never what is on the prescription', async () => {
  const cast = await aCast()
  const { id } = await signed(cast, { reason: 'canary-reason' })
  const member = await pharmacistOf(cast.pharmacyId)
  await ops().send({ prescriptionId: id, pharmacyId: cast.pharmacyId }, cast.patient)
  await ops().accept({ prescriptionId: id }, cast.jonas)
  await ops().query({ prescriptionId: id, question: 'canary-question, is it?' }, cast.jonas)
  await ops().answer({ prescriptionId: id, text: 'canary-answer, it is' }, cast.clinician.call)
  const { fills } = await ops().prepare({ prescriptionId: id, ...shelf() }, cast.jonas)
  await ops().verify({ fillId: fills[0]!.id, isRight: true }, cast.mina)
  await medley.settle()
  const told = async (call: Call) => (await medley.call(notification).list({}, call)).items.map(each => each.title)
  assert.deepEqual((await told(cast.patient)).filter(title => !title.includes('visit')).toSorted(), [
    'A prescription is ready for you',
    'Ready to pick up',
    'Your prescription is on its way',
  ])
  assert.ok((await told(cast.clinician.call)).includes('A pharmacy asks you'))
  assert.deepEqual((await told(member)).toSorted(), ['A prescription has arrived', 'The prescriber has answered'])
  const all = await Promise.all(
    [cast.patient, cast.clinician.call, member].map(call => medley.call(notification).list({}, call)),
  )
  assert.doesNotMatch(JSON.stringify(all), /canary|isinopril/)
})

async function pharmacistOf(pharmacyId: string): Promise<Call> {
  const draft = { name: 'Mina Testing', jurisdiction: 'US-MA', timeZone: 'America/New_York' }
  const memberships = [{ organizationId: pharmacyId, role: 'pharmacist' as const }]
  const source = { system: 'test', value: newId() }
  const { personId } = await medley.call(identity).enrol({ source, ...draft, memberships }, service())
  return medley.as({ personId, roles: ['pharmacist'], organizationIds: [pharmacyId] })
}

test('a signed prescription is a PDF for its sides', async () => {
  const cast = await aCast()
  const { id } = await signed(cast)
  const { pdf, fileName } = await ops().document({ prescriptionId: id }, cast.patient)
  assert.match(fileName, /^prescription-[0-9a-f]{8}\.pdf$/)
  assert.equal(Buffer.from(pdf, 'base64').subarray(0, 5).toString(), '%PDF-')
  assert.ok(pdf.length < 150_000, 'only the letters that are used are in it')
  const draft = await ops().draft({ patientId: cast.patientId, order: order() }, cast.clinician.call)
  await assert.rejects(ops().document({ prescriptionId: draft.id }, cast.clinician.call), code('stateUnfit'))
})

test('favourites hold what was signed, starred ones first, and never for whom or why', async () => {
  const cast = await aCast()
  await signed(cast, { reason: 'canary-reason', note: 'canary-note' })
  await ops().star(
    { order: order({ medicine: 'ibuprofen', strength: '400 mg' }), isStarred: true },
    cast.clinician.call,
  )
  const { items } = await ops().listFavourites({}, cast.clinician.call)
  assert.deepEqual(
    items.map(each => [each.order.medicine, each.uses, each.isStarred]),
    [
      ['ibuprofen', 0, true],
      ['lisinopril', 1, false],
    ],
  )
  assert.doesNotMatch(JSON.stringify(items), /canary|Pat Testing/)
})

const nothing = {
  sources: [],
  medicines: [],
  classes: {},
  interactions: [],
  allergies: [],
  doses: [],
  limits: [],
  jurisdictions: [],
}

test('imported knowledge is checked, counts at once, and replaces what came under its name', async () => {
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  const rule = {
    left: 'lisinopril',
    right: 'cetirizine',
    severity: 'major' as const,
    mechanism: 'made-up',
    advice: 'Only a test.',
    provenance: { isCited: true, source: 'licensed' },
  }
  const sources = [{ id: 'licensed', title: 'A licensed source', address: 'https://example.org/', seen: '2026-11' }]
  const own = { ...nothing, sources, interactions: [rule] }
  const name = `test ${newId()}`
  const bad = { ...own, interactions: [{ ...rule, right: 'unobtainium' }] }
  await assert.rejects(
    ops().importKnowledge({ name, licence: 'paid', knowledge: bad }, operator),
    code('knowledgeInvalid'),
  )
  const before = (await ops().knowledge({}, operator)).pairs
  assert.equal((await ops().importKnowledge({ name, licence: 'paid', knowledge: own }, operator)).facts, 1)
  assert.equal((await ops().knowledge({}, operator)).pairs, before + 1)
  await ops().importKnowledge({ name, licence: 'paid', knowledge: nothing }, operator)
  assert.equal((await ops().knowledge({}, operator)).pairs, before)
})

test('a repeated request with the same key writes one prescription', async () => {
  const { patientId, clinician } = await aCast()
  const call = keyed(clinician.call)
  const [one, two] = [
    await ops().draft({ patientId, order: order() }, call),
    await ops().draft({ patientId, order: order() }, call),
  ]
  assert.equal(one.id, two.id)
  assert.equal((await ops().list({ as: 'clinician', patientId }, clinician.call)).items.length, 1)
})

test('contents lie sealed, and go with an erasure', async () => {
  const cast = await aCast()
  const { id } = await signed(cast, { directions: 'canary-directions', reason: 'canary-reason' })
  const rows = async () =>
    (
      await medley.platform.database.execute(
        `select p::text as text, encode(content_sealed, 'escape') as bytes from prescription.prescription p where id = '${id}'`,
      )
    ).rows
  const text = JSON.stringify(await rows())
  assert.doesNotMatch(text, /canary|lisinopril|Pat Testing/)
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  await medley.call(record).erase({ patientId: cast.patientId, confirm: 'erase' }, operator)
  await medley.settle()
  assert.deepEqual(await rows(), [])
})

test('doses are ticked once however often it is sent, on every device, and by nobody but the patient', async () => {
  const cast = await aCast()
  const { id } = await accepted(cast, { timesPerDay: 2 })
  await dispensed(cast, id, { quantity: 30 })
  const on = '2026-11-23'
  const tick = (number: number, isTaken: boolean, call = cast.patient) =>
    ops().tickDose({ prescriptionId: id, on, number, isTaken }, keyed(call))
  await Promise.all([tick(1, true), tick(1, true), tick(2, true)])
  const { items } = await ops().doses({ on }, cast.patient)
  assert.deepEqual(
    items.map(each => [each.prescriptionId, each.on, each.number]),
    [
      [id, on, 1],
      [id, on, 2],
    ],
  )
  assert.deepEqual(
    (await tick(1, false)).items.map(each => each.number),
    [2],
  )
  assert.deepEqual((await ops().doses({ on: '2026-11-22' }, cast.patient)).items, [])
  await assert.rejects(tick(3, true), code('doseUnknown'))
  const late = { prescriptionId: id, on: '2026-10-01', number: 1, isTaken: true }
  await assert.rejects(ops().tickDose(late, keyed(cast.patient)), code('doseUnknown'))
  const stranger = await aPatient(medley)
  await assert.rejects(tick(1, true, stranger), code('prescriptionNotFound'))
  assert.deepEqual((await ops().doses({ on }, stranger)).items, [])
  const prescriber = medley.as({ ...cast.clinician.call.caller, roles: ['patient', 'clinician'] })
  await assert.rejects(tick(1, true, prescriber), code('prescriptionNotFound'))
  await assert.rejects(tick(1, true, cast.jonas), { code: 'access.forbidden' })
  await assert.rejects(ops().doses({ on }, cast.jonas), { code: 'access.forbidden' })
})

test('a controlled substance is signed only by whoever proved anew who they are', async () => {
  const cast = await aProvenCast()
  const { clinician, cookie, patientId } = cast
  const oxycodone = order({ medicine: 'oxycodone', strength: '5 mg', days: 5, refills: 0 })
  const { id: prescriptionId } = await ops().draft({ patientId, order: oxycodone }, clinician.call)
  await ops().complete({ prescriptionId }, clinician.call)
  const sign = (call = clinician.call) => ops().sign({ prescriptionId, overrides: [] }, keyed(call))
  const prove = (body: object, headers: Record<string, string> = { cookie }) =>
    fetch(`${medley.url}/api/identity/proof`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  medley.clock.advance(11 * 60_000)
  try {
    const needed = await sign().catch((error: { code: string; details: unknown }) => error)
    assert.deepEqual('code' in needed && [needed.code, needed.details], [
      'prescription.proofNeeded',
      { factors: 1, withinMinutes: 10 },
    ])
    // A program with a key has no session, and another person's proof is not one's own.
    const { sessionId: _, ...keyOnly } = clinician.call.caller
    await assert.rejects(sign({ ...clinician.call, caller: keyOnly }), code('proofNeeded'))
    const wrong = await prove({ password: 'not the right password' })
    assert.deepEqual([wrong.status, ((await wrong.json()) as { code: string }).code], [422, 'identity.proofWrong'])
    assert.equal((await prove({ password: 'x', code: '1' })).status, 400)
    assert.equal((await prove({ password: 'a long enough password' }, {})).status, 401)
    await assert.rejects(sign(), code('proofNeeded'))
    assert.equal((await prove({ password: 'a long enough password' })).status, 200)
    assert.equal((await sign()).state, 'signed')
    // What is no controlled substance asks for nothing more than to be signed in.
    medley.clock.advance(11 * 60_000)
    assert.equal((await signed(cast)).state, 'signed')
  } finally {
    medley.clock.set(mondayNoonMs)
  }
})

test('guesses at a proof lock the account as wrong passwords at the door do', async () => {
  const { cookie } = await aProvenCast()
  const guess = async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', cookie } }
    const answer = await fetch(`${medley.url}/api/identity/proof`, {
      ...init,
      body: JSON.stringify({ password: 'guess' }),
    })
    return answer.status
  }
  const answers: number[] = []
  for (let tries = 0; tries < 12; tries++) answers.push(await guess())
  assert.ok(answers.includes(422) && answers.at(-1) === 429, answers.join())
})
