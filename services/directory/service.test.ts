import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Fault } from '#core/fault'
import { newId } from '#core/id'
import { dayMs } from '#core/time'
import { type TestMedley, testMedley } from '../../test/start.ts'
import { type Clinician, directory } from './contract.ts'
import { demoClinicianSources, seedDirectory } from './seed.ts'

let medley: TestMedley
before(async () => {
  medley = await testMedley()
})
after(() => medley.stop())

const client = () => medley.call(directory)
const operator = () => medley.as({ roles: ['operator'], personId: newId() })
const anyone = () => medley.as({})
const patient = (personId = newId()) => medley.as({ roles: ['patient'], personId })
const house = () => medley.composition.serviceCall('test')
const refused = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

const clinic = {
  kind: 'clinic' as const,
  name: 'Praxis Nord',
  jurisdiction: 'DE',
  city: 'Lübeck',
  address: 'Am Markt 1',
  timeZone: 'Europe/Berlin',
}
const visit = {
  name: 'Consultation',
  minutes: 20,
  modes: ['video' as const],
  price: { amountMinor: 5_000, currency: 'EUR' as const },
}

let counter = 0
/** A word nobody else's entry holds, so that tests do not find each other's clinicians. */
const ownWord = () =>
  `q${(++counter).toString().padStart(3, '0')}${Math.random()
    .toString(36)
    .replaceAll(/[^a-z]/g, '')
    .slice(0, 8)}`

async function aClinician(extra: Partial<Parameters<ReturnType<typeof client>['addClinician']>[0]> = {}) {
  const organization = await client().addOrganization({ ...clinic, source: 'test:clinic' }, operator())
  return client().addClinician(
    {
      organizationId: organization.id,
      name: 'Dr. Test Person',
      specialties: ['dermatology'],
      languages: ['de'],
      services: [visit],
      ...extra,
    },
    operator(),
  )
}

const own = (clinicianId: string) => medley.as({ roles: ['clinician'], personId: newId(), clinicianId })
const period = { validFrom: '2024-01-01', validTo: '2028-01-01' }
const licensed = async (clinicianId: string, jurisdiction: string, dates = period) => {
  const draft = { clinicianId, jurisdiction, number: newId(), ...dates }
  const licence = await client().addLicence(draft, operator())
  return client().verifyLicence({ licenceId: licence.id, outcome: 'verified', evidence: 'register' }, operator())
}
const found = async (input: Parameters<ReturnType<typeof client>['search']>[0]) =>
  (await client().search(input, anyone())).items.map(each => each.id)

async function aVisit(clinicianId: string, patientId: string): Promise<string> {
  const bookingId = newId()
  const event = {
    bookingId,
    clinicianId,
    patientId,
    organizationId: newId(),
    startsAt: '2026-11-23T23:30:00.000Z',
    endsAt: '2026-11-23T23:50:00.000Z',
    timeZone: 'Europe/Berlin',
    revision: 3,
  }
  await announce('appointment.completed', event)
  return bookingId
}

/** As the other service would: through the outbox. */
async function announce(topic: string, payload: unknown) {
  await medley.platform.database.record([{ id: newId(), kind: 'event', topic, payload }])
  await medley.settle()
}

test('a clinician is found by name, need, visit, place and organisation, in any spelling', async () => {
  const word = ownWord()
  const name = `Dr. ${word} Müller-Weiß`
  const { id } = await aClinician({ name, services: [{ ...visit, name: 'Laserbehandlung' }] })
  for (const text of [
    word,
    `${word} muller`,
    `${word} Mueller`,
    `${word} skin`,
    `Haut ${word}`,
    `${word} luebeck`,
    `${word} laser`,
    `${word} praxis nord`,
  ]) {
    assert.deepEqual(await found({ text }), [id], text)
  }
  assert.deepEqual(await found({ text: `${word} heart` }), [])
})

test('a typo is forgiven where no word begins like that', async () => {
  const word = ownWord()
  const { id } = await aClinician({ name: `Dr. Wolkenstein ${word}`, specialties: ['gastroenterology'] })
  assert.ok((await found({ text: 'Wolkenstien' })).includes(id))
  assert.deepEqual(await found({ text: `${word} gastroentrology` }), [id])
})

