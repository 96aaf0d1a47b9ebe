import { useEffect, useState } from 'react'

/** A value once it has stood still for so long, so that not every key asks the server. */
export function useSettled<Value>(value: Value, afterMs: number): Value {
  const [settled, setSettled] = useState(value)
  // By content: an order is made anew at every draw, and the same one again is no change.
  const written = JSON.stringify([value])
  useEffect(() => {
    const timer = setTimeout(
      () => setSettled(((JSON.parse(written) as [Value | null])[0] ?? undefined) as Value),
      afterMs,
    )
    return () => clearTimeout(timer)
  }, [written, afterMs])
  return settled
}
