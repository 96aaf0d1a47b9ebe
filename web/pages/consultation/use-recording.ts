// A recording as the page has it: what all have said to it, and, in the clinician's browser, the tape itself.
import type { Recording, RecordingAct, Visit } from '#contract/consultation'
import { Fault } from '#core/fault'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, useAct, useRead, useWork } from '../../api.ts'
import { useChannel } from '../../live.ts'
import { usePerson } from '../../session.ts'
import { createUpload, type Upload } from './recording-bytes.ts'
import { canRecord, startTape, type Tape } from './recording-tape.ts'
import { type Call, channelOf } from './use-call.ts'

export type RecordingNews = { act: RecordingAct; personId?: string | undefined }

/** How it ended, when that is the last thing that happened. */
export const endOf = (news: RecordingNews | undefined) =>
  news?.act === 'refused' || news?.act === 'withdrawn' || news?.act === 'ended' ? news.act : undefined

const telling = new Set(['recording', 'joined', 'left', 'changed'])

/** The recording of now, what happened last, and whether it is known at all that it may go on. */
function useCourse(visitId: string) {
  const person = usePerson()
  const cache = useQueryClient()
  const { data } = useRead('consultation', 'recording', { visitId }, { everyMs: 20_000 })
  const [news, setNews] = useState<RecordingNews>()
  /** Somebody came in: until we know that they agreed, they did not. */
  const [unsure, setUnsure] = useState(0)
  async function readAgain(isUnsure: boolean): Promise<void> {
    if (isUnsure) setUnsure(count => count + 1)
    await cache.invalidateQueries({ queryKey: ['consultation', 'recording'] })
    await cache.invalidateQueries({ queryKey: ['consultation', 'recordings'] })
    if (isUnsure) setUnsure(count => count - 1)
  }
  useChannel(channelOf(visitId), {
    onEntry({ type, data: entry }) {
      if (!telling.has(type)) return
      if (type === 'recording') setNews(entry as unknown as RecordingNews)
      void readAgain(type === 'joined' && (entry as { personId: string }).personId !== person.id)
    },
    onReady: () => void readAgain(false),
  })
  return { data, news, recording: data?.recording, mayGoOn: unsure === 0 && endOf(news) === undefined }
}

type Running = { recordingId: string; tape: Tape; upload: Upload }

export function useRecording(visit: Visit, call: Call) {
  const visitId = visit.id
  const { data, news, recording, mayGoOn } = useCourse(visitId)
  const running = useRef<Running>(undefined)
  const [failure, setFailure] = useState<unknown>(null)
  const ask = useAct('consultation', 'askToRecord')
  const answer = useAct('consultation', 'answerRecording')
  const isRecorder = visit.seat === 'clinician'

  function drop(): void {
    running.current?.upload.close()
    void running.current?.tape.stop()
    running.current = undefined
  }

  /** Everything that was recorded arrives first. */
  const stop = useWork(
    async ({ id: recordingId }: Recording) => {
      const { tape, upload } = running.current ?? {}
      await tape?.stop()
      const parts = (await upload?.done()) ?? 0
      running.current = undefined
      await api.consultation.endRecording({ visitId, recordingId, parts }, { idempotencyKey: crypto.randomUUID() })
    },
    ['consultation'],
  )

  function refused(error: unknown): void {
    const isFull = error instanceof Fault && error.code === 'consultation.recordingFull'
    if (isFull && recording) stop.mutate(recording)
    else drop()
    // That it is over already is no failure; everything else is.
    if (!(error instanceof Fault && error.code === 'consultation.recordingOver')) setFailure(error)
  }

  function follow({ id: recordingId, state, parts }: Recording): void {
    const own = running.current?.recordingId === recordingId ? running.current : undefined
    if (state === 'running' && mayGoOn) {
      if (own) {
        own.tape.resume()
        own.upload.hold(false)
      } else if (parts > 0 || !canRecord()) stop.mutate({ id: recordingId } as Recording)
      else {
        const upload = createUpload(visitId, recordingId, refused)
        const tape = startTape((bytes, durationMs) => upload.add(bytes, durationMs))
        running.current = { recordingId, tape, upload }
      }
    } else {
      own?.tape.pause()
      own?.upload.hold(true)
    }
  }

  const following = useRef(follow)
  const dropping = useRef(drop)
  useEffect(() => {
    following.current = follow
    dropping.current = drop
  })
  const { id, state } = recording ?? {}
  useEffect(() => {
    if (!isRecorder) return
    if (recording && !stop.isPending) following.current(recording)
    else if (!recording && !stop.isPending) dropping.current()
    running.current?.tape.show([...call.peers.map(each => each.stream), ...(call.devices ? [call.devices.stream] : [])])
    // Only what decides: the rest of a recording changes with every part.
  }, [isRecorder, id, state, mayGoOn, stop.isPending, call.peers, call.devices]) // oxlint-disable-line react/exhaustive-deps
  useEffect(() => () => dropping.current(), [])

  return {
    recording,
    news,
    isOffered: data?.isOffered === true && (!isRecorder || canRecord()) && call.peers.length > 0,
    keptDays: data?.keptDays ?? 0,
    isPending: ask.isPending || answer.isPending || stop.isPending,
    error: ask.error ?? answer.error ?? stop.error ?? failure,
    ask: () => ask.mutate({ visitId }),
    answer: (agrees: boolean) => recording && answer.mutate({ visitId, recordingId: recording.id, agrees }),
    stop: () => recording && stop.mutate(recording),
  }
}
