import { cx } from './classes.ts'

/** The mark: two voices that meet in an M, and the point where they land. */
export function LogoMark(props: { size?: number; className?: string }) {
  const size = props.size ?? 30
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 32 32"
      className={cx('swatch shrink-0', props.className)}
    >
      <rect width="32" height="32" rx="9.5" fill="#0f4f4a" />
      <g fill="none" stroke="#fff" strokeWidth="3.4" strokeLinecap="round">
        <path d="M8.5 22.5V13a3.75 3.75 0 0 1 7.5 0v5" />
        <path d="M16 18v-5a3.75 3.75 0 0 1 7.5 0v3.4" />
      </g>
      <circle cx="23.5" cy="22.3" r="2.2" fill="#f4a07a" />
    </svg>
  )
}

export function Logo() {
  return (
    <span className="inline-flex items-center gap-2.5" dir="ltr">
      <LogoMark />
      <span className="text-[1.2rem] font-[640] tracking-[-0.035em] text-ink">medley</span>
    </span>
  )
}
