// Channels as the page sees them: one connection for all of it, opened when something is first watched.
import { type Live, type LiveEntry, type LiveState, openLive } from '#core/live'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { accessToken } from './session.ts'

export interface ChannelListener {
  onEntry?: (entry: LiveEntry) => void
  /** Something may have been missed that is not told again: read anew. Also said once in the beginning. */
  onReady?: () => void
  onEnded?: (code: string) => void
}

let live: Live | undefined
let state: LiveState = 'connecting'
const listeners = new Map<string, Set<ChannelListener>>()
const stops = new Map<string, { stop: () => void; note: (type: string, data?: object) => void }>()
const stateListeners = new Set<() => void>()

function opened(): Live {
  live ??= openLive({
    url: location.origin,
    async token() {
      const token = await accessToken()
      if (token === undefined) live = undefined // Whoever signs in next gets a connection of their own.
      return token
    },
    onState(next) {
      state = next
      for (const listener of stateListeners) listener()
    },
  })
  return live
}

/** Several parts of a page may listen to one channel. Returns how to stop. */
export function listen(channel: string, listener: ChannelListener): () => void {
  const all = listeners.get(channel) ?? new Set()
  listeners.set(channel, all.add(listener))
  if (!stops.has(channel)) {
    const tell = (say: (each: ChannelListener) => void) => {
      for (const each of listeners.get(channel) ?? []) say(each)
    }
    const watching = opened().watch(channel, {
      onEntry: entry => tell(each => each.onEntry?.(entry)),
      onReady: () => tell(each => each.onReady?.()),
      onReset: () => tell(each => each.onReady?.()),
      onEnded: code => tell(each => each.onEnded?.(code)),
    })
    stops.set(channel, { stop: watching.stop, note: (type, data) => watching.note(type, (data ?? {}) as never) })
  }
  return () => {
    all.delete(listener)
    if (all.size > 0) return
    listeners.delete(channel)
    stops.get(channel)?.stop()
    stops.delete(channel)
  }
}

export const noteOn = (channel: string, type: string, data?: object): void => stops.get(channel)?.note(type, data)

/** Listens while the component is there; always calls the newest listener. */
export function useChannel(channel: string | undefined, listener: ChannelListener): void {
  const newest = useRef(listener)
  useEffect(() => {
    newest.current = listener
  })
  useEffect(() => {
    if (channel === undefined) return
    return listen(channel, {
      onEntry: entry => newest.current.onEntry?.(entry),
      onReady: () => newest.current.onReady?.(),
      onEnded: code => newest.current.onEnded?.(code),
    })
  }, [channel])
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    listener => {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    () => state,
  )
}

/** The ids of all who watch a channel now. */
export function usePeopleOn(channel: string | undefined): readonly string[] {
  const [people, setPeople] = useState<readonly string[]>([])
  useChannel(channel, {
    onEntry({ type, data }) {
      if (type === '$here') setPeople((data as { people: string[] }).people)
    },
  })
  return people
}
