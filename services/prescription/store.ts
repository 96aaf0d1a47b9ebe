import { sql } from 'kysely'
import type { Knowledge } from '#core/medicine'
import type { Order, PharmacyOffer, PrescriptionState } from '#core/prescription'
import type { ServiceDatabase } from '#platform'

export type PrescriptionRow = {
  id: string
  person_id: string | null
  subject_id: string
  patient_id: string
  clinician_id: string
  jurisdiction: string
  state: PrescriptionState
  state_since: Date
  content_sealed: Uint8Array
  token_id: string | null
  token_sealed: Uint8Array | null
  pharmacy_id: string | null
  refills: number
  days: number
  signed_at: Date | null
  sent_at: Date | null
  valid_until: Date | null
  next_fill_at: Date | null
  refill_requested_at: Date | null
  revision: number
  created_at: Date
}
export type SupplyRow = { prescription_id: string; number: number; ordered_milli: number; left_milli: number }
export type FillRow = {
  id: string
  prescription_id: string
  person_id: string | null
  pharmacy_id: string
  number: number
  quantity_milli: number
  stage: 'prepared' | 'verified' | 'handedOver' | 'rejected'
  content_sealed: Uint8Array
  prepared_by: string
  prepared_at: Date
  verified_by: string | null
  verified_at: Date | null
  handed_over_at: Date | null
  rejected_because: string | null
}
export type ExchangeRow = {
  id: string
  prescription_id: string
  person_id: string | null
  kind: 'query' | 'answer' | 'refusal' | 'cancellation'
  side: 'clinician' | 'pharmacy' | 'patient'
  content_sealed: Uint8Array
  at: Date
}
export type FavouriteRow = { order_hash: string; content: Order; uses: number; last_used_at: Date; is_starred: boolean }
/** What a step changes beside the state. */
export type Change = Partial<
  Pick<
    PrescriptionRow,
    | 'content_sealed'
    | 'token_id'
    | 'token_sealed'
    | 'pharmacy_id'
    | 'refills'
    | 'days'
    | 'signed_at'
    | 'sent_at'
    | 'valid_until'
    | 'next_fill_at'
    | 'refill_requested_at'
  >
>

export type DoseRow = { prescription_id: string; on: string; number: number; taken_at: Date }

const at = (epochMs: number) => new Date(epochMs)

