// Records to look at in a demo: one of five years with a story in it, and two short ones. All of it is fiction.
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import type { Call } from '#core/call'
import type { Client } from '#core/contract'
import { dayMs, hourMs } from '#core/time'
import type { Kit } from '#platform'
import type { record } from './contract.ts'
import { panels, type Panel, story, vaccines } from './seed/story.ts'

type Seeding = Pick<Kit, 'call' | 'clock' | 'region'>
type Made = { resourceType: string; id: string; [element: string]: unknown }
type Clinician = { id: string; name: string; organization: { id: string; name: string } }
/** `noonUtc` is the hour of noon where they live, so that nobody's blood is drawn at night. */
type Cast = { treating: Clinician; specialist: Clinician; laboratory: string; noonUtc: number }

/** As server/seed.ts enrols them: whoever comes second finds the person made. */
const maya = {
  name: 'Maya Torres',
  email: 'patient@demo.medley.example',
  password: 'medley-demo-2026',
  birthDate: '1988-04-12',
}
/** Their numbers are easy to type, because a door for emergencies is opened by number. */
const others = [
  { id: 'demo-lund', name: 'Henrik Lund', birthDate: '1957-09-30', gender: 'male', isShared: true },
  { id: 'demo-okonkwo', name: 'Amara Okonkwo', birthDate: '1994-01-17', gender: 'female', isShared: false },
] as const

const homes = {
  us: { jurisdiction: 'US-MA', timeZone: 'America/New_York' },
  eu: { jurisdiction: 'DE', timeZone: 'Europe/Berlin' },
  apac: { jurisdiction: 'SG', timeZone: 'Asia/Singapore' },
} as const

const noons = { us: 17, eu: 11, apac: 4 } as const

/** Leaves a record that is there alone: its dates follow from the day it was made. */
export async function seedRecord(kit: Seeding, self: Client<typeof record>, call: Call): Promise<void> {
  const { items } = await kit.call(directory).search({ limit: 200 }, call)
  const byName = items.toSorted((a, b) => a.name.localeCompare(b.name))
  const treating = byName.find(each => each.name === 'Dr. Elena Brandt') ?? byName[0]
  if (!treating) return
  const specialist = byName.find(each => each.specialties.includes('endocrinology') && each !== treating) ?? treating
  const cast: Cast = { treating, specialist, laboratory: 'Harbour Laboratory', noonUtc: noons[kit.region] }
  const todayMs = Math.floor(kit.clock.nowMs() / dayMs) * dayMs
  const enter = async (person: { name: string; birthDate: string }, make: (patientId: string) => Made[]) => {
    const source = { system: 'demo', value: 'email' in person ? String(person.email) : person.name }
    const { personId } = await kit
      .call(identity)
      .enrol({ source, ...person, ...homes[kit.region], memberships: [] }, call)
    const resources = make(personId)
    const { id } = resources.find(each => each.resourceType === 'Patient')!
    const query: [string, string][] = [['_id', id]]
    const found = await self.interact({ method: 'GET', path: 'Patient', query }, call)
    if ((JSON.parse(found.body!) as { total: number }).total > 0) return
    await self.load({ personId, entries: resources.map(resource => ({ resource })) }, call)
  }
  await enter(maya, patientId => wholeRecord(patientId, cast, todayMs))
  for (const { id, gender, isShared, ...person } of others)
    await enter(person, () => shortRecord({ patientId: id, ...person, gender, isShared }, cast, todayMs))
}

const loinc = 'http://loinc.org'
const terminology = 'http://terminology.hl7.org/CodeSystem'

/** Builders of one patient's resources; ids follow from the patient's, so that another installation has the same ones. */
function maker(patientId: string, { treating, specialist, noonUtc }: Cast, todayMs: number) {
  let count = 0
  const subject = { reference: `Patient/${patientId}` }
  const by = (who: Clinician) => ({ reference: `Practitioner/${who.id}`, display: who.name })
  const at = (daysAgo: number, hour = 9) =>
    new Date(todayMs - daysAgo * dayMs + (hour + noonUtc - 12) * hourMs).toISOString().replace('.000Z', 'Z')
  return {
    at,
    by,
    subject,
    treating,
    specialist,
    date: (daysAgo: number) => at(daysAgo).slice(0, 10),
    make: (resourceType: string, rest: Record<string, unknown>): Made => ({
      resourceType,
      id: `${patientId.slice(-12)}-${String(++count).padStart(3, '0')}`,
      ...rest,
    }),
  }
}
type Maker = ReturnType<typeof maker>

