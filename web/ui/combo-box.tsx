import type { ReactNode } from 'react'
import { Button, ComboBox as AriaComboBox, Input, ListBox, Popover } from 'react-aria-components'
import { cx } from './classes.ts'
import { fieldBox, FieldHelp, FieldLabel, type FieldProps } from './field.tsx'
import { Icon } from './icon.tsx'
import { ChoiceItem, type Choice } from './select.tsx'

export interface ComboBoxProps extends FieldProps {
  choices: readonly Choice[]
  value: string | null
  onChange: (id: string | null) => void
  inputValue?: string
  onInputChange?: (text: string) => void
  allowsCustomValue?: boolean
  placeholder?: string
  leading?: ReactNode
  /** What the list says when nothing matches. */
  empty?: string
}

export function ComboBox(props: ComboBoxProps) {
  const {
    label,
    description,
    error,
    className,
    isLabelHidden,
    choices,
    value,
    onChange,
    inputValue,
    onInputChange,
    placeholder,
    leading,
    empty,
  } = props
  return (
    <AriaComboBox
      defaultItems={choices}
      selectedKey={value}
      onSelectionChange={key => onChange(key === null ? null : String(key))}
      {...(inputValue === undefined ? {} : { inputValue })}
      {...(onInputChange ? { onInputChange } : {})}
      allowsCustomValue={props.allowsCustomValue ?? false}
      allowsEmptyCollection={Boolean(empty)}
      menuTrigger="focus"
      isInvalid={Boolean(error)}
      className={fieldBox(className)}
    >
      <FieldLabel isHidden={isLabelHidden}>{label}</FieldLabel>
      <div className="relative">
        {leading && (
          <span className="pointer-events-none absolute inset-y-0 start-0 flex items-center ps-3.5 text-ink-faint">
            {leading}
          </span>
        )}
        <Input {...(placeholder ? { placeholder } : {})} className={cx('field pe-11!', Boolean(leading) && 'ps-11!')} />
        <Button className="absolute inset-y-0 end-0 flex w-11 cursor-pointer items-center justify-center rounded-md text-ink-faint">
          <Icon name="chevronDown" size={18} />
        </Button>
      </div>
      <FieldHelp description={description} error={error} />
      <Popover className="popover enter w-(--trigger-width) min-w-64">
        <ListBox<Choice>
          className="max-h-80 p-1.5 outline-none"
          renderEmptyState={() => <p className="px-3 py-3 text-sm text-ink-faint">{empty}</p>}
        >
          {choice => <ChoiceItem choice={choice} />}
        </ListBox>
      </Popover>
    </AriaComboBox>
  )
}
