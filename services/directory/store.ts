import { type RawBuilder, sql } from 'kysely'
import type { PlainDate } from '#core/time'
import type { ServiceDatabase } from '#platform'
import type { CareService, Clinician, Licence, Organization, Specialty } from './contract.ts'
import { wordsOf } from './rules.ts'

type LicenceRow = Omit<Licence, 'verifiedAt'> & { clinicianId: string; verifiedAt: Date | null }
type ClinicianRow = Omit<Clinician, 'rating' | 'licences'> & {
  rating: number | null
  licences: (Omit<Licence, 'verifiedAt'> & { verifiedAt: string | null })[]
}
export type Found = { clinician: Clinician; score: number }
export type NewClinician = Omit<Clinician, 'organization' | 'timeZone' | 'licences' | 'rating' | 'reviewCount'> & {
  source: string | undefined
  organizationId: string
  searchText: string
}
export type ClinicianChange = Pick<Clinician, 'about' | 'languages' | 'plans' | 'acceptsPatients' | 'services'> & {
  searchText: string
}
export type Wish = {
  terms: readonly string[]
  specialty?: Specialty | undefined
  cityText?: string | undefined
  language?: string | undefined
  plan?: string | undefined
  mode?: string | undefined
  jurisdiction?: string | undefined
  today: PlainDate
  after?: { score: number; id: string } | undefined
  limit: number
}
export type VisitRow = { booking_id: string; visited_on: string; is_reviewed: boolean }
export type ReviewRow = { id: string; stars: number; text: string; visited_on: string; created_at: Date }
export type NewReview = ReviewRow & { bookingId: string; clinicianId: string; patientId: string }

const organizationColumns = sql`o.id, o.kind, o.name, o.region, o.jurisdiction, o.city, o.address, o.time_zone as "timeZone"`
const organizationJson = sql`jsonb_build_object('id', o.id, 'kind', o.kind, 'name', o.name, 'region', o.region,
  'jurisdiction', o.jurisdiction, 'city', o.city, 'address', o.address, 'timeZone', o.time_zone)`
const licenceColumns = sql`l.id, l.clinician_id as "clinicianId", l.jurisdiction, l.number, l.valid_from as "validFrom",
  l.valid_to as "validTo", l.verification, l.verified_at as "verifiedAt"`
/** One row per clinician with all that belongs to it, so that a page of 200 is one statement. */
const clinicianColumns = sql`c.id, c.name, c.title, c.specialties, c.languages, c.about, ${organizationJson} as organization,
  o.time_zone as "timeZone", c.plans, c.accepts_patients as "acceptsPatients",
  r.stars::float8 / nullif(r.reviews, 0) as rating, coalesce(r.reviews, 0) as "reviewCount",
  coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'minutes', s.minutes, 'modes', s.modes,
      'price', jsonb_build_object('amountMinor', s.price_minor, 'currency', s.currency)) order by s.position)
    from directory.care_service s where s.clinician_id = c.id), '[]') as services,
  coalesce((select jsonb_agg(jsonb_build_object('id', l.id, 'jurisdiction', l.jurisdiction, 'number', l.number,
      'validFrom', l.valid_from, 'validTo', l.valid_to, 'verification', l.verification, 'verifiedAt', l.verified_at)
      order by l.jurisdiction, l.id)
    from directory.licence l where l.clinician_id = c.id), '[]') as licences`
const fromClinician = sql`from directory.clinician c join directory.organization o on o.id = c.organization_id
  left join directory.rating r on r.clinician_id = c.id`

