import type { Visit } from '#contract/consultation'
import type { CSSProperties, ReactNode } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { Avatar } from '../../ui/avatar.tsx'
import { cx } from '../../ui/classes.ts'
import { Icon } from '../../ui/icon.tsx'
import { Picture } from './picture.tsx'
import type { RemotePeer } from './transport.ts'
import type { Call, Media } from './use-call.ts'

/** With more others than that, one's own picture is a tile like theirs: in a corner it would hide somebody. */
const withCornerMax = 2

/** Tiles up to so many → columns where the stage is narrow, middling and wide. */
const grids: readonly (readonly [tilesMax: number, narrow: number, middling: number, wide: number])[] = [
  [1, 1, 1, 1],
  [2, 1, 2, 2],
  [4, 2, 2, 2],
  [6, 2, 3, 3],
  [8, 2, 3, 4],
  [9, 3, 3, 3],
  [Infinity, 3, 4, 4],
]

function columnsFor(tiles: number): CSSProperties {
  const [, narrow, middling, wide] = grids.find(([tilesMax]) => tiles <= tilesMax)!
  return { '--narrow': narrow, '--middling': middling, '--wide': wide } as CSSProperties
}

/**
 * Everybody in the call, as large as the room allows; the last row stands in the middle, and a screen above all. One's own picture is the
 * same element whoever comes and goes: a camera that nobody looks at, be it for a moment, rests for seconds (measured in Chromium).
 */
export function CallTiles({ call, visit }: { call: Call; visit: Visit }) {
  const { t } = useReader()
  const { peers, media } = call
  const isGroup = peers.length > withCornerMax
  return (
    <div className="@container relative bg-brand text-white">
      <ul
        aria-label={t('consult.inCall')}
        style={columnsFor(isGroup ? peers.length + 1 : peers.length)}
        className={cx(
          'flex flex-wrap justify-center [--cols:var(--narrow)] @md:[--cols:var(--middling)] @3xl:[--cols:var(--wide)]',
          isGroup && 'gap-1.5 p-1.5',
        )}
      >
        {peers.length === 0 && <Alone visit={visit} />}
        {peers.map(peer => (
          <PeerTile
            key={peer.peerId}
            peer={peer}
            name={nameOf(peer.personId, visit)}
            media={media.get(peer.personId)}
            isSpeaking={peers.length > 1 && peer.peerId === call.speakerId}
            isSmall={isGroup}
            className={isGroup ? groupTile : peers.length === 2 ? pairTile : soleTile}
          />
        ))}
        {call.devices && (
          <li className={isGroup ? groupTile : cornerTile}>
            <Picture
              stream={call.devices.stream}
              label={t('consult.you')}
              isOwn
              isOff={call.isCameraOff}
              avatarSize={40}
            />
            {isGroup && <NamePlate name={t('consult.you')} isMuted={call.isMuted} isSmall />}
          </li>
        )}
      </ul>
    </div>
  )
}

function Alone({ visit }: { visit: Visit }) {
  const { t } = useReader()
  return (
    <li className={soleTile}>
      <div role="status" className="flex size-full flex-col items-center justify-center gap-3 p-6 text-center">
        <Avatar name={visit.seat === 'clinician' ? (visit.patientName ?? '') : visit.clinicianName} size={72} />
        <p className="text-lg font-[580]">{t('consult.alone')}</p>
      </div>
    </li>
  )
}

const tile = 'relative w-[calc((100%-(var(--cols)-1)*0.375rem)/var(--cols)-0.01px)] overflow-hidden'
const groupTile = cx(tile, 'aspect-4/3 rounded-lg bg-white/10 @md:aspect-video')
const pairTile =
  'relative w-[calc(100%/var(--cols))] aspect-4/3 max-h-[40dvh] overflow-hidden @md:aspect-8/9 @md:max-h-[68dvh]'
const soleTile = 'relative w-full aspect-4/3 max-h-[68dvh] overflow-hidden @md:aspect-video'
const cornerTile =
  'absolute end-3 bottom-3 aspect-4/3 w-1/4 max-w-44 min-w-24 overflow-hidden rounded-lg border border-white/40 bg-brand'
/** What somebody shows is what all look at. */
const screenTile = 'relative order-first aspect-video w-full max-h-[68dvh] overflow-hidden rounded-lg bg-white/10'

export function nameOf(personId: string, visit: Visit): string {
  if (personId === visit.patientId) return visit.patientName ?? ''
  return visit.guests.find(each => each.personId === personId)?.name ?? visit.clinicianName
}

interface PeerTileProps {
  peer: RemotePeer
  name: string
  /** Undefined until they say what they have turned on. */
  media: Media | undefined
  isSpeaking: boolean
  isSmall: boolean
  className: string
}

function PeerTile({ peer, name, media, isSpeaking, isSmall, className }: PeerTileProps) {
  const { t } = useReader()
  const isConnected = peer.state === 'connected'
  const isScreen = media?.screen ?? false
  const isMuted = media?.microphone === false
  const isHeard = isSpeaking && !isMuted
  return (
    <li className={isScreen ? screenTile : className}>
      <Picture
        stream={peer.stream}
        label={name}
        isOff={!isConnected || media?.camera === false}
        isScreen={isScreen}
        avatarSize={isSmall ? 40 : 72}
      />
      <NamePlate name={name} isMuted={isMuted} isSpeaking={isHeard} isSmall={isSmall && !isScreen}>
        {!isConnected && <span role="status">{t('consult.connecting')}</span>}
      </NamePlate>
      {isHeard && (
        <span aria-hidden="true" className="absolute inset-0 rounded-[inherit] ring-3 ring-white ring-inset" />
      )}
    </li>
  )
}

interface NamePlateProps {
  name: string
  isMuted: boolean
  isSpeaking?: boolean
  isSmall?: boolean
  children?: ReactNode
}

function NamePlate({ name, isMuted, isSpeaking = false, isSmall = false, children }: NamePlateProps) {
  const { t } = useReader()
  return (
    <p
      className={cx(
        'absolute flex items-center rounded-full bg-brand font-[560] @3xl:text-sm',
        isSmall
          ? 'start-1 bottom-1 max-w-[calc(100%-0.5rem)] gap-1 px-2 py-0.25 text-xs'
          : 'start-2 bottom-2 max-w-[calc(100%-1rem)] gap-1.5 px-2.5 py-0.75 text-sm',
      )}
    >
      <bdi className="truncate">{name}</bdi>
      {isMuted && (
        <span className="flex shrink-0">
          <Icon name="microphoneOff" size={16} />
          <span className="sr-only">{t('consult.isMuted')}</span>
        </span>
      )}
      {isSpeaking && (
        <span className="flex shrink-0">
          <Icon name="pulse" size={16} />
          <span className="sr-only">{t('consult.isSpeaking')}</span>
        </span>
      )}
      {children}
    </p>
  )
}
