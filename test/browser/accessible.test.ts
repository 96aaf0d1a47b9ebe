// Every address of the app, in a language of each direction, on a phone and at a desk: axe has nothing to say, nothing spills over the edge,
// nothing is left untranslated, and the console stays clean. All that is wrong is told at once.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type axe from 'axe-core'
import type { Page } from 'playwright-core'
import { appointment } from '#contract/appointment'
import { prescription } from '#contract/prescription'
import { consultation } from '#contract/consultation'
import { diagnosis } from '#contract/diagnosis'
import { record } from '#contract/record'
import { remoteClient } from '#core/client'
import { signInDemo } from '../people.ts'
import { clientOf, smartApp } from '../smart.ts'
import { desk, eventually, fakeDevices, openStage, phone, type Role, type Stage, type Visitor } from './stage.ts'

const web = join(import.meta.dirname, '../../web')
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const words = (language: 'en' | 'ar') =>
  JSON.parse(readFileSync(join(web, `i18n/${language}.json`), 'utf8')) as Record<string, string>
const messageIds = Object.keys(words('en'))

type Who = Role | 'nobody'

/** A route as web/routes.tsx writes it, who opens it, what to add to the address to see all of it, and which names to put in others' places. */
type Stop = readonly [route: string, who: Who, query?: string, instead?: Record<string, string>]

const stops: readonly Stop[] = [
  ['/', 'nobody'],
  ['/sign-in', 'nobody'],
  ['/sign-up', 'nobody'],
  ['/find', 'nobody'],
  ['/clinicians/$clinicianId', 'nobody'],
  ['/nowhere', 'nobody'],
  ['/consent/stopped', 'nobody', 'problem=redirect'],
  ['/', 'patient'],
  ['/find', 'patient'],
  ['/find', 'patient', 'text=nobody-is-called-this'],
  ['/clinicians/$clinicianId', 'patient'],
  ['/clinicians/$clinicianId', 'patient', 'service=$serviceId&at=$startsAt'],
  ['/claim', 'patient'],
  ['/account', 'patient'],
  ['/account', 'patient', 'tab=security'],
  ['/account', 'patient', 'tab=apps'],
  ['/account', 'patient', 'tab=keys'],
  ['/apps', 'patient'],
  ['/consent', 'patient', 'request=$requestId'],
  ['/notifications', 'patient'],
  ['/notifications', 'patient', 'tab=preferences'],
  ['/visits', 'patient'],
  ['/visits', 'patient', 'tab=waiting'],
  ['/visits/$bookingId', 'patient'],
  ['/visits/$bookingId', 'patient', 'new=yes'],
  ['/visits/$bookingId/reschedule', 'patient'],
  ['/visits/$bookingId/call', 'patient'],
  ['/visits/$bookingId/call', 'patient', '', { bookingId: 'endedId' }],
  ['/visits/$bookingId/summary', 'patient', '', { bookingId: 'endedId' }],
  ['/join/$visitId', 'patient'],
  ['/messages', 'patient'],
  ['/messages/$visitId', 'patient'],
  ['/ask/$clinicianId', 'patient'],
  ['/record', 'patient'],
  ['/record', 'patient', 'kind=documents'],
  ['/record/results', 'patient'],
  ['/record/sharing', 'patient'],
  ['/record/print', 'patient'],
  ['/medicines', 'patient'],
  ['/prescriptions/$prescriptionId', 'patient'],
  ['/symptoms', 'patient'],
  ['/symptoms/$interviewId', 'patient'],
  ['/symptoms/$finishedId', 'patient'],
  ['/symptoms/$alarmingId', 'patient'],
  ['/knowledge', 'nobody'],
  ['/knowledge', 'clinician', 'tab=findings'],
  ['/knowledge', 'nobody', 'tab=flags'],
  ['/knowledge', 'nobody', 'tab=sources'],
  ['/today', 'clinician'],
  ['/today', 'clinician', 'date=$date'],
  ['/inbox', 'clinician'],
  ['/room/$visitId', 'clinician'],
  ['/room/$visitId', 'clinician', '', { visitId: 'bookingId' }],
  ['/room/$visitId', 'clinician', '', { visitId: 'endedId' }],
  ['/availability', 'clinician'],
  ['/patients', 'clinician'],
  ['/patients', 'clinician', 'condition=type&measure=systolic&limit=140'],
  ['/patients/$patientId', 'clinician'],
  ['/patients/$patientId/prescribe', 'clinician'],
  ['/prescriptions', 'clinician'],
  ['/prescriptions/$askedId', 'clinician'],
  ['/pharmacy', 'pharmacist'],
  ['/pharmacy/$prescriptionId', 'pharmacist'],
  ['/pharmacy/$preparedId', 'pharmacist'],
  ['/fhir', 'clinician', 'address=Patient'],
  ['/emergencies', 'operator'],
  ['/emergencies', 'operator', 'tab=reviewed'],
  ['/fhir', 'operator'],
  ['/operator', 'operator'],
  ['/operator/jobs', 'operator'],
  ['/operator/jobs', 'operator', 'tab=runs'],
  ['/operator/jobs', 'operator', 'tab=dead'],
  ['/operator/audit', 'operator'],
  ['/operator/people', 'operator'],
  ['/operator/apps', 'operator'],
  ['/operator/outbox', 'operator'],
  ['/operator/outbox', 'operator', 'tab=deliveries'],
]

