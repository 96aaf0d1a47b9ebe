import type { Recording, Visit } from '#contract/consultation'
import { useEffect, useRef, useState } from 'react'
import { useAct, usePages } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { countdown, dayAndClock, longDay } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Progress } from '../../ui/progress.tsx'
import { fetchRecording } from './recording-bytes.ts'

/** What was recorded of a visit, for the two whose visit it was; not there when nothing was. */
export function RecordingList({ visit }: { visit: Visit }) {
  const { t } = useReader()
  const list = usePages('consultation', 'recordings', { visitId: visit.id, limit: 20 })
  const [playing, setPlaying] = useState<Recording>()
  if (list.items.length === 0) return <ProblemNotice error={list.error} onRetry={list.refetch} />
  return (
    <Card title={t('recording.title')} description={t('recording.titleWhy')}>
      <ul className="-my-3 divide-y divide-line">
        {list.items.map(each => (
          <Line key={each.id} recording={each} seat={visit.seat} onPlay={() => setPlaying(each)} />
        ))}
      </ul>
      {list.more.hasMore && (
        <Button tone="ghost" size="sm" isPending={list.more.isLoading} onPress={list.more.onMore}>
          {t('consult.earlier')}
        </Button>
      )}
      <Dialog title={t('recording.player')} isOpen={playing !== undefined} onClose={() => setPlaying(undefined)} isWide>
        {playing && <Player recording={playing} />}
      </Dialog>
    </Card>
  )
}

interface LineProps {
  recording: Recording
  seat: Visit['seat']
  onPlay: () => void
}

function Line({ recording, seat, onPlay }: LineProps) {
  const { t, locale, zone } = useReader()
  const [isAsking, setAsking] = useState(false)
  const remove = useAct('consultation', 'deleteRecording', { onDone: () => setAsking(false) })
  const { visitId, id: recordingId } = recording
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 py-3">
      <div className="min-w-0">
        <p className="flex flex-wrap gap-x-3 font-[560]">
          <bdi>{dayAndClock(recording.startedAt ?? recording.askedAt, { locale, zone })}</bdi>
          <bdi className="tabular text-ink-soft">{countdown(recording.durationMs / 1_000, locale)}</bdi>
        </p>
        <p className="text-sm text-ink-faint">
          {t('recording.until', { day: longDay(recording.expiresAt, { locale, zone }) })}
        </p>
        {!recording.isComplete && <p className="text-sm text-ink-faint">{t('recording.cut')}</p>}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button tone="soft" size="sm" icon="play" onPress={onPlay}>
          {t('recording.play')}
        </Button>
        {seat === 'patient' && (
          <Button tone="danger" size="sm" onPress={() => setAsking(true)}>
            {t('recording.delete')}
          </Button>
        )}
      </div>
      <ConfirmDialog
        title={t('recording.deleteAsk')}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => remove.mutate({ visitId, recordingId })}
        confirmLabel={t('recording.delete')}
        isPending={remove.isPending}
        tone="danger"
      >
        <p className="text-ink-soft">{t('recording.deleteWhy')}</p>
        <ProblemNotice error={remove.error} className="mt-3" />
      </ConfirmDialog>
    </li>
  )
}

function Player({ recording }: { recording: Recording }) {
  const { t } = useReader()
  const [share, setShare] = useState(0)
  const [address, setAddress] = useState<string>()
  const [failure, setFailure] = useState<unknown>(null)
  useEffect(() => {
    const leaving = new AbortController()
    let made: string | undefined
    fetchRecording(recording, setShare, leaving.signal).then(
      bytes => {
        if (leaving.signal.aborted) return
        made = URL.createObjectURL(bytes)
        setAddress(made)
      },
      error => leaving.signal.aborted || setFailure(error),
    )
    return () => {
      leaving.abort()
      if (made) URL.revokeObjectURL(made)
    }
  }, [recording])
  return (
    <>
      <ProblemNotice error={failure} />
      {!address && failure === null && <Progress label={t('recording.opening')} value={share} />}
      {address && <Film address={address} label={t('recording.player')} />}
    </>
  )
}

/** A recording that was cut while it ran does not say how long it is; a browser that has gone to its end knows. */
function Film({ address, label }: { address: string; label: string }) {
  const video = useRef<HTMLVideoElement>(null)
  function measure(): void {
    const { current } = video
    if (!current || Number.isFinite(current.duration)) return
    current.addEventListener('durationchange', () => (current.currentTime = 0), { once: true })
    current.currentTime = 1e7
  }
  return (
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- What people said to each other has no captions yet.
    <video
      ref={video}
      src={address}
      controls
      playsInline
      aria-label={label}
      onLoadedMetadata={measure}
      className="aspect-video w-full rounded-lg bg-brand"
    />
  )
}