const concept = (text: string, system?: string, code?: string) => ({
  text,
  ...(system && code ? { coding: [{ system, code, display: text }] } : {}),
})
const category = (code: string) => [{ coding: [{ system: `${terminology}/observation-category`, code }] }]
const quantity = (value: number, unit: string, code = unit) => ({
  value,
  unit,
  system: 'http://unitsofmeasure.org',
  code,
})

function wholeRecord(patientId: string, cast: Cast, todayMs: number): Made[] {
  const m = maker(patientId, cast, todayMs)
  const visits = visitsOf(m)
  return [
    patientResource({ patientId, name: maya.name, birthDate: maya.birthDate, gender: 'female' }),
    ...story.problems.map(each => problem(m, each)),
    ...story.medicines.map(each => medicine(m, each)),
    ...story.allergies.map(each => allergy(m, each)),
    ...vaccines.map(({ name, code, daysAgo, dose }) =>
      m.make('Immunization', {
        status: 'completed',
        vaccineCode: concept(name, 'http://hl7.org/fhir/sid/cvx', code),
        patient: m.subject,
        occurrenceDateTime: m.date(daysAgo),
        primarySource: true,
        performer: [{ actor: m.by(m.treating) }],
        ...(dose ? { protocolApplied: [{ doseNumberString: dose }] } : {}),
      }),
    ),
    ...visits.flatMap(({ encounter, daysAgo }, index) => [encounter, ...vitals(m, encounter, daysAgo, index)]),
    ...panels.flatMap(panel => panelResources(m, cast, panel)),
    ...homeReadings(m),
    referral(m),
    researchConsent(m),
  ]
}

function patientResource(person: { patientId: string; name: string; birthDate: string; gender: string }): Made {
  const [given = '', family = ''] = person.name.split(' ')
  return {
    resourceType: 'Patient',
    id: person.patientId,
    active: true,
    name: [{ use: 'official', text: person.name, family, given: [given] }],
    gender: person.gender,
    birthDate: person.birthDate,
  }
}

function problem(m: Maker, { name, code, since, ended, note }: (typeof story.problems)[number]): Made {
  return m.make('Condition', {
    clinicalStatus: concept(
      ended === undefined ? 'Active' : 'Resolved',
      `${terminology}/condition-clinical`,
      ended === undefined ? 'active' : 'resolved',
    ),
    verificationStatus: concept('Confirmed', `${terminology}/condition-ver-status`, 'confirmed'),
    category: [concept('Problem list item', `${terminology}/condition-category`, 'problem-list-item')],
    code: concept(name, 'http://snomed.info/sct', code),
    subject: m.subject,
    onsetDateTime: m.date(since),
    ...(ended === undefined ? {} : { abatementDateTime: m.date(ended) }),
    recordedDate: m.at(since),
    recorder: m.by(m.treating),
    ...(note ? { note: [{ text: note }] } : {}),
  })
}

function medicine(m: Maker, each: (typeof story.medicines)[number]): Made {
  return m.make('MedicationRequest', {
    status: each.ended === undefined ? 'active' : 'stopped',
    intent: 'order',
    medicationCodeableConcept: concept(each.name, 'http://www.nlm.nih.gov/research/umls/rxnorm', each.code),
    subject: m.subject,
    authoredOn: m.at(each.since, 10),
    requester: m.by(m.treating),
    reasonCode: [{ text: each.reason }],
    dosageInstruction: [{ text: each.dose }],
    ...(each.ended === undefined
      ? {}
      : { dispenseRequest: { validityPeriod: { start: m.date(each.since), end: m.date(each.ended) } } }),
  })
}

function allergy(m: Maker, each: (typeof story.allergies)[number]): Made {
  return m.make('AllergyIntolerance', {
    clinicalStatus: concept('Active', `${terminology}/allergyintolerance-clinical`, 'active'),
    verificationStatus: concept('Confirmed', `${terminology}/allergyintolerance-verification`, 'confirmed'),
    type: 'allergy',
    category: [each.kind],
    criticality: each.criticality,
    code: concept(each.name, 'http://snomed.info/sct', each.code),
    patient: m.subject,
    recordedDate: m.at(each.since),
    recorder: m.by(m.treating),
    reaction: [{ manifestation: [{ text: each.reaction }], severity: each.severity }],
  })
}

