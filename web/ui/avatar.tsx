import { cx } from './classes.ts'

const tints = ['bg-tint-1', 'bg-tint-2', 'bg-tint-3', 'bg-tint-4', 'bg-tint-5']

/**
 * Initials on a tint that stays with the person: derived from the name, so it is the same on every screen. They are drawn by CSS, because
 * text inside a button would have to be part of its accessible name (WCAG 2.5.3).
 */
export function Avatar({ name, size = 44, className }: { name: string; size?: number; className?: string }) {
  const words = name
    .replace(/^(Dr|Prof|Mr|Mrs|Ms)\.?\s+/i, '')
    .split(/\s+/u)
    .filter(Boolean)
  const initials = [words[0], words.length > 1 ? words.at(-1) : undefined].map(word => word?.[0] ?? '').join('')
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0)
  return (
    <span
      aria-hidden="true"
      data-initials={initials.toUpperCase()}
      className={cx(
        'inline-flex shrink-0 items-center justify-center rounded-full font-[600] text-on-tint select-none before:content-[attr(data-initials)]',
        tints[sum % tints.length],
        className,
      )}
      style={{ inlineSize: size, blockSize: size, fontSize: size * 0.36 }}
    />
  )
}
