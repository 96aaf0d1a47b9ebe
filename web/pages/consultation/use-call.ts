// A call as a page has it: joined once, heard through the visit's channel, and given back when the page goes.
import { useEffect, useRef, useState } from 'react'
import { noteOn, useChannel } from '../../live.ts'
import { usePerson } from '../../session.ts'
import { type CallSession, createCallSession } from './call-session.ts'
import { closeDevices, type Devices, openDevices } from './devices.ts'
import type { RemotePeer } from './transport.ts'

export type CallState = 'out' | 'joining' | 'in' | 'elsewhere'

/** What somebody has turned on. */
export interface Media {
  camera: boolean
  microphone: boolean
  /** What one sees of them is their screen. */
  screen: boolean
}

export interface Call {
  state: CallState
  devices: Devices | undefined
  peers: readonly RemotePeer[]
  /** Person → what they said is on; nothing of those who have not said it yet. */
  media: ReadonlyMap<string, Media>
  /** Who is heard now, the loudest of them. */
  speakerId: string | undefined
  isMuted: boolean
  isCameraOff: boolean
  isSharing: boolean
  /** The network was too weak for pictures. */
  isAudioOnly: boolean
  error: unknown
  join: () => Promise<void>
  leave: () => void
  toggleMicrophone: () => void
  toggleCamera: () => void
  toggleScreen: () => Promise<void>
}

export const channelOf = (visitId: string): string => `consultation.visit/${visitId}`

export function useCall(visitId: string): Call {
  const person = usePerson()
  const [state, setState] = useState<CallState>('out')
  const [devices, setDevices] = useState<Devices>()
  const [peers, setPeers] = useState<readonly RemotePeer[]>([])
  const [media, setMedia] = useState<ReadonlyMap<string, Media>>(new Map())
  const [error, setError] = useState<unknown>(null)
  const [isMuted, setMuted] = useState(false)
  const [isCameraOff, setCameraOff] = useState(false)
  const [isAudioOnly, setAudioOnly] = useState(false)
  const [screen, setScreen] = useState<MediaStreamTrack>()
  const session = useRef<CallSession>(undefined)

  const isSharing = screen !== undefined
  const own: Media = { camera: !isCameraOff || isSharing, microphone: !isMuted, screen: isSharing }
  const tellMedia = () => noteOn(channelOf(visitId), 'media', own)

  useChannel(channelOf(visitId), {
    onEntry(entry) {
      if (entry.type === 'media') {
        const { from, ...theirs } = entry.data as unknown as { from: string } & Media
        setMedia(known => new Map(known).set(from, theirs))
        return
      }
      session.current?.hear(entry)
      // Whoever comes in has not heard what we have turned on.
      if (entry.type === 'joined' && state === 'in') tellMedia()
    },
    onReady: () => state === 'in' && tellMedia(),
    onEnded: () => stop('out'),
  })

  const { camera, microphone } = own
  useEffect(() => {
    if (state === 'in') noteOn(channelOf(visitId), 'media', { camera, microphone, screen: isSharing })
  }, [visitId, state, camera, microphone, isSharing])

  function stop(next: CallState, failure: unknown = null): void {
    session.current?.leave()
    session.current = undefined
    setPeers([])
    setScreen(shared => {
      shared?.stop()
      return undefined
    })
    setDevices(open => {
      if (open) closeDevices(open)
      return undefined
    })
    setError(failure)
    setState(next)
  }

  async function join(): Promise<void> {
    setState('joining')
    setError(null)
    const opened = await openDevices()
    const entering = createCallSession({
      visitId,
      personId: person.id,
      local: opened.stream,
      onPeers: setPeers,
      onWeak() {
        setAudioOnly(true)
        setCameraOff(true)
        void session.current?.replaceVideo(null)
      },
      onOut: (why, failure) => session.current === entering && stop(why, failure),
    })
    session.current = entering
    try {
      await entering.enter()
      if (session.current !== entering) return closeDevices(opened)
      setDevices(opened)
      setMuted(!opened.hasMicrophone)
      setAudioOnly(false)
      setCameraOff(!opened.hasCamera)
      setState('in')
    } catch (failure) {
      closeDevices(opened)
      stop('out', failure)
    }
  }

  const leave = () => stop('out')
  const leaving = useRef(leave)
  useEffect(() => {
    leaving.current = leave
  })
  useEffect(() => () => leaving.current(), [])

  const ownCamera = devices?.stream.getVideoTracks()[0]

  function toggleMicrophone(): void {
    for (const track of devices?.stream.getAudioTracks() ?? []) track.enabled = isMuted
    setMuted(!isMuted)
  }

  function toggleCamera(): void {
    if (!ownCamera) return
    ownCamera.enabled = isCameraOff
    if (isCameraOff && !screen) void session.current?.replaceVideo(ownCamera)
    setAudioOnly(false)
    setCameraOff(!isCameraOff)
  }

  const showCamera = () => session.current?.replaceVideo(isCameraOff ? null : (ownCamera ?? null))

  async function toggleScreen(): Promise<void> {
    if (screen) {
      screen.stop()
      setScreen(undefined)
      await showCamera()
      return
    }
    const shared = await navigator.mediaDevices.getDisplayMedia({ video: true }).catch(() => undefined)
    const track = shared?.getVideoTracks()[0]
    if (!track) return
    track.addEventListener('ended', () => {
      setScreen(undefined)
      void showCamera()
    })
    setScreen(track)
    await session.current?.replaceVideo(track)
  }

  return {
    state,
    devices,
    peers,
    media,
    speakerId: useSpeaker(session, state === 'in'),
    isMuted,
    isCameraOff,
    isSharing,
    isAudioOnly,
    error,
    join,
    leave,
    toggleMicrophone,
    toggleCamera,
    toggleScreen,
  }
}

const lookMs = 300
/** Breath and fans are quieter than that. */
const speechLevel = 0.03

/** Between words everybody is silent. */
const silenceMs = 1_500

/** The peer that is loudest. */
function useSpeaker(session: { current: CallSession | undefined }, isIn: boolean): string | undefined {
  const [speakerId, setSpeakerId] = useState<string>()
  useEffect(() => {
    if (!isIn) return
    let heardAtMs = 0
    const timer = setInterval(() => {
      const loudest = [...(session.current?.levels() ?? [])].toSorted((a, b) => b[1] - a[1])[0]
      if (loudest && loudest[1] > speechLevel) {
        heardAtMs = performance.now()
        setSpeakerId(loudest[0])
      } else if (performance.now() - heardAtMs > silenceMs) setSpeakerId(undefined)
    }, lookMs)
    return () => clearInterval(timer)
  }, [session, isIn])
  return speakerId
}
