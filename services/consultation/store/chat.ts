import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'
import type { Seat, VisitFile } from '../contract.ts'

export type MessageRow = {
  id: string
  visit_id: string
  patient_id: string
  author_id: string
  seat: Seat
  seq: number
  content_sealed: Uint8Array
  file_ids: string[]
  created_at: Date
}

export type FileRow = {
  id: string
  visit_id: string
  patient_id: string
  author_id: string
  name_sealed: Uint8Array
  content_type: VisitFile['contentType']
  size_bytes: number
  created_at: Date
}

export type ReceiptRow = { visit_id: string; person_id: string; message_id: string; seq: number }

/** Messages, how far they were read, and files. */
export function chatStore(database: ServiceDatabase) {
  return {
    addMessage(row: MessageRow) {
      database.write(sql`insert into consultation.message
          (id, visit_id, patient_id, author_id, seat, seq, content_sealed, file_ids, created_at)
        values (${row.id}, ${row.visit_id}, ${row.patient_id}, ${row.author_id}, ${row.seat}, ${row.seq}, ${Buffer.from(row.content_sealed)},
          ${row.file_ids}::uuid[], ${row.created_at})`)
      database.write(sql`update consultation.visit set last_message_at = ${row.created_at} where id = ${row.visit_id}`)
    },
    messages: (visitId: string, beforeSeq: number | undefined, limit: number) =>
      database.query(sql<MessageRow>`select * from consultation.message where visit_id = ${visitId}
        and (${beforeSeq ?? null}::bigint is null or seq < ${beforeSeq ?? null}) order by seq desc limit ${limit + 1}`),
    message: async (visitId: string, id: string) =>
      (
        await database.query(
          sql<MessageRow>`select * from consultation.message where visit_id = ${visitId} and id = ${id}`,
        )
      )[0],

    /** Only forwards: of two devices the one that has read more counts. Empty when nothing moved. */
    markRead: (row: ReceiptRow & { patient_id: string }) =>
      database.query(sql<{
        seq: number
      }>`insert into consultation.receipt as r (visit_id, person_id, patient_id, message_id, seq)
        values (${row.visit_id}, ${row.person_id}, ${row.patient_id}, ${row.message_id}, ${row.seq})
        on conflict (visit_id, person_id) do update set message_id = excluded.message_id, seq = excluded.seq
          where r.seq < excluded.seq returning seq`),
    receipts: (visitIds: readonly string[]) =>
      database.query(sql<ReceiptRow>`select visit_id, person_id, message_id, seq from consultation.receipt
        where visit_id = any(${visitIds}::uuid[])`),
    unread: (visitIds: readonly string[], personId: string | undefined) =>
      database.query(sql<{
        visit_id: string
        n: number
      }>`select m.visit_id, count(*)::int as n from consultation.message m
        where m.visit_id = any(${visitIds}::uuid[]) and m.author_id is distinct from ${personId ?? null}::uuid
          and m.seq > coalesce((select r.seq from consultation.receipt r
            where r.visit_id = m.visit_id and r.person_id = ${personId ?? null}::uuid), 0)
        group by m.visit_id`),
    /** Who wrote last in each of these visits. */
    lastSeats: (visitIds: readonly string[]) =>
      database.query(sql<{
        visit_id: string
        seat: Seat
      }>`select distinct on (visit_id) visit_id, seat from consultation.message
        where visit_id = any(${visitIds}::uuid[]) order by visit_id, seq desc`),
    /** Of these people those who have read all that others said. */
    upToDate: async (visitId: string, personIds: readonly string[]) =>
      (
        await database.query(sql<{ id: string }>`select p.id from unnest(${personIds}::uuid[]) as p (id)
        where not exists (select from consultation.message m where m.visit_id = ${visitId} and m.author_id <> p.id
          and m.seq > coalesce((select r.seq from consultation.receipt r where r.visit_id = ${visitId} and r.person_id = p.id), 0))`)
      ).map(each => each.id),

    addFile: (row: FileRow) =>
      database.query(sql<{ id: string }>`insert into consultation.file
          (id, visit_id, patient_id, author_id, name_sealed, content_type, size_bytes, created_at)
        values (${row.id}, ${row.visit_id}, ${row.patient_id}, ${row.author_id}, ${Buffer.from(row.name_sealed)}, ${row.content_type},
          ${row.size_bytes}, ${row.created_at}) on conflict do nothing returning id`),
    files: (visitId: string, ids: readonly string[]) =>
      database.query(
        sql<FileRow>`select * from consultation.file where visit_id = ${visitId} and id = any(${ids}::uuid[])`,
      ),
    countFiles: async (visitId: string) =>
      (
        await database.query(
          sql<{ n: number }>`select count(*)::int as n from consultation.file where visit_id = ${visitId}`,
        )
      )[0]!.n,
  }
}

export type Chat = ReturnType<typeof chatStore>
