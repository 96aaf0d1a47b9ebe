import type { Booking } from '#contract/appointment'
import { formatMoney } from '#core/money'
import { useState, type ReactNode } from 'react'
import { api, useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { usePerson } from '../../session.ts'
import { useAddress, useParam } from '../../shell/address.ts'
import { clockRange, longDay, relative, zoneInWords } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { ReviewVisit } from './review-visit.tsx'
import { isArrivable, isOpen, ModeLabel, StateTag } from './visit-words.tsx'

/** One visit, from the moment it is booked until it is over. */
export function Visit() {
  const { t } = useReader()
  const bookingId = useParam('bookingId')
  const [{ new: isNew }] = useAddress()
  const person = usePerson()
  const booking = useRead('appointment', 'booking', { bookingId }, { everyMs: 20_000 })
  return (
    <Page title={t('visit.title')} width="reading" isTitleHidden={isNew === 'yes'}>
      {booking.isPending && <Skeleton />}
      <ProblemNotice error={booking.error} onRetry={() => void booking.refetch()} />
      {booking.data && (
        <>
          {isNew === 'yes' && booking.data.state === 'booked' && <Booked booking={booking.data} />}
          <VisitCard booking={booking.data} />
          {booking.data.state === 'completed' && booking.data.patientId === person.id && (
            <ReviewVisit booking={booking.data} />
          )}
        </>
      )}
    </Page>
  )
}

function Booked({ booking }: { booking: Booking }) {
  const { t } = useReader()
  return (
    <div role="status" className="enter mb-6 flex flex-col items-center py-4 text-center">
      <span className="mb-4 flex size-16 items-center justify-center rounded-full bg-accent text-on-accent">
        <Icon name="check" size={32} />
      </span>
      <p className="text-3xl font-[650] tracking-[-0.025em]">{t('book.done')}</p>
      <p className="mt-1 text-ink-soft">{t('book.doneWhat', { name: booking.clinicianName })}</p>
    </div>
  )
}

function VisitCard({ booking }: { booking: Booking }) {
  const { t, locale, zone } = useReader()
  const place = { locale, zone }
  const isElsewhere = booking.timeZone !== zone
  const rows: [string, ReactNode][] = [
    [
      t('visit.when'),
      <>
        <bdi className="tabular">{clockRange(booking.startsAt, booking.endsAt, place)}</bdi>
        <span className="block text-sm font-normal text-ink-faint">
          {zoneInWords(zone, locale, new Date(booking.startsAt))}
        </span>
        {isElsewhere && (
          <span className="block text-sm font-normal text-ink-faint">
            {t('visit.thereTime', {
              time: clockRange(booking.startsAt, booking.endsAt, { locale, zone: booking.timeZone }),
              zone: zoneInWords(booking.timeZone, locale, new Date(booking.startsAt)),
            })}
          </span>
        )}
      </>,
    ],
    [t('visit.what'), booking.serviceName],
    [t('visit.where'), <ModeLabel key="where" mode={booking.mode} place={booking.place} />],
    [t('visit.price'), <bdi key="price">{formatMoney(booking.price, locale)}</bdi>],
    ...(booking.reason ? [[t('book.words'), <Words key="reason" text={booking.reason} />] as [string, ReactNode]] : []),
    ...(booking.cancelReason
      ? [[t('visit.cancelReason'), <Words key="cancel" text={booking.cancelReason} />] as [string, ReactNode]]
      : []),
  ]
  return (
    <Card>
      <div className="flex flex-wrap items-center gap-4">
        <Avatar name={booking.clinicianName} size={56} />
        <div className="min-w-0 flex-1 basis-56">
          <h2 className="text-xl font-[630]">{longDay(booking.startsAt, place)}</h2>
          <p className="text-ink-soft">
            {t('book.with', { name: booking.clinicianName })} · {relative(booking.startsAt, locale)}
          </p>
        </div>
        <StateTag state={booking.state} />
      </div>
      <dl className="my-5 divide-y divide-line border-y border-line">
        {rows.map(([term, value]) => (
          <div key={term} className="grid gap-1 py-3 sm:grid-cols-[9rem_1fr]">
            <dt className="text-ink-faint">{term}</dt>
            <dd className="font-[540]">{value}</dd>
          </div>
        ))}
      </dl>
      <VisitActions booking={booking} />
    </Card>
  )
}

/** What a person wrote runs in the direction of its own language, not of the page's. */
function Words({ text }: { text: string }) {
  return (
    <span dir="auto" className="block">
      {text}
    </span>
  )
}

function VisitActions({ booking }: { booking: Booking }) {
  const { t } = useReader()
  const [isCancelling, setCancelling] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const isPatient = usePerson().id === booking.patientId
  const arrive = useAct('appointment', 'arrive', { onDone: () => toast({ title: t('visit.arriveDone') }) })
  return (
    <>
      <ProblemNotice error={arrive.error ?? failure} className="mb-4" />
      <div className="flex flex-wrap gap-2">
        {booking.mode === 'video' && (isArrivable(booking) || booking.state === 'arrived') && (
          <LinkButton href={`${isPatient ? '/visits' : '/room'}/${booking.id}${isPatient ? '/call' : ''}`} icon="video">
            {t('consult.room')}
          </LinkButton>
        )}
        {booking.state === 'completed' && isPatient && (
          <LinkButton href={`/visits/${booking.id}/summary`} tone="soft" icon="page">
            {t('consult.summary')}
          </LinkButton>
        )}
        {booking.mode !== 'video' && isArrivable(booking) && (
          <Button icon="check" isPending={arrive.isPending} onPress={() => arrive.mutate({ bookingId: booking.id })}>
            {t('visit.arrive')}
          </Button>
        )}
        {isOpen(booking) && (
          <>
            <Button tone="quiet" icon="calendarPlus" onPress={() => downloadInvitation(booking.id).catch(setFailure)}>
              {t('visit.toCalendar')}
            </Button>
            <LinkButton href={`/visits/${booking.id}/reschedule`} tone="quiet" icon="swap">
              {t('visit.reschedule')}
            </LinkButton>
            <Button tone="ghost" className="text-bad!" onPress={() => setCancelling(true)}>
              {t('visit.cancel')}
            </Button>
          </>
        )}
        {(booking.state === 'cancelled' || booking.state === 'noShow' || booking.state === 'completed') && (
          <LinkButton
            href={`/clinicians/${booking.clinicianId}?service=${booking.serviceId}`}
            tone="soft"
            icon="refresh"
          >
            {t('visit.again')}
          </LinkButton>
        )}
      </div>
      <CancelVisit booking={booking} isOpen={isCancelling} onClose={() => setCancelling(false)} />
    </>
  )
}

function CancelVisit({
  booking,
  isOpen: isShown,
  onClose,
}: {
  booking: Booking
  isOpen: boolean
  onClose: () => void
}) {
  const { t, locale, zone } = useReader()
  const [reason, setReason] = useState('')
  const cancel = useAct('appointment', 'cancel', {
    onDone: () => {
      onClose()
      toast({ title: t('visit.cancelDone') })
    },
    refreshes: ['appointment', 'notification'],
  })
  return (
    <ConfirmDialog
      title={t('visit.cancelTitle')}
      isOpen={isShown}
      onClose={onClose}
      confirmLabel={t('visit.cancel')}
      tone="danger"
      isPending={cancel.isPending}
      onConfirm={() => cancel.mutate({ bookingId: booking.id, ...(reason.trim() ? { reason: reason.trim() } : {}) })}
    >
      <p className="mb-4 text-ink-soft">
        {t('visit.cancelWhat', { name: booking.clinicianName, day: longDay(booking.startsAt, { locale, zone }) })}
      </p>
      <TextArea
        label={t('visit.cancelReason')}
        description={t('field.optional')}
        value={reason}
        onChange={setReason}
        maxLength={500}
      />
      <ProblemNotice error={cancel.error} className="mt-3" />
    </ConfirmDialog>
  )
}

/** The invitation needs the bearer token, so it is fetched and handed over as a file rather than linked to. */
async function downloadInvitation(bookingId: string): Promise<void> {
  const invitation = await api.appointment.invitation({ bookingId }, {})
  const url = URL.createObjectURL(new Blob([invitation.ics], { type: 'text/calendar' }))
  const link = document.createElement('a')
  link.href = url
  link.download = invitation.fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
