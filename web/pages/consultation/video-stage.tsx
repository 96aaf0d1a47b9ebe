import type { Visit } from '#contract/consultation'
import { useEffect, useState, type ReactNode } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { CallTiles } from './call-tiles.tsx'
import type { Call } from './use-call.ts'

/** Everybody in the call, and under it what one can do. */
export function VideoStage({ call, visit, children }: { call: Call; visit: Visit; children?: ReactNode }) {
  const { t } = useReader()
  const isSilent = useLasting(call.peers.length > 0 && call.peers.every(each => each.state !== 'connected'), silentMs)
  return (
    <section aria-label={t('consult.call')} className="overflow-hidden rounded-2xl bg-raised shadow-card">
      <CallTiles call={call} visit={visit} />
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
