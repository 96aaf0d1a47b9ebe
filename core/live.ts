// Watches channels from a page or a program: one connection for all of them, that comes back by itself and goes on where it was.
import type { Json } from './fault.ts'

/** `seq` is absent on what is not kept, such as that somebody types. */
export type LiveEntry = {
  readonly ch: string
  readonly seq?: number
  readonly type: string
  readonly at?: string
  readonly data: Json
}

export type LiveWatch = {
  /** The last number that is known; only what comes after it is heard. Absent: only what comes from now on. */
  readonly after?: number
  readonly onEntry: (entry: LiveEntry) => void
  /** All that was missed has been heard; also after every reconnection. */
  readonly onReady?: () => void
  /** Too much was missed to be told: read anew. */
  readonly onReset?: () => void
  /** Watching is not, or no longer, allowed; `code` is that of a fault. */
  readonly onEnded?: (code: string) => void
}

export type Watching = {
  /** Tells the others who watch; dropped while there is no connection. */
  note(type: string, data?: Json): void
  stop(): void
}

export type LiveState = 'connecting' | 'live' | 'away'

export type LiveOptions = {
  /** Where Medley is, such as `https://medley.example`. */
  readonly url: string
  /** A token of now; undefined when nobody is signed in, which ends everything. */
  readonly token: () => Promise<string | undefined>
  readonly onState?: (state: LiveState) => void
}

export type Live = {
  watch(channel: string, watch: LiveWatch): Watching
  state(): LiveState
  /** Breaks the connection as a bad network does; for tests. */
  drop(): void
  close(): void
}

type Watched = LiveWatch & { seq: number | undefined }

const firstPauseMs = 250
const longestPauseMs = 10_000
/** Networks that break sockets break every one of them; streams get through most. */
const failuresBeforeStreams = 3
const renewLeadMs = 60_000
const endedForUs = 4401

export function openLive({ url, token, onState = () => {} }: LiveOptions): Live {
  const watched = new Map<string, Watched>()
  let socket: WebSocket | undefined
  let streams: Map<string, AbortController> | undefined
  let state: LiveState = 'connecting'
  let failures = 0
  let isClosed = false
  let retry: ReturnType<typeof setTimeout> | undefined
  let renewal: ReturnType<typeof setTimeout> | undefined

  function become(next: LiveState): void {
    if (state === next) return
    state = next
    onState(next)
  }

  const tell = (message: object) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
  }
  const ask = (channel: string, { seq }: Watched) =>
    tell({ watch: channel, ...(seq === undefined ? {} : { after: seq }) })

  function hear(entry: LiveEntry): void {
    const watch = watched.get(entry.ch)
    if (!watch) return
    if (entry.type === '$ended') {
      watched.delete(entry.ch)
      watch.onEnded?.((entry.data as { code: string }).code)
    } else if (entry.type === '$reset') {
      watch.seq = entry.seq
      watch.onReset?.()
    } else if (entry.type === '$ready') {
      watch.seq ??= entry.seq
      watch.onReady?.()
    } else if (entry.seq === undefined) watch.onEntry(entry)
    else if (watch.seq === undefined || entry.seq === watch.seq + 1) {
      watch.seq = entry.seq
      watch.onEntry(entry)
    } else if (entry.seq > watch.seq) ask(entry.ch, watch) // Never believed, always looked for.
  }

  async function renew(until: string): Promise<void> {
    clearTimeout(renewal)
    const leadMs = Math.max(Date.parse(until) - Date.now() - renewLeadMs, 5_000)
    renewal = setTimeout(() => void token().then(fresh => fresh && tell({ token: fresh })), leadMs)
  }

  function received(text: string): void {
    const entry = JSON.parse(text) as LiveEntry
    if (entry.type !== '$admitted') return hear(entry)
    failures = 0
    become('live')
    void renew((entry.data as { until: string }).until)
    if (watched.size > 0 && socket) for (const [channel, watch] of watched) ask(channel, watch)
  }

  async function connect(): Promise<void> {
    const present = await token().catch(() => '')
    if (isClosed) return
    if (present === undefined) return close()
    if (present === '') return later()
    const opening = new WebSocket(`${url.replace(/^http/, 'ws')}/api/live`)
    socket = opening
    let isAdmitted = false
    opening.addEventListener('open', () => opening.send(JSON.stringify({ token: present })))
    opening.addEventListener('message', ({ data }) => {
      if (socket !== opening) return
      isAdmitted = true
      received(String(data))
    })
    opening.addEventListener('close', ({ code }) => {
      if (socket !== opening) return
      socket = undefined
      if (!isAdmitted && code !== endedForUs) failures++
      later()
    })
  }

  function later(): void {
    clearTimeout(renewal)
    if (isClosed) return
    become('away')
    if (failures >= failuresBeforeStreams) return stream()
    const pauseMs = Math.min(firstPauseMs * 2 ** failures, longestPauseMs)
    clearTimeout(retry)
    // Not all at the same moment, when a server comes back.
    retry = setTimeout(() => void connect(), pauseMs * (0.5 + Math.random()))
  }

  /** One stream for each channel. Notes do not get out this way. */
  function stream(): void {
    streams ??= new Map()
    for (const channel of watched.keys()) if (!streams.has(channel)) void follow(channel, streams)
  }

  async function follow(channel: string, all: Map<string, AbortController>): Promise<void> {
    const ending = new AbortController()
    all.set(channel, ending)
    for (let pauseMs = firstPauseMs; !ending.signal.aborted && watched.has(channel);) {
      try {
        await readStream(channel, watched.get(channel)!, ending.signal)
        pauseMs = firstPauseMs
      } catch {
        become('away')
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      }
      await new Promise(resolve => setTimeout(resolve, pauseMs))
    }
    all.delete(channel)
  }

  async function readStream(channel: string, { seq }: Watched, signal: AbortSignal): Promise<void> {
    const present = await token()
    if (present === undefined) return close()
    const headers = {
      authorization: `Bearer ${present}`,
      ...(seq === undefined ? {} : { 'last-event-id': String(seq) }),
    }
    const address = `${url}/api/live/stream?channel=${encodeURIComponent(channel)}`
    const answer = await fetch(address, { headers, signal })
    if (answer.status === 403 || answer.status === 404)
      return hear({ ch: channel, type: '$ended', data: { code: 'request.notFound' } })
    if (!answer.ok || !answer.body) throw new Error(`a stream answers ${answer.status}`)
    become('live')
    let rest = ''
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (rest + part.value).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1]
        if (data !== undefined) hear(JSON.parse(data) as LiveEntry)
      }
    }
  }

  function close(): void {
    isClosed = true
    clearTimeout(retry)
    clearTimeout(renewal)
    for (const ending of streams?.values() ?? []) ending.abort()
    socket?.close()
    become('away')
  }

  void connect()
  return {
    watch(channel, watch) {
      const own: Watched = { ...watch, seq: watch.after }
      watched.set(channel, own)
      if (streams) stream()
      else if (state === 'live') ask(channel, own)
      return {
        note: (type, data = {}) => tell({ note: channel, type, data }),
        stop() {
          if (watched.get(channel) !== own) return
          watched.delete(channel)
          streams?.get(channel)?.abort()
          tell({ unwatch: channel })
        },
      }
    },
    state: () => state,
    drop: () => socket?.close(),
    close,
  }
}
