import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { appointment } from '#contract/appointment'
import { record } from '#contract/record'
import type { Call } from '#core/call'
import { newId } from '#core/id'
import { dayMs } from '#core/time'
import { aClinician, aPatient, type TestClinician } from '../../test/clinic.ts'
import { mondayNoonMs, type TestMedley, testMedley } from '../../test/start.ts'
import { diagnosis, type Interview } from './contract.ts'

let medley: TestMedley
before(async () => (medley = await testMedley()))
after(() => medley.stop())

const ops = () => medley.call(diagnosis)
const keyed = (call: Call, key: string = newId()): Call => ({ ...call, idempotencyKey: key })
const code = (expected: string) => ({ code: `diagnosis.${expected}` })
const woman = { age: 30, sex: 'female' as const }
const tuesday = '2026-11-24T15:00:00.000Z'

const begin = (call: Call, change: object = {}) =>
  ops().start({ profile: woman, complaint: 'My head is bursting', findings: ['headache'], ...change }, keyed(call))

/** Answers every question with no. */
async function answerAll({ id }: Interview, call: Call): Promise<Interview> {
  let state = await ops().interview({ interviewId: id }, call)
  while (state.question)
    state = await ops().answer({ interviewId: id, finding: state.question.id, value: 'no' }, keyed(call))
  return state
}

/** A patient with a visit ahead, the clinician of that visit, and their patient in the record. */
async function aVisit(): Promise<{ patient: Call; clinician: TestClinician; bookingId: string; patientId: string }> {
  const [clinician, patient] = [await aClinician(medley), await aPatient(medley)]
  const { id } = await medley.call(appointment).book({ ...clinician.wish, startsAt: tuesday }, keyed(patient))
  await medley.settle()
  const service = medley.composition.serviceCall('test')
  const { patientIds } = await medley.call(record).patientsOf({ personId: patient.caller.personId! }, service)
  return { patient, clinician, bookingId: id, patientId: patientIds[0]! }
}

async function inRecord(path: string, call: Call) {
  const { body } = await medley.call(record).interact({ method: 'GET', path }, call)
  return JSON.parse(body!) as Record<string, never>
}

test('a patient is interviewed to the end, and finds the result again with what speaks for and against', async () => {
  const patient = await aPatient(medley)
  const begun = await begin(patient)
  assert.equal(begun.emergencyNumber, '911')
  assert.deepEqual(
    begun.answers.map(each => [each.id, each.value, each.isComplaint]),
    [['headache', 'yes', true]],
  )
  assert.ok(begun.question && begun.question.text.endsWith('?'))
  const asked = await answerAll(begun, patient)
  assert.ok(asked.asked >= 5 && asked.asked <= asked.askedMax)
  const finished = await ops().finish({ interviewId: begun.id }, keyed(patient))
  assert.equal(finished.result?.suggestions[0]?.condition.id, 'tension-headache')
  assert.ok(finished.result.suggestions[0].for.some(each => each.id === 'headache'))
  assert.deepEqual(await ops().interview({ interviewId: begun.id }, patient), finished)
  const { items } = await ops().listInterviews({}, patient)
  assert.deepEqual(
    items.map(each => [each.id, each.state, each.complaints]),
    [[begun.id, 'finished', ['Headache']]],
  )
})

test('a reader reads it in their own language', async () => {
  const patient = await aPatient(medley)
  const { id } = await begin(patient)
  const german = await ops().interview({ interviewId: id }, { ...patient, locale: 'de' })
  assert.equal(german.answers[0]?.label, 'Kopfschmerzen')
  const arabic = await ops().interview({ interviewId: id }, { ...patient, locale: 'ar' })
  assert.match(arabic.question!.text, /؟$/)
})

test('a red flag is told at once with the number to call, ends the questions and is the result', async () => {
  const patient = await aPatient(medley)
  const { id } = await begin(patient, { profile: { age: 60, sex: 'male' }, findings: ['chest-pain'] })
  await ops().answer({ interviewId: id, finding: 'chest-pressure', value: 'yes' }, keyed(patient))
  const alarmed = await ops().answer({ interviewId: id, finding: 'chest-pain-long', value: 'yes' }, keyed(patient))
  assert.equal(alarmed.alarm?.level, 'emergency')
  assert.equal(alarmed.question, undefined)
  const { result } = await ops().finish({ interviewId: id }, keyed(patient))
  assert.deepEqual([result?.triage, result?.flags.length], ['emergency', 1])
})