let stage: Stage
let names: Record<string, string>
before(async () => {
  stage = await openStage({ args: fakeDevices })
  names = await realNames()
})
after(() => stage?.[Symbol.asyncDispose]())

/** An app that the patient let in, one that an operator must look at, and a request that waits for the patient's answer. */
async function appNames(): Promise<{ requestId: string }> {
  const patient = await signInDemo(stage.url, 'patient')
  const scopes = [
    'launch/patient',
    'openid',
    'offline_access',
    'patient/*.rs',
    'user/Observation.rs?category=laboratory',
  ]
  const app = await smartApp(stage.url, patient, {
    name: 'Heart Diary',
    redirectUri: 'https://app.example/callback',
    scopes,
  })
  const { decideConsent, registerApp } = clientOf(stage.url, patient)
  await registerApp({ name: 'Night Export', maker: 'Example Labs', kind: 'backend', scopes: ['system/*.rs'] }, {})
  const { redirectTo } = await decideConsent({ requestId: await app.ask(), decision: 'approve' }, {})
  await app.redeem(new URL(redirectTo).searchParams.get('code') ?? '')
  return { requestId: await app.ask() }
}

/** A question that waits for its answer, with something to read, and a visit that ended with a plan. */
async function visitNames(clinicianId: string): Promise<{ visitId: string; endedId: string }> {
  const asRole = async (role: Role) => {
    const { headers } = await signInDemo(stage.url, role)
    return remoteClient(consultation, { url: `${stage.url}/api`, headers: () => headers })
  }
  const [patient, clinician] = [await asRole('patient'), await asRole('clinician')]
  const question = { clinicianId, subject: 'A rash on my arm', text: 'It itches since Monday.' }
  const [open, over] = [await patient.ask(question, {}), await patient.ask(question, {})]
  await clinician.say({ visitId: open.id, text: 'Please send a photo of it.' }, {})
  const sections = { subjective: 'Itching', objective: '', assessment: 'Contact dermatitis', plan: 'Cream' }
  const found = {
    plan: 'Use the cream twice a day.',
    diagnoses: [{ text: 'Contact dermatitis', certainty: 'provisional' as const }],
    orders: [{ kind: 'laboratory' as const, text: 'Allergy panel' }],
    followUp: { inDays: 14 },
    tasks: [{ text: 'Cream in the morning and evening', dueOn: '2030-01-01' }],
  }
  await clinician.end({ visitId: over.id, version: 0, sections, ...found }, {})
  return { visitId: open.id, endedId: over.id }
}

/** A symptom check that goes on, one that is finished, and one that found an emergency. */
async function checkNames(): Promise<Record<string, string>> {
  const { headers } = await signInDemo(stage.url, 'patient')
  const client = remoteClient(diagnosis, { url: `${stage.url}/api`, headers: () => headers })
  const profile = { age: 38, sex: 'female' as const, isPregnant: 'no' as const }
  const begin = async (...findings: string[]) =>
    (await client.start({ profile, complaint: 'As said', findings }, {})).id
  const [interviewId, finishedId, alarmingId] = [
    await begin('sore-throat'),
    await begin('headache', 'light-hurts-eye'),
    await begin('chest-pain', 'chest-pressure', 'chest-pain-long'),
  ]
  for (const each of [finishedId, alarmingId]) await client.finish({ interviewId: each }, {})
  return { interviewId, finishedId, alarmingId }
}

