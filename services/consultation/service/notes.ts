// The note: drafts that follow each other, a signature, and amendments that say why.
import type { Call } from '#core/call'
import { fromCursor, toPage } from '#core/page'
import { consultation, type Note, type NoteSections } from '../contract.ts'
import { nextState, noteProblem, type NoteStep } from '../rules/notes.ts'
import { templates } from '../rules/templates.ts'
import type { NoteRow } from '../store/notes.ts'
import type { VisitRow } from '../store/visits.ts'
import type { RoomDeps } from './rooms.ts'
import { aboutOf, faults, sealedAs, type Some } from './seen.ts'

type Content = { sections: NoteSections; reason?: string | undefined }
const blank: NoteSections = { subjective: '', objective: '', assessment: '', plan: '' }

export function createNotes({ kit, notes }: RoomDeps) {
  const { keys, clock } = kit

  async function noteOf(visit: VisitRow, row: NoteRow | undefined): Promise<Note> {
    if (!row) return { visitId: visit.id, version: 0, state: 'draft', sections: blank }
    const text = await keys.openTextFor(visit.sealed_for, row.content_sealed, sealedAs.note(visit.id, row.version))
    const content = text === undefined ? { sections: blank } : (JSON.parse(text) as Content)
    return viewOf(row, content)
  }

  /** A version to be, sealed; `write` decides under lock whether it may be. */
  async function compose(visit: VisitRow, step: NoteStep, call: Call) {
    const content: Content = { sections: step.sections, ...(step.act === 'amend' ? { reason: step.reason } : {}) }
    const version = step.version + 1
    const row: NoteRow = {
      visit_id: visit.id,
      version,
      patient_id: visit.patient_id,
      clinician_id: visit.clinician_id,
      author_id: call.caller.personId!,
      state: nextState[step.act],
      content_sealed: await keys.sealFor(visit.sealed_for, JSON.stringify(content), sealedAs.note(visit.id, version)),
      created_at: new Date(clock.nowMs()),
    }
    return { row, content, step }
  }

  /** Inside the save, with the visit locked. */
  async function write({ row, content, step }: Awaited<ReturnType<typeof compose>>): Promise<Note> {
    const newest = await notes.newest(row.visit_id)
    const present = { version: newest?.version ?? 0, state: newest?.state ?? 'draft' }
    const problem = noteProblem(present, step)
    if (problem) throw faults[problem](problem === 'noteChanged' ? { version: present.version } : {})
    await notes.add(row)
    return viewOf(row, content)
  }

  return { noteOf, compose, write }
}

function viewOf(row: NoteRow, { sections, reason }: Content): Note {
  return {
    visitId: row.visit_id,
    version: row.version,
    state: row.state,
    sections,
    ...(reason === undefined ? {} : { reason }),
    authorId: row.author_id,
    savedAt: row.created_at.toISOString(),
  }
}

export function noteHandlers(
  deps: RoomDeps,
): Some<'templates' | 'note' | 'noteVersions' | 'saveNote' | 'signNote' | 'amendNote'> {
  const { kit, notes, visits, sight } = deps
  const { database } = kit
  const { noteOf, compose, write } = createNotes(deps)

  const ownVisit = async (visitId: string, call: Call) => (await sight.seenAs('clinician', visitId, call)).row

  async function newest(visitId: string, call: Call) {
    const row = await ownVisit(visitId, call)
    return noteOf(row, await database.read(call, () => notes.newest(visitId)))
  }

  async function change(visitId: string, step: NoteStep, call: Call): Promise<Note> {
    const visit = await ownVisit(visitId, call)
    const composed = await compose(visit, step, call)
    const entry = step.act === 'save' ? undefined : await sight.changed(visit, visit.state)
    return database.save(call, async () => {
      await visits.lock(visitId)
      const note = await write(composed)
      if (step.act === 'amend') kit.announce(consultation, 'noteAmended', aboutOf(visit))
      if (entry) await kit.append(entry)
      return note
    })
  }

  return {
    templates: async (_input, call) => ({ items: [...templates[call.locale]] }),
    note: ({ visitId }, call) => newest(visitId, call),
    async noteVersions({ visitId, limit, cursor }, call) {
      const visit = await ownVisit(visitId, call)
      const before = fromCursor(cursor, 1)?.[0]
      const rows = await database.read(call, () =>
        notes.versions(visitId, before === undefined ? undefined : Number(before), limit),
      )
      const page = toPage(
        rows,
        limit,
        row => [String(row.version)],
        row => row,
      )
      return { ...page, items: await Promise.all(page.items.map(row => noteOf(visit, row))) }
    },
    saveNote: ({ visitId, version, sections }, call) => change(visitId, { act: 'save', version, sections }, call),
    async signNote({ visitId, version }, call) {
      const { sections } = await newest(visitId, call)
      return change(visitId, { act: 'sign', version, sections }, call)
    },
    amendNote: ({ visitId, version, sections, reason }, call) =>
      change(visitId, { act: 'amend', version, sections, reason }, call),
  }
}
