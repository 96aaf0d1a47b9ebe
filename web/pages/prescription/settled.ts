import { useEffect, useState } from 'react'

/** A value once it has stood still for so long, so that not every key asks the server. */
export function useSettled<Value>(value: Value, afterMs: number): Value {
  const [settled, setSettled] = useState(value)
  const written = JSON.stringify(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(written) as Value), afterMs)
    return () => clearTimeout(timer)
  }, [written, afterMs])
  return settled
}
