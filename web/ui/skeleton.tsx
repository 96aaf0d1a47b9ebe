import { useReader } from '../i18n/locale.tsx'
import { cx } from './classes.ts'

/** A placeholder that is invisible for the first 300 ms (`late`): most answers come sooner, and then nothing flickers. */
export function Skeleton({ lines = 3, className }: { lines?: number; className?: string }) {
  const { t } = useReader()
  return (
    <div role="status" aria-label={t('state.loading')} className={cx('late space-y-3', className)}>
      {Array.from({ length: lines }, (_, line) => (
        <div
          key={line}
          className="animate-[shimmer_1.6s_ease-in-out_infinite] rounded-xl bg-sunken"
          style={{ blockSize: 76, animationDelay: `${line * 120}ms` }}
        />
      ))}
    </div>
  )
}
