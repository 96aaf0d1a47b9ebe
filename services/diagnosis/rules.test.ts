import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadKnowledge } from './data.ts'
import { mayAnswer, maySee } from './rules/access.ts'
import { emergencyNumber } from './rules/emergency-number.ts'
import { differentialOf } from './rules/explain.ts'
import { type Answer, askable, gainsOf, posteriorOf } from './rules/inference.ts'
import { answered, answerProblem, nextQuestion, questionsMax } from './rules/interview.ts'
import { findingOf, frequencyFor, modelOf, type Profile } from './rules/knowledge.ts'
import { matchesIn } from './rules/match.ts'
import { triageOf } from './rules/triage.ts'

const model = modelOf(loadKnowledge())
const woman: Profile = { age: 30, sex: 'female' }
const man: Profile = { age: 60, sex: 'male' }
const yes = (...ids: string[]) => new Map<string, Answer>(ids.map(id => [id, 'yes']))

/** Asks until there is nothing to ask; the person has exactly these findings. */
function interviewed(who: Profile, came: readonly string[], has: readonly string[]) {
  const profile = { ...who, complaints: came }
  let answers = new Map<string, Answer>()
  for (const each of came) answers = answered(model, answers, each, 'yes')
  let asked = 0
  for (let next = nextQuestion(model, profile, answers, 0); next; asked++) {
    answers = answered(model, answers, next.finding.id, has.includes(next.finding.id) ? 'yes' : 'no')
    next = nextQuestion(model, profile, answers, asked + 1)
  }
  const posterior = posteriorOf(model, profile, answers)
  const first = differentialOf(model, profile, answers)[0]
  return { asked, answers, first, triage: triageOf(model, profile, answers, posterior) }
}

const stories: [string, Profile, string[], string[], string, string][] = [
  [
    'a migraine',
    woman,
    ['headache'],
    ['headache-throbbing', 'headache-one-side', 'nausea', 'light-hurts-eye', 'noise-hurts'],
    'migraine',
    'routine',
  ],
  ['a bladder infection', woman, ['burning-urine'], ['frequent-urine', 'urgent-urine'], 'bladder-infection', 'routine'],
  [
    'a kidney infection',
    woman,
    ['burning-urine', 'fever'],
    ['pain-flank', 'chills', 'rigors', 'frequent-urine'],
    'kidney-infection',
    'urgent',
  ],
  [
    'hand, foot and mouth disease',
    { age: 3, sex: 'male' },
    ['fever'],
    ['rash', 'rash-hands-feet-mouth', 'mouth-sores'],
    'hand-foot-mouth',
    'selfCare',
  ],
  ['a bad ankle', { age: 16, sex: 'male' }, ['ankle-pain'], ['injury'], 'ankle-sprain', 'selfCare'],
  [
    'a heart attack',
    man,
    ['chest-pain'],
    ['chest-pressure', 'chest-pain-long', 'cold-sweat', 'smoking'],
    'heart-attack',
    'emergency',
  ],
  ['a stroke', man, ['arm-weak'], ['face-droop', 'speech-trouble', 'hypertension'], 'stroke', 'emergency'],
]
for (const [name, who, came, has, condition, level] of stories) {
  test(`${name} is found, and how urgent it is`, () => {
    const { first, triage, asked } = interviewed(who, came, has)
    assert.deepEqual([first?.condition.id, triage.level], [condition, level])
    assert.ok(asked <= questionsMax)
  })
}

test('probabilities add up to one, and "none of these" is among them', () => {
  const posterior = posteriorOf(model, woman, yes('headache', 'nausea'))
  assert.equal(posterior.length, model.conditionCount + 1)
  assert.ok(Math.abs(posterior.reduce((sum, each) => sum + each, 0) - 1) < 1e-9)
})

