import { Button, ListBox, ListBoxItem, Popover, Select as AriaSelect, SelectValue } from 'react-aria-components'
import { cx } from './classes.ts'
import { fieldBox, FieldHelp, FieldLabel, type FieldProps } from './field.tsx'
import { Icon } from './icon.tsx'

export interface Choice {
  id: string
  label: string
  description?: string
}

export interface SelectProps extends FieldProps {
  choices: readonly Choice[]
  value: string | null
  onChange: (id: string) => void
  placeholder?: string
  isRequired?: boolean
  isDisabled?: boolean
  name?: string
}

export function Select({
  label,
  description,
  error,
  className,
  isLabelHidden,
  choices,
  value,
  onChange,
  placeholder,
  ...rest
}: SelectProps) {
  return (
    <AriaSelect
      {...rest}
      selectedKey={value}
      onSelectionChange={key => key !== null && onChange(String(key))}
      isInvalid={Boolean(error)}
      {...(placeholder ? { placeholder } : {})}
      className={fieldBox(className)}
    >
      <FieldLabel isHidden={isLabelHidden}>{label}</FieldLabel>
      <Button className="field cursor-pointer gap-2 text-start">
        <SelectValue className="min-w-0 flex-1 truncate data-[placeholder]:text-ink-faint">
          {({ selectedText, defaultChildren }) => selectedText ?? defaultChildren}
        </SelectValue>
        <Icon name="chevronDown" size={18} className="text-ink-faint" />
      </Button>
      <FieldHelp description={description} error={error} />
      <Popover className={cx('popover enter min-w-(--trigger-width)')}>
        <ListBox items={choices} className="max-h-80 p-1.5 outline-none">
          {choice => <ChoiceItem choice={choice} />}
        </ListBox>
      </Popover>
    </AriaSelect>
  )
}

export function ChoiceItem({ choice }: { choice: Choice }) {
  return (
    <ListBoxItem id={choice.id} textValue={choice.label} className="option">
      {({ isSelected }) => (
        <>
          <span className="min-w-0 flex-1">
            <span className="block">{choice.label}</span>
            {choice.description && (
              <span className="block text-sm font-normal text-ink-faint">{choice.description}</span>
            )}
          </span>
          {isSelected && <Icon name="check" size={18} className="text-accent-ink" />}
        </>
      )}
    </ListBoxItem>
  )
}
