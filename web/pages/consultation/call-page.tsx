import type { Visit } from '#contract/consultation'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, type ReactNode } from 'react'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useChannel } from '../../live.ts'
import { useParam } from '../../shell/address.ts'
import { clock, dayAndClock, number, relative } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Conversation } from './conversation.tsx'
import { DeviceCheck } from './device-check.tsx'
import { GuestCard } from './guest-card.tsx'
import { RecordingBar } from './recording-bar.tsx'
import { RecordingList } from './recording-list.tsx'
import { channelOf, useCall } from './use-call.ts'
import { JoinCall, VideoStage } from './video-stage.tsx'

/** The room is made by whoever enters first; everybody after them finds it made. */
export function useVisit(visitId: string) {
  const cache = useQueryClient()
  const enter = useAct('consultation', 'enter', { refreshes: [] })
  const { mutate, isIdle, isSuccess } = enter
  useEffect(() => {
    if (isIdle) mutate({ visitId })
  }, [isIdle, mutate, visitId])
  const visit = useRead('consultation', 'visit', { visitId }, { isEnabled: isSuccess, everyMs: 60_000 })
  const isKnown = visit.data !== undefined
  useChannel(isKnown ? channelOf(visitId) : undefined, {
    onEntry({ type }) {
      if (type === 'changed') void cache.invalidateQueries({ queryKey: ['consultation', 'visit'] })
    },
  })
  const isWaiting = visit.data?.state === 'waiting'
  useChannel(isWaiting ? `consultation.queue/${visit.data?.clinicianId}` : undefined, {
    onEntry: ({ type }) => void (type === 'moved' && cache.invalidateQueries({ queryKey: ['consultation', 'visit'] })),
  })
  const error = visit.data ? null : (enter.error ?? visit.error)
  return { visit: visit.data, isPending: !visit.data && !error, error }
}

/** Waiting room, call and what comes after it, at one address: pages that change under somebody who waits lose them. */
export function VisitCall() {
  const { t } = useReader()
  const { visit, isPending, error } = useVisit(useParam('bookingId'))
  return (
    <Page
      title={visit ? t('consult.with', { name: visit.clinicianName }) : t('consult.room')}
      width="wide"
      lead={visit && <WhenLine visit={visit} />}
    >
      {isPending && <Skeleton lines={4} />}
      <ProblemNotice error={error} />
      {visit && <Opened visit={visit} />}
    </Page>
  )
}

function WhenLine({ visit }: { visit: Visit }) {
  const { locale, zone } = useReader()
  return <bdi>{dayAndClock(visit.startsAt, { locale, zone })}</bdi>
}

function Opened({ visit }: { visit: Visit }) {
  const { t } = useReader()
  if (visit.state === 'cancelled') return <EmptyState icon="calendar" title={t('consult.cancelled')} />
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[1fr_22rem]">
      <div className="min-w-0 space-y-6">
        {visit.state === 'scheduled' && <CheckIn visit={visit} />}
        {visit.state === 'waiting' && <Waiting visit={visit} />}
        {visit.state === 'inProgress' && <InCall visit={visit} />}
        {visit.state === 'ended' && <Over visit={visit} />}
        {(visit.state === 'scheduled' || visit.state === 'waiting') && <DeviceCheck />}
      </div>
      <div className="min-w-0 space-y-6">
        <Conversation visit={visit} className="max-h-[32rem] lg:h-[70dvh]" />
        {visit.seat === 'patient' && visit.state !== 'ended' && <GuestCard visit={visit} />}
        {visit.seat === 'patient' && <RecordingList visit={visit} />}
      </div>
    </div>
  )
}

function CheckIn({ visit }: { visit: Visit }) {
  const { t, locale } = useReader()
  const checkIn = useAct('consultation', 'checkIn', { refreshes: ['consultation', 'appointment'] })
  return (
    <Lead visit={visit} title={t('consult.ready')}>
      <p className="text-ink-soft">{t('consult.readyWhy', { when: relative(visit.startsAt, locale) })}</p>
      <ProblemNotice error={checkIn.error} />
      <Button
        size="lg"
        icon="check"
        isPending={checkIn.isPending}
        onPress={() => checkIn.mutate({ visitId: visit.id })}
      >
        {t('consult.checkIn')}
      </Button>
    </Lead>
  )
}

function Waiting({ visit }: { visit: Visit }) {
  const { t, locale, zone } = useReader()
  const { queue } = visit
  return (
    <Lead visit={visit} title={t('consult.waiting')}>
      {queue && (
        <div role="status" className="flex flex-wrap justify-center gap-x-10 gap-y-3">
          <p>
            <bdi className="block text-3xl font-[650] tabular">{number(queue.place, locale)}</bdi>
            <span className="text-sm text-ink-soft">{t('consult.place')}</span>
          </p>
          <p>
            <bdi className="block text-3xl font-[650] tabular">{clock(queue.expectedAt, { locale, zone })}</bdi>
            <span className="text-sm text-ink-soft">{t('consult.expected')}</span>
          </p>
        </div>
      )}
      <p className="text-ink-soft">{t('consult.waitingWhy')}</p>
    </Lead>
  )
}

function Lead({ visit, title, children }: { visit: Visit; title: string; children: ReactNode }) {
  return (
    <Card>
      <div className="flex flex-col items-center gap-4 py-4 text-center">
        <Avatar name={visit.clinicianName} size={72} />
        <h2 className="text-xl font-[630]">{title}</h2>
        {children}
      </div>
    </Card>
  )
}

function InCall({ visit }: { visit: Visit }) {
  const { t } = useReader()
  const call = useCall(visit.id)
  if (call.state === 'in')
    return (
      <VideoStage call={call} visit={visit}>
        <RecordingBar call={call} visit={visit} />
      </VideoStage>
    )
  return <JoinCall call={call} title={t('consult.yourTurn', { name: visit.clinicianName })} />
}

function Over({ visit }: { visit: Visit }) {
  const { t } = useReader()
  return (
    <EmptyState
      icon="check"
      title={t('consult.over')}
      action={
        visit.seat === 'patient' && (
          <LinkButton href={`/visits/${visit.id}/summary`} icon="page">
            {t('consult.toSummary')}
          </LinkButton>
        )
      }
    >
      {t('consult.overWhy')}
    </EmptyState>
  )
}
