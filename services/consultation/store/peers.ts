import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'
import type { CallWay, Seat } from '../contract.ts'

export type PeerRow = {
  id: string
  visit_id: string
  patient_id: string
  person_id: string
  seat: Seat
  session_id: string | null
  way: CallWay
  joined_at: Date
  expires_at: Date
}

/** Who is in which call. */
export function peerStore(database: ServiceDatabase) {
  const first = async <Row>(rows: Promise<Row[]>) => (await rows)[0]
  return {
    peer: (id: string) => first(database.query(sql<PeerRow>`select * from consultation.call_peer where id = ${id}`)),
    /** Also those whose time is over, until somebody takes them out. */
    inCall: (visitId: string) =>
      database.query(sql<PeerRow>`select * from consultation.call_peer where visit_id = ${visitId} order by id`),
    /** Whose time is not over. A guest whom the patient sent away is not there, whatever their browser says. */
    present: (visitId: string, nowMs: number) =>
      database.query(sql<Pick<PeerRow, 'person_id' | 'seat'>>`select person_id, seat from consultation.call_peer p
        where visit_id = ${visitId} and expires_at > ${new Date(nowMs)}
          and (seat <> 'guest' or exists (select from consultation.guest g
            where g.visit_id = p.visit_id and g.person_id = p.person_id and g.consent = 'given'))
        order by id`),
    forgetPerson: (personId: string) =>
      database.query(sql<PeerRow>`delete from consultation.call_peer where person_id = ${personId} returning *`),
    ofSession: (sessionId: string) =>
      database.query(sql<PeerRow>`select * from consultation.call_peer where session_id = ${sessionId} order by id`),
    after: (id: string | undefined, limit: number) =>
      database.query(sql<PeerRow>`select * from consultation.call_peer
        where ${id ?? null}::uuid is null or id > ${id ?? null}::uuid order by id limit ${limit}`),
    add: (row: PeerRow) =>
      database.query(sql`insert into consultation.call_peer
          (id, visit_id, patient_id, person_id, seat, session_id, way, joined_at, expires_at)
        values (${row.id}, ${row.visit_id}, ${row.patient_id}, ${row.person_id}, ${row.seat},
          ${row.session_id}, ${row.way}, ${row.joined_at}, ${row.expires_at})`),
    /** Those who were there. */
    remove: (ids: readonly string[]) =>
      database.query(sql<PeerRow>`delete from consultation.call_peer where id = any(${ids}::uuid[]) returning *`),
    removePerson: (visitId: string, personId: string) =>
      database.query(sql<PeerRow>`delete from consultation.call_peer
        where visit_id = ${visitId} and person_id = ${personId} returning *`),
    removeAll: (visitId: string) =>
      database.query(sql<PeerRow>`delete from consultation.call_peer where visit_id = ${visitId} returning *`),
  }
}

export type Peers = ReturnType<typeof peerStore>
