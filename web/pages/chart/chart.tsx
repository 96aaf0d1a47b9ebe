import type { Consent, Patient } from '@medplum/fhirtypes'
import { useState } from 'react'
import { Fault } from '#core/fault'
import { useFhir, useFhirPages } from '../../fhir/queries.ts'
import { ageOf, fhirDate, nameText } from '../../fhir/words.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { useAddress, useParam } from '../../shell/address.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { asKind, KindFilter } from '../record/kind-filter.tsx'
import { Timeline } from '../record/timeline-list.tsx'
import { sharingOf } from '../record/consent.ts'
import { AssistanceButton } from '../diagnosis/assistance-button.tsx'
import { BreakGlass, EmergencyBanner, GlassDoor } from './break-glass.tsx'
import { ChartFacts } from './chart-facts.tsx'
import { useEmergency } from './emergency.ts'

/** A purpose of its own, so that the patient's log says "Emergency" and not "To treat you". */
const emergencyPurpose = 'ETREAT'

export function Chart() {
  const { t } = useReader()
  const patientId = useParam('patientId')
  const until = useEmergency(patientId)
  const purpose = until ? emergencyPurpose : undefined
  const patient = useFhir<Patient>(`Patient/${encodeURIComponent(patientId)}`, { purpose })
  const isOut =
    patient.error instanceof Fault && ['not_found', 'forbidden', 'gone', 'invalid'].includes(patient.error.kind)
  const name = nameText(patient.data?.name)
  return (
    <Page
      title={(patient.error ? '' : name) || t('chart.title')}
      isTitleHidden={!isOut}
      width="full"
      actions={
        isOut && (
          <LinkButton href="/patients" tone="ghost" icon="chevronLeft">
            {t('nav.patients')}
          </LinkButton>
        )
      }
    >
      {patient.isPending && <Skeleton lines={5} />}
      {isOut ? (
        <GlassDoor patientId={patientId} />
      ) : (
        <ProblemNotice error={patient.error} onRetry={() => void patient.refetch()} />
      )}
      {patient.data && !patient.error && <Opened patient={patient.data} until={until} purpose={purpose} />}
    </Page>
  )
}

interface OpenedProps {
  patient: Patient
  until: string | undefined
  purpose: string | undefined
}

function Opened({ patient, until, purpose }: OpenedProps) {
  const { t } = useReader()
  const [search, change] = useAddress()
  const kind = asKind(search['kind'])
  const patientId = patient.id ?? ''
  return (
    <>
      {until && <EmergencyBanner until={until} />}
      <PatientHead patient={patient} />
      <Withheld patientId={patientId} purpose={purpose} isEmergency={Boolean(until)} />
      <div className="grid items-start gap-6 lg:grid-cols-[21rem_1fr] xl:grid-cols-[24rem_1fr]">
        <aside
          aria-label={t('chart.facts')}
          className="space-y-4 lg:sticky lg:top-20 lg:max-h-[calc(100dvh-6rem)] lg:overflow-y-auto lg:pe-1"
        >
          <ChartFacts patientId={patientId} purpose={purpose} />
        </aside>
        <section aria-label={t('record.timeline')} className="min-w-0">
          <div className="mb-4">
            <KindFilter kind={kind} onChange={next => change({ kind: next })} />
          </div>
          <Timeline
            key={kind ?? 'all'}
            patientId={patientId}
            kind={kind}
            purpose={purpose}
            empty={t('chart.emptyTimeline')}
          />
        </section>
      </div>
    </>
  )
}

function PatientHead({ patient }: { patient: Patient }) {
  const { t, locale, zone } = useReader()
  const name = nameText(patient.name)
  const age = ageOf(patient.birthDate, zone)
  return (
    <div className="mb-5 flex flex-wrap items-center gap-4">
      <Avatar name={name} size={56} />
      <div className="min-w-0 flex-1">
        <p aria-hidden="true" className="text-2xl font-[640]">
          {name}
        </p>
        <p className="flex flex-wrap gap-x-3 text-ink-soft">
          {age !== undefined && <span>{t('chart.age', { age })}</span>}
          {patient.birthDate && <bdi>{t('print.born', { date: fhirDate(patient.birthDate, { locale, zone }) })}</bdi>}
          {patient.gender && <span>{translateCode('gender', patient.gender)}</span>}
        </p>
      </div>
      <LinkButton href={`/patients/${patient.id}/prescribe`} tone="soft" size="sm" icon="pill">
        {t('rx.add')}
      </LinkButton>
      <AssistanceButton patient={patient} />
      <LinkButton href="/patients" tone="ghost" size="sm" icon="chevronLeft">
        {t('nav.patients')}
      </LinkButton>
    </div>
  )
}

/** What a patient keeps back is not there; that something is kept back is said, so that nobody takes a gap for health. */
function Withheld({
  patientId,
  purpose,
  isEmergency,
}: {
  patientId: string
  purpose: string | undefined
  isEmergency: boolean
}) {
  const { t } = useReader()
  const [isOpen, setOpen] = useState(false)
  const consents = useFhirPages<Consent>(`Consent?patient=${patientId}&status=active&_count=50`, { purpose })
  const denials = consents.items.filter(each => sharingOf(each).act === 'deny')
  if (denials.length === 0 || isEmergency) return null
  return (
    <div className="mb-5 flex flex-wrap items-center gap-3 rounded-lg bg-warn-soft px-4 py-3 text-warn">
      <Icon name="lock" size={18} />
      <p className="min-w-0 flex-1 font-[560]">{t('chart.withheld')}</p>
      <Button tone="quiet" size="sm" onPress={() => setOpen(true)}>
        {t('glass.title')}
      </Button>
      <Dialog title={t('glass.title')} isOpen={isOpen} onClose={() => setOpen(false)}>
        <BreakGlass patientId={patientId} onOpened={() => setOpen(false)} />
      </Dialog>
    </div>
  )
}