/** Every statement of the directory. */
export function directoryStore(database: ServiceDatabase) {
  const first = async <Row>(rows: Promise<Row[]>): Promise<Row | undefined> => (await rows)[0]
  return {
    ...organizationStatements(database),
    ...searchStatements(database),
    ...licenceStatements(database),
    ...reviewStatements(database),

    async clinician(id: string): Promise<Clinician | undefined> {
      const row = await first(
        database.query(sql<ClinicianRow>`select ${clinicianColumns} ${fromClinician} where c.id = ${id}`),
      )
      return row && viewOf(row)
    },
    clinicianOfSource: (source: string) =>
      first(database.query(sql<{ id: string }>`select id from directory.clinician where source = ${source}`)),
    /** False when an entry from that source is there already. */
    async addClinician(entry: NewClinician, nowMs: number): Promise<boolean> {
      const rows = await database.query(sql`
        insert into directory.clinician (id, source, organization_id, name, title, specialties, languages, about, plans,
          accepts_patients, name_text, search_text, created_at)
        values (${entry.id}, ${entry.source ?? null}, ${entry.organizationId}, ${entry.name}, ${entry.title},
          ${entry.specialties}::text[], ${entry.languages}::text[], ${entry.about}, ${entry.plans}::text[],
          ${entry.acceptsPatients}, ${wordsOf(entry.name)}, ${entry.searchText}, ${new Date(nowMs)})
        on conflict (source) do nothing returning id`)
      if (rows.length > 0) await putServices(database, entry.id, entry.services)
      return rows.length > 0
    },
    async changeClinician(id: string, change: ClinicianChange): Promise<void> {
      await database.query(sql`update directory.clinician set about = ${change.about}, languages = ${change.languages}::text[],
        plans = ${change.plans}::text[], accepts_patients = ${change.acceptsPatients}, search_text = ${change.searchText}
        where id = ${id}`)
      await putServices(database, id, change.services)
    },
  }
}

export type DirectoryStore = ReturnType<typeof directoryStore>

async function putServices(database: ServiceDatabase, clinicianId: string, services: readonly CareService[]) {
  const rows = services.map(({ price, ...rest }, position) => ({
    ...rest,
    position,
    price_minor: price.amountMinor,
    currency: price.currency,
  }))
  await database.query(sql`delete from directory.care_service
    where clinician_id = ${clinicianId} and id <> all(${services.map(each => each.id)}::uuid[])`)
  await database.query(sql`
    insert into directory.care_service (id, clinician_id, position, name, minutes, modes, price_minor, currency)
    select id, ${clinicianId}::uuid, position, name, minutes, modes, price_minor, currency
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as s(id uuid, position int, name text, minutes int, modes text[], price_minor bigint, currency text)
    on conflict (id) do update set position = excluded.position, name = excluded.name, minutes = excluded.minutes,
      modes = excluded.modes, price_minor = excluded.price_minor, currency = excluded.currency
      where care_service.clinician_id = excluded.clinician_id`)
}

function organizationStatements(database: ServiceDatabase) {
  return {
    async organization(id: string): Promise<Organization | undefined> {
      const rows = await database.query(
        sql<Organization>`select ${organizationColumns} from directory.organization o where o.id = ${id}`,
      )
      return rows[0]
    },
    /** The entry itself, or the one from the same source that was there before. */
    async addOrganization(entry: Organization, source: string | undefined, nowMs: number): Promise<Organization> {
      const { id, kind, name, region, jurisdiction, city, address, timeZone } = entry
      const added = await database.query(sql`
        insert into directory.organization (id, source, kind, name, region, jurisdiction, city, city_text, address, time_zone, created_at)
        values (${id}, ${source ?? null}, ${kind}, ${name}, ${region}, ${jurisdiction}, ${city}, ${wordsOf(city)}, ${address},
          ${timeZone}, ${new Date(nowMs)})
        on conflict (source) do nothing returning id`)
      if (added.length > 0) return entry
      const rows = await database.query(
        sql<Organization>`select ${organizationColumns} from directory.organization o where o.source = ${source ?? null}`,
      )
      return rows[0]!
    },
    organizations: (kind: string | undefined, after: string[] | undefined, limit: number) =>
      database.query(sql<Organization>`select ${organizationColumns} from directory.organization o
        where (${kind ?? null}::text is null or o.kind = ${kind ?? null})
          and (${after?.[0] ?? null}::text is null or (o.name, o.id) > (${after?.[0] ?? null}, ${after?.[1] ?? null}::uuid))
        order by o.name, o.id limit ${limit + 1}`),
  }
}

