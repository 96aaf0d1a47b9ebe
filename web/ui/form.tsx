// Forms: React Hook Form keeps the values, a zod schema judges them, React Aria links the errors to the fields.
import { zodResolver } from '@hookform/resolvers/zod'
import type { ReactNode } from 'react'
import {
  FormProvider,
  useController,
  useForm,
  useFormContext,
  type DefaultValues,
  type FieldValues,
} from 'react-hook-form'
import type { z } from 'zod'
import { translateCode } from '../i18n/locale.tsx'
import { TextField, type TextFieldProps } from './text-field.tsx'

export interface FormProps<Values extends FieldValues> {
  schema: z.ZodType<Values, Values>
  defaults: DefaultValues<Values>
  onSubmit: (values: Values) => void
  children: ReactNode
  className?: string
  'aria-label'?: string
}

export function Form<Values extends FieldValues>({
  schema,
  defaults,
  onSubmit,
  children,
  className,
  ...rest
}: FormProps<Values>) {
  const form = useForm<Values, unknown, Values>({ resolver: zodResolver(schema), defaultValues: defaults })
  return (
    <FormProvider {...form}>
      <form
        noValidate
        {...rest}
        className={className}
        onSubmit={event => {
          const drawn = event.currentTarget
          void form.handleSubmit(onSubmit, () => focusFirstError(drawn))(event)
        }}
      >
        {children}
      </form>
    </FormProvider>
  )
}

/** After the errors have been drawn. */
function focusFirstError(form: HTMLFormElement): void {
  setTimeout(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
}

/** zod names what is wrong by code; the catalogue says it in the reader's language. */
export function useFormField(name: string) {
  const { control } = useFormContext()
  const { field, fieldState } = useController({ name, control })
  const error = fieldState.error ? translateCode('invalid', fieldState.error.type) : undefined
  return { field, error }
}

export function FormTextField({
  name,
  ...rest
}: Omit<TextFieldProps, 'value' | 'onChange' | 'error'> & { name: string }) {
  const { field, error } = useFormField(name)
  return (
    <TextField
      {...rest}
      name={name}
      value={String(field.value ?? '')}
      onChange={field.onChange}
      onBlur={field.onBlur}
      error={error ?? undefined}
      validationBehavior="aria"
    />
  )
}