test('an answer is corrected, the former one is kept as corrected, and details go with what is not there', async () => {
  const patient = await aPatient(medley)
  const { id } = await begin(patient, { findings: ['fever'] })
  const say = (finding: string) => ops().answer({ interviewId: id, finding, value: 'yes' }, keyed(patient))
  await say('high-fever')
  const corrected = await ops().correct({ interviewId: id, finding: 'fever', value: 'no' }, keyed(patient))
  assert.deepEqual(
    corrected.answers.map(each => [each.id, each.value, each.isCorrected]),
    [['fever', 'no', true]],
  )
  await assert.rejects(say('high-fever'), {
    ...code('contradicting'),
    details: { finding: 'high-fever', with: 'fever' },
  })
})

test('answers that cannot be are refused, and change nothing', async () => {
  const patient = await aPatient(medley)
  const { id } = await begin(patient, { findings: ['weight-loss'] })
  const say = (finding: string, value: 'yes' | 'no' = 'yes') =>
    ops().answer({ interviewId: id, finding, value }, keyed(patient))
  const before = await ops().interview({ interviewId: id }, patient)
  await assert.rejects(say('unicorn-bite'), code('findingUnknown'))
  await assert.rejects(say('testicle-pain'), code('notForPerson'))
  await assert.rejects(say('weight-gain'), code('contradicting'))
  await assert.rejects(say('weight-loss', 'no'), code('alreadyAnswered'))
  await assert.rejects(
    ops().correct({ interviewId: id, finding: 'fever', value: 'no' }, keyed(patient)),
    code('notAnswered'),
  )
  await assert.rejects(say('No Such Code'), { code: 'request.invalid' })
  assert.deepEqual(await ops().interview({ interviewId: id }, patient), before)
})

test('an interview does not begin with what cannot be', async () => {
  const patient = await aPatient(medley)
  const refused: [object, string][] = [
    [{ findings: ['unicorn-bite'] }, 'diagnosis.findingUnknown'],
    [{ findings: ['testicle-pain'] }, 'diagnosis.notForPerson'],
    [{ findings: ['weight-loss', 'weight-gain'] }, 'diagnosis.contradicting'],
    [{ profile: { age: 60, sex: 'male', isPregnant: 'yes' } }, 'diagnosis.notForPerson'],
    [{ profile: { age: 30, sex: 'female', isPregnant: 'no' }, findings: ['pregnant-late'] }, 'diagnosis.contradicting'],
    [{ profile: { age: 121, sex: 'female' } }, 'request.invalid'],
    [{ profile: { age: -1, sex: 'female' } }, 'request.invalid'],
    [{ profile: { age: 30.5, sex: 'female' } }, 'request.invalid'],
    [{ findings: [] }, 'request.invalid'],
    [{ complaint: 'x'.repeat(1_001) }, 'request.invalid'],
  ]
  for (const [change, expected] of refused) await assert.rejects(begin(patient, change), { code: expected })
  assert.deepEqual((await ops().listInterviews({}, patient)).items, [])
})

test('a finished interview stays as it is', async () => {
  const patient = await aPatient(medley)
  const { id } = await begin(patient)
  await ops().finish({ interviewId: id }, keyed(patient))
  const at = { interviewId: id, finding: 'fever', value: 'yes' as const }
  await assert.rejects(ops().answer(at, keyed(patient)), code('finished'))
  await assert.rejects(ops().correct({ ...at, finding: 'headache' }, keyed(patient)), code('finished'))
  await assert.rejects(ops().finish({ interviewId: id }, keyed(patient)), code('finished'))
})

test('a repeat with the same key answers the same, and begins or answers nothing twice', async () => {
  const patient = await aPatient(medley)
  const key = keyed(patient)
  const input = { profile: woman, findings: ['headache'] }
  const [first, second] = [await ops().start(input, key), await ops().start(input, key)]
  assert.deepEqual(second, first)
  const answer = { interviewId: first.id, finding: 'fever', value: 'no' as const }
  const again = keyed(patient)
  assert.deepEqual(await ops().answer(answer, again), await ops().answer(answer, again))
  assert.equal((await ops().listInterviews({}, patient)).items.length, 1)
})

