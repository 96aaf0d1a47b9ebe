import type { Availability } from '#contract/appointment'
import { Time, toCalendarDateTime, toZoned, type CalendarDate } from '@internationalized/date'
import { useEffect, useState, type FormEvent } from 'react'
import { useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { dateIn, dayAndClock, duration, longDateName, slotLabels } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { DatePicker, TimeField } from '../../ui/date-picker.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { WhyNotReasons } from './why-not.tsx'

/** What patients would see under the draft, computed by the server with the same engine that will offer the times. */
export function AvailabilityPreview({ clinicianId, draft }: { clinicianId: string; draft: Availability }) {
  const { t, locale } = useReader()
  const settled = useSettled(draft, 350)
  const [minutes, setMinutes] = useState('20')
  const preview = useRead(
    'appointment',
    'previewAvailability',
    { clinicianId, availability: settled, minutes: Number(minutes), days: 7 },
    { keepsFormer: true },
  )
  const today = dateIn(draft.timeZone)
  const times = preview.data?.times.map(time => time.startsAt) ?? []
  const labels = slotLabels(times, { locale, zone: draft.timeZone })
  const days = Array.from({ length: 7 }, (_, index) => today.add({ days: index }))
  return (
    <Card title={t('preview.title')} description={t('preview.lead')}>
      <Select
        label={t('preview.length')}
        value={minutes}
        onChange={setMinutes}
        choices={[10, 15, 20, 30, 45, 60].map(each => ({ id: String(each), label: duration(each, locale) }))}
      />
      <div className="mt-4">
        {preview.isPending && <Skeleton lines={2} />}
        <ProblemNotice error={preview.error} />
        {preview.data && (
          <ul className="max-h-80 space-y-3 overflow-y-auto" tabIndex={0} aria-label={t('preview.title')}>
            {days.map(date => {
              const own = times.filter(start => dateIn(draft.timeZone, start).compare(date) === 0)
              return (
                <li key={date.toString()}>
                  <p className="flex justify-between gap-3 text-sm">
                    <span className="font-[580]">{longDateName(date, locale)}</span>
                    <span className="text-ink-faint">{t('preview.count', { count: own.length })}</span>
                  </p>
                  <p className="mt-1 flex flex-wrap gap-1">
                    {own.map(start => (
                      <bdi
                        key={start}
                        className="rounded-sm bg-accent-soft px-1.5 py-0.5 text-xs text-accent-ink tabular"
                      >
                        {labels.get(start)}
                      </bdi>
                    ))}
                  </p>
                </li>
              )
            })}
          </ul>
        )}
      </div>
      <Troubleshooter clinicianId={clinicianId} draft={settled} minutes={Number(minutes)} />
    </Card>
  )
}

function Troubleshooter({
  clinicianId,
  draft,
  minutes,
}: {
  clinicianId: string
  draft: Availability
  minutes: number
}) {
  const { t, locale } = useReader()
  const zone = draft.timeZone
  const [date, setDate] = useState<CalendarDate | null>(dateIn(zone).add({ days: 1 }))
  const [time, setTime] = useState<Time | null>(new Time(9))
  const [ask, setAsk] = useState<string | null>(null)
  const answer = useRead(
    'appointment',
    'previewAvailability',
    { clinicianId, availability: draft, minutes, days: 1, ...(ask ? { ask, from: ask } : {}) },
    { isEnabled: ask !== null },
  )
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (date && time) setAsk(toZoned(toCalendarDateTime(date, time), zone, 'compatible').toAbsoluteString())
  }
  return (
    <section aria-label={t('whyNot.title')} className="mt-5 border-t border-line pt-5">
      <h3 className="mb-3 flex items-center gap-2 font-[600]">
        <Icon name="question" size={18} className="text-ink-faint" />
        {t('whyNot.title')}
      </h3>
      <form onSubmit={onSubmit} className="grid grid-cols-[1.5fr_1fr] items-end gap-3">
        <DatePicker label={t('whyNot.day')} value={date} onChange={setDate} isRequired />
        <TimeField label={t('whyNot.time')} value={time} onChange={setTime} isRequired />
        <Button type="submit" tone="soft" size="sm" className="col-span-2">
          {t('whyNot.ask')}
        </Button>
      </form>
      <div role="status" className="mt-3">
        <ProblemNotice error={answer.error} />
        {ask && answer.data && (
          <div className="rounded-lg bg-sunken px-4 py-3">
            <p className="font-[580]">
              {answer.data.reasons.length === 0
                ? t('whyNot.free')
                : t('whyNot.because', { time: dayAndClock(ask, { locale, zone }) })}
            </p>
            <WhyNotReasons reasons={answer.data.reasons} />
          </div>
        )}
      </div>
    </section>
  )
}

/** The value once it has stopped changing: a drag asks the server once, not at every pixel. */
function useSettled<Value>(value: Value, afterMs: number): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), afterMs)
    return () => clearTimeout(timer)
  }, [value, afterMs])
  return settled
}