function visitsOf(m: Maker): { encounter: Made; daysAgo: number }[] {
  return story.visits.map(({ daysAgo, reason, isVideo, isSpecialist }) => {
    const who = isSpecialist ? m.specialist : m.treating
    const encounter = m.make('Encounter', {
      status: 'finished',
      class: {
        system: `${terminology}/v3-ActCode`,
        code: isVideo ? 'VR' : 'AMB',
        display: isVideo ? 'Video' : 'In the clinic',
      },
      type: [{ text: reason }],
      subject: m.subject,
      participant: [{ individual: m.by(who) }],
      period: { start: m.at(daysAgo, 14), end: m.at(daysAgo, 14.5) },
      reasonCode: [{ text: reason }],
      serviceProvider: { reference: `Organization/${who.organization.id}`, display: who.organization.name },
    })
    return { encounter, daysAgo }
  })
}

/** Gentle waves instead of chance, so that a trend looks like one and is the same everywhere. */
const wave = (index: number, size: number) => Math.sin(index * 2.4) * size
const rounded = (value: number, digits = 0) => Number(value.toFixed(digits))

function bloodPressure(systolic: number, diastolic: number) {
  const part = (name: string, code: string, value: number, low: number, high: number) => ({
    code: concept(name, loinc, code),
    valueQuantity: quantity(rounded(value), 'mmHg', 'mm[Hg]'),
    referenceRange: [{ low: quantity(low, 'mmHg', 'mm[Hg]'), high: quantity(high, 'mmHg', 'mm[Hg]') }],
  })
  return {
    code: concept('Blood pressure', loinc, '85354-9'),
    component: [
      part('Systolic blood pressure', '8480-6', systolic, 90, 130),
      part('Diastolic blood pressure', '8462-4', diastolic, 60, 85),
    ],
  }
}

/** Pressure falls after treatment began; weight comes down with it. */
function vitals(m: Maker, encounter: Made, daysAgo: number, index: number): Made[] {
  const years = daysAgo / 365
  const sign = (rest: Record<string, unknown>) =>
    m.make('Observation', {
      status: 'final',
      category: category('vital-signs'),
      subject: m.subject,
      encounter: { reference: `Encounter/${encounter.id}` },
      effectiveDateTime: m.at(daysAgo, 14.2),
      performer: [m.by(m.treating)],
      ...rest,
    })
  const raised = years > 2.6 ? 18 + (5 - years) * 3 : 6 * years
  return [
    sign(bloodPressure(122 + raised + wave(index, 3), 78 + raised * 0.45 + wave(index + 1, 2))),
    sign({
      code: concept('Heart rate', loinc, '8867-4'),
      valueQuantity: quantity(rounded(70 + wave(index, 5)), 'per minute', '/min'),
    }),
    sign({
      code: concept('Body weight', loinc, '29463-7'),
      valueQuantity: quantity(rounded(68.4 + years * 1.15 + wave(index, 0.6), 1), 'kg'),
    }),
    ...(index % 6 === 0
      ? [sign({ code: concept('Body height', loinc, '8302-2'), valueQuantity: quantity(168, 'cm') })]
      : []),
  ]
}

/** What Maya measured herself these last weeks: entries by patients look different from those by clinicians. */
function homeReadings(m: Maker): Made[] {
  return [26, 19, 12, 5].map((daysAgo, index) =>
    m.make('Observation', {
      status: 'final',
      category: category('vital-signs'),
      subject: m.subject,
      effectiveDateTime: m.at(daysAgo, 12),
      performer: [{ ...m.subject, display: maya.name }],
      ...bloodPressure(121 + wave(index, 4), 79 + wave(index + 2, 3)),
    }),
  )
}

