// What is said in a visit, and how far everybody has read.
import { asking, type Call } from '#core/call'
import { newId } from '#core/id'
import { fromCursor, toPage } from '#core/page'
import { consultation, type Message, type VisitFile } from '../contract.ts'
import { mayWrite } from '../rules/visits.ts'
import type { FileRow, MessageRow } from '../store/chat.ts'
import type { VisitRow } from '../store/visits.ts'
import type { RoomDeps } from './rooms.ts'
import { aboutOf, faults, sealedAs, type Seated, type Some } from './seen.ts'

export function fileView(row: FileRow, name: string): VisitFile {
  return { id: row.id, name, contentType: row.content_type, sizeBytes: row.size_bytes }
}

export function createConversation({ kit, chat, people }: RoomDeps) {
  const { keys, database } = kit

  async function filesOf(row: VisitRow, ids: readonly string[], call: Call) {
    if (ids.length === 0) return []
    const rows = await database.read(call, () => chat.files(row.id, ids))
    return Promise.all(
      rows.map(async file => {
        const name = (await keys.openTextFor(row.sealed_for, file.name_sealed, sealedAs.file(file.id))) ?? ''
        return { row: file, view: fileView(file, name) }
      }),
    )
  }

  /** Sealed and ready, since keys lie in the database too. */
  async function compose(
    visit: VisitRow,
    author: { personId: string; seat: Message['seat'] },
    text: string,
    files: VisitFile[],
  ) {
    const nowMs = kit.clock.nowMs()
    const id = newId(nowMs)
    const sentAt = new Date(nowMs)
    const message: Message = {
      id,
      authorId: author.personId,
      seat: author.seat,
      text,
      files,
      sentAt: sentAt.toISOString(),
    }
    const row: Omit<MessageRow, 'seq'> = {
      id,
      visit_id: visit.id,
      patient_id: visit.patient_id,
      author_id: author.personId,
      seat: author.seat,
      content_sealed: await keys.sealFor(visit.sealed_for, text, sealedAs.message(id)),
      file_ids: files.map(each => each.id),
      created_at: sentAt,
    }
    const entry = await kit.compose(consultation, 'visit', visit.id, { type: 'said', data: message }, visit.sealed_for)
    return { message, row, entry }
  }

  /** The people behind all seats. */
  async function peopleIn({ row, guests }: Pick<Seated, 'row' | 'guests'>, call: Call): Promise<string[]> {
    const { personIds } = await people.peopleBehind({ clinicianIds: [row.clinician_id] }, asking(call))
    const seated = guests.flatMap(each => (each.person_id && each.consent === 'given' ? [each.person_id] : []))
    return [...new Set([row.patient_id, ...Object.values(personIds), ...seated])]
  }

  async function opened(visit: VisitRow, rows: readonly MessageRow[], call: Call): Promise<Message[]> {
    const files = await filesOf(visit, [...new Set(rows.flatMap(row => row.file_ids))], call)
    return Promise.all(
      rows.map(async row => ({
        id: row.id,
        authorId: row.author_id,
        seat: row.seat,
        text: (await keys.openTextFor(visit.sealed_for, row.content_sealed, sealedAs.message(row.id))) ?? '',
        files: row.file_ids.flatMap(id => files.find(each => each.view.id === id)?.view ?? []),
        sentAt: row.created_at.toISOString(),
      })),
    )
  }

  return { compose, filesOf, peopleIn, opened }
}

export function chatHandlers(deps: RoomDeps): Some<'say' | 'messages' | 'markRead'> {
  const { kit, visits, chat, sight } = deps
  const { database, clock } = kit
  const { compose, filesOf, peopleIn, opened } = createConversation(deps)

  function assertMayWrite({ state, state_since }: VisitRow): void {
    if (!mayWrite(state, state_since.getTime(), clock.nowMs())) throw faults.chatClosed()
  }

  return {
    async say({ visitId, text, fileIds }, call) {
      const personId = call.caller.personId!
      const one = await sight.seated(visitId, call)
      assertMayWrite(one.row)
      if (text === '' && fileIds.length === 0) throw faults.messageEmpty()
      const files = await filesOf(one.row, fileIds, call)
      if (files.length !== new Set(fileIds).size || files.some(each => each.row.author_id !== personId))
        throw faults.fileNotFound()
      // Whoever is in the visit now sees it; nobody is told twice of the same conversation before they have read it.
      const isLive = one.row.kind === 'booked' && one.row.state === 'inProgress'
      const others = isLive ? [] : (await peopleIn(one, call)).filter(each => each !== personId)
      const author = { personId, seat: one.seat }
      const { message, row, entry } = await compose(
        one.row,
        author,
        text,
        files.map(each => each.view),
      )
      return database.save(call, async () => {
        const visit = (await visits.visit(visitId))!
        assertMayWrite(visit)
        const toPersonIds = others.length > 0 ? await chat.upToDate(visitId, others) : []
        if (toPersonIds.length > 0)
          kit.announce(consultation, 'messageSent', { ...aboutOf(visit), messageId: message.id, toPersonIds })
        // Whoever writes on and on is told of once, as long as nobody has read or answered it.
        const [last] = isLive ? [] : await chat.lastSeats([visitId])
        if (!isLive && (toPersonIds.length > 0 || last?.seat !== one.seat))
          kit.announce(consultation, 'said', { ...aboutOf(visit), messageId: message.id, seat: one.seat })
        const seq = await kit.append(entry)
        chat.addMessage({ ...row, seq })
        return message
      })
    },

    async messages({ visitId, limit, cursor }, call) {
      const { row } = await sight.seated(visitId, call)
      const before = fromCursor(cursor, 1)?.[0]
      const rows = await database.read(call, () =>
        chat.messages(visitId, before === undefined ? undefined : Number(before), limit),
      )
      const page = toPage(
        rows,
        limit,
        each => [String(each.seq)],
        each => each,
      )
      return { ...page, items: await opened(row, page.items, call) }
    },

    async markRead({ visitId, messageId }, call) {
      const personId = call.caller.personId!
      const { row, seat } = await sight.seated(visitId, call)
      const found = await database.read(call, () => chat.message(visitId, messageId), { isSingle: true })
      if (!found) throw faults.messageNotFound()
      const data = { personId, messageId }
      const entry = await kit.compose(consultation, 'visit', visitId, { type: 'read', data }, row.sealed_for)
      return database.save(call, async () => {
        const receipt = { visit_id: visitId, person_id: personId, patient_id: row.patient_id, message_id: messageId }
        if ((await chat.markRead({ ...receipt, seq: found.seq })).length === 0) return { read: true as const }
        if (seat === 'clinician') kit.announce(consultation, 'caughtUp', aboutOf(row))
        await kit.append(entry)
        return { read: true as const }
      })
    },
  }
}
