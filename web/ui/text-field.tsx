import type { ReactNode } from 'react'
import {
  Input,
  TextArea as AriaTextArea,
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
} from 'react-aria-components'
import { cx } from './classes.ts'
import { fieldBox, FieldHelp, FieldLabel, type FieldProps } from './field.tsx'

export interface TextFieldProps extends Omit<AriaTextFieldProps, 'className' | 'children'>, FieldProps {
  placeholder?: string
  leading?: ReactNode
  inputClassName?: string
}

export function TextField({
  label,
  description,
  error,
  className,
  isLabelHidden,
  placeholder,
  leading,
  inputClassName,
  ...rest
}: TextFieldProps) {
  return (
    <AriaTextField {...rest} isInvalid={Boolean(error) || Boolean(rest.isInvalid)} className={fieldBox(className)}>
      <FieldLabel isHidden={isLabelHidden}>{label}</FieldLabel>
      <div className="relative">
        {leading && (
          <span className="pointer-events-none absolute inset-y-0 start-0 flex items-center ps-3.5 text-ink-faint">
            {leading}
          </span>
        )}
        <Input
          {...(placeholder ? { placeholder } : {})}
          className={cx('field', Boolean(leading) && 'ps-11!', inputClassName)}
        />
      </div>
      <FieldHelp description={description} error={error} />
    </AriaTextField>
  )
}

export function TextArea({
  label,
  description,
  error,
  className,
  isLabelHidden,
  placeholder,
  rows = 3,
  ...rest
}: TextFieldProps & { rows?: number }) {
  return (
    <AriaTextField {...rest} isInvalid={Boolean(error) || Boolean(rest.isInvalid)} className={fieldBox(className)}>
      <FieldLabel isHidden={isLabelHidden}>{label}</FieldLabel>
      <AriaTextArea rows={rows} {...(placeholder ? { placeholder } : {})} className="field resize-y py-2.5" />
      <FieldHelp description={description} error={error} />
    </AriaTextField>
  )
}
