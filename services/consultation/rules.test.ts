import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '#core/call'
import type { CallWay } from './contract.ts'
import { directMax, guestsMaxOf, waysInto } from './rules/calls.ts'
import type { OfferedDiagnosis } from './contract.ts'
import { mostUsed, offered, offeredMax } from './rules/diagnoses.ts'
import { contentTypeOf, fileBytesMax, isAcceptable } from './rules/files.ts'
import { type NoteStep, noteProblem, versionsMax } from './rules/notes.ts'
import { turns } from './rules/queue.ts'
import {
  consentsOf,
  isAbandoned,
  judgePart,
  rangeBytesMax,
  rangeOf,
  recordingTypeOf,
  slicesOf,
  stateOf,
} from './rules/recording.ts'
import { templates } from './rules/templates.ts'
import { isToday, joinMs, lacksConsent, mayWrite, seatOf } from './rules/visits.ts'

const minute = 60_000
const hour = 60 * minute
const nine = Date.parse('2026-11-23T09:00:00Z')

const queued = (id: string, startMinutes: number, called: number | null = null, minutes = 20) => ({
  id,
  startMs: nine + startMinutes * minute,
  endMs: nine + (startMinutes + minutes) * minute,
  calledMs: called === null ? null : nine + called * minute,
})

for (const [name, queue, atMinutes, expected] of [
  ['alone and early', [queued('a', 20)], 0, { a: [1, 20] }],
  ['alone and late', [queued('a', 0)], 7, { a: [1, 7] }],
  ['by booked time, not by order of coming', [queued('b', 20), queued('a', 0)], 0, { a: [1, 0], b: [2, 20] }],
  ['after whoever is inside', [queued('x', 0, 10), queued('a', 20)], 15, { a: [1, 30] }],
  ['when the one inside runs late', [queued('x', 0, 0), queued('a', 20)], 45, { a: [1, 45] }],
  ['delays add up', [queued('x', 0, 30), queued('a', 20), queued('b', 40)], 30, { a: [1, 50], b: [2, 70] }],
  [
    'a gap later on catches up',
    [queued('x', 0, 10), queued('a', 20), queued('b', 120)],
    10,
    { a: [1, 30], b: [2, 120] },
  ],
  ['the same time is in a fixed order', [queued('b', 0), queued('a', 0)], 0, { a: [1, 0], b: [2, 20] }],
] as const) {
  test(`the queue ${name}`, () => {
    const found = turns(queue, nine + atMinutes * minute)
    const shown = Object.fromEntries(
      [...found].map(([id, turn]) => [id, [turn.place, (turn.expectedMs - nine) / minute]]),
    )
    assert.deepEqual(shown, expected)
  })
}

const caller = (change: Partial<Caller>): Caller => ({ roles: ['patient'], organizationIds: [], ...change })
const sides = { patientId: 'p', clinicianId: 'c' }

for (const [name, who, guests, expected] of [
  ['the patient', { personId: 'p' }, [], 'patient'],
  ['the clinician', { personId: 'x', clinicianId: 'c' }, [], 'clinician'],
  ['another clinician', { personId: 'x', clinicianId: 'd' }, [], undefined],
  ['a stranger', { personId: 'x' }, [], undefined],
  ['nobody', {}, [], undefined],
  ['nobody, with an invitation that nobody took', {}, [{ personId: null, consent: 'given' }], undefined],
  ['a guest with consent', { personId: 'g' }, [{ personId: 'g', consent: 'given' }], 'guest'],
  ['a guest without', { personId: 'g' }, [{ personId: 'g', consent: 'asked' }], undefined],
  ['a guest whom the patient sent away', { personId: 'g' }, [{ personId: 'g', consent: 'refused' }], undefined],
  ['an operator', { personId: 'o', roles: ['operator'] }, [], undefined],
] as const) {
  test(`the seat of ${name}`, () => assert.equal(seatOf(caller(who as Partial<Caller>), sides, guests), expected))
}

test('who was invited and has no consent is told so', () => {
  assert.ok(lacksConsent(caller({ personId: 'g' }), [{ personId: 'g', consent: 'asked' }]))
  assert.ok(!lacksConsent(caller({ personId: 'g' }), [{ personId: 'g', consent: 'given' }]))
  assert.ok(!lacksConsent(caller({}), [{ personId: null, consent: 'asked' }]))
})