test('a man has no illness of women, and an age that a condition spares does not have it', () => {
  const posterior = posteriorOf(model, man, yes('belly-pain', 'vomiting'))
  assert.equal(posterior[model.conditionAt.get('ectopic-pregnancy')!], 0)
  assert.equal(posterior[model.conditionAt.get('croup')!], 0)
  const croup = model.knowledge.conditions[model.conditionAt.get('croup')!]!
  assert.ok(frequencyFor(croup, { age: 1, sex: 'male' }) > frequencyFor(croup, { age: 11, sex: 'female' }))
})

test('findings of a group count less together than the same as strangers', () => {
  const [together, apart] = [0.5, 0].map(groupCorrelation => {
    const knowledge = { ...model.knowledge, calibration: { ...model.knowledge.calibration, groupCorrelation } }
    return posteriorOf(modelOf(knowledge), woman, yes('itchy-nose-eyes', 'eye-itch', 'red-eye'))[
      model.conditionAt.get('allergic-eye')!
    ]!
  })
  assert.ok(together! < apart!)
})

test('not knowing changes nothing, and a detail of what is absent says nothing', () => {
  const before = posteriorOf(model, woman, yes('headache'))
  const unknown = posteriorOf(model, woman, new Map([...yes('headache'), ['fever', 'unknown']]))
  assert.deepEqual(unknown, before)
  const orphan = posteriorOf(model, woman, new Map([...yes('headache'), ['high-fever', 'no']]))
  assert.deepEqual(orphan, before)
})

test('what is known already is not asked, details only of what is there, and nobody is asked what they cannot have', () => {
  const ids = askable(model, man, yes('cough')).map(each => each.id)
  assert.ok(!ids.includes('cough') && ids.includes('cough-with-phlegm'))
  assert.ok(!ids.includes('coloured-phlegm'), 'its parent is not said to be there')
  assert.ok(!ids.includes('period-late') && !ids.includes('pregnant'))
})

test('the question that tells most is worth more than one that tells nothing', () => {
  const answers = yes('headache')
  const posterior = posteriorOf(model, woman, answers)
  const gains = gainsOf(model, posterior, askable(model, woman, answers), answers)
  const bitsOf = (id: string) => gains.find(each => each.finding.id === id)!.bits
  assert.ok(bitsOf('light-hurts-eye') > bitsOf('wart'))
  assert.ok(
    gains.every(each => each.bits > -1e-9),
    'no answer can be expected to make things less clear',
  )
})

test('dangers are asked about first, with the reason', () => {
  const question = nextQuestion(model, { ...man, complaints: ['chest-pain'] }, yes('chest-pain'), 0)
  assert.equal(question?.why.kind, 'safety')
  assert.ok(model.isFlagged.has(question.finding.id))
})

test('an emergency ends the questions, but what could lift it is asked before', () => {
  const profile = { age: 40, sex: 'female', complaints: ['face-droop'] } as const
  assert.equal(nextQuestion(model, profile, yes('face-droop'), 0)?.finding.id, 'forehead-weak')
  const stroke = new Map([...yes('face-droop'), ['forehead-weak', 'no']]) as Map<string, Answer>
  assert.equal(nextQuestion(model, profile, stroke, 1), undefined)
  const palsy = yes('face-droop', 'forehead-weak')
  assert.notEqual(triageOf(model, profile, palsy, posteriorOf(model, profile, palsy)).flags[0]?.id, 'stroke-face')
})

test('every red flag stands for whom it is meant, whatever the chances say', () => {
  for (const flag of model.knowledge.redFlags) {
    const sex = [...flag.all, ...(flag.any ?? [])].map(id => findingOf(model, id)?.sex).find(each => each) ?? 'male'
    const profile: Profile = { age: flag.ages?.from ?? 30, sex }
    const answers = yes(...flag.all, ...(flag.any ?? []).slice(0, 1))
    const { level, flags } = triageOf(model, profile, answers, posteriorOf(model, profile, answers))
    assert.ok(flags.includes(flag), flag.id)
    assert.ok(level === 'emergency' || level === flag.level, flag.id)
    const without = new Map(answers).set(flag.all[0]!, 'no')
    assert.ok(!triageOf(model, profile, without, posteriorOf(model, profile, without)).flags.includes(flag), flag.id)
  }
})

