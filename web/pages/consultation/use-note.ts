// A note while it is written: every pause in writing saves a version, and what was changed elsewhere is never written over.
import type { Note, NoteSections } from '#contract/consultation'
import { Fault } from '#core/fault'
import { useCallback, useEffect, useRef, useState } from 'react'
import { api, useRead } from '../../api.ts'

/** A pause in writing after which it is saved. */
const pauseMs = 1_200

export type Saving = 'saved' | 'waiting' | 'saving' | 'failed' | 'changedElsewhere'

export interface NoteInHand {
  visitId: string
  note: Note | undefined
  sections: NoteSections
  saving: Saving
  error: unknown
  change: (sections: NoteSections) => void
  /** Saves what is not saved yet; the version that then is. */
  flush: () => Promise<number>
  /** Takes the newest version in place of what is here. */
  reload: () => Promise<void>
  /** After a signature or an amendment. */
  take: (note: Note) => void
}

const blank: NoteSections = { subjective: '', objective: '', assessment: '', plan: '' }

export function useNote(visitId: string): NoteInHand {
  const read = useRead('consultation', 'note', { visitId })
  const [note, setNote] = useState<Note>()
  const [sections, setSections] = useState<NoteSections>(blank)
  const [saving, setSaving] = useState<Saving>('saved')
  const [error, setError] = useState<unknown>(null)
  const version = useRef(0)
  const unsaved = useRef<NoteSections>(undefined)
  const turn = useRef<Promise<unknown>>(Promise.resolve())
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const take = useCallback((next: Note) => {
    version.current = next.version
    unsaved.current = undefined
    setNote(next)
    setSections(next.sections)
    setSaving('saved')
    setError(null)
  }, [])

  const { data } = read
  useEffect(() => {
    // What is being written counts more than what a refresh brings.
    if (data && unsaved.current === undefined && data.version >= version.current) take(data)
  }, [data, take])

  const flush = useCallback(async () => {
    clearTimeout(timer.current)
    const work = turn.current.then(async () => {
      const writing = unsaved.current
      if (!writing) return version.current
      setSaving('saving')
      try {
        const saved = await api.consultation.saveNote(
          { visitId, version: version.current, sections: writing },
          { idempotencyKey: crypto.randomUUID() },
        )
        version.current = saved.version
        if (unsaved.current === writing) unsaved.current = undefined
        setNote(saved)
        setSaving(unsaved.current ? 'waiting' : 'saved')
        setError(null)
        return saved.version
      } catch (failure) {
        const isChanged = failure instanceof Fault && failure.code === 'consultation.noteChanged'
        setSaving(isChanged ? 'changedElsewhere' : 'failed')
        setError(isChanged ? null : failure)
        throw failure
      }
    })
    turn.current = work.catch(() => {})
    return work
  }, [visitId])

  useEffect(() => () => void flush().catch(() => {}), [flush])

  return {
    visitId,
    note,
    sections,
    saving,
    error: error ?? read.error,
    change(next) {
      setSections(next)
      unsaved.current = next
      setSaving('waiting')
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void flush().catch(() => {}), pauseMs)
    },
    flush,
    async reload() {
      take(await api.consultation.note({ visitId }, {}))
    },
    take,
  }
}