test('of two answers at the same moment none is lost: one is taken, the other is told to look again', async () => {
  const patient = await aPatient(medley)
  const { id } = await begin(patient)
  const findings = ['fever', 'cough', 'rash', 'nausea', 'back-pain', 'thirst']
  const outcomes = await Promise.allSettled(
    findings.map(finding => ops().answer({ interviewId: id, finding, value: 'no' }, keyed(patient))),
  )
  const taken = findings.filter((_, index) => outcomes[index]!.status === 'fulfilled')
  for (const each of outcomes)
    if (each.status === 'rejected') assert.equal((each.reason as { code: string }).code, 'data.conflict')
  const { answers } = await ops().interview({ interviewId: id }, patient)
  assert.deepEqual(answers.map(each => each.id).toSorted(), ['headache', ...taken].toSorted())
  assert.ok(taken.length > 0)
})

test('control: without the revision an answer is lost', async () => {
  const patient = await aPatient(medley)
  const { id } = await begin(patient)
  const { execute } = medley.platform.database
  // Every write makes itself look like the version that anybody has read.
  await execute(
    `create function diagnosis.forget() returns trigger language plpgsql as $$ begin new.revision := old.revision; return new; end $$`,
  )
  await execute(
    'create trigger forget before update on diagnosis.interview for each row execute function diagnosis.forget()',
  )
  try {
    const findings = ['fever', 'cough', 'rash', 'nausea']
    await Promise.all(findings.map(finding => ops().answer({ interviewId: id, finding, value: 'no' }, keyed(patient))))
    const { answers } = await ops().interview({ interviewId: id }, patient)
    assert.ok(answers.length < 1 + findings.length)
  } finally {
    await execute('drop function diagnosis.forget cascade')
  }
})

test('nobody else sees, answers, finishes or shares an interview, or learns that there is one', async () => {
  const [patient, stranger, clinician] = [await aPatient(medley), await aPatient(medley), await aClinician(medley)]
  const { id } = await begin(patient)
  for (const call of [stranger, clinician.call]) {
    await assert.rejects(ops().interview({ interviewId: id }, call), code('interviewNotFound'))
    await assert.rejects(
      ops().answer({ interviewId: id, finding: 'fever', value: 'no' }, keyed(call)),
      code('interviewNotFound'),
    )
    await assert.rejects(
      ops().correct({ interviewId: id, finding: 'headache', value: 'no' }, keyed(call)),
      code('interviewNotFound'),
    )
    await assert.rejects(ops().finish({ interviewId: id }, keyed(call)), code('interviewNotFound'))
    await assert.rejects(ops().share({ interviewId: id, bookingId: newId() }, keyed(call)), code('interviewNotFound'))
  }
  assert.deepEqual((await ops().listInterviews({}, stranger)).items, [])
  await assert.rejects(ops().interview({ interviewId: newId() }, patient), code('interviewNotFound'))
})

test('operators, strangers and apps have no door here; only services ask for details', async () => {
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  const nobody = medley.as({})
  const patient = await aPatient(medley)
  const asked = { profile: woman, findings: ['headache'] }
  await assert.rejects(ops().start(asked, operator), { code: 'access.forbidden' })
  await assert.rejects(ops().start(asked, nobody), { code: 'access.unauthenticated' })
  await assert.rejects(ops().match({ text: 'cough' }, nobody), { code: 'access.unauthenticated' })
  await assert.rejects(ops().listInterviews({}, operator), { code: 'access.forbidden' })
  await assert.rejects(ops().details({ suggestionId: newId() }, patient), { code: 'access.forbidden' })
  const decision = { suggestionId: newId(), decision: 'accepted' as const, reason: 'It fits' }
  await assert.rejects(ops().decide(decision, patient), { code: 'access.forbidden' })
})