function searchStatements(database: ServiceDatabase) {
  return {
    /** Those words that somebody's entry holds, at least as a beginning; for the others a typo is likely. */
    async knownWords(terms: readonly string[]): Promise<Set<string>> {
      const rows = await database.query(sql<{ term: string }>`select term from unnest(${terms}::text[]) as t(term)
        where exists (select from directory.clinician c where c.search_text like '% ' || term || '%')`)
      return new Set(rows.map(row => row.term))
    },
    /** One row more than the limit, best first. */
    async search(wish: Wish, known: ReadonlySet<string>): Promise<Found[]> {
      const { after } = wish
      const rows = await database.query(sql<ClinicianRow & { score: number }>`
        with hit as (
          select id, score from (select c.id, ${scoreOf(wish.terms, known)} as score
            from directory.clinician c join directory.organization o on o.id = c.organization_id
            where ${sql.join(conditionsOf(wish, known), sql` and `)}) matched
          where ${after ? sql`score < ${after.score} or (score = ${after.score} and id > ${after.id}::uuid)` : sql`true`}
          order by score desc, id limit ${wish.limit + 1}
        )
        select hit.score, ${clinicianColumns} ${fromClinician} join hit on hit.id = c.id order by hit.score desc, c.id`)
      return rows.map(({ score, ...row }) => ({ score, clinician: viewOf(row) }))
    },
    async facets() {
      const rows = await database.query(sql<{
        cities: string[]
        languages: string[]
        plans: string[]
        specialties: Specialty[]
        places: { jurisdiction: string; timeZone: string }[]
      }>`
        select
          array(select distinct o.city from directory.organization o
            where exists (select from directory.clinician c where c.organization_id = o.id) order by 1) as cities,
          array(select distinct unnest(languages) from directory.clinician order by 1) as languages,
          array(select distinct unnest(plans) from directory.clinician order by 1) as plans,
          array(select distinct unnest(specialties) from directory.clinician order by 1) as specialties,
          coalesce((select jsonb_agg(distinct jsonb_build_object('jurisdiction', o.jurisdiction, 'timeZone', o.time_zone))
            from directory.organization o
            where exists (select from directory.clinician c where c.organization_id = o.id)), '[]') as places`)
      return rows[0]!
    },
  }
}

/** Whole words before beginnings before likely typos, a name before anything else. Whole numbers, so that cursors compare exactly. */
function scoreOf(terms: readonly string[], known: ReadonlySet<string>): RawBuilder<number> {
  if (terms.length === 0) return sql<number>`0`
  const scores = terms.map(term =>
    known.has(term)
      ? sql`(case when c.search_text like ${`% ${term} %`} then 1000 else 800 end
          + case when c.name_text like ${`% ${term}%`} then 300 else 0 end)`
      : sql`(word_similarity(${term}, c.search_text) * 700 + word_similarity(${term}, c.name_text) * 200)::int`,
  )
  return sql<number>`(${sql.join(scores, sql` + `)})`
}

function conditionsOf(wish: Wish, known: ReadonlySet<string>): RawBuilder<unknown>[] {
  const conditions = [sql`true`]
  for (const term of wish.terms) {
    conditions.push(known.has(term) ? sql`c.search_text like ${`% ${term}%`}` : sql`${term} <% c.search_text`)
  }
  if (wish.specialty) conditions.push(sql`${wish.specialty} = any(c.specialties)`)
  if (wish.cityText) conditions.push(sql`o.city_text like ${`%${wish.cityText}%`}`)
  if (wish.language) conditions.push(sql`${wish.language} = any(c.languages)`)
  if (wish.plan) conditions.push(sql`${wish.plan} = any(c.plans)`)
  if (wish.mode) {
    conditions.push(
      sql`exists (select from directory.care_service s where s.clinician_id = c.id and ${wish.mode} = any(s.modes))`,
    )
  }
  if (wish.jurisdiction) {
    conditions.push(sql`exists (select from directory.licence l where l.clinician_id = c.id
      and l.jurisdiction = ${wish.jurisdiction} and l.verification = 'verified'
      and ${wish.today}::date between l.valid_from and l.valid_to)`)
  }
  return conditions
}

