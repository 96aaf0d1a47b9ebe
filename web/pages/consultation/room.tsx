import type { Visit } from '#contract/consultation'
import type { Patient } from '@medplum/fhirtypes'
import { useState } from 'react'
import { useAct, useRead } from '../../api.ts'
import { useFhir } from '../../fhir/queries.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useParam } from '../../shell/address.ts'
import { dayAndClock } from '../../time.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { ChartFacts } from '../chart/chart-facts.tsx'
import { AssistanceButton } from '../diagnosis/assistance-button.tsx'
import { PrescribeButton } from '../prescription/prescribe-button.tsx'
import { useVisit } from './call-page.tsx'
import { Conversation } from './conversation.tsx'
import { EndVisit } from './end-visit.tsx'
import { GuestCard } from './guest-card.tsx'
import { VisitStateTag } from './messages.tsx'
import { NoteEditor } from './note-editor.tsx'
import { RecordingBar } from './recording-bar.tsx'
import { RecordingList } from './recording-list.tsx'
import { useNote } from './use-note.ts'
import { useCall } from './use-call.ts'
import { JoinCall, VideoStage } from './video-stage.tsx'

/** The clinician's side: who it is, what is known, what is said and what is written, all at one glance. */
export function Room() {
  const { t, locale, zone } = useReader()
  const { visit, isPending, error } = useVisit(useParam('visitId'))
  return (
    <Page
      title={visit?.patientName ?? t('consult.room')}
      width="full"
      lead={visit && (visit.subject ?? <bdi>{dayAndClock(visit.startsAt, { locale, zone })}</bdi>)}
      actions={
        visit && (
          <>
            <VisitStateTag visit={visit} />
            <Tools visit={visit} />
          </>
        )
      }
    >
      {isPending && <Skeleton lines={5} />}
      <ProblemNotice error={error} />
      {visit && <Surface visit={visit} />}
    </Page>
  )
}

/** The record of whom this visit is with; not there when it is not open to the clinician. */
const usePatient = (personId: string) => useRead('record', 'patientOf', { personId })

function Facts({ personId }: { personId: string }) {
  const patient = usePatient(personId)
  if (patient.isPending) return <Skeleton lines={4} />
  if (!patient.data) return <ProblemNotice error={patient.error} onRetry={() => void patient.refetch()} />
  return <ChartFacts patientId={patient.data.patientId} purpose={undefined} />
}

/** What a clinician reaches for in a visit, over it rather than instead of it. */
function Tools({ visit }: { visit: Visit }) {
  const { t } = useReader()
  const patientId = usePatient(visit.patientId).data?.patientId
  const patient = useFhir<Patient>(`Patient/${patientId}`, { isEnabled: patientId !== undefined })
  if (patientId === undefined) return null
  const isOpen = visit.state !== 'ended' && visit.state !== 'cancelled'
  return (
    <>
      {isOpen && patient.data && <AssistanceButton patient={patient.data} />}
      {isOpen && <PrescribeButton patientId={patientId} />}
      <LinkButton href={`/patients/${patientId}`} tone="ghost" size="sm" icon="page">
        {t('consult.toChart')}
      </LinkButton>
    </>
  )
}

function Surface({ visit }: { visit: Visit }) {
  const { t } = useReader()
  const note = useNote(visit.id)
  const [isEnding, setEnding] = useState(false)
  const isOpen = visit.state !== 'ended' && visit.state !== 'cancelled'
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem] xl:grid-cols-[16rem_minmax(0,1fr)_22rem] 2xl:grid-cols-[20rem_minmax(0,1fr)_26rem]">
      <div className="min-w-0 space-y-5 xl:order-2">
        {visit.kind === 'booked' && isOpen && <Call visit={visit} />}
        <Conversation visit={visit} className={visit.kind === 'booked' ? 'h-[24rem]' : 'h-[60dvh]'} />
      </div>
      <div className="min-w-0 space-y-5 xl:order-3">
        <NoteEditor note={note} />
        {isOpen && (
          <Button size="lg" icon="check" className="w-full" onPress={() => setEnding(true)}>
            {t('consult.end')}
          </Button>
        )}
        {isOpen && visit.kind === 'booked' && <GuestCard visit={visit} />}
        {visit.kind === 'booked' && <RecordingList visit={visit} />}
      </div>
      <aside
        aria-label={t('chart.facts')}
        className="min-w-0 gap-4 max-xl:grid max-xl:grid-cols-1 sm:max-xl:grid-cols-2 lg:max-xl:col-span-2 xl:order-1 xl:space-y-4"
      >
        <Facts personId={visit.patientId} />
      </aside>
      <EndVisit visit={visit} note={note} isOpen={isEnding} onClose={() => setEnding(false)} />
    </div>
  )
}

function Call({ visit }: { visit: Visit }) {
  const { t } = useReader()
  const call = useCall(visit.id)
  const callIn = useAct('consultation', 'callIn', { refreshes: ['consultation'] })
  if (call.state === 'in')
    return (
      <VideoStage call={call} visit={visit}>
        <RecordingBar call={call} visit={visit} />
      </VideoStage>
    )
  if (visit.state === 'inProgress') return <JoinCall call={call} title={t('consult.calledIn')} />
  return (
    <section
      aria-label={t('consult.call')}
      className="flex flex-col items-center gap-4 rounded-2xl border border-line bg-surface px-6 py-10 text-center shadow-card"
    >
      <p className="text-lg font-[600]">
        {t(visit.state === 'waiting' ? 'consult.patientWaits' : 'consult.patientAway', { name: visit.patientName })}
      </p>
      <ProblemNotice error={callIn.error} />
      <Button
        size="lg"
        icon="video"
        isPending={callIn.isPending}
        onPress={() => callIn.mutate({ visitId: visit.id }, { onSuccess: () => void call.join() })}
      >
        {t('consult.callIn')}
      </Button>
    </section>
  )
}