test('a shared interview is read by the clinician of the visit, who accepts and dismisses, and the record gets the evidence', async () => {
  const { patient, clinician, bookingId, patientId } = await aVisit()
  const { id } = await begin(patient, { findings: ['headache', 'light-hurts-eye'] })
  await assert.rejects(ops().share({ interviewId: id, bookingId }, keyed(patient)), code('notFinished'))
  await ops().finish({ interviewId: id }, keyed(patient))
  await assert.rejects(ops().share({ interviewId: id, bookingId: newId() }, keyed(patient)), code('bookingNotFound'))
  await ops().share({ interviewId: id, bookingId }, keyed(patient))
  const seen = await ops().interview({ interviewId: id }, clinician.call)
  assert.equal(seen.complaint, 'My head is bursting')
  const answer = { interviewId: id, finding: 'fever', value: 'yes' as const }
  await assert.rejects(ops().answer(answer, keyed(clinician.call)), code('interviewNotFound'))
  const { items } = await ops().listInterviews({ patientId }, clinician.call)
  assert.deepEqual(
    items.map(each => each.id),
    [id],
  )

  const [first, second] = seen.result!.suggestions
  assert.equal(first?.condition.id, 'migraine')
  assert.equal(first.decision, undefined, 'nothing is accepted by itself')
  const decide = (suggestionId: string, decision: 'accepted' | 'dismissed', call = clinician.call) =>
    ops().decide({ suggestionId, decision, reason: 'Typical history, normal examination' }, keyed(call))
  await assert.rejects(decide(first.id, 'accepted', (await aClinician(medley)).call), code('suggestionNotFound'))
  await decide(first.id, 'accepted')
  await assert.rejects(decide(first.id, 'dismissed'), code('alreadyDecided'))
  const decided = await decide(second!.id, 'dismissed')
  assert.deepEqual(
    decided.result!.suggestions.slice(0, 2).map(each => each.decision?.decision),
    ['accepted', 'dismissed'],
  )
  await medley.settle()

  const condition = await inRecord(`Condition/${first.id}`, clinician.call)
  assert.deepEqual(condition['code'], {
    coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'G43' }],
    text: 'Migraine',
  })
  assert.equal(JSON.stringify(condition['verificationStatus']).includes('provisional'), true)
  assert.ok(JSON.stringify(condition['evidence']).includes(`QuestionnaireResponse/${id}`))
  const answers = await inRecord(`QuestionnaireResponse/${id}`, patient)
  assert.equal((answers['item'] as unknown as unknown[]).length, 2)
  await assert.rejects(inRecord(`Condition/${second!.id}`, clinician.call), { code: 'record.notFound' })
})

test('what was shown for a visit is not shown any more when the visit is cancelled', async () => {
  const { patient, clinician, bookingId } = await aVisit()
  const { id } = await begin(patient)
  await ops().finish({ interviewId: id }, keyed(patient))
  const { result } = await ops().share({ interviewId: id, bookingId }, keyed(patient))
  await ops().interview({ interviewId: id }, clinician.call)
  await medley.call(appointment).cancel({ bookingId }, keyed(patient))
  await medley.settle()
  await assert.rejects(ops().interview({ interviewId: id }, clinician.call), code('interviewNotFound'))
  const decision = { suggestionId: result!.suggestions[0]!.id, decision: 'accepted' as const, reason: 'It fits' }
  await assert.rejects(ops().decide(decision, keyed(clinician.call)), code('suggestionNotFound'))
})

test('of twenty decisions on one suggestion at once, one stands and the record has one diagnosis at most', async () => {
  const { clinician, patientId } = await aVisit()
  const { id } = await begin(clinician.call, { patientId })
  const { result } = await ops().finish({ interviewId: id }, keyed(clinician.call))
  const suggestionId = result!.suggestions[0]!.id
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => {
      const decision = index % 2 === 0 ? ('accepted' as const) : ('dismissed' as const)
      return ops().decide({ suggestionId, decision, reason: `Reason ${index}` }, keyed(clinician.call))
    }),
  )
  const stood = outcomes.filter(each => each.status === 'fulfilled')
  assert.equal(stood.length, 1)
  for (const each of outcomes)
    if (each.status === 'rejected') assert.equal((each.reason as { code: string }).code, 'diagnosis.alreadyDecided')
  await medley.settle()
  const decided = stood[0]!.value.result!.suggestions[0]!.decision!.decision
  const found = inRecord(`Condition/${suggestionId}`, clinician.call)
  if (decided === 'accepted') assert.equal((await found)['id'], suggestionId)
  else await assert.rejects(found, { code: 'record.notFound' })
})

test('a corrected pregnancy is corrected in the profile as well', async () => {
  const patient = await aPatient(medley)
  const { id } = await begin(patient, { profile: { ...woman, isPregnant: 'no' } })
  const corrected = await ops().correct({ interviewId: id, finding: 'pregnant', value: 'yes' }, keyed(patient))
  assert.equal(corrected.profile.isPregnant, 'yes')
})

test('a decision needs a reason', async () => {
  const { call } = await aClinician(medley)
  const decision = { suggestionId: newId(), decision: 'dismissed' as const }
  await assert.rejects(ops().decide({ ...decision, reason: ' ' }, keyed(call)), { code: 'request.invalid' })
  await assert.rejects(ops().decide({ ...decision, reason: 'No' }, keyed(call)), { code: 'request.invalid' })
  await assert.rejects(ops().decide({ ...decision, reason: 'Does not fit' }, keyed(call)), code('suggestionNotFound'))
})