test('filters narrow by specialty, city, language, plan and mode', async () => {
  const word = ownWord()
  const { id } = await aClinician({ name: word, languages: ['de', 'tr'], plans: ['GKV'] })
  const yes = [
    { specialty: 'dermatology' },
    { city: 'lubeck' },
    { city: 'LÜBECK' },
    { language: 'tr' },
    { plan: 'GKV' },
    { mode: 'video' },
  ] as const
  const no = [
    { specialty: 'cardiology' },
    { city: 'Berlin' },
    { language: 'fr' },
    { plan: 'PKV' },
    { mode: 'clinic' },
  ] as const
  for (const filter of yes) assert.deepEqual(await found({ text: word, ...filter }), [id], JSON.stringify(filter))
  for (const filter of no) assert.deepEqual(await found({ text: word, ...filter }), [], JSON.stringify(filter))
})

test('the jurisdiction filter asks for a verified licence that is valid today', async () => {
  const word = ownWord()
  const [ok, pending, ended] = [
    await aClinician({ name: word }),
    await aClinician({ name: word }),
    await aClinician({ name: word }),
  ]
  await licensed(ok.id, 'FR')
  await client().addLicence({ clinicianId: pending.id, jurisdiction: 'FR', number: newId(), ...period }, operator())
  await licensed(ended.id, 'FR', { validFrom: '2020-01-01', validTo: '2026-11-22' })
  assert.deepEqual(await found({ text: word, jurisdiction: 'FR' }), [ok.id])
  assert.deepEqual(await found({ text: word, jurisdiction: 'BE' }), [])
})

test('pages follow each other without gap or repeat, best first', async () => {
  const word = ownWord()
  const ids: string[] = []
  for (let index = 0; index < 7; index++) {
    ids.push((await aClinician({ name: index === 6 ? word : `${word}x ${index}` })).id)
  }
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await client().search({ text: word, limit: 3, ...(cursor ? { cursor } : {}) }, anyone())
    seen.push(...page.items.map(each => each.id))
    cursor = page.nextCursor
  } while (cursor)
  assert.equal(seen[0], ids[6], 'the whole word comes before words that only begin so')
  assert.deepEqual(seen.slice(1), ids.slice(0, 6).toSorted())
})

test('an entry from the same source is entered once and stays as it was', async () => {
  const source = newId()
  const first = await aClinician({ source, name: 'First' })
  const second = await aClinician({ source, name: 'Second' })
  assert.deepEqual(second, first)
  const house1 = await client().addOrganization({ ...clinic, source, name: 'One' }, operator())
  assert.deepEqual(await client().addOrganization({ ...clinic, source, name: 'Two' }, operator()), house1)
})

test('only operators enter organisations and clinicians', async () => {
  await assert.rejects(client().addOrganization(clinic, patient()), refused('access.forbidden'))
  const draft = { organizationId: newId(), name: 'X', specialties: [], languages: [] }
  await assert.rejects(client().addClinician(draft, anyone()), refused('access.unauthenticated'))
  await assert.rejects(client().addClinician(draft, operator()), refused('directory.organizationNotFound'))
})

test('clinicians change their own entry and no other', async () => {
  const word = ownWord()
  const mine = await aClinician({ name: word })
  const theirs = await aClinician()
  const changed = await client().updateClinician(
    { clinicianId: mine.id, about: 'New', services: [...mine.services, { ...visit, name: 'Peeling', minutes: 45 }] },
    own(mine.id),
  )
  assert.equal(changed.about, 'New')
  assert.deepEqual(changed.services[0], mine.services[0])
  assert.deepEqual(changed.languages, ['de'])
  assert.deepEqual(await found({ text: `${word} peeling` }), [mine.id])
  const foreign = client().updateClinician({ clinicianId: theirs.id, about: 'x' }, own(mine.id))
  await assert.rejects(foreign, refused('directory.clinicianNotFound'))
  await assert.rejects(
    client().updateClinician({ clinicianId: mine.id, about: 'x' }, patient()),
    refused('access.forbidden'),
  )
})

test('a clinician who changes nothing about services keeps them', async () => {
  const { id, services } = await aClinician()
  const changed = await client().updateClinician({ clinicianId: id, acceptsPatients: false }, operator())
  assert.deepEqual([changed.services, changed.acceptsPatients], [services, false])
})

test('the database itself keeps a clinician from another’s entry', async () => {
  const [mine, theirs] = [await aClinician(), await aClinician()]
  const rows = await medley.platform.database.service('directory').save(own(mine.id), async () => {
    const { sql } = await import('kysely')
    return medley.platform.database
      .service('directory')
      .query(sql`update directory.clinician set about = 'x' where id in (${mine.id}, ${theirs.id}) returning id`)
  })
  assert.deepEqual(rows, [{ id: mine.id }])
})

