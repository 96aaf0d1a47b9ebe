// The shapes of search that the published comparison asks, with values that the data has.
import { fhir, type Target } from './fhir-app.ts'
import { quantile, round } from './machine.ts'

const rounds = 12

type Known = {
  patient: string
  family: string
  condition: string
  procedure: string
  practitioner: string
  location: string
}

const loinc = (code: string) => `http://loinc.org|${code}`

/** The first 23 are those of mock-health/fhir-server-compare (MIT), which leaves out what not every server answers; then seven of ours. */
const shapes = ({ patient, family, condition, procedure, practitioner, location }: Known): string[] => [
  'metadata',
  'Observation?_count=10',
  'Observation?_count=1&_total=accurate',
  `Observation?code=${loinc('8480-6')}&_count=1&_total=accurate`,
  `Observation?combo-code=${loinc('8480-6')}&_count=1&_total=accurate`,
  'Patient?gender=male&_count=5&_total=accurate',
  'Patient?family=S&_count=5',
  'Patient?given=A&_count=5',
  'Patient?gender=female&family=B&_count=5',
  `Observation?code=${loinc('8302-2')}&_count=5&_total=accurate`,
  `Observation?code=${loinc('29463-7')}&_count=5&_total=accurate`,
  `Observation?code=${loinc('72514-3')}&_count=5&_total=accurate`,
  'Observation?date=ge2020-01-01&_count=5',
  `Patient/${patient}`,
  `Patient?family=${family}&_count=5`,
  `Observation?patient=Patient/${patient}&_count=20`,
  `Condition?patient=Patient/${patient}`,
  `Condition?code=${condition}&_count=5`,
  `Procedure?code=${procedure}&_count=5`,
  `Encounter?patient=Patient/${patient}&_count=10`,
  `MedicationRequest?patient=Patient/${patient}&_count=10`,
  `Encounter?participant=Practitioner/${practitioner}&_count=10`,
  `Encounter?location=Location/${location}&_count=10`,
  'Observation?_sort=-date&_count=20',
  'Observation?date=ge2015-01-01&date=lt2015-02-01&_count=20',
  `Observation?code-value-quantity=${loinc('8302-2')}$gt180&_count=20`,
  `Observation?patient.gender=male&code=${loinc('8302-2')}&_count=20`,
  `Patient?_has:Observation:patient:code=${loinc('8302-2')}&_count=20`,
  'Condition?clinical-status=active&_include=Condition:subject&_count=20',
  `Patient?_id=${patient}&_revinclude=Condition:subject&_revinclude=Encounter:patient`,
]

type Held = { id: string; [element: string]: unknown }

/** Values that the data has. */
async function known(target: Target): Promise<Known> {
  const first = async (query: string) => {
    const { body } = await fhir(target, 'GET', `${query}${query.includes('?') ? '&' : '?'}_count=1`)
    return (body!['entry'] as { resource: Held }[] | undefined)?.[0]?.resource
  }
  const codeOf = (resource: Held | undefined) => {
    const { coding } = (resource?.['code'] ?? {}) as { coding?: { system: string; code: string }[] }
    return coding?.[0] ? `${coding[0].system}|${coding[0].code}` : 'none'
  }
  const condition = await first('Condition')
  const patient = /Patient\/(.+)/.exec((condition!['subject'] as { reference: string }).reference)![1]!
  const held = await first(`Patient?_id=${patient}`)
  return {
    patient,
    family: (held!['name'] as { family: string }[])[0]!.family,
    condition: codeOf(condition),
    procedure: codeOf(await first('Procedure')),
    practitioner: (await first('Practitioner'))?.id ?? 'none',
    location: (await first('Location'))?.id ?? 'none',
  }
}

export async function measureSearches(target: Target) {
  const values = await known(target)
  const results: { query: string; status: number; found: number; p50Ms: number; p95Ms: number }[] = []
  for (const query of shapes(values)) {
    const took: number[] = []
    let last = await fhir(target, 'GET', query)
    for (let index = 0; index < rounds; index++) {
      last = await fhir(target, 'GET', query)
      took.push(last.ms)
    }
    const found = (last.body?.['entry'] as unknown[] | undefined)?.length ?? Number(last.body?.['total'] ?? 0)
    results.push({
      query: Object.entries(values).reduce((text, [name, value]) => text.replaceAll(value, `<${name}>`), query),
      status: last.status,
      found,
      p50Ms: round(quantile(took, 0.5)),
      p95Ms: round(quantile(took, 0.95)),
    })
  }
  return results
}
