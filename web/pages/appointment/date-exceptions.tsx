import type { DateException } from '#contract/appointment'
import { parseDate, Time, type CalendarDate } from '@internationalized/date'
import { useState, type FormEvent } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { dateIn, longDateName, minutesOf } from '../../time.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { DatePicker } from '../../ui/date-picker.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Tag } from '../../ui/tag.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { HoursFields, wallsOf, type Hours } from './window-list.tsx'
import { wallLabel } from './week-words.ts'

interface DateExceptionsProps {
  exceptions: readonly DateException[]
  zone: string
  onChange: (exceptions: DateException[]) => void
}

/** Dates on which the week does not hold: holidays, congresses, an extra Saturday. */
export function DateExceptions({ exceptions, zone, onChange }: DateExceptionsProps) {
  const { t, locale } = useReader()
  const [isAdding, setAdding] = useState(false)
  const today = dateIn(zone).toString()
  const ahead = exceptions.filter(each => each.date >= today).toSorted((a, b) => a.date.localeCompare(b.date))
  return (
    <Card
      title={t('exceptions.title')}
      description={t('exceptions.lead')}
      action={
        <Button tone="quiet" size="sm" icon="plus" onPress={() => setAdding(true)}>
          {t('exceptions.add')}
        </Button>
      }
    >
      {ahead.length === 0 && <p className="text-ink-faint">{t('exceptions.none')}</p>}
      <ul className="divide-y divide-line">
        {ahead.map(each => (
          <li key={each.date} className="flex items-center gap-3 py-1.5">
            <span className="min-w-0 flex-1">
              <span className="block font-[560]">{longDateName(parseDate(each.date), locale)}</span>
              {each.note && <span className="block text-sm text-ink-faint">{each.note}</span>}
            </span>
            {each.windows.length === 0 ? (
              <Tag tone="warn">{t('availability.closed')}</Tag>
            ) : (
              each.windows.map(window => (
                <Tag key={window.from} tone="accent">
                  <bdi className="tabular">
                    {wallLabel(minutesOf(window.from), locale)}–{wallLabel(minutesOf(window.to), locale)}
                  </bdi>
                </Tag>
              ))
            )}
            <IconButton
              icon="cross"
              label={t('exceptions.remove', { date: longDateName(parseDate(each.date), locale) })}
              onPress={() => onChange(exceptions.filter(one => one.date !== each.date))}
            />
          </li>
        ))}
      </ul>
      <Dialog title={t('exceptions.add')} isOpen={isAdding} onClose={() => setAdding(false)}>
        <ExceptionForm
          zone={zone}
          onAdd={exception => {
            onChange([...exceptions.filter(each => each.date !== exception.date), exception])
            setAdding(false)
          }}
        />
      </Dialog>
    </Card>
  )
}

function ExceptionForm({ zone, onAdd }: { zone: string; onAdd: (exception: DateException) => void }) {
  const { t } = useReader()
  const [date, setDate] = useState<CalendarDate | null>(dateIn(zone).add({ days: 1 }))
  const [kind, setKind] = useState('closed')
  const [note, setNote] = useState('')
  const [hours, setHours] = useState<Hours>({ from: new Time(9), to: new Time(13) })
  const walls = wallsOf(hours)
  const isInvalid = kind === 'open' && minutesOf(walls.to) <= minutesOf(walls.from)
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (date && !isInvalid)
      onAdd({
        date: date.toString(),
        windows: kind === 'open' ? [walls] : [],
        ...(note.trim() ? { note: note.trim() } : {}),
      })
  }
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <DatePicker label={t('day.date')} value={date} onChange={setDate} minValue={dateIn(zone)} isRequired />
      <RadioGroup
        label={t('exceptions.kind')}
        look="segments"
        value={kind}
        onChange={setKind}
        choices={[
          { id: 'closed', label: t('availability.closed') },
          { id: 'open', label: t('exceptions.otherHours') },
        ]}
      />
      {kind === 'open' && <HoursFields hours={hours} onChange={setHours} isInvalid={isInvalid} />}
      <TextField
        label={t('exceptions.note')}
        description={t('field.optional')}
        value={note}
        onChange={setNote}
        maxLength={200}
      />
      <Button type="submit" isDisabled={isInvalid || !date}>
        {t('action.apply')}
      </Button>
    </form>
  )
}
