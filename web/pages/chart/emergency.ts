// Which records this browser tab opened in an emergency, and until when. The server decides; this only knows what to say and why one looks.
import { useEffect, useState, useSyncExternalStore } from 'react'

const storageKey = 'medley.emergencies'
const listeners = new Set<() => void>()

function read(): string {
  return sessionStorage.getItem(storageKey) ?? '{}'
}

export function rememberEmergency(patientId: string, until: string): void {
  sessionStorage.setItem(storageKey, JSON.stringify({ ...(JSON.parse(read()) as object), [patientId]: until }))
  for (const listener of listeners) listener()
}

/** Until when the record is open in an emergency; undefined when it is not, or not any more. */
export function useEmergency(patientId: string): string | undefined {
  const text = useSyncExternalStore(listener => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, read)
  const until = (JSON.parse(text) as Record<string, string>)[patientId]
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 15_000)
    return () => clearInterval(timer)
  }, [])
  return until && Date.parse(until) > now ? until : undefined
}
