import { ProgressBar } from 'react-aria-components'
import { cx } from './classes.ts'

/** `value` from 0 to 1; left out while the end is not known. */
export function Progress({
  label,
  value,
  className,
  isLabelHidden,
}: {
  label: string
  value?: number
  className?: string
  isLabelHidden?: boolean
}) {
  const known = value === undefined ? { isIndeterminate: true } : { value: value * 100 }
  return (
    <ProgressBar {...known} aria-label={label} className={cx('block', className)}>
      {({ percentage, valueText }) => (
        <>
          {!isLabelHidden && (
            <span className="mb-1 flex justify-between gap-3 text-sm text-ink-soft">
              <span>{label}</span>
              {value !== undefined && <bdi className="tabular">{valueText}</bdi>}
            </span>
          )}
          <span className="block h-1.5 overflow-hidden rounded-full bg-sunken">
            <span
              className={cx(
                'swatch block h-full rounded-full bg-accent transition-[width] duration-300',
                value === undefined && 'w-1/3 animate-pulse',
              )}
              style={value === undefined ? {} : { width: `${percentage ?? 0}%` }}
            />
          </span>
        </>
      )}
    </ProgressBar>
  )
}