test('a clinician interviews for a patient in their care, and for nobody else', async () => {
  const { clinician, patientId, patient } = await aVisit()
  const begun = await begin(clinician.call, { patientId })
  assert.equal(begun.startedBy, 'clinician')
  const finished = await ops().finish({ interviewId: begun.id }, keyed(clinician.call))
  const suggestionId = finished.result!.suggestions[0]!.id
  const decision = { suggestionId, decision: 'accepted' as const, reason: 'It fits' }
  await ops().decide(decision, keyed(clinician.call))
  await medley.settle()
  assert.equal((await inRecord(`Condition/${suggestionId}`, clinician.call))['resourceType'], 'Condition')
  const foreign = await aClinician(medley)
  await assert.rejects(begin(foreign.call, { patientId }), code('patientNotFound'))
  await assert.rejects(begin(clinician.call, { patientId: newId() }), code('patientNotFound'))
  await assert.rejects(begin(patient, { patientId }), code('patientNotFound'))
  await assert.rejects(ops().interview({ interviewId: begun.id }, foreign.call), code('interviewNotFound'))
  assert.deepEqual((await ops().listInterviews({ patientId }, foreign.call)).items, [])
})

test('nobody begins interviews without end', async () => {
  const patient = await aPatient(medley)
  for (let count = 0; count < 20; count++) await begin(patient)
  await assert.rejects(begin(patient), code('tooMany'))
  medley.clock.advance(dayMs)
  await begin(patient)
  medley.clock.set(mondayNoonMs)
})

test('what was said can be read in no table, and is gone with the record', async () => {
  const { patient, patientId, clinician } = await aVisit()
  await begin(patient, { complaint: 'canary-of-a-complaint-7781', findings: ['suicidal'] })
  await begin(clinician.call, { patientId })
  const { execute } = medley.platform.database
  const tables = await execute(`select encode(content_sealed, 'escape') as text from diagnosis.interview`)
  assert.ok(!JSON.stringify(tables.rows).includes('canary') && !JSON.stringify(tables.rows).includes('suicidal'))
  const service = medley.composition.serviceCall('test')
  await medley.call(record).erase({ patientId, confirm: 'erase' }, service)
  await medley.settle()
  const { rows } = await execute('select id from diagnosis.interview where patient_id = $1', [patientId])
  assert.deepEqual(rows, [])
})

test('the knowledge base is open to everybody: by page, by name in each language, with every number and its source', async () => {
  const nobody = medley.as({})
  const known = await ops().knowledge({}, nobody)
  assert.ok(known.conditions >= 120 && known.findings >= 300 && known.cited > 0 && known.cited < known.numbers)
  const first = await ops().listConditions({ limit: 100 }, nobody)
  const rest = await ops().listConditions({ limit: 200, cursor: first.nextCursor }, nobody)
  const ids = [...first.items, ...rest.items].map(each => each.id)
  assert.deepEqual([ids.length, new Set(ids).size], [known.conditions, known.conditions])
  const german = await ops().listConditions({ text: 'grippe' }, { ...nobody, locale: 'de' })
  assert.deepEqual(
    german.items.map(each => each.id),
    ['influenza'],
  )
  const emergencies = await ops().listConditions({ triage: 'emergency', limit: 200 }, nobody)
  assert.ok(emergencies.items.length > 20 && emergencies.items.every(each => each.triage === 'emergency'))
  const influenza = await ops().condition({ conditionId: 'influenza' }, nobody)
  const cough = influenza.likelihoods.find(each => each.id === 'cough')
  assert.deepEqual([cough?.basis, cough?.source, influenza.sources[0]?.id], ['cited', 'monto-2000', 'monto-2000'])
  await assert.rejects(ops().condition({ conditionId: 'unicorn-bite' }, nobody), code('conditionNotFound'))
  const findings = await ops().listFindings({ text: 'fever' }, nobody)
  assert.ok(findings.items.some(each => each.parent?.id === 'fever'))
})

test('a complaint in one’s own words names findings', async () => {
  const { findings } = await ops().match({ text: 'I keep throwing up and my tummy hurts' }, await aPatient(medley))
  assert.deepEqual(
    findings
      .map(each => each.id)
      .slice(0, 2)
      .toSorted(),
    ['belly-pain', 'vomiting'],
  )
  await assert.rejects(ops().match({ text: '' }, await aPatient(medley)), { code: 'request.invalid' })
})