/** A clinician, a visit and a free time that exist, for the routes that name one. */
async function realNames(): Promise<Record<string, string>> {
  const { headers } = await signInDemo(stage.url, 'patient')
  const client = remoteClient(appointment, { url: `${stage.url}/api`, headers: () => headers })
  const visits = await client.listBookings({ when: 'upcoming', limit: 1 }, {})
  const visit = visits.items[0]
  assert.ok(visit, 'the demo patient has a visit')
  const { clinicianId, serviceId } = visit
  const { times } = await client.freeTimes({ clinicianId, serviceId, days: 28 }, {})
  const date = new Intl.DateTimeFormat('en-CA', { timeZone: visit.timeZone }).format(new Date(visit.startsAt))
  return {
    patientId: await anyPatient(),
    clinicianId,
    serviceId,
    bookingId: visit.id,
    ...(await visitNames(clinicianId)),
    ...(await appNames()),
    ...(await prescriptionNames()),
    ...(await checkNames()),
    startsAt: times.at(-1)?.startsAt ?? '',
    otherStart: times.at(-20)?.startsAt ?? '',
    date,
  }
}

/** One that waits at a pharmacy, one that a pharmacy asks about, and one that a second person is to verify. */
async function prescriptionNames(): Promise<Record<string, string>> {
  const of = async (role: string) => {
    const { headers } = await signInDemo(stage.url, role)
    return remoteClient(prescription, { url: `${stage.url}/api`, headers: () => headers })
  }
  const { items: own } = await (await of('patient')).list({}, {})
  const { items: written } = await (await of('clinician')).list({ as: 'clinician' }, {})
  const prepared = written.find(each => each.fills.some(fill => fill.stage === 'prepared'))
  return {
    prescriptionId: own.find(each => each.state === 'sent')?.id ?? '',
    askedId: written.find(each => each.state === 'queriedBack')?.id ?? '',
    preparedId: prepared?.id ?? '',
  }
}

/** A record that the demo clinician is let into by consent, whatever the queue has done by now. */
async function anyPatient(): Promise<string> {
  const { headers } = await signInDemo(stage.url, 'clinician')
  const client = remoteClient(record, { url: `${stage.url}/api`, headers: () => headers })
  const { items } = await client.listPatients({ limit: 1 }, {})
  return items[0]?.patientId ?? ''
}

/** A page of nothing is accessible too, so a name that stands for nothing must not pass. */
const fill = (text: string, instead: Record<string, string> = {}) =>
  text.replaceAll(/\$(\w+)/g, (whole, name: string) => {
    const found = names[instead[name] ?? name]
    assert.ok(found, `nothing stands for ${whole}`)
    return found
  })

test('every route of web/routes.tsx is visited', () => {
  const source = readFileSync(join(web, 'routes.tsx'), 'utf8')
  const routes = [...source.matchAll(/(?:open\(|guarded\(|path: )'(\/[^']*)'/g)].map(([, path]) => path ?? '')
  assert.ok(routes.length > 15, 'the routes are found in the source')
  const visited = new Set(stops.map(([route]) => route))
  assert.deepEqual(
    routes.filter(route => !visited.has(route)),
    [],
  )
})

/** Its data is there, its letters are loaded and nothing moves any more. */
async function settle(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor({ state: 'attached' })
  await eventually(`${page.url()} settles`, () =>
    page.evaluate(
      () =>
        document.fonts.status === 'loaded' &&
        document.querySelector('main [role=status] [class*=shimmer]') === null &&
        document.getAnimations().every(each => each.playState !== 'running'),
    ),
  )
}

type Finding = { rule: string; html: string }

async function look(page: Page, direction: string, within?: string): Promise<Finding[]> {
  const { violations } = await page.evaluate(
    async ([wanted, only]) => {
      const { axe: engine } = globalThis as unknown as { axe: typeof axe }
      const found = await engine.run(only && document.querySelector(only) ? only : document, {
        runOnly: wanted,
        resultTypes: ['violations'],
      })
      return { violations: found.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(each => each.html) })) }
    },
    [tags, within] as const,
  )
  const seen = await page.evaluate(ids => {
    const shown = [document.body.innerText]
    for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]'))
      for (const name of ['aria-label', 'placeholder', 'title', 'alt']) shown.push(element.getAttribute(name) ?? '')
    const known = new Set(ids)
    const { scrollWidth } = document.scrollingElement!
    const outside = [...document.querySelectorAll<HTMLElement>('main *, header *, nav *')].filter(each => {
      const { left, right, width } = each.getBoundingClientRect()
      return width > 1 && (right > innerWidth + 1 || left < -1)
    })
    return {
      ids: shown
        .join('\n')
        .split(/[\s:,;"“”()]+/)
        .filter(word => known.has(word)),
      direction: document.dir,
      spill: scrollWidth - innerWidth,
      widest: outside[0]?.outerHTML.slice(0, 200) ?? '',
    }
  }, messageIds)
  return [
    ...violations.flatMap(({ id, nodes }) => nodes.map(html => ({ rule: id, html }))),
    ...seen.ids.map(id => ({ rule: 'untranslated message id', html: id })),
    ...(seen.direction === direction ? [] : [{ rule: `the page runs ${seen.direction || 'nowhere'}`, html: '' }]),
    ...(seen.spill > 1 ? [{ rule: `${seen.spill} px wider than the screen`, html: seen.widest }] : []),
  ]
}