for (const [atMinutes, expected] of [
  [-61, false],
  [-60, true],
  [10, true],
  [20 + 12 * 60, true],
  [21 + 12 * 60, false],
] as const) {
  test(`a booked visit ${atMinutes} minutes after its time is ${expected ? 'now' : 'not now'}`, () =>
    assert.equal(isToday('booked', nine, nine + 20 * minute, nine + atMinutes * minute), expected))
}

test('a written visit has no time it could miss', () => assert.ok(isToday('written', nine, nine, nine + 900 * hour)))

test('one writes until a fortnight after the end, and never about what was cancelled', () => {
  assert.ok(mayWrite('inProgress', nine, nine + 9_000 * hour))
  assert.ok(mayWrite('ended', nine, nine + 14 * 24 * hour))
  assert.ok(!mayWrite('ended', nine, nine + 14 * 24 * hour + 1))
  assert.ok(!mayWrite('cancelled', nine, nine))
})

test('a token to the call lasts for the visit, half an hour at least and two hours at most', () => {
  assert.equal(joinMs(nine + 20 * minute, nine), 50 * minute)
  assert.equal(joinMs(nine, nine + 3 * hour), 30 * minute)
  assert.equal(joinMs(nine + 9 * hour, nine), 2 * hour)
})

for (const [name, hasServer, directCalls, people, others, expected] of [
  ['without a server', false, 'small', 3, [], ['direct']],
  ['without a server, whatever else is said', false, 'never', 12, ['server'], ['direct']],
  ['of two', true, 'small', 2, [], ['direct']],
  ['of three', true, 'small', 3, ['direct', 'direct'], ['direct']],
  ['of four', true, 'small', 4, ['direct', 'direct'], ['server']],
  ['of twelve', true, 'outage', 12, [], ['server']],
  ['that became small again stays where it is', true, 'small', 3, ['server'], ['server', 'direct']],
  ['that is parted meets at the server', true, 'small', 3, ['direct', 'server'], ['server', 'direct']],
  ['of two, direct only in need', true, 'outage', 2, [], ['server', 'direct']],
  ['of three that went direct in need', true, 'outage', 3, ['direct'], ['direct']],
  ['of two, never direct', true, 'never', 2, [], ['server']],
  ['of two, not even to those who are', true, 'never', 2, ['direct'], ['server']],
] as const) {
  test(`the way of a call ${name}`, () =>
    assert.deepEqual(waysInto({ hasServer, directCalls, people, others: others as readonly CallWay[] }), expected))
}

test('a call has room for its guests beside the two', () => {
  assert.deepEqual([guestsMaxOf(directMax), guestsMaxOf(12), guestsMaxOf(2), guestsMaxOf(0)], [1, 10, 0, 0])
})

const blank = { subjective: '', objective: '', assessment: '', plan: '' }
const written = { ...blank, plan: 'Rest' }
const step = (change: Partial<NoteStep>): NoteStep => ({ act: 'save', version: 3, sections: written, ...change })

for (const [name, state, change, expected] of [
  ['a draft is saved', 'draft', {}, undefined],
  ['an empty draft is saved', 'draft', { sections: blank }, undefined],
  ['an older draft is not', 'draft', { version: 2 }, 'noteChanged'],
  ['a draft is signed', 'draft', { act: 'sign' }, undefined],
  ['an empty note is not signed', 'draft', { act: 'sign', sections: { ...blank, plan: ' \n' } }, 'noteEmpty'],
  ['a note is not signed twice', 'signed', { act: 'sign' }, 'noteSigned'],
  ['a stale second signature hears of the first', 'signed', { act: 'sign', version: 2 }, 'noteSigned'],
  ['a signed note is not saved over', 'signed', {}, 'noteSigned'],
  ['a draft is not amended', 'draft', { act: 'amend', reason: 'x' }, 'noteNotSigned'],
  ['an amendment has a reason', 'signed', { act: 'amend', reason: ' ' }, 'reasonMissing'],
  ['an amendment with one is written', 'signed', { act: 'amend', reason: 'Wrong dose' }, undefined],
  ['an amendment is amended', 'amended', { act: 'amend', reason: 'Again' }, undefined],
] as const) {
  test(name, () => assert.equal(noteProblem({ version: 3, state }, step(change as Partial<NoteStep>)), expected))
}

test('a note that has all the versions it can hold is still signed', () => {
  const full = { version: versionsMax, state: 'draft' as const }
  assert.equal(noteProblem(full, step({ version: versionsMax })), 'tooManyVersions')
  assert.equal(noteProblem(full, step({ version: versionsMax, act: 'sign' })), undefined)
})

const bytes = (text: string) => Uint8Array.from(text, each => each.charCodeAt(0))