test('answers that cannot be are named, and a correction takes details with it', () => {
  const problem = (
    answers: Map<string, Answer>,
    id: string,
    value: Answer = 'yes',
    isCorrection = false,
    who = woman,
  ) => answerProblem(model, who, answers, id, value, isCorrection)
  assert.deepEqual(problem(new Map(), 'nonsense'), { kind: 'findingUnknown' })
  assert.deepEqual(problem(new Map(), 'testicle-pain'), { kind: 'notForPerson' })
  assert.deepEqual(problem(yes('fever'), 'fever'), { kind: 'alreadyAnswered' })
  assert.deepEqual(problem(new Map(), 'fever', 'yes', true), { kind: 'notAnswered' })
  assert.deepEqual(problem(new Map([['fever', 'no']]), 'high-fever'), { kind: 'contradicting', with: 'fever' })
  assert.deepEqual(problem(yes('weight-loss'), 'weight-gain'), { kind: 'contradicting', with: 'weight-loss' })
  assert.equal(problem(yes('weight-loss'), 'weight-gain', 'no'), undefined)
  const phlegm = answered(model, new Map(), 'coloured-phlegm', 'yes')
  assert.deepEqual([...phlegm.keys()].toSorted(), ['coloured-phlegm', 'cough', 'cough-with-phlegm'])
  assert.deepEqual([...answered(model, phlegm, 'cough', 'no')], [['cough', 'no']])
})

test('a condition shows what speaks for it and against it, the strongest first', () => {
  const answers = new Map<string, Answer>([
    ...yes('headache', 'light-hurts-eye', 'noise-hurts'),
    ['headache-throbbing', 'no'],
  ])
  const migraine = differentialOf(model, woman, answers).find(each => each.condition.id === 'migraine')!
  assert.ok(migraine.for.some(each => each.finding.id === 'noise-hurts' && each.isStrong))
  assert.ok(migraine.against.some(each => each.finding.id === 'headache-throbbing' && !each.isPresent))
})

const complaints: [string, string[], string[]][] = [
  ['I have a terrible headache and I feel sick', ['headache', 'nausea'], []],
  ['bad cough but no fever', ['cough'], ['fever']],
  ['Ich habe Durchfall und Bauchschmerzen', ['diarrhoea', 'belly-pain'], []],
  ['Husten ohne Fieber', ['cough'], ['fever']],
  ['عندي كحة وحرارة', ['cough', 'fever'], []],
  ['xyzzy', [], ['fever']],
]
for (const [text, there, absent] of complaints) {
  test(`"${text}" names ${there.join(' and ') || 'nothing'}`, () => {
    const found = matchesIn(model, text).map(each => each.id)
    for (const id of there) assert.ok(found.includes(id), `${id} in ${found.join()}`)
    for (const id of absent) assert.ok(!found.includes(id), `${id} in ${found.join()}`)
  })
}

test('only the two sides see an interview, and only whoever began it answers', () => {
  const own = { personId: 'p', clinicianId: 'c', startedBy: 'patient' as const }
  const caller = (change: object) => ({ roles: [], organizationIds: [], ...change })
  assert.ok(maySee(caller({ personId: 'p' }), own) && maySee(caller({ clinicianId: 'c' }), own))
  assert.ok(!maySee(caller({ personId: 'q', clinicianId: 'd' }), own))
  assert.ok(!maySee(caller({}), { ...own, personId: null, clinicianId: null }))
  assert.ok(mayAnswer(caller({ personId: 'p' }), own) && !mayAnswer(caller({ clinicianId: 'c' }), own))
  assert.ok(mayAnswer(caller({ clinicianId: 'c' }), { ...own, startedBy: 'clinician' }))
})

test('the number to call is that of the country, and 112 where none is known', () => {
  assert.deepEqual(['US-MA', 'DE', 'SG', undefined].map(emergencyNumber), ['911', '112', '995', '112'])
})
