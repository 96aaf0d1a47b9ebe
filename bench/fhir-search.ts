// The shapes of search that the published comparison asks, with values that the data has.
import { fhir, type Target } from './fhir-app.ts'
import { quantile, round } from './machine.ts'

const rounds = 12

const shapes = (patient: string): string[] => [
  'Patient?_count=20',
  'Patient?family=Smith10',
  'Patient?name=garcia',
  'Patient?name:contains=oka',
  'Patient?gender=female&_count=20',
  'Patient?birthdate=ge1980-01-01&birthdate=lt1990-01-01',
  'Patient?_sort=birthdate&_count=20',
  'Patient?_sort=-birthdate,family&_count=20',
  'Patient?address-city=Boston',
  `Observation?patient=${patient}`,
  `Observation?subject=Patient/${patient}&code=http://loinc.org|8302-2`,
  'Observation?code=http://loinc.org|8302-2&_count=20',
  'Observation?code=8302-2,29463-7&_count=20',
  'Observation?code=http://loinc.org|8302-2&value-quantity=gt180&_count=20',
  'Observation?code-value-quantity=http://loinc.org|8302-2$gt180&_count=20',
  'Observation?component-code-value-quantity=http://loinc.org|8480-6$gt140&_count=20',
  'Observation?date=ge2015-01-01&date=lt2015-02-01&_count=20',
  'Observation?_sort=-date&_count=20',
  `Observation?patient=${patient}&_sort=-date&_count=20`,
  'Observation?category=vital-signs&_count=20',
  'Observation?status=final&_summary=count',
  'Observation?subject:Patient.family=Chen12&_count=20',
  'Observation?patient.gender=male&code=http://loinc.org|8302-2&_count=20',
  'Patient?_has:Observation:patient:code=http://loinc.org|8302-2&_count=20',
  'Condition?code=http://snomed.info/sct|38341003&_count=20',
  'Condition?clinical-status=active&_include=Condition:subject&_count=20',
  'Encounter?_include=Encounter:patient&_include=Encounter:service-provider&_count=20',
  `Patient?_id=${patient}&_revinclude=Condition:subject&_revinclude=Encounter:patient`,
  `Encounter?patient=${patient}&date=ge2010&_total=accurate`,
  'Patient?_total=accurate&_count=20&gender=male',
]

export async function measureSearches(target: Target) {
  const first = await fhir(target, 'GET', 'Patient?family=Smith10')
  const entry = first.body!['entry'] as { resource: { id: string } }[] | undefined
  const patient = entry?.[0]?.resource.id ?? ''
  const results: { query: string; status: number; found: number; p50Ms: number; p95Ms: number }[] = []
  for (const query of shapes(patient)) {
    const took: number[] = []
    let last = await fhir(target, 'GET', query)
    for (let index = 0; index < rounds; index++) {
      last = await fhir(target, 'GET', query)
      took.push(last.ms)
    }
    const found = (last.body?.['entry'] as unknown[] | undefined)?.length ?? Number(last.body?.['total'] ?? 0)
    results.push({
      query: query.replaceAll(patient, '<id>'),
      status: last.status,
      found,
      p50Ms: round(quantile(took, 0.5)),
      p95Ms: round(quantile(took, 0.95)),
    })
  }
  return results
}