test('a licence counts from its verification to its revocation, within its dates', async () => {
  const { id } = await aClinician()
  const may = async (on = '2026-11-23') =>
    (await client().mayPractise({ clinicianId: id, jurisdiction: 'NL', on }, house())).mayPractise
  const draft = { clinicianId: id, jurisdiction: 'NL', number: newId(), ...period }
  const licence = await client().addLicence(draft, own(id))
  assert.equal(licence.verification, 'pending')
  assert.equal(await may(), false)
  const verified = await client().verifyLicence(
    { licenceId: licence.id, outcome: 'verified', evidence: 'BIG' },
    operator(),
  )
  assert.ok(verified.verifiedAt?.startsWith('2026-11-23T12:00:00.'))
  assert.deepEqual(
    [await may(), await may('2028-01-01'), await may('2028-01-02'), await may('2023-12-31')],
    [true, true, false, false],
  )
  await client().verifyLicence({ licenceId: licence.id, outcome: 'revoked', evidence: 'court' }, operator())
  assert.equal(await may(), false)
})

test('licences are refused to strangers, twice, and with wrong dates', async () => {
  const { id } = await aClinician()
  const draft = { clinicianId: id, jurisdiction: 'NL', number: newId(), ...period }
  await assert.rejects(client().addLicence(draft, patient()), refused('access.forbidden'))
  await assert.rejects(client().addLicence(draft, own(newId())), refused('directory.clinicianNotFound'))
  const wrong = client().addLicence({ ...draft, validTo: draft.validFrom }, operator())
  await assert.rejects(wrong, refused('directory.periodInvalid'))
  await client().addLicence(draft, operator())
  await assert.rejects(client().addLicence(draft, operator()), refused('directory.licenceExists'))
})

test('only operators verify licences, and only ones that exist', async () => {
  const check = { licenceId: newId(), outcome: 'verified' as const, evidence: 'x' }
  await assert.rejects(client().verifyLicence(check, own(newId())), refused('access.forbidden'))
  await assert.rejects(client().verifyLicence(check, operator()), refused('directory.licenceNotFound'))
  const ask = { clinicianId: newId(), jurisdiction: 'NL', on: '2026-01-01' }
  await assert.rejects(client().mayPractise(ask, operator()), refused('access.forbidden'))
  assert.deepEqual(await client().mayPractise(ask, house()), { mayPractise: false })
})

test('the public does not see a licence before it is verified; the clinician does', async () => {
  const { id } = await aClinician()
  await client().addLicence({ clinicianId: id, jurisdiction: 'NL', number: newId(), ...period }, own(id))
  const seen = async (call: ReturnType<typeof anyone>) =>
    (await client().clinician({ clinicianId: id }, call)).licences.length
  assert.deepEqual([await seen(anyone()), await seen(own(id)), await seen(operator())], [0, 1, 1])
  await assert.rejects(client().clinician({ clinicianId: newId() }, anyone()), refused('directory.clinicianNotFound'))
})

test('a person reviews each visit that took place once, and the rating follows', async () => {
  const { id } = await aClinician()
  const [me, other] = [newId(), newId()]
  const [mine, theirs] = [await aVisit(id, me), await aVisit(id, other)]
  const review = await client().review({ clinicianId: id, bookingId: mine, stars: 5, text: 'Kind' }, patient(me))
  assert.equal(review.visitedOn, '2026-11-24')
  medley.clock.advance(1)
  await client().review({ clinicianId: id, bookingId: theirs, stars: 2 }, patient(other))
  const again = client().review({ clinicianId: id, bookingId: mine, stars: 1 }, patient(me))
  await assert.rejects(again, refused('directory.alreadyReviewed'))
  const { rating, reviewCount } = await client().clinician({ clinicianId: id }, anyone())
  assert.deepEqual([rating, reviewCount], [3.5, 2])
  const page = await client().listReviews({ clinicianId: id, limit: 1 }, anyone())
  const next = await client().listReviews({ clinicianId: id, limit: 1, cursor: page.nextCursor! }, anyone())
  assert.deepEqual([page.items[0]!.stars, next.items[0]!.stars, next.nextCursor], [2, 5, undefined])
  assert.ok(!JSON.stringify([page, next]).includes(me), 'a review does not say who wrote it')
})

