import type { Hold } from '#contract/appointment'
import type { CareService, Clinician, VisitMode } from '#contract/directory'
import { formatMoney } from '#core/money'
import { useEffect, useRef, useState } from 'react'
import { useAct, useRead } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { useSession } from '../../session.ts'
import { useAddress, useGo, useParam } from '../../shell/address.ts'
import { jurisdictionName } from '../../places.ts'
import { duration } from '../../time.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { toast } from '../../ui/toast.tsx'
import { ClinicianProfile } from '../directory/clinician-profile.tsx'
import { useHere } from '../directory/here.ts'
import { ConfirmBooking } from './confirm-booking.tsx'
import { JoinWaitList } from './wait-list.tsx'
import { WeekPicker } from './week-picker.tsx'
import { WhyNot } from './why-not.tsx'

/** A clinician's page: who they are, and beside it everything it takes to have a visit with them. */
export function Book() {
  const { t } = useReader()
  const clinicianId = useParam('clinicianId')
  const clinician = useRead('directory', 'clinician', { clinicianId })
  return (
    <Page title={clinician.data ? clinician.data.name : t('book.title')} isTitleHidden>
      {clinician.isPending && <Skeleton lines={4} />}
      <ProblemNotice error={clinician.error} onRetry={() => void clinician.refetch()} />
      {clinician.data && (
        <div className="grid items-start gap-6 max-lg:grid-cols-1 lg:grid-cols-[20rem_1fr] xl:grid-cols-[23rem_1fr]">
          <ClinicianProfile clinician={clinician.data} />
          {clinician.data.services.length > 0 && clinician.data.acceptsPatients ? (
            <BookingSteps clinician={clinician.data} />
          ) : (
            <EmptyState icon="calendar" title={t('find.notAccepting')} />
          )}
        </div>
      )}
    </Page>
  )
}

function BookingSteps({ clinician }: { clinician: Clinician }) {
  const [search, change] = useAddress()
  const service = clinician.services.find(each => each.id === search['service']) ?? clinician.services[0]
  const mode = service?.modes.find(each => each === search['mode']) ?? service?.modes[0]
  const { hold, holding, take, drop } = useHold(clinician.id, service?.id ?? '', mode ?? 'video', search['at'])
  if (!service || !mode) return null
  if (hold) return <ConfirmBooking clinician={clinician} service={service} hold={hold} onRelease={drop} />
  return (
    <div className="min-w-0 space-y-6 max-lg:order-2">
      <ChooseReason clinician={clinician} service={service} mode={mode} onChange={change} />
      <ChooseTime
        clinician={clinician}
        service={service}
        mode={mode}
        holding={holding}
        openAt={search['at']}
        onTake={take}
      />
    </div>
  )
}

interface ChooseReasonProps {
  clinician: Clinician
  service: CareService
  mode: VisitMode
  onChange: (change: Record<string, string | undefined>) => void
}

function ChooseReason({ clinician, service, mode, onChange }: ChooseReasonProps) {
  const { t, locale } = useReader()
  const choices = clinician.services.map(each => ({
    id: each.id,
    label: each.name,
    description: `${duration(each.minutes, locale)} · ${each.modes.map(one => translateCode('mode', one)).join(', ')}`,
    trailing: <bdi className="font-[600] tabular">{formatMoney(each.price, locale)}</bdi>,
  }))
  return (
    <Card title={t('book.reason')}>
      <RadioGroup
        label={t('book.reason')}
        isLabelHidden
        choices={choices}
        value={service.id}
        onChange={id => onChange({ service: id, mode: undefined, at: undefined })}
      />
      {service.modes.length > 1 && (
        <RadioGroup
          label={t('find.how')}
          className="mt-5"
          look="segments"
          choices={service.modes.map(each => ({
            id: each,
            label: each === 'clinic' ? clinician.organization.name : t('mode.video'),
          }))}
          value={mode}
          onChange={id => onChange({ mode: id })}
        />
      )}
    </Card>
  )
}

