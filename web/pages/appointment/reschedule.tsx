import type { Booking } from '#contract/appointment'
import { useState } from 'react'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useGo, useParam } from '../../shell/address.ts'
import { clock, longDay } from '../../time.ts'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { toast } from '../../ui/toast.tsx'
import { VisitLine } from './visit-words.tsx'
import { WeekPicker } from './week-picker.tsx'
import { WhyNot } from './why-not.tsx'

export function Reschedule() {
  const { t } = useReader()
  const bookingId = useParam('bookingId')
  const booking = useRead('appointment', 'booking', { bookingId })
  return (
    <Page title={t('visit.reschedule')} lead={t('reschedule.lead')}>
      {booking.isPending && <Skeleton />}
      <ProblemNotice error={booking.error} onRetry={() => void booking.refetch()} />
      {booking.data && <ChooseOther booking={booking.data} />}
    </Page>
  )
}

function ChooseOther({ booking }: { booking: Booking }) {
  const { t } = useReader()
  const [chosen, setChosen] = useState<string | null>(null)
  return (
    <div className="space-y-6">
      <Card title={t('reschedule.now')}>
        <VisitLine booking={booking} />
      </Card>
      <Card title={t('reschedule.new')}>
        <WeekPicker
          clinicianId={booking.clinicianId}
          serviceId={booking.serviceId}
          selected={chosen}
          onSelect={setChosen}
        />
        <WhyNot clinicianId={booking.clinicianId} serviceId={booking.serviceId} onChoose={setChosen} />
      </Card>
      <ConfirmMove booking={booking} startsAt={chosen} onClose={() => setChosen(null)} />
    </div>
  )
}

function ConfirmMove({
  booking,
  startsAt,
  onClose,
}: {
  booking: Booking
  startsAt: string | null
  onClose: () => void
}) {
  const { t, locale, zone } = useReader()
  const go = useGo()
  const move = useAct('appointment', 'reschedule', {
    onDone: moved => {
      toast({ title: t('reschedule.done') })
      go(`/visits/${moved.id}`)
    },
    refreshes: ['appointment', 'notification'],
  })
  const words = (at: string) => (
    <>
      {longDay(at, { locale, zone })}, <bdi className="tabular">{clock(at, { locale, zone })}</bdi>
    </>
  )
  const close = () => {
    move.reset()
    onClose()
  }
  return (
    <ConfirmDialog
      title={t('reschedule.confirmTitle')}
      isOpen={startsAt !== null}
      onClose={close}
      confirmLabel={t('reschedule.confirm')}
      isPending={move.isPending}
      onConfirm={() => startsAt && move.mutate({ bookingId: booking.id, startsAt })}
    >
      <div className="grid gap-3">
        <p className="text-ink-faint line-through">{words(booking.startsAt)}</p>
        <p className="flex items-center gap-2 text-lg font-[600]">
          <Icon name="arrowRight" size={18} className="text-accent-ink" />
          <span>{startsAt && words(startsAt)}</span>
        </p>
      </div>
      <ProblemNotice error={move.error} className="mt-4" />
    </ConfirmDialog>
  )
}
