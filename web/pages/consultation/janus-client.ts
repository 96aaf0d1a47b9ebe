// Janus's JSON over one WebSocket (janus.conf.meetecho.com/docs/rest.html): a session that is kept alive, found again after the
// connection broke, and handles in it that ask, answer and trickle. It knows nothing of rooms or media.

/** `jsep` is a session description (RFC 8829), `data` what the plugin says. */
export interface JanusEvent {
  data: Record<string, unknown>
  jsep?: RTCSessionDescriptionInit
}

export interface JanusHandle {
  /** Resolves with the plugin's own answer; rejects with what it refuses, or when it does not come. */
  ask(body: object, jsep?: RTCSessionDescriptionInit): Promise<JanusEvent>
  /** A candidate as the browser found it, or null: there are no more. */
  trickle(candidate: RTCIceCandidate | null): void
  detach(): void
}

/** `hungUp`: Janus gave up the connection of media behind a handle. */
export type HandleListener = (event: JanusEvent | 'hungUp') => void

export interface JanusClient {
  attach(listener: HandleListener): Promise<JanusHandle>
  close(): void
}

export interface JanusOptions {
  url: string
  /** Goes with every request; Janus stops answering when its time is over. */
  session: string
  /** The session is gone for good: it ended, was refused, or could not be found again. */
  onLost: () => void
}

interface Message {
  janus: string
  transaction?: string
  sender?: number
  data?: { id: number }
  plugindata?: { data: Record<string, unknown> }
  jsep?: RTCSessionDescriptionInit
  error?: { code: number; reason: string }
}
interface Asked {
  resolve: (message: Message) => void
  reject: (error: Error) => void
  timer: ReturnType<typeof setTimeout>
}

const plugin = 'janus.plugin.videoroom'
const answerMs = 8_000
/** Well within Janus's `session_timeout`, which is a minute unless set. */
const aliveMs = 10_000
/** How often a broken connection is tried again, with growing pauses: about ten seconds in all. */
const triesMax = 6

export async function openJanus({ url, session, onLost }: JanusOptions): Promise<JanusClient> {
  const asked = new Map<string, Asked>()
  const listeners = new Map<number, HandleListener>()
  let socket = await connected(url)
  let sessionId: number | undefined
  /** Settles when a broken connection was mended; whoever asks meanwhile waits for it. */
  let mended: Promise<void> | undefined
  let isOver = false

  async function request(message: object, isAnsweredLater = false): Promise<Message> {
    await mended
    return send(message, isAnsweredLater)
  }

  function send(message: object, isAnsweredLater = false): Promise<Message> {
    const transaction = `${isAnsweredLater ? 'event' : 'now'}-${crypto.randomUUID()}`
    const { promise, resolve, reject } = Promise.withResolvers<Message>()
    const timer = setTimeout(
      () => settle(transaction, each => each.reject(new Error('Janus does not answer'))),
      answerMs,
    )
    asked.set(transaction, { resolve, reject, timer })
    const own = sessionId === undefined ? {} : { session_id: sessionId }
    if (socket.readyState === WebSocket.OPEN)
      socket.send(JSON.stringify({ transaction, token: session, ...own, ...message }))
    else settle(transaction, each => each.reject(new Error('there is no connection to Janus')))
    return promise
  }

  function settle(transaction: string, how: (asked: Asked) => void): void {
    const one = asked.get(transaction)
    if (!one) return
    clearTimeout(one.timer)
    asked.delete(transaction)
    how(one)
  }

  function hear(message: Message): void {
    const { janus, transaction = '', sender, plugindata, jsep, error } = message
    if (error) return settle(transaction, each => each.reject(new Error(`${error.code} ${error.reason}`)))
    // A message to a plugin is acknowledged first and answered by an event of the same transaction.
    if (janus === 'ack' && transaction.startsWith('event')) return
    if (janus === 'timeout') return lose()
    if (asked.has(transaction)) return settle(transaction, each => each.resolve(message))
    const listener = sender === undefined ? undefined : listeners.get(sender)
    if (janus === 'hangup') listener?.('hungUp')
    else if (plugindata) listener?.({ data: plugindata.data, ...(jsep ? { jsep } : {}) })
  }

  function lose(): void {
    if (isOver) return
    end()
    onLost()
  }

  function end(): void {
    isOver = true
    clearInterval(beating)
    socket.close()
    for (const transaction of asked.keys()) settle(transaction, each => each.reject(new Error('Janus is gone')))
  }

  const hearOn = (mine: WebSocket) =>
    mine.addEventListener('message', ({ data }) => mine === socket && hear(JSON.parse(String(data)) as Message))

  /** Only of a connection that is in use: while it is mended, failures are looked after there. */
  function whenClosed(mine: WebSocket): void {
    const mendIt = () => void (mine === socket && !isOver && mend())
    if (mine.readyState === WebSocket.OPEN) mine.addEventListener('close', mendIt)
    else queueMicrotask(mendIt)
  }

  function mend(): void {
    mended = findAgain().finally(() => (mended = undefined))
  }

  /** Media goes on meanwhile: it has connections of its own. */
  async function findAgain(): Promise<void> {
    for (let tries = 0; tries < triesMax && !isOver; tries++) {
      try {
        const next = await connected(url)
        if (isOver) return next.close()
        socket = next
        hearOn(next)
        await send({ janus: 'claim' })
        return whenClosed(next)
      } catch (error) {
        // It has forgotten us, or our time is over: no use in asking again.
        if (/^4(03|58) /.test((error as Error).message)) break
        await new Promise(resolve => setTimeout(resolve, 250 * 2 ** tries))
      }
    }
    lose()
  }

  /** Who is refused is lost; who is not answered closes a connection that only looks open. */
  const beating = setInterval(() => {
    const mine = socket
    if (mine.readyState !== WebSocket.OPEN) return
    send({ janus: 'keepalive' }).catch((error: Error) => {
      if (/^4(03|58) /.test(error.message)) lose()
      else if (mine === socket) mine.close()
    })
  }, aliveMs)

  hearOn(socket)
  whenClosed(socket)
  try {
    sessionId = (await request({ janus: 'create' })).data!.id
  } catch (error) {
    end()
    throw error
  }
  return {
    async attach(listener) {
      const handleId = (await request({ janus: 'attach', plugin })).data!.id
      listeners.set(handleId, listener)
      return {
        async ask(body, jsep) {
          const message = { janus: 'message', handle_id: handleId, body, ...(jsep ? { jsep } : {}) }
          const answer = await request(message, true)
          const data = answer.plugindata?.data ?? {}
          if (data['error_code'] !== undefined)
            throw new Error(`${String(data['error_code'])} ${String(data['error'])}`)
          return { data, ...(answer.jsep ? { jsep: answer.jsep } : {}) }
        },
        trickle(candidate) {
          const found = candidate?.toJSON() ?? { completed: true }
          // What is lost with a broken connection is found again by the restart that follows.
          void request({ janus: 'trickle', handle_id: handleId, candidate: found }).catch(() => {})
        },
        detach() {
          listeners.delete(handleId)
          void request({ janus: 'detach', handle_id: handleId }).catch(() => {})
        },
      }
    },
    close() {
      if (isOver) return
      void send({ janus: 'destroy' }).catch(() => {})
      end()
    },
  }
}

async function connected(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, 'janus-protocol')
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => socket.close(), answerMs)
    socket.addEventListener('open', () => (clearTimeout(timer), resolve()))
    socket.addEventListener('close', () => (clearTimeout(timer), reject(new Error('Janus cannot be reached'))))
  })
  return socket
}
