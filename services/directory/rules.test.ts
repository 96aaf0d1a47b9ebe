import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#core/id'
import { Specialty } from './contract.ts'
import { dateIn, fold, mayEdit, mergeServices, searchTextOf, termsOf, visibleLicences, wordsOf } from './rules.ts'

test('text folds to plain lower-case words', () => {
  const table: [string, string][] = [
    ['Müller-Weiß', 'muller weiss'],
    ['  Dr.  O’Leary ', 'dr o leary'],
    ['Zieliński', 'zielinski'],
    ['Søren Łukasz', 'soren lukasz'],
    ['جِلدية', 'جلدية'],
    ['100% _x_', '100 x'],
    ['', ''],
  ]
  for (const [text, folded] of table) assert.equal(fold(text), folded)
})

test('umlauts are found in both spellings', () => {
  assert.equal(wordsOf('Müller', 'Müller'), ' muller mueller ')
})

test('words that say nothing are left out, unless there are no others', () => {
  const table: [string | undefined, string[]][] = [
    [undefined, []],
    ['   ', []],
    ['heart doctor in Berlin', ['heart', 'berlin']],
    ['ein Arzt für die Haut', ['haut']],
    ['Dr', ['dr']],
    ['skin skin SKIN', ['skin']],
    ['one two three four five six seven', ['one', 'two', 'three', 'four', 'five', 'six']],
  ]
  for (const [text, terms] of table) assert.deepEqual(termsOf(text), terms)
})

test('every specialty is found by its own code and by a plain word', () => {
  const textOf = (specialty: Specialty) =>
    searchTextOf({ name: '', title: '', specialties: [specialty], services: [], organization: { name: '', city: '' } })
  for (const specialty of Specialty.options) assert.ok(textOf(specialty).includes(` ${fold(specialty).split(' ')[0]} `))
  const plain: [string, Specialty][] = [
    ['skin', 'dermatology'],
    ['heart', 'cardiology'],
    ['child', 'paediatrics'],
    ['Haut', 'dermatology'],
    ['Kinder', 'paediatrics'],
    ['قلب', 'cardiology'],
    ['Rücken', 'orthopaedics'],
  ]
  for (const [word, specialty] of plain) assert.ok(textOf(specialty).includes(` ${fold(word)} `), word)
})

test('entries are changed by operators, by the clinician they are of, and by nobody else', () => {
  const [own, other] = [newId(), newId()]
  const caller = (extra: object) => ({ roles: [], organizationIds: [], ...extra })
  assert.equal(mayEdit(caller({ roles: ['operator'] }), own), true)
  assert.equal(mayEdit(caller({ roles: ['service'] }), own), true)
  assert.equal(mayEdit(caller({ roles: ['clinician'], clinicianId: own }), own), true)
  assert.equal(mayEdit(caller({ roles: ['clinician'], clinicianId: other }), own), false)
  assert.equal(mayEdit(caller({ roles: ['patient'] }), own), false)
})

test('the public sees only licences that were verified', () => {
  const licence = (verification: 'pending' | 'verified' | 'rejected' | 'revoked') => ({
    id: newId(),
    jurisdiction: 'DE',
    number: '1',
    validFrom: '2026-01-01',
    validTo: '2027-01-01',
    verification,
  })
  const all = [licence('pending'), licence('verified'), licence('rejected'), licence('revoked')]
  const id = newId()
  assert.deepEqual(visibleLicences(all, { roles: [], organizationIds: [] }, id), [all[1]])
  assert.deepEqual(visibleLicences(all, { roles: ['clinician'], organizationIds: [], clinicianId: id }, id), all)
})

test('the day of a visit is the day at the place of the visit', () => {
  assert.equal(dateIn('Asia/Singapore', '2026-11-23T18:00:00.000Z'), '2026-11-24')
  assert.equal(dateIn('America/New_York', '2026-11-24T02:00:00.000Z'), '2026-11-23')
})

test('services that stay keep their ids; a foreign or repeated id becomes a new one', () => {
  const service = {
    name: 'Visit',
    minutes: 20,
    modes: ['video' as const],
    price: { amountMinor: 1, currency: 'EUR' as const },
  }
  const kept = { ...service, id: 'kept' }
  let made = 0
  const merged = mergeServices([kept], [{ ...service, id: 'foreign' }, kept, kept, service], () => `new${++made}`)
  assert.deepEqual(
    merged.map(each => each.id),
    ['new1', 'kept', 'new2', 'new3'],
  )
})
