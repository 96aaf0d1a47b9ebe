// Yes-or-no and one-of-few controls: Checkbox, Switch, RadioGroup.
import type { ReactNode } from 'react'
import {
  CheckboxButton,
  CheckboxField,
  RadioButton,
  RadioField,
  RadioGroup as AriaRadioGroup,
  SwitchButton,
  SwitchField,
} from 'react-aria-components'
import { cx } from './classes.ts'
import { fieldBox, FieldHelp, FieldLabel, type FieldProps } from './field.tsx'
import { Icon } from './icon.tsx'
import type { Choice } from './select.tsx'

interface ToggleProps {
  isSelected: boolean
  onChange: (isSelected: boolean) => void
  isDisabled?: boolean
  children?: ReactNode
  'aria-label'?: string
  className?: string
}

const row =
  'group flex min-h-11 cursor-pointer items-center gap-3 text-base data-[disabled]:cursor-not-allowed data-[disabled]:opacity-60'

export function Checkbox({ children, className, ...rest }: ToggleProps) {
  return (
    <CheckboxField {...rest} className={cx(className)}>
      <CheckboxButton className={row}>
        {({ isSelected, isFocusVisible }) => (
          <>
            <span
              className={cx(
                'swatch flex size-5.5 shrink-0 items-center justify-center rounded-[7px] border-[1.5px] transition-colors',
                isSelected
                  ? 'border-accent bg-accent text-on-accent'
                  : 'border-control bg-surface group-hover:border-ink-soft',
                isFocusVisible && 'outline-2 outline-offset-2 outline-accent',
              )}
            >
              {isSelected && <Icon name="check" size={15} />}
            </span>
            {children}
          </>
        )}
      </CheckboxButton>
    </CheckboxField>
  )
}

export function Switch({ children, className, ...rest }: ToggleProps) {
  return (
    <SwitchField {...rest} className={cx(className)}>
      <SwitchButton className={row}>
        {({ isSelected, isFocusVisible }) => (
          <>
            <span
              className={cx(
                'swatch relative h-6.5 w-11 shrink-0 rounded-full border-[1.5px] transition-colors',
                isSelected ? 'border-accent bg-accent' : 'border-control bg-sunken',
                isFocusVisible && 'outline-2 outline-offset-2 outline-accent',
              )}
            >
              <span
                className={cx(
                  'absolute inset-y-0.75 size-4.5 rounded-full transition-[inset-inline-start] duration-150',
                  isSelected ? 'start-5.25 bg-on-accent' : 'start-0.75 bg-control',
                )}
              />
            </span>
            {children}
          </>
        )}
      </SwitchButton>
    </SwitchField>
  )
}

export interface RadioGroupProps extends FieldProps {
  choices: readonly (Choice & { trailing?: ReactNode })[]
  value: string | null
  onChange: (id: string) => void
  /** `tiles` for reasons and plans that need a line of explanation, `segments` for two to four short words. */
  look?: 'tiles' | 'segments'
}

export function RadioGroup({
  label,
  description,
  error,
  className,
  isLabelHidden,
  choices,
  value,
  onChange,
  look = 'tiles',
}: RadioGroupProps) {
  return (
    <AriaRadioGroup value={value} onChange={onChange} isInvalid={Boolean(error)} className={fieldBox(className)}>
      <FieldLabel isHidden={isLabelHidden}>{label}</FieldLabel>
      <div
        className={look === 'tiles' ? 'grid gap-2' : 'flex w-full flex-wrap gap-1 rounded-full bg-sunken p-1 sm:w-fit'}
      >
        {choices.map(choice => (
          <RadioField key={choice.id} value={choice.id} className={look === 'segments' ? 'flex-1' : ''}>
            {look === 'tiles' ? <Tile choice={choice} /> : <Segment choice={choice} />}
          </RadioField>
        ))}
      </div>
      <FieldHelp description={description} error={error} />
    </AriaRadioGroup>
  )
}

function Tile({ choice }: { choice: Choice & { trailing?: ReactNode } }) {
  return (
    <RadioButton
      className={({ isSelected, isFocusVisible }) =>
        cx(
          'flex min-h-14 cursor-pointer items-center gap-3 rounded-lg border px-4 py-2.5 transition-colors',
          isSelected ? 'border-accent bg-accent-soft' : 'border-line bg-surface hover:border-control',
          isFocusVisible && 'outline-2 outline-offset-2 outline-accent',
        )
      }
    >
      {({ isSelected }) => (
        <>
          <span
            className={cx(
              'swatch flex size-5 shrink-0 items-center justify-center rounded-full border-[1.5px]',
              isSelected ? 'border-accent bg-accent' : 'border-control bg-surface',
            )}
          >
            {isSelected && <span className="size-2 rounded-full bg-on-accent" />}
          </span>
          <span className="min-w-0 flex-1">
            <span className="block font-[560]">{choice.label}</span>
            {choice.description && <span className="block text-sm text-ink-soft">{choice.description}</span>}
          </span>
          {choice.trailing}
        </>
      )}
    </RadioButton>
  )
}

function Segment({ choice }: { choice: Choice }) {
  return (
    <RadioButton
      className={({ isSelected, isFocusVisible }) =>
        cx(
          'flex min-h-9 max-lg:min-h-11 cursor-pointer items-center justify-center rounded-full px-4 text-sm font-[560] whitespace-nowrap transition-colors',
          isSelected ? 'bg-surface text-ink shadow-card' : 'text-ink-soft hover:text-ink',
          isFocusVisible && 'outline-2 outline-offset-1 outline-accent',
        )
      }
    >
      {choice.label}
    </RadioButton>
  )
}