interface ChooseTimeProps {
  clinician: Clinician
  service: CareService
  mode: VisitMode
  holding: ReturnType<typeof useHold>['holding']
  openAt: string | undefined
  onTake: (startsAt: string) => void
}

function ChooseTime({ clinician, service, mode, holding, openAt, onTake }: ChooseTimeProps) {
  const { t } = useReader()
  const go = useGo()
  const session = useSession()
  const [isWaitOpen, setWaitOpen] = useState(false)
  const openWaitList = () => (session.status === 'signedIn' ? setWaitOpen(true) : go(signInFirst()))
  return (
    <Card title={t('book.time')}>
      <ProblemNotice error={holding.error} className="mb-4" />
      <NotLicensed clinician={clinician} />
      <WeekPicker
        clinicianId={clinician.id}
        serviceId={service.id}
        openAt={openAt}
        selected={holding.isPending ? (holding.variables?.startsAt ?? null) : null}
        isDisabled={holding.isPending}
        onSelect={onTake}
      />
      <div className="mt-6 flex flex-wrap items-center justify-between gap-3 border-t border-line pt-5">
        <p className="text-ink-soft">{t('waitList.ask')}</p>
        <Button tone="quiet" icon="bell" onPress={openWaitList}>
          {t('waitList.join')}
        </Button>
      </div>
      <WhyNot clinicianId={clinician.id} serviceId={service.id} onChoose={onTake} />
      <JoinWaitList
        clinicianId={clinician.id}
        serviceId={service.id}
        mode={mode}
        isOpen={isWaitOpen}
        onClose={() => setWaitOpen(false)}
      />
    </Card>
  )
}

/** Said before a time is chosen, rather than as a refusal after it. */
function NotLicensed({ clinician }: { clinician: Clinician }) {
  const { t, locale } = useReader()
  const here = useHere()
  const isLicensed = clinician.licences.some(
    each => each.verification === 'verified' && each.jurisdiction === here.place,
  )
  if (!here.isKnown || !here.place || isLicensed) return null
  return (
    <div className="mb-5 flex items-start gap-3 rounded-lg bg-warn-soft px-4 py-3.5">
      <Icon name="warning" className="mt-0.5 text-warn" />
      <div className="min-w-0 flex-1">
        <p>{t('book.notLicensed', { name: clinician.name, place: jurisdictionName(here.place, locale) })}</p>
        <LinkButton tone="quiet" size="sm" className="mt-2" href="/find">
          {t('book.findLicensed')}
        </LinkButton>
      </div>
    </div>
  )
}

function signInFirst(extra: Record<string, string> = {}): string {
  const back = new URL(location.href)
  for (const [key, value] of Object.entries(extra)) back.searchParams.set(key, value)
  return `/sign-in?next=${encodeURIComponent(back.pathname + back.search)}`
}

/** Holds a pressed time at once: nobody fills in a form for a time that is gone. A time from a search card is held on arrival. */
function useHold(clinicianId: string, serviceId: string, mode: VisitMode, at: string | undefined) {
  const { t } = useReader()
  const go = useGo()
  const [, change] = useAddress()
  const session = useSession()
  const [hold, setHold] = useState<Hold | null>(null)
  const holding = useAct('appointment', 'hold', { onDone: setHold })
  const release = useAct('appointment', 'release')
  const take = (startsAt: string) => {
    if (session.status !== 'signedIn') return go(signInFirst({ service: serviceId, mode, at: startsAt }))
    holding.mutate({ clinicianId, serviceId, mode, startsAt })
  }
  const taken = useRef(false)
  useEffect(() => {
    if (!at || taken.current || session.status !== 'signedIn' || !session.person.roles.includes('patient')) return
    taken.current = true
    holding.mutate({ clinicianId, serviceId, mode, startsAt: at })
  }, [at, session, clinicianId, serviceId, mode, holding])
  const drop = (why: 'given' | 'expired') => {
    if (hold && why === 'given') release.mutate({ holdId: hold.id })
    if (why === 'expired') toast({ title: t('hold.expired'), tone: 'bad' })
    setHold(null)
    change({ at: undefined })
  }
  return { hold, holding, take, drop }
}