for (const [content, expected] of [
  ['\u0089PNG\r\n\u001a\n....', 'image/png'],
  ['\u00ff\u00d8\u00ff\u00e0', 'image/jpeg'],
  ['RIFF\0\0\0\0WEBPVP8 ', 'image/webp'],
  ['%PDF-1.7', 'application/pdf'],
  ['<svg onload="">', undefined],
  ['GIF89a', undefined],
  ['MZ\u0090', undefined],
  ['', undefined],
] as const) {
  test(`${JSON.stringify(content.slice(0, 6))} is ${expected ?? 'refused'}`, () =>
    assert.equal(contentTypeOf(bytes(content)), expected))
}

test('a file is at most ten megabytes', () => {
  const of = (size: number) => {
    const file = new Uint8Array(size)
    file.set(bytes('%PDF-'))
    return file
  }
  assert.ok(isAcceptable(of(fileBytesMax)))
  assert.ok(!isAcceptable(of(fileBytesMax + 1)))
})

test('every language has the same beginnings of notes', () => {
  const ids = (locale: 'en' | 'de' | 'ar') => templates[locale].map(each => each.id)
  assert.deepEqual([ids('de'), ids('ar')], [ids('en'), ids('en')])
})

const [doctor, ill, third] = [
  { personId: 'c', seat: 'clinician' },
  { personId: 'p', seat: 'patient' },
  { personId: 'g', seat: 'guest' },
] as const
const says = (
  who: typeof doctor | typeof ill | typeof third,
  answer: 'agreed' | 'refused' | 'withdrawn' = 'agreed',
) => ({
  ...who,
  answer,
})

for (const [name, course, present, answers, expected] of [
  ['asked, and nobody else answered', [false, false], [doctor, ill], [says(doctor)], 'asked'],
  ['agreed to by both', [false, false], [doctor, ill], [says(doctor), says(ill)], 'running'],
  ['agreed to by two of three', [false, false], [doctor, ill, third], [says(doctor), says(ill)], 'asked'],
  ['agreed to by all three', [false, false], [doctor, ill, third], [says(doctor), says(ill), says(third)], 'running'],
  ['agreed to, and somebody came', [true, false], [doctor, ill, third], [says(doctor), says(ill)], 'paused'],
  ['agreed to by somebody who left', [true, false], [doctor, ill], [says(doctor), says(ill), says(third)], 'running'],
  ['of one who is alone', [true, false], [doctor], [says(doctor), says(ill)], 'paused'],
  ['of nobody', [false, false], [], [says(doctor), says(ill)], 'asked'],
  ['without the clinician', [true, false], [ill, third], [says(ill), says(third)], 'paused'],
  ['refused by one', [false, false], [doctor, ill], [says(doctor), says(ill, 'refused')], 'asked'],
  ['withdrawn by one', [true, false], [doctor, ill], [says(doctor), says(ill, 'withdrawn')], 'paused'],
  ['over', [true, true], [doctor, ill], [says(doctor), says(ill)], 'ended'],
] as const) {
  test(`a recording ${name} is ${expected}`, () =>
    assert.equal(stateOf({ isStarted: course[0], isEnded: course[1] }, present, answers), expected))
}

test('who is in the call and silent is asked', () => {
  const shown = consentsOf([doctor, ill], [says(doctor), says(third)]).map(each => [each.personId, each.answer])
  assert.deepEqual(shown, [
    ['p', 'asked'],
    ['c', 'agreed'],
    ['g', 'agreed'],
  ])
})

const mb = 1_048_576
for (const [name, change, taken, expected] of [
  ['the first', { contentType: 'video/webm' }, {}, 'taken'],
  ['the first of something else', {}, {}, 'partRefused'],
  ['the next', { number: 4 }, { parts: 4 }, 'taken'],
  ['one that came', { number: 3 }, { parts: 4 }, 'repeated'],
  ['one too far', { number: 5 }, { parts: 4 }, 'partMissing'],
  ['one too large', { number: 4, sizeBytes: 4 * mb + 1 }, { parts: 4 }, 'partRefused'],
  ['one too long', { number: 4, durationMs: 30_001 }, { parts: 4 }, 'partRefused'],
  ['one that came, in another size far too large', { number: 1, sizeBytes: 5 * mb }, { parts: 4 }, 'partRefused'],
  ['one beyond two hours', { number: 4 }, { parts: 4, durationMs: 7_199_000 }, 'recordingFull'],
  ['one beyond a gigabyte', { number: 4 }, { parts: 4, sizeBytes: 1_024 * mb }, 'recordingFull'],
] as const) {
  test(`of parts, ${name} is ${expected}`, () => {
    const part = { number: 0, sizeBytes: 400_000, durationMs: 3_000, ...change }
    assert.equal(judgePart(part, { parts: 0, sizeBytes: 0, durationMs: 0, ...taken }), expected)
  })
}

