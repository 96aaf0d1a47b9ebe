import type { CalendarDate, DateValue } from '@internationalized/date'
import {
  Button,
  Calendar as AriaCalendar,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  Heading,
  type CalendarProps as AriaCalendarProps,
} from 'react-aria-components'
import { cx } from './classes.ts'
import { Icon } from './icon.tsx'

export interface CalendarProps extends Omit<AriaCalendarProps<CalendarDate>, 'className'> {
  /** Dates that carry a dot, as YYYY-MM-DD: "there is something here". */
  marked?: ReadonlySet<string>
  className?: string
}

/** Stands alone or in DatePicker's popover, which then provides the value. */
export function Calendar({ marked, className, ...rest }: CalendarProps) {
  return (
    <AriaCalendar {...rest} className={cx('w-fit', className)}>
      <CalendarFrame {...(marked ? { marked } : {})} />
    </AriaCalendar>
  )
}

function CalendarFrame({ marked }: { marked?: ReadonlySet<string> }) {
  const arrow =
    'flex size-11 cursor-pointer items-center justify-center rounded-full text-ink-soft hover:bg-sunken data-[disabled]:opacity-40'
  return (
    <>
      <header className="flex items-center justify-between pb-1">
        <Button slot="previous" className={arrow}>
          <Icon name="chevronLeft" />
        </Button>
        <Heading level={2} className="text-base font-[600]" />
        <Button slot="next" className={arrow}>
          <Icon name="chevronRight" />
        </Button>
      </header>
      <CalendarGrid>
        <CalendarGridHeader>
          {name => <CalendarHeaderCell className="pb-1 text-xs font-[560] text-ink-faint">{name}</CalendarHeaderCell>}
        </CalendarGridHeader>
        <CalendarGridBody>
          {date => <DayCell date={date} isMarked={marked?.has(date.toString()) ?? false} />}
        </CalendarGridBody>
      </CalendarGrid>
    </>
  )
}

function DayCell({ date, isMarked }: { date: DateValue; isMarked: boolean }) {
  return (
    <CalendarCell
      date={date as CalendarDate}
      className={cx(
        'relative m-0.5 flex size-10 cursor-pointer items-center justify-center rounded-full text-sm tabular outline-none',
        'data-[hovered]:bg-sunken data-[selected]:bg-accent data-[selected]:font-[600] data-[selected]:text-on-accent',
        'data-[focus-visible]:outline-2 data-[focus-visible]:outline-offset-2 data-[focus-visible]:outline-accent',
        'data-[disabled]:text-ink-faint/60 data-[disabled]:cursor-default data-[outside-month]:hidden data-[unavailable]:line-through',
      )}
    >
      {({ formattedDate }) => (
        <>
          {formattedDate}
          {isMarked && <span aria-hidden="true" className="absolute bottom-1 size-1 rounded-full bg-current" />}
        </>
      )}
    </CalendarCell>
  )
}