test('nobody reviews another’s visit, another clinician, or a visit that only began', async () => {
  const { id } = await aClinician()
  const me = newId()
  const bookingId = await aVisit(id, me)
  const input = { clinicianId: id, bookingId, stars: 1 }
  await assert.rejects(client().review(input, patient()), refused('directory.visitNotFound'))
  await assert.rejects(
    client().review({ ...input, clinicianId: newId() }, patient(me)),
    refused('directory.visitNotFound'),
  )
  await assert.rejects(
    client().review({ ...input, bookingId: newId() }, patient(me)),
    refused('directory.visitNotFound'),
  )
  await assert.rejects(client().review(input, own(id)), refused('access.forbidden'))
})

test('who claims an account reviews the visits that were imported for it', async () => {
  const { id } = await aClinician()
  const [former, me] = [newId(), newId()]
  const bookingId = await aVisit(id, former)
  await announce('identity.claimed', { personId: me, formerPersonId: former })
  assert.equal((await client().review({ clinicianId: id, bookingId, stars: 4 }, patient(me))).stars, 4)
})

test('who is forgotten leaves no review, and the rating counts what is left', async () => {
  const { id } = await aClinician()
  const [gone, stays] = [newId(), newId()]
  for (const [personId, stars] of [
    [gone, 1],
    [stays, 5],
  ] as const)
    await client().review({ clinicianId: id, bookingId: await aVisit(id, personId), stars }, patient(personId))
  const rating = async () => {
    const { rating: value, reviewCount } = await client().clinician({ clinicianId: id }, anyone())
    return [value, reviewCount]
  }
  assert.deepEqual(await rating(), [3, 2])
  await announce('identity.forgotten', { personId: gone })
  assert.deepEqual(await rating(), [5, 1])
  await announce('identity.forgotten', { personId: stays })
  assert.deepEqual(await rating(), [undefined, 0])
})

test('facets and organisations are open to all and page by name', async () => {
  await aClinician({ languages: ['de', 'sv'], plans: ['Plan S'] })
  const facets = await client().facets({}, anyone())
  assert.ok(facets.cities.includes('Lübeck') && facets.languages.includes('sv') && facets.plans.includes('Plan S'))
  assert.ok(facets.specialties.includes('dermatology'))
  assert.ok(facets.places.some(each => each.jurisdiction === clinic.jurisdiction && each.timeZone === clinic.timeZone))
  const kind = 'pharmacy' as const
  for (const name of ['B', 'A', 'C']) await client().addOrganization({ ...clinic, kind, name }, operator())
  const page = await client().listOrganizations({ kind, limit: 2 }, anyone())
  const rest = await client().listOrganizations({ kind, limit: 2, cursor: page.nextCursor! }, anyone())
  assert.deepEqual(
    [...page.items, ...rest.items].map(each => each.name),
    ['A', 'B', 'C'],
  )
  assert.equal(page.items[0]!.region, 'eu')
  const tooMany = client().listOrganizations({ limit: 1_000 }, anyone())
  await assert.rejects(tooMany, refused('request.invalid'))
  await assert.rejects(client().search({ text: 'x'.repeat(101) }, anyone()), refused('request.invalid'))
  await assert.rejects(client().listReviews({ clinicianId: 'x' }, anyone()), refused('request.invalid'))
  await assert.rejects(client().facets({ more: 1 } as never, anyone()), refused('request.invalid'))
})

test('the demo directory is credible, licensed and repeatable', async () => {
  const nowMs = medley.clock.nowMs()
  const first = await seedDirectory(client(), nowMs, house())
  const second = await seedDirectory(client(), nowMs + dayMs, house())
  assert.deepEqual(second, first)
  assert.equal(Object.keys(first.organizationIds).length, 9)
  assert.equal(demoClinicianSources.length, 30)
  const seen: Clinician[] = []
  for (const source of demoClinicianSources) {
    seen.push(await client().clinician({ clinicianId: first.clinicianIds[source]! }, anyone()))
  }
  assert.equal(new Set(seen.map(each => each.name)).size, 30)
  for (const { licences, services, plans, organization } of seen) {
    assert.ok(services.length >= 2 && services.length <= 3 && plans.length > 0)
    assert.ok(licences.some(each => each.jurisdiction === organization.jurisdiction))
  }
  for (const jurisdiction of ['US-MA', 'US-NY', 'US-CA', 'DE', 'AT', 'SG']) {
    assert.ok((await found({ jurisdiction })).length > 2, jurisdiction)
  }
})
