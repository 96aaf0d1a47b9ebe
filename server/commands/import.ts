import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { record } from '#contract/record'
import { Fault } from '#core/fault'
import { regionOf } from '#core/region'
import { type Command, version } from './command.ts'
import { readConfig } from '../config.ts'
import { type ImportedPlace, ImportRefused, type ReadBundle, readBundle } from '../import/bundle.ts'
import { type Medley, startMedley } from '../lifecycle.ts'
import { services } from '../services.ts'

export type ImportReport = {
  files: number
  people: number
  newPeople: number
  places: number
  clinicians: number
  entries: number
}

/** Reads every file before it writes anything, so that one broken file stops the lot and changes nothing. */
export const importCommand: Command = async ({ files, flags, env }) => {
  if (files.length === 0) throw new ImportRefused('Name the files to import: node medley.ts import FILE…')
  const config = readConfig(
    { ...env, MEDLEY_LOG_LEVEL: env['MEDLEY_LOG_LEVEL'] ?? 'warn' },
    { ...flags, roles: 'worker' },
  )
  const bundles = await Promise.all(
    files.map(async file => ({ file, text: await readFile(file, 'utf8').catch(unreadable(file)) })),
  )
  const read = bundles.map(({ file, text }) => ({ file: basename(file), bundle: readBundle(basename(file), text) }))
  await using medley = await startMedley({ config, services, version })
  const report = await importBundles(medley, read, bar)
  await medley.settle()
  process.stdout.write(
    `Imported ${report.files} file(s) with ${report.entries} entries: ${report.people} people (${report.newPeople} new), ` +
      `${report.places} organisations, ${report.clinicians} clinicians.\n`,
  )
  return 0
}

/** The record's reasons, under the name of the file they are about. */
const refusedAs = (file: string) => (error: unknown) => {
  const issue =
    error instanceof Fault
      ? (error.details['issues'] as { text: string; expression?: string }[] | undefined)?.[0]
      : undefined
  if (!issue) throw error
  throw new ImportRefused(`${file}: ${issue.expression ?? 'the bundle'}: ${issue.text}`)
}

const unreadable = (file: string) => (error: NodeJS.ErrnoException) => {
  throw new ImportRefused(`${file}: cannot be read (${error.code ?? 'unknown reason'}).`)
}

/** One line that fills up, on terminals only. */
function bar(done: number, total: number): void {
  if (!process.stdout.isTTY) return
  const width = 30
  const filled = Math.round((done / total) * width)
  process.stdout.write(
    `\r  ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${total}${done === total ? '\n' : ''}`,
  )
}

export async function importBundles(
  medley: Pick<Medley, 'call' | 'composition' | 'platform'>,
  read: readonly { file: string; bundle: ReadBundle }[],
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ImportReport> {
  const report: ImportReport = { files: 0, people: 0, newPeople: 0, places: 0, clinicians: 0, entries: 0 }
  for (const { file, bundle } of read) {
    assertHere(medley, bundle)
    await medley
      .call(record)
      .check({ entries: bundle.entries }, medley.composition.serviceCall('import'))
      .catch(refusedAs(file))
  }
  const placeIds = new Map<string, string>()
  const clinicianSources = new Set<string>()
  for (const { bundle } of read) {
    for (const place of bundle.places) placeIds.set(place.source, await enterPlace(medley, place))
    for (const clinician of bundle.clinicians) {
      const organizationId = placeIds.get(clinician.placeSource ?? '') ?? [...placeIds.values()][0]
      if (organizationId === undefined || clinicianSources.has(clinician.source)) continue
      clinicianSources.add(clinician.source)
      const draft = {
        source: clinician.source,
        organizationId,
        name: clinician.name,
        specialties: [],
        languages: ['en'],
        acceptsPatients: false,
      }
      await medley.call(directory).addClinician(draft, medley.composition.serviceCall('import'))
    }
    report.newPeople += (await enterPerson(medley, bundle)) ? 1 : 0
    report.people++
    report.files++
    report.entries += bundle.entries.length
    onProgress(report.files, read.length)
  }
  return { ...report, places: placeIds.size, clinicians: clinicianSources.size }
}

/** People live in the cell of their home; a file of another region's people has no business here. */
function assertHere({ platform }: Pick<Medley, 'platform'>, { person }: ReadBundle): void {
  const home = regionOf(person.jurisdiction)
  if (home !== platform.region) {
    throw new ImportRefused(
      `A person of ${person.jurisdiction} belongs to the region ${home}, and this installation is ${platform.region}. Import the file there.`,
    )
  }
}

const zones = { us: 'America/New_York', eu: 'Europe/Berlin', apac: 'Asia/Singapore' } as const

async function enterPlace(
  medley: Pick<Medley, 'call' | 'composition' | 'platform'>,
  { source, name, city, address, jurisdiction }: ImportedPlace,
): Promise<string> {
  const draft = {
    source,
    kind: 'clinic' as const,
    name,
    city,
    address,
    jurisdiction,
    timeZone: zones[medley.platform.region],
  }
  return (await medley.call(directory).addOrganization(draft, medley.composition.serviceCall('import'))).id
}

/** The person becomes an account to claim, and the whole bundle their record. */
async function enterPerson(
  medley: Pick<Medley, 'call' | 'composition' | 'platform'>,
  { person, entries }: ReadBundle,
): Promise<boolean> {
  const { platform, composition } = medley
  const { personId, isNew } = await medley.call(identity).enrol(
    {
      ...person,
      timeZone: zones[platform.region],
      ...(person.birthDate ? {} : { birthDate: undefined }),
      ...(person.phone ? {} : { phone: undefined }),
    },
    composition.serviceCall('import'),
  )
  await medley.call(record).load({ personId, entries }, composition.serviceCall('import'))
  return isNew
}