export function prescriptionStore(database: ServiceDatabase) {
  const { query } = database
  const first = async <Row>(rows: Promise<Row[]>) => (await rows)[0]
  const assignments = (change: Change) =>
    sql.join([sql``, ...Object.entries(change).map(([name, value]) => sql`${sql.ref(name)} = ${value}`)], sql`, `)
  return {
    add: (row: PrescriptionRow) =>
      query(sql`insert into prescription.prescription (id, person_id, subject_id, patient_id, clinician_id, jurisdiction, state,
          state_since, content_sealed, refills, days, created_at)
        values (${row.id}, ${row.person_id}, ${row.subject_id}, ${row.patient_id}, ${row.clinician_id}, ${row.jurisdiction}, ${row.state},
          ${row.state_since}, ${row.content_sealed}, ${row.refills}, ${row.days}, ${row.created_at})`),
    prescription: (id: string) =>
      first(query(sql<PrescriptionRow>`select * from prescription.prescription where id = ${id}`)),
    /** Moves a prescription on unless somebody else was faster; undefined then. */
    step: (row: PrescriptionRow, state: PrescriptionState, nowMs: number, change: Change = {}) =>
      first(
        query(sql<PrescriptionRow>`update prescription.prescription set state = ${state}, revision = revision + 1,
          state_since = case when state = ${state} then state_since else ${at(nowMs)} end ${assignments(change)}
          where id = ${row.id} and revision = ${row.revision} returning *`),
      ),
    /** For acts of which a constraint decides who is first: they are stopped by nothing but an end. */
    take: (id: string, state: PrescriptionState | null, nowMs: number, change: Change = {}) =>
      first(
        query(sql<PrescriptionRow>`update prescription.prescription set revision = revision + 1,
          state_since = case when ${state}::text is null then state_since else ${at(nowMs)} end,
          state = coalesce(${state}, state) ${assignments(change)}
          where id = ${id} and state not in ('completed', 'cancelled', 'expired') returning *`),
      ),
    /** Fails with `redemption_once` for everybody but the first. */
    redeem: (tokenId: string, row: PrescriptionRow, pharmacyId: string, nowMs: number) =>
      query(sql`insert into prescription.redemption (token_id, prescription_id, person_id, pharmacy_id, redeemed_at)
        values (${tokenId}, ${row.id}, ${row.person_id}, ${pharmacyId}, ${at(nowMs)})`),
    isRedeemed: async (tokenId: string) =>
      (await query(sql`select token_id from prescription.redemption where token_id = ${tokenId}`)).length > 0,

    supplies: (ids: readonly string[]) =>
      query(sql<SupplyRow>`select prescription_id, number, ordered_milli, left_milli from prescription.supply
        where prescription_id = any(${ids}::uuid[]) order by prescription_id, number`),
    /** As often as there are refills, and once more; a correction before the first supply begins anew. */
    async setSupplies(row: PrescriptionRow, milli: number, refills: number) {
      await query(sql`delete from prescription.supply where prescription_id = ${row.id}`)
      await query(sql`insert into prescription.supply (prescription_id, number, person_id, ordered_milli, left_milli)
        select ${row.id}, number, ${row.person_id}, ${milli}, ${milli} from generate_series(0, ${refills}::int) number`)
    },
    /** Fails with `supply_never_below_zero` where less is left. Empty when there is no such supply. */
    draw: (id: string, number: number, milli: number) =>
      query(sql<SupplyRow>`update prescription.supply set left_milli = left_milli - ${milli}
        where prescription_id = ${id} and number = ${number} returning *`),

    /** Fails with `fill_one_open` while another one is being prepared. */
    addFill: (row: FillRow) =>
      query(sql`insert into prescription.fill (id, prescription_id, person_id, pharmacy_id, number, quantity_milli, stage, content_sealed,
          prepared_by, prepared_at)
        values (${row.id}, ${row.prescription_id}, ${row.person_id}, ${row.pharmacy_id}, ${row.number}, ${row.quantity_milli}, ${row.stage},
          ${row.content_sealed}, ${row.prepared_by}, ${row.prepared_at})`),
    fill: (id: string) => first(query(sql<FillRow>`select * from prescription.fill where id = ${id}`)),
    fills: (ids: readonly string[]) =>
      query(
        sql<FillRow>`select * from prescription.fill where prescription_id = any(${ids}::uuid[]) order by prescription_id, id`,
      ),
    /** Undefined when somebody else moved it on. */
    stage: (row: FillRow, change: Partial<FillRow>) =>
      first(
        query(
          sql<FillRow>`update prescription.fill set ${sql.join(
            Object.entries(change).map(([name, value]) => sql`${sql.ref(name)} = ${value}`),
            sql`, `,
          )} where id = ${row.id} and stage = ${row.stage} returning *`,
        ),
      ),

    addExchange: (row: ExchangeRow) =>
      query(sql`insert into prescription.exchange (id, prescription_id, person_id, kind, side, content_sealed, at)
        values (${row.id}, ${row.prescription_id}, ${row.person_id}, ${row.kind}, ${row.side}, ${row.content_sealed}, ${row.at})`),
    exchanges: (ids: readonly string[]) =>
      query(
        sql<ExchangeRow>`select * from prescription.exchange where prescription_id = any(${ids}::uuid[]) order by prescription_id, id`,
      ),

    ofPerson: (personId: string, before: string | undefined, limit: number) =>
      query(sql<PrescriptionRow>`select * from prescription.prescription
        where person_id = ${personId} and state not in ('draft', 'checked') and (${before ?? null}::uuid is null or id < ${before ?? null})
        order by id desc limit ${limit + 1}`),
    ofClinician: (clinicianId: string, patientId: string | undefined, before: string | undefined, limit: number) =>
      query(sql<PrescriptionRow>`select * from prescription.prescription
        where clinician_id = ${clinicianId} and (${patientId ?? null}::text is null or patient_id = ${patientId ?? null})
          and (${before ?? null}::uuid is null or id < ${before ?? null}) order by id desc limit ${limit + 1}`),
    /** Of a patient, whoever wrote them: for the record's own view of what is a mirror. */
    idsOfPatient: async (patientId: string) =>
      (
        await query(sql<{ id: string }>`select id from prescription.prescription where patient_id = ${patientId}
          order by id desc limit 500`)
      ).map(row => row.id),
    queue: (pharmacyId: string, isOpen: boolean, after: string[] | undefined, limit: number) =>
      isOpen
        ? query(sql<PrescriptionRow>`select * from prescription.prescription
            where pharmacy_id = ${pharmacyId} and state in ('sent', 'accepted', 'queriedBack', 'partlyDispensed')
              and (${after?.[0] ?? null}::timestamptz is null or (state_since, id) > (${after?.[0] ?? null}, ${after?.[1] ?? null}::uuid))
            order by state_since, id limit ${limit + 1}`)
        : query(sql<PrescriptionRow>`select * from prescription.prescription
            where pharmacy_id = ${pharmacyId} and state in ('completed', 'cancelled', 'expired')
              and (${after?.[0] ?? null}::timestamptz is null or (state_since, id) < (${after?.[0] ?? null}, ${after?.[1] ?? null}::uuid))
            order by state_since desc, id desc limit ${limit + 1}`),
    overdue: (nowMs: number, limit: number) =>
      query(sql<PrescriptionRow>`select * from prescription.prescription where valid_until <= ${at(nowMs)}
        and state in ('signed', 'sent', 'accepted', 'queriedBack', 'partlyDispensed')
        and not exists (select from prescription.fill f where f.prescription_id = prescription.id and f.stage in ('prepared', 'verified'))
        order by valid_until limit ${limit} for update skip locked`),
    /** A claimed record and the account that claimed it become one person; the key stays the one it was sealed under. */
    async rename(formerPersonId: string, personId: string) {
      for (const table of ['prescription', 'redemption', 'supply', 'fill', 'exchange', 'dose'])
        await query(
          sql`update ${sql.ref(`prescription.${table}`)} set person_id = ${personId} where person_id = ${formerPersonId}`,
        )
    },
    forget: (patientId: string) => query(sql`delete from prescription.prescription where patient_id = ${patientId}`),

    doses: (personId: string, on: string) =>
      query(sql<DoseRow>`select prescription_id, "on"::text as "on", number, taken_at from prescription.dose
        where person_id = ${personId} and "on" = ${on}::date order by prescription_id, number`),
    /** A second tick changes nothing: the dose was taken when it was first said. */
    tick: (row: DoseRow & { person_id: string }) =>
      query(sql`insert into prescription.dose (prescription_id, "on", number, person_id, taken_at)
        values (${row.prescription_id}, ${row.on}::date, ${row.number}, ${row.person_id}, ${row.taken_at}) on conflict do nothing`),
    untick: (row: Pick<DoseRow, 'prescription_id' | 'on' | 'number'> & { person_id: string }) =>
      query(sql`delete from prescription.dose where prescription_id = ${row.prescription_id} and "on" = ${row.on}::date
        and number = ${row.number} and person_id = ${row.person_id}`),

    availabilities: (medicine: string) =>
      query(sql<{ pharmacy_id: string; availability: PharmacyOffer['availability']; said_at: Date }>`
        select * from prescription.availability where medicine = ${medicine}`),
    setAvailability: (pharmacyId: string, medicine: string, availability: string, nowMs: number) =>
      query(sql`insert into prescription.availability (pharmacy_id, medicine, availability, said_at)
        values (${pharmacyId}, ${medicine}, ${availability}, ${at(nowMs)})
        on conflict (pharmacy_id, medicine) do update set availability = excluded.availability, said_at = excluded.said_at`),

    favourites: (clinicianId: string, limit: number) =>
      query(sql<FavouriteRow>`select * from prescription.favourite where clinician_id = ${clinicianId}
        order by is_starred desc, last_used_at desc limit ${limit}`),
    use: (clinicianId: string, hash: string, order: Order, nowMs: number) =>
      query(sql`insert into prescription.favourite (clinician_id, order_hash, content, uses, last_used_at)
        values (${clinicianId}, ${hash}, ${JSON.stringify(order)}::jsonb, 1, ${at(nowMs)})
        on conflict (clinician_id, order_hash) do update set uses = favourite.uses + 1, last_used_at = excluded.last_used_at`),
    star: (clinicianId: string, hash: string, order: Order, isStarred: boolean, nowMs: number) =>
      query(sql`insert into prescription.favourite (clinician_id, order_hash, content, last_used_at, is_starred)
        values (${clinicianId}, ${hash}, ${JSON.stringify(order)}::jsonb, ${at(nowMs)}, ${isStarred})
        on conflict (clinician_id, order_hash) do update set is_starred = excluded.is_starred`),

    imports: () =>
      query(sql<{ id: string; name: string; licence: string; imported_at: Date }>`
        select id, name, licence, imported_at from prescription.knowledge order by imported_at, id`),
    importedKnowledge: () =>
      query(sql<{ content: Knowledge }>`select content from prescription.knowledge order by imported_at, id`),
    importKnowledge: (id: string, name: string, licence: string, content: Knowledge, nowMs: number) =>
      query(sql`insert into prescription.knowledge (id, name, licence, content, imported_at)
        values (${id}, ${name}, ${licence}, ${JSON.stringify(content)}::jsonb, ${at(nowMs)})
        on conflict (name) do update set id = excluded.id, licence = excluded.licence, content = excluded.content,
          imported_at = excluded.imported_at`),
  }
}

export type PrescriptionStore = ReturnType<typeof prescriptionStore>
