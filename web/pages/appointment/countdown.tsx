import { useEffect, useRef, useState } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { countdown } from '../../time.ts'
import { cx } from '../../ui/classes.ts'
import { Icon } from '../../ui/icon.tsx'

/** Ticks once a second and says the time aloud only when a minute is left: a live region that speaks every second is unusable. */
export function HoldCountdown({ expiresAt, onExpired }: { expiresAt: string; onExpired: () => void }) {
  const { t, locale } = useReader()
  const [now, setNow] = useState(Date.now)
  const left = (Date.parse(expiresAt) - now) / 1000
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const isOver = left <= 0
  const hasTold = useRef(false)
  useEffect(() => {
    if (!isOver || hasTold.current) return
    hasTold.current = true
    onExpired()
  }, [isOver, onExpired])
  const isShort = left < 60
  return (
    <p
      className={cx(
        'flex items-center gap-2 rounded-full px-4 py-2 text-sm font-[560]',
        isShort ? 'bg-warn-soft text-warn' : 'bg-accent-soft text-accent-ink',
      )}
    >
      <Icon name="clock" size={17} />
      <span>
        {t('hold.heldFor')} <bdi className="font-[640] tabular">{countdown(left, locale)}</bdi>
      </span>
      <span role="status" className="sr-only">
        {isShort && left > 0 ? t('hold.minuteLeft') : ''}
      </span>
    </p>
  )
}
