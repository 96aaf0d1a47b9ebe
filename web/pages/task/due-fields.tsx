import { Time, toCalendarDateTime, toZoned, type CalendarDate } from '@internationalized/date'
import { useState } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { dateIn } from '../../time.ts'
import { DatePicker, TimeField } from '../../ui/date-picker.tsx'

export interface Due {
  date: CalendarDate | null
  time: Time | null
}

/** Tomorrow at the end of the working day, unless somebody says otherwise. */
export function useDue(zone: string) {
  return useState<Due>(() => ({ date: dateIn(zone).add({ days: 1 }), time: new Time(17) }))
}

/** Undefined while a part of it is missing. */
export function instantOfDue({ date, time }: Due, zone: string): string | undefined {
  return date && time ? toZoned(toCalendarDateTime(date, time), zone).toAbsoluteString() : undefined
}

export function DueFields({ due, onChange }: { due: Due; onChange: (due: Due) => void }) {
  const { t, zone } = useReader()
  return (
    <div className="grid grid-cols-[1fr_8rem] gap-3">
      <DatePicker
        label={t('task.dueDay')}
        value={due.date}
        minValue={dateIn(zone)}
        onChange={date => onChange({ ...due, date })}
      />
      <TimeField label={t('task.dueTime')} value={due.time} onChange={time => onChange({ ...due, time })} />
    </div>
  )
}
