import { record } from '#contract/record'
import { readFileSync, readdirSync } from 'node:fs'
import { testMedley } from '../start.ts'
await using m = await testMedley(process.argv[2] ? { env: { MEDLEY_DATABASE_URL: process.argv[2] } } : {})
const svc = (k?: string) => m.composition.serviceCall('test', k)
const go = async (method: any, path: string, body?: unknown, more: any = {}) => {
  const [p = '', q = ''] = path.split('?')
  try {
    const a = await m
      .call(record)
      .interact({ method, path: p, query: [...new URLSearchParams(q)] as any, body, ...more }, svc())
    return { ...a, body: a.body ? JSON.parse(a.body) : undefined }
  } catch (e: any) {
    return { error: e.message, details: JSON.stringify(e.details ?? e.stack)?.slice(0, 600) }
  }
}
console.log(
  await go('POST', 'Patient', {
    resourceType: 'Patient',
    name: [{ family: 'Lovelace', given: ['Ada'] }],
    birthDate: '1815-12-10',
  }),
)
const s = (await go('GET', 'Patient?name=love')) as any
console.log(JSON.stringify(s).slice(0, 500))
const dir = '/work/shared/data/synthea-r4/'
let n = 0
let t = performance.now()
let cpu = process.cpuUsage()
for (const f of readdirSync(dir).slice(0, Number(process.argv[3] ?? 4))) {
  const bundle = JSON.parse(readFileSync(dir + f, 'utf8'))
  const a = (await go('POST', '', bundle)) as any
  if (a.error) {
    console.log(f, a)
    break
  }
  n += bundle.entry.length
}
const used = process.cpuUsage(cpu)
console.log(
  n,
  'entries',
  Math.round(performance.now() - t),
  'ms',
  Math.round((used.user + used.system) / 1000),
  'cpu ms',
)
for (const q of [
  'Patient?_count=3&_summary=count',
  'Observation?code=http://loinc.org|8302-2&_count=2',
  'Observation?code-value-quantity=http://loinc.org|8302-2$gt100&_summary=count',
  'Observation?subject:Patient.gender=male&_summary=count',
  'Patient?_has:Observation:patient:code=8302-2&_summary=count',
  'Observation?_sort=-date&_count=3',
  'Encounter?_include=Encounter:patient&_count=2',
  'Patient?_revinclude=Condition:subject&_count=1',
  'Observation?date=ge2015&_summary=count',
  'Observation?foo=1',
  'Patient?nam=1',
  'Observation?_filter=status eq final and date gt 2012&_summary=count',
  '_history?_count=2',
  'Condition?code:text=diab&_count=1',
  'Patient?birthdate:missing=true&_summary=count',
  'Observation?component-code-value-quantity=8480-6$gt100&_summary=count',
]) {
  const t = performance.now()
  const a = (await go('GET', q)) as any
  console.log(q, a.error ? a : [a.body.total, a.body.entry?.length, Math.round(performance.now() - t) + 'ms'])
}
