import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayMs, hourMs } from '#core/time'
import type { TaskAct } from './contract.ts'
import {
  actsOf,
  type Held,
  prescriptionEndsMs,
  undoMs,
  type VisitFacts,
  wantedOfPrescription,
  wantedOfVisit,
} from './rules.ts'

const nowMs = Date.parse('2026-11-24T12:00:00Z')
const own: Held = {
  kind: 'order',
  state: 'accepted',
  stateSinceMs: nowMs,
  requesterId: 'a',
  ownerId: 'a',
  doneBy: undefined,
}
const given: Held = { ...own, ownerId: 'b', state: 'requested' }

test('who may do what with a task', () => {
  const table: [string, Held, string | undefined, TaskAct[]][] = [
    ['one’s own order', own, 'a', ['complete', 'delegate']],
    ['a stranger', own, 'c', []],
    ['nobody', own, undefined, []],
    ['asked, by the one who asked', given, 'a', ['takeBack']],
    ['asked, by the colleague', given, 'b', ['accept', 'decline']],
    ['taken on', { ...given, state: 'accepted' }, 'b', ['complete', 'decline']],
    ['an answer to a pharmacy is nobody else’s', { ...own, kind: 'pharmacyQuery' }, 'a', []],
    ['a signature too', { ...own, kind: 'note' }, 'a', []],
    ['a message is ticked and not handed on', { ...own, kind: 'message' }, 'a', ['complete']],
    ['ended by the act itself', { ...own, state: 'completed' }, 'a', []],
    ['ticked', { ...own, state: 'completed', doneBy: 'a' }, 'a', ['reopen']],
    ['ticked by the colleague', { ...given, state: 'completed', doneBy: 'b' }, 'a', []],
    ['ticked long ago', { ...own, state: 'completed', doneBy: 'a', stateSinceMs: nowMs - undoMs - 1 }, 'a', []],
    ['called off', { ...own, state: 'cancelled' }, 'a', []],
  ]
  for (const [name, held, who, acts] of table) assert.deepEqual(actsOf(held, who, nowMs), acts, name)
})

const visit: VisitFacts = {
  kind: 'booked',
  state: 'inProgress',
  endsMs: nowMs + hourMs,
  stateSinceMs: nowMs,
  lastMessageMs: nowMs - hourMs,
  isAwaited: false,
  isUnread: false,
  orders: [],
  followUp: undefined,
}
const kindsOf = (facts: Partial<VisitFacts>) => wantedOfVisit({ ...visit, ...facts }, nowMs).map(each => each.kind)

test('what a visit asks of its clinician', () => {
  const table: [string, Partial<VisitFacts>, string[]][] = [
    ['running: the note, and no message of those who talk', { isUnread: true }, ['note']],
    ['written and awaited', { kind: 'written', isAwaited: true, isUnread: true }, ['question']],
    ['written and answered', { kind: 'written' }, []],
    ['written and over, with something new to read', { kind: 'written', state: 'ended', isUnread: true }, ['message']],
    ['before its time', { state: 'scheduled', isUnread: true }, ['message']],
    ['cancelled', { state: 'cancelled', isUnread: true }, []],
    [
      'ended with orders',
      {
        state: 'ended',
        orders: [
          { kind: 'laboratory', text: 'CBC' },
          { kind: 'imaging', text: 'X-ray' },
        ],
        followUp: { inDays: 14 },
      },
      ['order', 'order', 'followUp'],
    ],
  ]
  for (const [name, facts, kinds] of table) assert.deepEqual(kindsOf(facts), kinds, name)
  const [note] = wantedOfVisit(visit, nowMs)
  assert.equal(note!.shownFromMs, visit.endsMs, 'a note is owed once the time is over')
  const [, followUp] = wantedOfVisit(
    { ...visit, state: 'ended', orders: [{ kind: 'other', text: 'x' }], followUp: { inDays: 14 } },
    nowMs,
  )
  assert.deepEqual([followUp!.dueMs - nowMs, followUp!.shownFromMs - nowMs], [14 * dayMs, 11 * dayMs])
})

test('a prescription asks for an answer, or to be renewed before it runs out', () => {
  const facts = { medicine: 'metformin 500 mg', question: { text: 'Twice?', atMs: nowMs }, endsMs: undefined }
  const [asked] = wantedOfPrescription({ ...facts, state: 'queriedBack' })
  assert.deepEqual([asked!.kind, asked!.text, asked!.dueMs], ['pharmacyQuery', 'Twice?', nowMs + hourMs])
  assert.deepEqual(wantedOfPrescription({ ...facts, state: 'accepted' }), [])
  const endsMs = nowMs + 30 * dayMs
  const [renewal] = wantedOfPrescription({ ...facts, state: 'completed', endsMs })
  assert.deepEqual([renewal!.kind, renewal!.dueMs, renewal!.shownFromMs], ['renewal', endsMs, endsMs - 7 * dayMs])
})

test('what is taken for a week is not renewed, and what more comes of has no end yet', () => {
  const order = { amount: 1, timesPerDay: 2, days: 30, isAsNeeded: false }
  const fills = [{ quantity: 60, handedOverAt: '2026-11-24T12:00:00.000Z' }]
  assert.equal(prescriptionEndsMs({ state: 'completed', order, fills }), nowMs + 30 * dayMs)
  assert.equal(prescriptionEndsMs({ state: 'partlyDispensed', order, fills }), undefined)
  assert.equal(prescriptionEndsMs({ state: 'completed', order: { ...order, days: 7 }, fills }), undefined)
  assert.equal(prescriptionEndsMs({ state: 'completed', order: { ...order, isAsNeeded: true }, fills }), undefined)
  assert.equal(prescriptionEndsMs({ state: 'completed', order, fills: [{ quantity: 60 }] }), undefined)
})