/** One page load per stop and language; the width changes under it, as when a phone is turned. */
async function visit(visitor: Visitor, [route, who, query, instead]: Stop, language: 'en' | 'ar'): Promise<string[]> {
  const { page, errors } = visitor
  const path = fill(route, instead)
  const asked = fill(language === 'en' ? (query ?? '') : (query ?? '').replace('$startsAt', '$otherStart'))
  const name = `${route}${query ? `?${query}` : ''} (${who}, ${language})`
  errors.length = 0
  await page.setViewportSize(desk)
  await page.goto(`${path}?lang=${language}${asked && `&${asked}`}`)
  const found: string[] = []
  for (const size of [desk, phone]) {
    await page.setViewportSize(size)
    await settle(page)
    for (const { rule, html } of await look(page, language === 'ar' ? 'rtl' : 'ltr'))
      found.push(`${name} ${size.width} px: ${rule}: ${html.slice(0, 300)}`)
  }
  const at = new URL(page.url()).pathname
  if (at !== path) found.push(`${name} ends at ${at}`)
  if (route !== '/nowhere' && (await page.getByRole('alert').count()) > 0)
    found.push(`${name} shows a problem: ${await page.getByRole('alert').first().innerText()}`)
  return [...found, ...errors.map(error => `${name}: ${error}`)]
}

test('what is wrong is found', async () => {
  const { page, context } = await stage.enter()
  await context.addInitScript({ content: axeSource })
  await page.goto('/sign-in')
  await settle(page)
  await page.evaluate(() => {
    const planted = document.createElement('div')
    planted.innerHTML = '<img src="/favicon.svg"><p style="inline-size: 3000px">auth.signIn</p>'
    document.querySelector('main')?.append(planted)
  })
  const rules = (await look(page, 'rtl')).map(each => each.rule).join('; ')
  for (const rule of [/image-alt/, /untranslated message id/, /the page runs ltr/, /px wider than the screen/])
    assert.match(rules, rule)
  await context.close()
})

for (const language of ['en', 'ar'] as const) {
  test(`every screen is accessible, fits and is translated, in ${language}`, async () => {
    const found: string[] = []
    for (const who of new Set(stops.map(each => each[1]))) {
      const visitor = await stage.enter(who === 'nobody' ? {} : { as: who })
      await visitor.context.addInitScript({ content: axeSource })
      for (const stop of stops.filter(each => each[1] === who)) {
        found.push(
          ...(await visit(visitor, stop, language).catch((error: unknown) => [
            `${stop[0]} (${who}, ${language}): ${(error as Error).message.split('\n')[0]}`,
          ])),
        )
      }
      await visitor.context.close()
    }
    assert.deepEqual(found, [], found.join('\n'))
  })
}

/** With an overlay open, it alone is judged: what lies behind is hidden on purpose, and was judged without it. */
const overlays = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]'

type Opening = readonly [what: string, who: Role, route: string, open: (page: Page, t: Translate) => Promise<void>]
type Translate = (id: string) => string

const press = (role: 'button' | 'combobox', id: string) => (page: Page, t: Translate) =>
  page
    .getByRole(role, { name: t(id) })
    .first()
    .click()

