// A call as a page has it: joined once, heard through the visit's channel, and given back when the page goes.
import type { LiveEntry } from '#core/live'
import { useCallback, useEffect, useRef, useState } from 'react'
import { api } from '../../api.ts'
import { useChannel } from '../../live.ts'
import { usePerson } from '../../session.ts'
import { closeDevices, type Devices, openDevices } from './devices.ts'
import { createMesh, type Mesh, type RemotePeer, type Signal, type Ticket } from './mesh.ts'

export type CallState = 'out' | 'joining' | 'in' | 'elsewhere'

export interface Call {
  state: CallState
  devices: Devices | undefined
  peers: readonly RemotePeer[]
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
  const [error, setError] = useState<unknown>(null)
  const [isMuted, setMuted] = useState(false)
  const [isCameraOff, setCameraOff] = useState(false)
  const [isAudioOnly, setAudioOnly] = useState(false)
  const [screen, setScreen] = useState<MediaStreamTrack>()
  const mesh = useRef<Mesh>(undefined)
  const ticket = useRef<Ticket>(undefined)
  /** Peer → person, from the entries that said who joined. */
  const people = useRef(new Map<string, string>())
  /** What came while the answer to our own joining was still under way. */
  const early = useRef<LiveEntry[]>([])

  const sendSignals = useCallback(
    (to: string, signals: Signal[]) =>
      signals.length > 0 && ticket.current
        ? api.consultation.signal(
            { visitId, token: ticket.current.token, to, signals },
            { idempotencyKey: crypto.randomUUID() },
          )
        : Promise.resolve(),
    [visitId],
  )

  const stop = useCallback((next: CallState) => {
    mesh.current?.close()
    mesh.current = undefined
    ticket.current = undefined
    early.current = []
    setPeers([])
    setScreen(undefined)
    setDevices(open => {
      if (open) closeDevices(open)
      return undefined
    })
    setState(next)
  }, [])

  function take(entry: LiveEntry): void {
    const own = ticket.current
    if (!own || !mesh.current) return
    if (entry.type === 'joined') {
      const { peerId, personId } = entry.data as { peerId: string; personId: string }
      people.current.set(peerId, personId)
      // The same person in another window: only one of them is in the call.
      if (personId === person.id && peerId > own.peerId) stop('elsewhere')
      else if (personId !== person.id) mesh.current.welcome(peerId, personId)
    } else if (entry.type === 'left') {
      mesh.current.remove((entry.data as { peerId: string }).peerId)
    } else if (entry.type === 'signalled') {
      const { from, to, signals } = entry.data as unknown as { from: string; to: string; signals: Signal[] }
      if (to === own.peerId) mesh.current.hear(from, signals, people.current.get(from) ?? from)
    }
  }

  useChannel(channelOf(visitId), {
    onEntry(entry) {
      if (mesh.current) take(entry)
      else early.current.push(entry)
    },
    onEnded: () => stop('out'),
  })

  async function join(): Promise<void> {
    setState('joining')
    setError(null)
    early.current = []
    const opened = await openDevices()
    try {
      const issued = await api.consultation.joinCall({ visitId }, { idempotencyKey: crypto.randomUUID() })
      ticket.current = issued
      for (const each of issued.others) people.current.set(each.peerId, each.personId)
      mesh.current = createMesh({
        ticket: issued,
        local: opened.stream,
        send: sendSignals,
        renew: async () => (await api.consultation.iceServers({}, {})).iceServers,
        onPeers: setPeers,
        onWeak: () => {
          setAudioOnly(true)
          setCameraOff(true)
          void mesh.current?.replaceVideo(null)
        },
      })
      setDevices(opened)
      setMuted(false)
      setAudioOnly(false)
      setCameraOff(!opened.hasCamera)
      setState('in')
      // Only what came after we were in: whoever was there before calls us.
      const own = early.current.findIndex(
        ({ type, data }) => type === 'joined' && (data as { peerId: string }).peerId === issued.peerId,
      )
      for (const entry of early.current.splice(0).slice(own + 1)) take(entry)
    } catch (failure) {
      closeDevices(opened)
      setError(failure)
      setState('out')
    }
  }

  function leave(): void {
    const own = ticket.current
    if (own) {
      const call = { idempotencyKey: crypto.randomUUID() }
      void api.consultation.signal({ visitId, token: own.token }, call).catch(() => {})
    }
    stop('out')
  }

  const leaving = useRef(leave)
  useEffect(() => {
    leaving.current = leave
  })
  useEffect(() => () => leaving.current(), [])

  const camera = devices?.stream.getVideoTracks()[0]

  function toggleMicrophone(): void {
    for (const track of devices?.stream.getAudioTracks() ?? []) track.enabled = isMuted
    setMuted(!isMuted)
  }

  function toggleCamera(): void {
    if (!camera) return
    camera.enabled = isCameraOff
    if (isCameraOff) void mesh.current?.replaceVideo(camera)
    setAudioOnly(false)
    setCameraOff(!isCameraOff)
  }

  async function toggleScreen(): Promise<void> {
    if (screen) {
      screen.stop()
      setScreen(undefined)
      await mesh.current?.replaceVideo(isCameraOff ? null : (camera ?? null))
      return
    }
    const shared = await navigator.mediaDevices.getDisplayMedia({ video: true }).catch(() => undefined)
    const track = shared?.getVideoTracks()[0]
    if (!track) return
    track.addEventListener('ended', () => {
      setScreen(undefined)
      void mesh.current?.replaceVideo(camera ?? null)
    })
    setScreen(track)
    await mesh.current?.replaceVideo(track)
  }

  return {
    state,
    devices,
    peers,
    isMuted,
    isCameraOff,
    isSharing: screen !== undefined,
    isAudioOnly,
    error,
    join,
    leave,
    toggleMicrophone,
    toggleCamera,
    toggleScreen,
  }
}