function panelResources(m: Maker, { laboratory }: Cast, { daysAgo, name, code, values }: Panel): Made[] {
  const performer = [{ display: laboratory }]
  const results = values.map(({ test, value }) => {
    const isLow = test.low !== undefined && value < test.low
    const isHigh = test.high !== undefined && value > test.high
    return m.make('Observation', {
      status: 'final',
      category: category('laboratory'),
      code: concept(test.name, loinc, test.code),
      subject: m.subject,
      effectiveDateTime: m.at(daysAgo, 8),
      issued: m.at(daysAgo - 1, 16),
      performer,
      valueQuantity: quantity(value, test.unit, test.ucum ?? test.unit),
      ...(isLow || isHigh
        ? {
            interpretation: [
              concept(isHigh ? 'High' : 'Low', `${terminology}/v3-ObservationInterpretation`, isHigh ? 'H' : 'L'),
            ],
          }
        : {}),
      referenceRange: [
        {
          ...(test.low === undefined ? {} : { low: quantity(test.low, test.unit, test.ucum ?? test.unit) }),
          ...(test.high === undefined ? {} : { high: quantity(test.high, test.unit, test.ucum ?? test.unit) }),
        },
      ],
    })
  })
  const report = m.make('DiagnosticReport', {
    status: 'final',
    category: [concept('Laboratory', `${terminology}/v2-0074`, 'LAB')],
    code: concept(name, loinc, code),
    subject: m.subject,
    effectiveDateTime: m.at(daysAgo, 8),
    issued: m.at(daysAgo - 1, 16),
    performer,
    result: results.map(each => ({ reference: `Observation/${each.id}` })),
  })
  return [...results, report]
}

function referral(m: Maker): Made {
  const text =
    'Dear colleague,\n\nThank you for seeing Maya Torres, who has had an underactive thyroid for four years and takes ' +
    'levothyroxine 75 µg. Her last TSH was within range. Please advise on how often to measure.\n\nWith kind regards'
  return m.make('DocumentReference', {
    status: 'current',
    type: concept('Referral letter', loinc, '57133-1'),
    subject: m.subject,
    date: m.at(214, 15),
    author: [m.by(m.treating)],
    description: 'Referral to endocrinology',
    content: [
      {
        attachment: {
          contentType: 'text/plain; charset=utf-8',
          language: 'en',
          title: 'Referral to endocrinology',
          data: Buffer.from(text).toString('base64'),
        },
      },
    ],
  })
}

function consent(m: Maker, daysAgo: number, provision: Record<string, unknown>): Made {
  return m.make('Consent', {
    status: 'active',
    scope: concept('Privacy', `${terminology}/consentscope`, 'patient-privacy'),
    category: [concept('Information disclosure', `${terminology}/v3-ActCode`, 'IDSCL')],
    patient: m.subject,
    dateTime: m.at(daysAgo),
    policyRule: concept('Opt in', `${terminology}/v3-ActCode`, 'OPTIN'),
    provision,
  })
}

const receiver = (m: Maker, who: Clinician) => [
  { role: concept('Recipient', `${terminology}/v3-ParticipationType`, 'IRCP'), reference: m.by(who) },
]

function researchConsent(m: Maker): Made {
  return consent(m, 180, {
    type: 'permit',
    period: { end: m.date(-185) },
    actor: receiver(m, m.specialist),
    purpose: [{ system: `${terminology}/v3-ActReason`, code: 'HRESCH' }],
  })
}

type Short = { patientId: string; name: string; birthDate: string; gender: string; isShared: boolean }

/** One who lets the demo clinician in by consent, and one who is out of reach: the door for emergencies needs somebody behind it. */
function shortRecord({ isShared, ...person }: Short, cast: Cast, todayMs: number): Made[] {
  const m = maker(person.patientId, cast, todayMs)
  const what = isShared ? story.shared : story.distant
  return [
    patientResource(person),
    ...what.problems.map(each => problem(m, each)),
    ...what.medicines.map(each => medicine(m, each)),
    ...what.allergies.map(each => allergy(m, each)),
    ...what.pressures.map(([daysAgo, systolic, diastolic]) =>
      m.make('Observation', {
        status: 'final',
        category: category('vital-signs'),
        subject: m.subject,
        effectiveDateTime: m.at(daysAgo!),
        performer: [m.by(m.treating)],
        ...bloodPressure(systolic!, diastolic!),
      }),
    ),
    ...(isShared ? [consent(m, 40, { type: 'permit', actor: receiver(m, m.treating) })] : []),
  ]
}
