// Eighteen whole histories: imported twice by the command, then over HTTP every resource as it came, by every way exactly once.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { serviceAudience } from '../../server/compose.ts'
import type { Resource } from '../../services/record/rules/index-values.ts'
import { runCommand } from '../servers/medley.ts'
import { freePort } from '../servers/child.ts'
import { type TestMedley, testMedley } from '../start.ts'

const folder = process.env['SYNTHEA_R4'] ?? join(import.meta.dirname, '../../../shared/data/synthea-r4')
const isThere = existsSync(folder)
const skip = !isThere && !process.env['CI'] && `there is no folder ${folder}; SYNTHEA_R4 names another`

type Bundle = { entry: { fullUrl: string; resource: Resource & { id: string } }[] }
const name = ({ resourceType, id }: Resource) => `${resourceType}/${id}`

const data = mkdtempSync(join(tmpdir(), 'medley-synthea-'))
const secret = 's'.repeat(48)
const reports: string[] = []
/** What each file holds, with links as they are to be: `Type/id` instead of `urn:uuid:…`. */
const histories: { patientId: string; resources: Resource[] }[] = []
const all = new Map<string, Resource>()
let medley: TestMedley
let token: string

before(async () => {
  if (skip) return
  assert.ok(isThere, `in CI the histories must be there: ${folder}`)
  const files = readdirSync(folder).filter(each => each.endsWith('.json'))
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8')
    const links = new Map((JSON.parse(text) as Bundle).entry.map(each => [each.fullUrl, name(each.resource)]))
    const linked = text.replaceAll(/"reference": ?"(urn:uuid:[^"]+)"/g, (whole, at: string) =>
      whole.replace(at, links.get(at)!),
    )
    const resources = (JSON.parse(linked) as Bundle).entry.map(each => each.resource)
    histories.push({ patientId: resources.find(each => each.resourceType === 'Patient')!.id, resources })
    for (const each of resources) all.set(name(each), each)
  }
  for (let round = 0; round < 2; round++) {
    const paths = files.map(file => join(folder, file))
    const { exitCode, output } = await runCommand(['import', ...paths], { MEDLEY_DATA: data, MEDLEY_SECRET: secret })
    assert.equal(exitCode, 0, output)
    reports.push(output)
  }
  const port = await freePort()
  const env = { MEDLEY_DATA: data, MEDLEY_SECRET: secret, MEDLEY_PORT: String(port) }
  medley = await testMedley({
    env: { ...env, MEDLEY_PUBLIC_URL: `http://127.0.0.1:${port}` },
    startMs: 'real',
    roles: 'api',
  })
  const claims = { call: medley.composition.serviceCall('test') }
  token = await medley.platform.keys.signToken(claims, {
    audience: serviceAudience,
    ttlMs: 3_600_000,
    nowMs: Date.now(),
  })
})
after(async () => {
  await medley?.stop()
  rmSync(data, { recursive: true, force: true })
})

async function get(address: string): Promise<Response> {
  const url = address.startsWith('http') ? address : `${medley.url}/fhir/R4/${address}`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}`, prefer: 'respond-async' } })
  if (!answer.ok) assert.fail(`${address} answers ${answer.status}: ${await answer.text()}`)
  return answer
}

type Page = { entry?: { resource: Resource }[]; link: { relation: string; url: string }[] }

/** All entries of all pages. */
async function pages(address: string): Promise<Resource[]> {
  const found: Resource[] = []
  for (let next: string | undefined = address; next;) {
    const page = (await (await get(next)).json()) as Page
    found.push(...(page.entry ?? []).map(each => each.resource))
    next = page.link.find(each => each.relation === 'next')?.url
  }
  return found
}

function plain({ meta, ...rest }: Resource): Resource {
  const { versionId: _version, lastUpdated: _at, ...other } = (meta ?? {}) as Record<string, unknown>
  return { ...rest, ...(Object.keys(other).length > 0 ? { meta: other } : {}) }
}

test('the second import finds everybody there and changes nothing', { skip }, async () => {
  assert.match(reports[0]!, /18 people \(18 new\)/)
  assert.match(reports[1]!, /18 people \(0 new\)/)
  assert.equal(all.size, 5_422)
  const { rows } = await medley.platform.database.execute('select count(*)::int as n from record.history', [])
  assert.equal(rows[0]!['n'], 0)
})

test('every resource is read back as it came', { skip }, async () => {
  const expected = [...all.values()]
  for (let start = 0; start < expected.length; start += 8)
    await Promise.all(
      expected.slice(start, start + 8).map(async each => {
        const read = (await (await get(name(each))).json()) as Resource
        assert.deepEqual(plain(read), plain(each))
        assert.equal((read['meta'] as { versionId: string }).versionId, '1')
      }),
    )
})

test('every resource is found by its id, and what is about a patient by the patient', { skip }, async () => {
  const byType = Map.groupBy(all.values(), each => each.resourceType)
  for (const [type, resources] of byType) {
    const ids = resources.map(each => each.id!)
    for (let start = 0; start < ids.length; start += 100) {
      const some = ids.slice(start, start + 100)
      const found = await pages(`${type}?_id=${some.join()}&_count=1000`)
      assert.deepEqual(found.map(each => each.id!).toSorted(), some.toSorted())
    }
  }
  for (const { patientId, resources } of histories) {
    const theirs = resources.filter(each => {
      const about = (each['subject'] ?? each['patient']) as { reference?: string } | undefined
      return about?.reference === `Patient/${patientId}`
    })
    for (const [type, some] of Map.groupBy(theirs, each => each.resourceType)) {
      const found = await pages(`${type}?patient=${patientId}&_count=100`)
      assert.deepEqual(found.map(name).toSorted(), some.map(name).toSorted())
    }
  }
})

test('the export of the system has every resource exactly once, as it came', { skip }, async () => {
  const begun = await get('$export')
  const { output } = (await (await get(begun.headers.get('content-location')!)).json()) as {
    output: { url: string; count: number }[]
  }
  const seen = new Set<string>()
  for (const { url, count } of output) {
    const lines = (await (await get(url)).text()).trimEnd().split('\n')
    assert.equal(lines.length, count)
    for (const line of lines) {
      const resource = JSON.parse(line) as Resource
      assert.ok(!seen.has(name(resource)), `${name(resource)} twice`)
      seen.add(name(resource))
      assert.deepEqual(plain(resource), plain(all.get(name(resource))!))
    }
  }
  assert.equal(seen.size, all.size)
})

test('$everything has each patient’s whole file exactly once, and nobody else’s', { skip }, async () => {
  for (const { patientId, resources } of histories) {
    const found = await pages(`Patient/${patientId}/$everything?_count=500`)
    assert.deepEqual(found.map(name).toSorted(), resources.map(name).toSorted())
  }
})