for (const [header, expected] of [
  ['bytes=0-', [0, 99]],
  ['bytes=10-19', [10, 19]],
  ['bytes=90-200', [90, 99]],
  ['bytes=-10', [90, 99]],
  ['bytes=-500', [0, 99]],
  ['bytes=100-', undefined],
  ['bytes=20-10', undefined],
  ['bytes=-', undefined],
  ['bytes=0-1,5-6', undefined],
  ['items=0-1', undefined],
] as const) {
  test(`the range ${header} of a hundred bytes is ${expected?.join(' to ') ?? 'refused'}`, () => {
    const range = rangeOf(header, 100)
    assert.deepEqual(range && [range.from, range.to], expected)
  })
}

test('a range is answered with eight megabytes at most', () => {
  assert.deepEqual(rangeOf('bytes=5-', 10 * rangeBytesMax), { from: 5, to: rangeBytesMax + 4 })
})

test('a range takes from each part what is its own', () => {
  const parts = [{ sizeBytes: 10 }, { sizeBytes: 20 }, { sizeBytes: 5 }]
  const shown = (from: number, to: number) =>
    slicesOf(parts, from, to).map(each => [parts.indexOf(each.part), each.from, each.to])
  assert.deepEqual(shown(0, 34), [
    [0, 0, 9],
    [1, 0, 19],
    [2, 0, 4],
  ])
  assert.deepEqual(shown(10, 29), [[1, 0, 19]])
  assert.deepEqual(shown(29, 30), [
    [1, 19, 19],
    [2, 0, 0],
  ])
})

for (const [state, quietMinutes, expected] of [
  ['running', 1.9, false],
  ['running', 2.1, true],
  ['paused', 14, false],
  ['paused', 16, true],
  ['asked', 16, true],
] as const) {
  test(`${state} and silent for ${quietMinutes} minutes is ${expected ? 'given up' : 'waited for'}`, () =>
    assert.equal(isAbandoned(state, quietMinutes * minute), expected))
}

test('a recording is known by its first bytes', () => {
  assert.equal(recordingTypeOf(Uint8Array.from([0x1a, 0x45, 0xdf, 0xa3, 1])), 'video/webm')
  assert.equal(recordingTypeOf(new TextEncoder().encode('\0\0\0 ftypiso5')), 'video/mp4')
  assert.equal(recordingTypeOf(new TextEncoder().encode('<html>')), undefined)
})

const one = (text: string, from: OfferedDiagnosis['from'], code?: string): OfferedDiagnosis => ({
  text,
  from,
  ...(code ? { coding: { system: 'http://hl7.org/fhir/sid/icd-10', code, display: text } } : {}),
})

test('diagnoses are offered once each: accepted, then used, then known; by words in any order and without accents', () => {
  const own = [one('Acute bronchitis', 'accepted', 'J20'), one('Müdigkeit', 'used')]
  const known = [one('Acute bronchitis', 'known', 'J20'), one('Common cold', 'known', 'J00')]
  const names = (text: string) => offered(text, own, known).map(each => `${each.text} ${each.from}`)
  assert.deepEqual(names(''), ['Acute bronchitis accepted', 'Müdigkeit used', 'Common cold known'])
  assert.deepEqual(
    offered('mudig', own, []).map(each => each.text),
    ['Müdigkeit'],
  )
  assert.deepEqual(
    offered('bronchitis acute', own, []).map(each => each.text),
    ['Acute bronchitis'],
  )
  assert.deepEqual(
    offered('j20', own, []).map(each => each.text),
    ['Acute bronchitis'],
  )
  const many = Array.from({ length: 50 }, (_, index) => one(`Condition ${index}`, 'known', `A${index}`))
  assert.equal(offered('', [], many).length, offeredMax)
})

test('what is used most comes first, and of the same the latest', () => {
  const latestFirst = [
    one('Cough', 'used'),
    one('Cold', 'used', 'J00'),
    one('cold', 'used', 'j00'),
    one('Rash', 'used'),
  ]
  assert.deepEqual(
    mostUsed(latestFirst).map(each => each.text),
    ['Cold', 'Cough', 'Rash'],
  )
})
