import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Locale } from '#core/call'
import { dueAtMs, nextTryMs, planOf } from './rules/channels.ts'
import { type Kind, kinds } from './rules/kinds.ts'
import { htmlOf, textOf } from './rules/mail.ts'
import { ar } from './rules/messages-ar.ts'
import { de } from './rules/messages-de.ts'
import { en } from './rules/messages-en.ts'
import { mailWords, render, timeIn } from './rules/render.ts'

const facts = {
  clinician: 'Dr. Ada Lind',
  startsAt: '2026-11-24T16:00:00.000Z',
  formerStartsAt: '2026-11-23T16:00:00.000Z',
  until: '2026-11-23T13:00:00.000Z',
  mode: 'clinic' as const,
  place: 'Main Street 1',
  pharmacy: 'Harbour Pharmacy',
}
const allKinds = Object.keys(kinds) as Kind[]

test('every message exists in every language and mentions the same things', () => {
  const placeholders = (message: string) => [...new Set(message.match(/\{[a-z]\w*(?=[},])/g))].toSorted()
  for (const kind of allKinds) {
    for (const part of ['title', 'body', 'short'] as const) {
      assert.deepEqual(placeholders(de[kind][part]), placeholders(en[kind][part]), `${kind}.${part} in German`)
      assert.deepEqual(placeholders(ar[kind][part]), placeholders(en[kind][part]), `${kind}.${part} in Arabic`)
    }
  }
})

test('every message renders in every language without a hole', () => {
  for (const locale of Locale.options) {
    for (const kind of allKinds) {
      for (const mode of ['video', 'clinic'] as const) {
        const { title, body, short } = render(kind, { ...facts, mode }, locale, 'Europe/Berlin')
        for (const text of [title, body, short]) assert.ok(text.length > 5 && !/[{}]|undefined|  /.test(text), text)
      }
    }
  }
})

test('what may be read on a lock screen names nobody and no place', () => {
  for (const locale of Locale.options) {
    for (const kind of allKinds) {
      const { short } = render(kind, facts, locale, 'Europe/Berlin')
      assert.ok(!short.includes('Ada') && !short.includes('Main Street') && !short.includes('Harbour'), short)
      assert.ok(short.length <= 160, 'fits one SMS')
    }
  }
})

test('times are in the reader’s own zone and manner, and the zone is named', () => {
  const at = '2026-11-24T16:00:00.000Z'
  const table: [string, Locale, string][] = [
    ['America/New_York', 'en', 'Tuesday, November 24, 2026 at 11:00 AM EST'],
    ['Europe/London', 'en', 'Tuesday, 24 November 2026 at 16:00 GMT'],
    ['Europe/Berlin', 'de', 'Dienstag, 24. November 2026 um 17:00 MEZ'],
  ]
  // ICU separates some parts by narrow spaces.
  for (const [zone, locale, text] of table) assert.equal(timeIn(at, zone, locale, false).replaceAll(/\s/g, ' '), text)
  assert.match(timeIn('2026-11-24T18:00:00.000Z', 'Asia/Singapore', 'en', true), /25/)
})

const everywhere = { hasMail: true, hasPhone: true, hasDevice: true }

test('preferences choose among the ways that make sense, and a way that leads nowhere is noted', () => {
  const names = (plan: ReturnType<typeof planOf>) => plan.map(each => `${each.channel} ${each.state}`)
  const chosen = (channels: ('inApp' | 'mail' | 'sms' | 'push')[]) => ({
    booking: channels,
    reminder: channels,
    waitList: channels,
    prescription: channels,
    account: channels,
  })
  const nowhere = { hasMail: true, hasPhone: false, hasDevice: false }
  assert.deepEqual(names(planOf('booked', undefined, everywhere)), ['inApp sent', 'mail waiting'])
  assert.deepEqual(names(planOf('reminder', undefined, everywhere)), ['inApp sent', 'mail waiting', 'sms waiting'])
  assert.deepEqual(names(planOf('reminder', undefined, nowhere)), ['inApp sent', 'mail waiting'])
  assert.deepEqual(names(planOf('reminder', chosen(['sms', 'push', 'sms']), nowhere)), ['sms skipped', 'push skipped'])
  assert.deepEqual(names(planOf('clinicianArrived', chosen(['inApp', 'mail', 'push']), everywhere)), [
    'inApp sent',
    'push waiting',
  ])
  assert.deepEqual(planOf('booked', chosen([]), everywhere), [])
})

test('quiet hours hold back until they end, in the person’s own zone', () => {
  const night = { from: '22:00', to: '07:00' }
  const noon = { from: '12:00', to: '13:00' }
  const table: [string, typeof night | undefined, boolean, string, string][] = [
    ['2026-11-24T02:30:20.000Z', night, false, 'Europe/Berlin', '2026-11-24T06:00:00.000Z'],
    ['2026-11-23T21:30:00.000Z', night, false, 'Europe/Berlin', '2026-11-24T06:00:00.000Z'],
    ['2026-11-24T06:00:00.000Z', night, false, 'Europe/Berlin', '2026-11-24T06:00:00.000Z'],
    ['2026-11-23T15:00:00.000Z', night, false, 'Asia/Singapore', '2026-11-23T23:00:00.000Z'],
    ['2026-11-24T11:15:00.000Z', noon, false, 'Europe/Berlin', '2026-11-24T12:00:00.000Z'],
    ['2026-11-24T12:00:00.000Z', noon, false, 'Europe/Berlin', '2026-11-24T12:00:00.000Z'],
    ['2026-11-24T02:30:00.000Z', night, true, 'Europe/Berlin', '2026-11-24T02:30:00.000Z'],
    ['2026-11-24T02:30:00.000Z', undefined, false, 'Europe/Berlin', '2026-11-24T02:30:00.000Z'],
    ['2026-11-24T02:30:00.000Z', { from: '07:00', to: '07:00' }, false, 'Europe/Berlin', '2026-11-24T02:30:00.000Z'],
    // The nights in which Berlin turns its clocks: 25 October back, 28 March on.
    ['2026-10-24T23:30:00.000Z', night, false, 'Europe/Berlin', '2026-10-25T06:00:00.000Z'],
    ['2027-03-27T23:30:00.000Z', night, false, 'Europe/Berlin', '2027-03-28T05:00:00.000Z'],
    ['2026-11-23T22:30:00.000Z', { from: '20:00', to: '24:00' }, false, 'Europe/Berlin', '2026-11-23T23:00:00.000Z'],
  ]
  for (const [now, quiet, isUrgent, zone, due] of table) {
    assert.equal(new Date(dueAtMs(Date.parse(now), isUrgent, quiet, zone)).toISOString(), due, `${now} ${zone}`)
  }
})

test('pauses between tries grow', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map(tries => nextTryMs(tries, 0) / 60_000),
    [1, 4, 16, 64],
  )
})

test('a mail is safe, has a direction, and says the same in plain text', () => {
  const letter = {
    locale: 'ar' as const,
    name: '<b>M</b>',
    title: 'T & "t"',
    body: 'B',
    url: 'https://m.example/x',
    preferencesUrl: 'https://m.example/p',
  }
  const html = htmlOf(letter)
  assert.ok(html.includes('dir="rtl"') && html.includes('lang="ar"') && html.includes('prefers-color-scheme: dark'))
  assert.ok(!html.includes('<b>M</b>') && html.includes('T &#38; &#34;t&#34;'))
  const text = textOf(letter)
  assert.ok(text.includes(mailWords('ar', '<b>M</b>').greeting) && text.includes('https://m.example/x'))
})