/** What opens over a page: a menu, a list, a drawer, a question. */
const openings: readonly Opening[] = [
  ['command menu', 'patient', '/', page => page.keyboard.press('Control+k')],
  ['language menu', 'patient', '/', press('button', 'shell.language')],
  ['suggestions', 'patient', '/find', press('combobox', 'find.need')],
  [
    'calendar',
    'patient',
    '/claim',
    page => page.getByRole('main').getByRole('group').getByRole('button').first().click(),
  ],
  ['wait-list', 'patient', '/clinicians/$clinicianId', press('button', 'waitList.join')],
  ['why not', 'patient', '/clinicians/$clinicianId', press('button', 'whyNot.title')],
  ['cancelling', 'patient', '/visits/$bookingId', press('button', 'visit.cancel')],
  [
    'moving',
    'patient',
    '/visits/$bookingId/reschedule',
    (page, t) =>
      page
        .getByRole('group', { name: t('slots.label') })
        .getByRole('button')
        .nth(5)
        .click(),
  ],
  [
    'visit of a clinician',
    'clinician',
    '/today?date=$date',
    page => page.getByRole('main').getByRole('listitem').getByRole('button').first().click(),
  ],
  ['adding a task', 'clinician', '/inbox', press('button', 'task.add')],
  [
    'asking a colleague',
    'clinician',
    '/inbox',
    (page, t) =>
      page
        .getByRole('button', { name: new RegExp(`^${t('task.delegateTitle')}: `) })
        .first()
        .click(),
  ],
  ['ending a visit', 'clinician', '/room/$visitId', press('button', 'consult.end')],
  ['assistance in a visit', 'clinician', '/room/$visitId', press('button', 'diagnosis.assistance')],
  ['prescribing in a visit', 'clinician', '/room/$visitId', press('button', 'rx.add')],
  ['new hours', 'clinician', '/availability', press('button', 'availability.add')],
  [
    'ending access',
    'patient',
    '/account?tab=apps',
    page => page.getByRole('listitem').filter({ hasText: 'Heart Diary' }).getByRole('button').click(),
  ],
  ['record of a person', 'operator', '/operator/people', press('button', 'people.records')],
  ['registering an app', 'patient', '/apps', press('button', 'apps.register')],
  [
    'entry of the record',
    'patient',
    '/record',
    page => page.getByRole('main').getByRole('listitem').getByRole('button').first().click(),
  ],
  [
    'trend',
    'patient',
    '/record/results',
    page => page.getByRole('main').getByRole('listitem').getByRole('button').first().click(),
  ],
  ['not sharing', 'patient', '/record/sharing', press('button', 'sharing.addDeny')],
  ['allowing research', 'patient', '/record/sharing', press('button', 'sharing.addResearch')],
  ['adding a problem', 'clinician', '/patients/$patientId', press('button', 'chart.addProblem')],
  ['adding an allergy', 'clinician', '/patients/$patientId', press('button', 'chart.addAllergy')],
  ['adding a vital sign', 'clinician', '/patients/$patientId', press('button', 'chart.addVital')],
  ['cancelling a prescription', 'clinician', '/prescriptions/$askedId', press('button', 'rx.cancel')],
  ['giving back', 'pharmacist', '/pharmacy/$prescriptionId', press('button', 'rx.fill.giveBack')],
  ['what is wrong with a pack', 'pharmacist', '/pharmacy/$preparedId', press('button', 'rx.fill.wrong')],
  ['running a job', 'operator', '/operator/jobs', press('button', 'jobs.runNow')],
  ['audit entry', 'operator', '/operator/audit', page => page.getByRole('row').getByRole('button').first().click()],
  ['filter of outcomes', 'operator', '/operator/audit', press('button', 'audit.outcome')],
]

for (const [language, size] of [
  ['en', desk],
  ['ar', phone],
] as const) {
  test(`everything that opens over a page is accessible too, in ${language} at ${size.width} px`, async () => {
    const found: string[] = []
    const catalogue = words(language)
    for (const who of new Set(openings.map(each => each[1]))) {
      const { page, context, errors } = await stage.enter({ as: who, size })
      await context.addInitScript({ content: axeSource })
      await page.goto(`/account?lang=${language}`)
      for (const [what, , route, open] of openings.filter(each => each[1] === who)) {
        try {
          await page.goto(fill(route))
          await settle(page)
          await open(page, id => catalogue[id] ?? id)
          await page.locator('[role=dialog], [role=menu], [role=listbox], [aria-expanded=true]').first().waitFor()
          await settle(page)
          for (const { rule, html } of await look(page, language === 'ar' ? 'rtl' : 'ltr', overlays))
            found.push(`${what} at ${route}: ${rule}: ${html.slice(0, 300)}`)
        } catch (error) {
          found.push(`${what} at ${route} does not open: ${(error as Error).message.slice(0, 300)}`)
        }
      }
      await context.close()
      found.push(...errors)
    }
    assert.deepEqual(found, [], found.join('\n'))
  })
}