function licenceStatements(database: ServiceDatabase) {
  return {
    async addLicence(licence: Licence, clinicianId: string, nowMs: number): Promise<boolean> {
      const rows = await database.query(sql`
        insert into directory.licence (id, clinician_id, jurisdiction, number, valid_from, valid_to, verification, created_at)
        values (${licence.id}, ${clinicianId}, ${licence.jurisdiction}, ${licence.number}, ${licence.validFrom}::date,
          ${licence.validTo}::date, ${licence.verification}, ${new Date(nowMs)})
        on conflict (jurisdiction, number) do nothing returning id`)
      return rows.length > 0
    },
    /** Records the check and returns the licence as it then is. */
    async checkLicence(
      check: { id: string; licenceId: string; outcome: string; evidence: string; checkedBy: string | undefined },
      nowMs: number,
    ): Promise<{ licence: Licence; clinicianId: string } | undefined> {
      const now = new Date(nowMs)
      const rows = await database.query(sql<LicenceRow>`update directory.licence l set verification = ${check.outcome},
          verified_at = case when ${check.outcome} = 'verified' then ${now}::timestamptz else l.verified_at end
        where l.id = ${check.licenceId} returning ${licenceColumns}`)
      const row = rows[0]
      if (!row) return undefined
      await database.query(sql`
        insert into directory.licence_check (id, licence_id, clinician_id, outcome, evidence, checked_by, checked_at)
        values (${check.id}, ${check.licenceId}, ${row.clinicianId}, ${check.outcome}, ${check.evidence},
          ${check.checkedBy ?? null}, ${now})`)
      const { clinicianId, verifiedAt, ...licence } = row
      return { clinicianId, licence: { ...licence, ...(verifiedAt ? { verifiedAt: verifiedAt.toISOString() } : {}) } }
    },
    /** The longest-lasting verified licence there on that date. */
    async validTo(clinicianId: string, jurisdiction: string, on: PlainDate): Promise<PlainDate | undefined> {
      const rows = await database.query(sql<{
        valid_to: string | null
      }>`select max(valid_to) as valid_to from directory.licence
        where clinician_id = ${clinicianId} and jurisdiction = ${jurisdiction} and verification = 'verified'
          and ${on}::date between valid_from and valid_to`)
      return rows[0]?.valid_to ?? undefined
    },
  }
}

function reviewStatements(database: ServiceDatabase) {
  return {
    addVisit: (bookingId: string, clinicianId: string, patientId: string, visitedOn: PlainDate) =>
      database.query(sql`insert into directory.visit (booking_id, clinician_id, patient_id, visited_on)
        values (${bookingId}, ${clinicianId}, ${patientId}, ${visitedOn}::date) on conflict do nothing`),
    async visit(bookingId: string, clinicianId: string, patientId: string): Promise<VisitRow | undefined> {
      const rows = await database.query(sql<VisitRow>`select v.booking_id, v.visited_on,
          exists (select from directory.review r where r.booking_id = v.booking_id) as is_reviewed
        from directory.visit v
        where v.booking_id = ${bookingId} and v.clinician_id = ${clinicianId} and v.patient_id = ${patientId}`)
      return rows[0]
    },
    /** False when the visit has its review already. */
    async addReview(review: NewReview): Promise<boolean> {
      const rows = await database.query(sql`
        insert into directory.review (id, booking_id, clinician_id, patient_id, stars, text, visited_on, created_at)
        values (${review.id}, ${review.bookingId}, ${review.clinicianId}, ${review.patientId}, ${review.stars}, ${review.text},
          ${review.visited_on}::date, ${review.created_at})
        on conflict (booking_id) do nothing returning id`)
      if (rows.length === 0) return false
      await database.query(sql`insert into directory.rating as r (clinician_id, stars, reviews)
        values (${review.clinicianId}, ${review.stars}, 1)
        on conflict (clinician_id) do update set stars = r.stars + excluded.stars, reviews = r.reviews + 1`)
      return true
    },
    reviews: (clinicianId: string, after: string | undefined, limit: number) =>
      database.query(sql<ReviewRow>`select id, stars, text, visited_on, created_at from directory.review
        where clinician_id = ${clinicianId} and (${after ?? null}::uuid is null or id < ${after ?? null}::uuid)
        order by id desc limit ${limit + 1}`),
    /** With their stars: a rating counts what can be read. */
    removeReviews: (patientId: string) =>
      database.query(sql`
        with gone as (delete from directory.review where patient_id = ${patientId} returning clinician_id, stars),
          sums as (select clinician_id, sum(stars)::int as stars, count(*)::int as reviews from gone group by clinician_id)
        update directory.rating r set stars = r.stars - sums.stars, reviews = r.reviews - sums.reviews
        from sums where r.clinician_id = sums.clinician_id`),
    async giveHistory(fromPersonId: string, toPersonId: string): Promise<void> {
      await database.query(
        sql`update directory.visit set patient_id = ${toPersonId} where patient_id = ${fromPersonId}`,
      )
      await database.query(
        sql`update directory.review set patient_id = ${toPersonId} where patient_id = ${fromPersonId}`,
      )
    },
  }
}

function viewOf({ rating, licences, ...row }: ClinicianRow): Clinician {
  return {
    ...row,
    licences: licences.map(({ verifiedAt, ...licence }) => ({
      ...licence,
      ...(verifiedAt === null ? {} : { verifiedAt: new Date(verifiedAt).toISOString() }),
    })),
    ...(rating === null ? {} : { rating: Math.round(rating * 100) / 100 }),
  }
}
