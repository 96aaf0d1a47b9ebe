import { Time, toCalendarDateTime, toZoned, type CalendarDate } from '@internationalized/date'
import { useState, type FormEvent } from 'react'
import { Button as AriaButton, Disclosure, DisclosurePanel } from 'react-aria-components'
import { useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { dateIn, dayAndClock } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { DatePicker, TimeField } from '../../ui/date-picker.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'

interface WhyNotProps {
  clinicianId: string
  serviceId: string
  onChoose: (startsAt: string) => void
}

/** "Why not Tuesday at ten?", answered by the engine that made the list of times. */
export function WhyNot({ clinicianId, serviceId, onChoose }: WhyNotProps) {
  const { t, zone } = useReader()
  const [date, setDate] = useState<CalendarDate | null>(dateIn(zone).add({ days: 1 }))
  const [time, setTime] = useState<Time | null>(new Time(9, 0))
  const [asked, setAsked] = useState<string | null>(null)
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (date && time) setAsked(toZoned(toCalendarDateTime(date, time), zone, 'compatible').toAbsoluteString())
  }
  return (
    <Disclosure className="mt-8 rounded-xl border border-line bg-surface">
      {({ isExpanded }) => (
        <>
          <AriaButton
            slot="trigger"
            className="flex min-h-13 w-full cursor-pointer items-center gap-3 rounded-xl px-5 text-start font-[560]"
          >
            <Icon name="question" className="text-ink-faint" />
            <span className="flex-1">{t('whyNot.title')}</span>
            <Icon name="chevronDown" size={18} className={isExpanded ? 'rotate-180' : ''} />
          </AriaButton>
          <DisclosurePanel>
            <div className="px-5 pb-5">
              <form onSubmit={onSubmit} className="grid items-end gap-3 sm:grid-cols-[1fr_9rem_auto]">
                <DatePicker
                  label={t('whyNot.day')}
                  value={date}
                  onChange={setDate}
                  minValue={dateIn(zone)}
                  isRequired
                />
                <TimeField label={t('whyNot.time')} value={time} onChange={setTime} isRequired />
                <Button type="submit" tone="soft">
                  {t('whyNot.ask')}
                </Button>
              </form>
              {asked && <Answer clinicianId={clinicianId} serviceId={serviceId} startsAt={asked} onChoose={onChoose} />}
            </div>
          </DisclosurePanel>
        </>
      )}
    </Disclosure>
  )
}

function Answer({ clinicianId, serviceId, startsAt, onChoose }: WhyNotProps & { startsAt: string }) {
  const { t, locale, zone } = useReader()
  const answer = useRead('appointment', 'whyNot', { clinicianId, serviceId, startsAt })
  const nextFree = answer.data?.nextFree?.startsAt
  const isFree = answer.data?.reasons.length === 0
  return (
    <div role="status" className="mt-4">
      <ProblemNotice error={answer.error} />
      {answer.data && (
        <div className="rounded-lg bg-sunken px-4 py-3.5">
          <p className="font-[580]">
            {isFree ? t('whyNot.free') : t('whyNot.because', { time: dayAndClock(startsAt, { locale, zone }) })}
          </p>
          <WhyNotReasons reasons={answer.data.reasons} />
          {isFree && (
            <Button size="sm" className="mt-3" onPress={() => onChoose(startsAt)}>
              {t('whyNot.take')}
            </Button>
          )}
          {!isFree && nextFree && (
            <Button size="sm" tone="quiet" className="mt-3 py-1.5" onPress={() => onChoose(nextFree)}>
              {t('whyNot.nextFree', { time: dayAndClock(nextFree, { locale, zone }) })}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

export function WhyNotReasons({ reasons }: { reasons: readonly (keyof typeof reasonIds)[] }) {
  const { t } = useReader()
  return (
    <ul className="mt-1 list-disc space-y-1 ps-5 text-ink-soft">
      {reasons.map(reason => (
        <li key={reason}>{t(reasonIds[reason])}</li>
      ))}
    </ul>
  )
}

const reasonIds = {
  past: 'reason.past',
  noticeTooShort: 'reason.noticeTooShort',
  beyondHorizon: 'reason.beyondHorizon',
  outsideHours: 'reason.outsideHours',
  closedDate: 'reason.closedDate',
  offStep: 'reason.offStep',
  booked: 'reason.booked',
  held: 'reason.held',
  buffer: 'reason.buffer',
  notAcceptingPatients: 'reason.notAcceptingPatients',
  noLicence: 'reason.noLicence',
  doesNotExist: 'reason.doesNotExist',
} as const
