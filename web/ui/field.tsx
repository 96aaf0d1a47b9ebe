// What every form control shares: label above, help or error below, linked by React Aria.
import type { ReactNode } from 'react'
import { FieldError, Label, Text } from 'react-aria-components'
import { cx } from './classes.ts'
import { Icon } from './icon.tsx'

export interface FieldProps {
  label: ReactNode
  description?: ReactNode
  error?: string | undefined
  className?: string
  /** Keeps the label for assistive technology only, where the surroundings say it to the eye. */
  isLabelHidden?: boolean
}

export function FieldLabel({ isHidden, children }: { isHidden?: boolean | undefined; children: ReactNode }) {
  return <Label className={isHidden ? 'sr-only' : 'mb-1.5 block text-sm font-[560] text-ink'}>{children}</Label>
}

export function FieldHelp({ description, error }: { description?: ReactNode; error?: string | undefined }) {
  return (
    <>
      {description && (
        <Text slot="description" className="mt-1.5 block text-sm text-ink-faint">
          {description}
        </Text>
      )}
      <FieldError className="mt-1.5 flex items-start gap-1.5 text-sm text-bad">
        {({ validationErrors }) => (
          <>
            <Icon name="warning" size={16} className="mt-0.5" />
            <span>{error ?? validationErrors.join(' ')}</span>
          </>
        )}
      </FieldError>
    </>
  )
}

export const fieldBox = (className?: string) => cx('flex min-w-0 flex-col', className)
