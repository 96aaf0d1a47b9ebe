import type { Visit } from '#contract/consultation'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { cx } from '../../ui/classes.ts'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import type { RemotePeer } from './mesh.ts'
import type { Call } from './use-call.ts'

/** Everybody in the call, oneself in the corner, and under it what one can do. */
export function VideoStage({ call, visit, children }: { call: Call; visit: Visit; children?: ReactNode }) {
  const { t } = useReader()
  const isAlone = call.peers.length === 0
  const isSilent = useLasting(!isAlone && call.peers.every(each => each.state !== 'connected'), silentMs)
  return (
    <section aria-label={t('consult.call')} className="overflow-hidden rounded-2xl bg-raised shadow-card">
      <div
        className={cx(
          'relative grid aspect-video max-h-[68dvh] w-full bg-brand text-white',
          call.peers.length > 1 && 'sm:grid-cols-2',
        )}
      >
        {isAlone && (
          <div role="status" className="flex flex-col items-center justify-center gap-3 p-6 text-center">
            <Avatar name={visit.seat === 'clinician' ? (visit.patientName ?? '') : visit.clinicianName} size={72} />
            <p className="text-lg font-[580]">{t('consult.alone')}</p>
          </div>
        )}
        {call.peers.map(peer => (
          <Remote key={peer.peerId} peer={peer} name={nameOf(peer.personId, visit)} />
        ))}
        {call.devices && (
          <div className="absolute end-3 bottom-3 w-1/4 max-w-44 min-w-24 overflow-hidden rounded-lg border border-white/40 bg-brand">
            <Picture stream={call.devices.stream} label={t('consult.you')} isOwn isOff={call.isCameraOff} />
          </div>
        )}
      </div>
      <Controls call={call} />
      {isSilent && (
        <p role="status" className="flex items-center gap-2 bg-warn-soft px-4 py-2.5 text-sm text-warn">
          <Icon name="warning" size={18} />
          {t('consult.noMedia')}
        </p>
      )}
      {call.isAudioOnly && (
        <p role="status" className="flex items-center gap-2 bg-warn-soft px-4 py-2.5 text-sm text-warn">
          <Icon name="warning" size={18} />
          {t('consult.audioOnly')}
        </p>
      )}
      {call.devices && !call.devices.hasMicrophone && (
        <p role="status" className="flex items-center gap-2 bg-warn-soft px-4 py-2.5 text-sm text-warn">
          <Icon name="warning" size={18} />
          {t('consult.noMicrophone')}
        </p>
      )}
      {children}
    </section>
  )
}

/** A call that takes so long to come about, or back, is worth a word. */
const silentMs = 10_000

function useLasting(isSo: boolean, forMs: number): boolean {
  const [lasts, setLasts] = useState(false)
  useEffect(() => {
    if (!isSo) return
    const timer = setTimeout(() => setLasts(true), forMs)
    return () => {
      clearTimeout(timer)
      setLasts(false)
    }
  }, [isSo, forMs])
  return isSo && lasts
}

export function nameOf(personId: string, visit: Visit): string {
  if (personId === visit.patientId) return visit.patientName ?? ''
  return visit.guests.find(each => each.personId === personId)?.name ?? visit.clinicianName
}

function Remote({ peer, name }: { peer: RemotePeer; name: string }) {
  const { t } = useReader()
  const isConnected = peer.state === 'connected'
  return (
    <div className="relative min-h-0 min-w-0 overflow-hidden">
      <Picture stream={peer.stream} label={name} isOff={!isConnected} />
      <p className="absolute start-3 bottom-3 flex items-center gap-2 rounded-full bg-brand px-3 py-1 text-sm font-[560]">
        <bdi>{name}</bdi>
        {!isConnected && <span role="status">{t('consult.connecting')}</span>}
      </p>
    </div>
  )
}

interface PictureProps {
  stream: MediaStream
  label: string
  isOwn?: boolean
  isOff?: boolean
}

/** Nobody wants to hear themselves, and everybody knows themselves mirrored. */
export function Picture({ stream, label, isOwn = false, isOff = false }: PictureProps) {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (video.current && video.current.srcObject !== stream) video.current.srcObject = stream
  }, [stream])
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- What people say to each other live has no captions yet. */}
      <video
        ref={video}
        autoPlay
        playsInline
        muted={isOwn}
        aria-label={label}
        className={cx('size-full object-cover', isOwn && 'aspect-4/3 -scale-x-100', isOff && 'invisible')}
      />
      {isOff && (
        <span className="absolute inset-0 flex items-center justify-center">
          <Avatar name={label} size={isOwn ? 40 : 72} />
        </span>
      )}
    </>
  )
}

function Controls({ call }: { call: Call }) {
  const { t } = useReader()
  const hasScreen = typeof navigator.mediaDevices?.getDisplayMedia === 'function'
  return (
    <div className="flex flex-wrap items-center justify-center gap-2 bg-raised px-3 py-3">
      <IconButton
        icon={call.isMuted ? 'microphoneOff' : 'microphone'}
        label={t(call.isMuted ? 'consult.unmute' : 'consult.mute')}
        tone={call.isMuted ? 'danger' : 'quiet'}
        isDisabled={!call.devices?.hasMicrophone}
        onPress={call.toggleMicrophone}
      />
      <IconButton
        icon={call.isCameraOff ? 'videoOff' : 'video'}
        label={t(call.isCameraOff ? 'consult.cameraOn' : 'consult.cameraOff')}
        tone={call.isCameraOff ? 'danger' : 'quiet'}
        isDisabled={!call.devices?.hasCamera}
        onPress={call.toggleCamera}
      />
      {hasScreen && (
        <IconButton
          icon="screen"
          label={t(call.isSharing ? 'consult.stopSharing' : 'consult.share')}
          tone={call.isSharing ? 'primary' : 'quiet'}
          className="max-sm:hidden"
          onPress={() => void call.toggleScreen()}
        />
      )}
      <Button tone="danger" icon="phone" onPress={call.leave}>
        {t('consult.leave')}
      </Button>
    </div>
  )
}

/** Before and between calls. */
export function JoinCall({ call, title, children }: { call: Call; title: string; children?: ReactNode }) {
  const { t } = useReader()
  return (
    <section
      aria-label={t('consult.call')}
      className="flex flex-col items-center gap-4 rounded-2xl border border-line bg-surface px-6 py-10 text-center shadow-card"
    >
      <span className="flex size-16 items-center justify-center rounded-full bg-accent-soft text-accent-ink">
        <Icon name="video" size={30} />
      </span>
      <p className="text-lg font-[600]">{title}</p>
      {call.state === 'elsewhere' && <p className="text-ink-soft">{t('consult.elsewhere')}</p>}
      {children}
      <ProblemNotice error={call.error} />
      <Button size="lg" icon="video" isPending={call.state === 'joining'} onPress={() => void call.join()}>
        {t('consult.join')}
      </Button>
    </section>
  )
}
