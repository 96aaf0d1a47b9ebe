import type { WeeklyWindow } from '#contract/appointment'
import { parseTime, Time } from '@internationalized/date'
import { useState, type FormEvent } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { minutesOf } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { TimeField } from '../../ui/date-picker.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Select } from '../../ui/select.tsx'
import { wallLabel, weekdayLabel, weekOrder } from './week-words.ts'

/** The week on a phone, where seven columns would be too narrow to touch. */
export function WindowList({ windows, onEdit }: { windows: readonly WeeklyWindow[]; onEdit: (index: number) => void }) {
  const { t, locale } = useReader()
  return (
    <ul className="divide-y divide-line">
      {weekOrder(locale).map(weekday => {
        const own = windows.flatMap((window, index) => (window.weekday === weekday ? [{ window, index }] : []))
        return (
          <li key={weekday} className="flex items-start gap-3 py-2">
            <span className="w-24 shrink-0 pt-2.5 font-[560]">{weekdayLabel(weekday, locale, 'long')}</span>
            <span className="flex flex-1 flex-wrap gap-2">
              {own.length === 0 && <span className="pt-2.5 text-ink-faint">{t('availability.closed')}</span>}
              {own.map(({ window, index }) => (
                <button
                  key={index}
                  type="button"
                  onClick={() => onEdit(index)}
                  className="min-h-11 cursor-pointer rounded-md bg-accent-soft px-3 text-sm font-[580] text-accent-ink"
                >
                  <span className="sr-only">{weekdayLabel(weekday, locale, 'long')} </span>
                  <bdi className="tabular">
                    {wallLabel(minutesOf(window.from), locale)}–{wallLabel(minutesOf(window.to), locale)}
                  </bdi>
                </button>
              ))}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

interface EditWindowProps {
  windows: readonly WeeklyWindow[]
  editing: number | 'new' | null
  onClose: () => void
  onChange: (windows: WeeklyWindow[]) => void
}

export function EditWindow({ windows, editing, onClose, onChange }: EditWindowProps) {
  const { t } = useReader()
  const current = typeof editing === 'number' ? windows[editing] : undefined
  return (
    <Dialog
      title={editing === 'new' ? t('availability.add') : t('availability.edit')}
      isOpen={editing !== null}
      onClose={onClose}
    >
      <WindowForm
        first={current ?? { weekday: 1, from: '09:00', to: '17:00' }}
        onSave={window => {
          onChange(
            editing === 'new'
              ? [...windows, window]
              : windows.map((each, index) => (index === editing ? window : each)),
          )
          onClose()
        }}
        {...(current
          ? {
              onRemove: () => {
                onChange(windows.filter((_, index) => index !== editing))
                onClose()
              },
            }
          : {})}
      />
    </Dialog>
  )
}

function WindowForm({
  first,
  onSave,
  onRemove,
}: {
  first: WeeklyWindow
  onSave: (window: WeeklyWindow) => void
  onRemove?: () => void
}) {
  const { t, locale } = useReader()
  const [weekday, setWeekday] = useState(first.weekday)
  const [hours, setHours] = useState<Hours>(() => hoursOf(first))
  const window = { weekday, ...wallsOf(hours) }
  const isInvalid = minutesOf(window.to) <= minutesOf(window.from)
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (!isInvalid) onSave(window)
  }
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <Select
        label={t('availability.weekday')}
        value={String(weekday)}
        onChange={id => setWeekday(Number(id))}
        choices={weekOrder(locale).map(each => ({ id: String(each), label: weekdayLabel(each, locale, 'long') }))}
      />
      <HoursFields hours={hours} onChange={setHours} isInvalid={isInvalid} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" isDisabled={isInvalid}>
          {t('action.apply')}
        </Button>
        {onRemove && (
          <Button tone="danger" onPress={onRemove}>
            {t('action.remove')}
          </Button>
        )}
      </div>
    </form>
  )
}

export interface Hours {
  from: Time
  to: Time
}

export function hoursOf(window: { from: string; to: string }): Hours {
  return { from: parseTime(window.from), to: parseTime(window.to === '24:00' ? '00:00' : window.to) }
}

/** Midnight as an end is the end of the day, which the contract writes as 24:00. */
export function wallsOf({ from, to }: Hours): { from: string; to: string } {
  const end = to.toString().slice(0, 5)
  return { from: from.toString().slice(0, 5), to: end === '00:00' ? '24:00' : end }
}

export function HoursFields({
  hours,
  onChange,
  isInvalid,
}: {
  hours: Hours
  onChange: (hours: Hours) => void
  isInvalid: boolean
}) {
  const { t } = useReader()
  return (
    <div>
      <div className="grid grid-cols-2 gap-4">
        <TimeField label={t('field.from')} value={hours.from} onChange={from => from && onChange({ ...hours, from })} />
        <TimeField label={t('field.to')} value={hours.to} onChange={to => to && onChange({ ...hours, to })} />
      </div>
      {isInvalid && (
        <p role="alert" className="mt-2 flex items-center gap-2 text-sm text-bad">
          <Icon name="warning" size={16} />
          {t('availability.endFirst')}
        </p>
      )}
    </div>
  )
}
