import type { CalendarDate, Time } from '@internationalized/date'
import {
  Button,
  DateInput,
  DatePicker as AriaDatePicker,
  DateSegment,
  Dialog,
  Group,
  Popover,
  TimeField as AriaTimeField,
} from 'react-aria-components'
import { Calendar } from './calendar.tsx'
import { fieldBox, FieldHelp, FieldLabel, type FieldProps } from './field.tsx'
import { Icon } from './icon.tsx'

const segment =
  'min-w-6 rounded-[5px] px-0.5 text-center tabular outline-none data-[type=hour]:text-end data-[type=literal]:min-w-0 data-[type=minute]:text-start data-[placeholder]:text-ink-faint data-[focused]:bg-accent data-[focused]:text-on-accent data-[type=literal]:px-0'

export interface DatePickerProps extends FieldProps {
  value: CalendarDate | null
  onChange: (date: CalendarDate | null) => void
  minValue?: CalendarDate
  maxValue?: CalendarDate
  isRequired?: boolean
  isDisabled?: boolean
}

export function DatePicker({ label, description, error, className, isLabelHidden, ...rest }: DatePickerProps) {
  return (
    <AriaDatePicker {...rest} isInvalid={Boolean(error)} className={fieldBox(className)}>
      <FieldLabel isHidden={isLabelHidden}>{label}</FieldLabel>
      <Group className="field pe-0!">
        <DateInput className="flex min-w-0 flex-1 overflow-hidden whitespace-nowrap">
          {part => <DateSegment segment={part} className={segment} />}
        </DateInput>
        <Button className="flex size-11 cursor-pointer items-center justify-center rounded-full text-ink-soft hover:text-ink">
          <Icon name="calendar" size={18} />
        </Button>
      </Group>
      <FieldHelp description={description} error={error} />
      <Popover className="popover enter p-3">
        <Dialog className="outline-none">
          <Calendar />
        </Dialog>
      </Popover>
    </AriaDatePicker>
  )
}

export interface TimeFieldProps extends FieldProps {
  value: Time | null
  onChange: (time: Time | null) => void
  isRequired?: boolean
  isDisabled?: boolean
}

export function TimeField({ label, description, error, className, isLabelHidden, ...rest }: TimeFieldProps) {
  return (
    <AriaTimeField {...rest} isInvalid={Boolean(error)} className={fieldBox(className)}>
      <FieldLabel isHidden={isLabelHidden}>{label}</FieldLabel>
      <DateInput className="field">{part => <DateSegment segment={part} className={segment} />}</DateInput>
      <FieldHelp description={description} error={error} />
    </AriaTimeField>
  )
}
