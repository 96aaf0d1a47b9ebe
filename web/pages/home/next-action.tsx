import type { Booking, WaitListEntry } from '#contract/appointment'
import type { ReactNode } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { clock, nearDay, relative } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { toast } from '../../ui/toast.tsx'
import { isArrivable, ModeLabel, StateTag } from '../appointment/visit-words.tsx'
import { WaitListOffer } from '../appointment/wait-list.tsx'

/** One thing: an offer that runs out, else the visit one should be at, else the next visit, else finding care. */
export function NextAction({ visit, offer }: { visit: Booking | undefined; offer: WaitListEntry | undefined }) {
  if (offer) return <WaitListOffer entry={offer} />
  if (visit) return <NextVisit visit={visit} />
  return <FindFirst />
}

function Hero({ eyebrow, children }: { eyebrow: string; children: ReactNode }) {
  return (
    <section
      aria-label={eyebrow}
      className="overflow-hidden rounded-2xl border border-accent-line bg-accent-soft p-6 sm:p-8"
    >
      <p className="text-sm font-[580] text-accent-ink">{eyebrow}</p>
      {children}
    </section>
  )
}

function FindFirst() {
  const { t } = useReader()
  return (
    <Hero eyebrow={t('home.next')}>
      <h2 className="mt-2 text-2xl font-[640]">{t('home.nothingTitle')}</h2>
      <p className="mt-1 max-w-md text-ink-soft">{t('home.nothing')}</p>
      <LinkButton href="/find" size="lg" className="mt-5" icon="search">
        {t('nav.find')}
      </LinkButton>
    </Hero>
  )
}

function NextVisit({ visit }: { visit: Booking }) {
  const { t, locale, zone } = useReader()
  const arrive = useAct('appointment', 'arrive', { onDone: () => toast({ title: t('visit.arriveDone') }) })
  const isHere = visit.state === 'arrived'
  return (
    <Hero eyebrow={isHere ? t('home.youAreHere') : t('home.next')}>
      <div className="mt-3 flex flex-wrap items-center justify-between gap-4">
        <div className="min-w-0">
          <h2 className="text-2xl font-[640]">
            {nearDay(visit.startsAt, { locale, zone })},{' '}
            <bdi className="tabular">{clock(visit.startsAt, { locale, zone })}</bdi>
          </h2>
          <p className="mt-1 text-ink-soft">{relative(visit.startsAt, locale)}</p>
        </div>
        {isHere && <StateTag state={visit.state} />}
      </div>
      <div className="mt-5 flex items-center gap-4 rounded-xl bg-surface p-4">
        <Avatar name={visit.clinicianName} size={48} />
        <div className="min-w-0">
          <p className="font-[600]">{visit.clinicianName}</p>
          <p className="text-sm text-ink-soft">
            {visit.serviceName} · <ModeLabel mode={visit.mode} place={visit.place} />
          </p>
        </div>
      </div>
      <ProblemNotice error={arrive.error} className="mt-4" />
      <div className="mt-5 flex flex-wrap gap-2">
        {isArrivable(visit) && (
          <Button
            size="lg"
            icon="check"
            isPending={arrive.isPending}
            onPress={() => arrive.mutate({ bookingId: visit.id })}
          >
            {t('visit.arrive')}
          </Button>
        )}
        <LinkButton
          href={`/visits/${visit.id}`}
          tone={isArrivable(visit) ? 'quiet' : 'primary'}
          size={isArrivable(visit) ? 'lg' : 'md'}
        >
          {t('visit.see')}
        </LinkButton>
        {visit.state === 'booked' && (
          <LinkButton href={`/visits/${visit.id}/reschedule`} tone="ghost">
            {t('visit.reschedule')}
          </LinkButton>
        )}
      </div>
      {isHere && (
        <p className="mt-4 flex items-center gap-2 text-sm text-ink-soft">
          <Icon name="clock" size={17} />
          {t('visit.waitingSince', { when: relative(visit.stateSince, locale) })}
        </p>
      )}
    </Hero>
  )
}
