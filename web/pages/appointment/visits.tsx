import { Link } from 'react-aria-components'
import { useAct, usePages } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useAddress } from '../../shell/address.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { toast } from '../../ui/toast.tsx'
import { StateTag, VisitLine } from './visit-words.tsx'
import { WaitListLine, WaitListOffer } from './wait-list.tsx'

export function Visits() {
  const { t } = useReader()
  const [{ tab }, change] = useAddress()
  const waiting = usePages('appointment', 'listWaitList', { limit: 20 }, { everyMs: 30_000 })
  const offers = waiting.items.filter(entry => entry.state === 'offered')
  return (
    <Page
      title={t('nav.visits')}
      width="reading"
      actions={
        <LinkButton href="/find" icon="plus">
          {t('visits.new')}
        </LinkButton>
      }
    >
      {offers.length > 0 && (
        <div className="mb-8 space-y-4">
          {offers.map(entry => (
            <WaitListOffer key={entry.id} entry={entry} />
          ))}
        </div>
      )}
      <Tabs
        label={t('nav.visits')}
        selected={tab ?? 'upcoming'}
        onSelect={id => change({ tab: id })}
        tabs={[
          { id: 'upcoming', title: t('visits.upcoming'), content: <VisitList when="upcoming" /> },
          { id: 'past', title: t('visits.past'), content: <VisitList when="past" /> },
          {
            id: 'waiting',
            title: t('visits.waiting'),
            count: waiting.items.filter(entry => entry.state === 'waiting').length,
            content: <WaitingList waiting={waiting} />,
          },
        ]}
      />
    </Page>
  )
}

function VisitList({ when }: { when: 'upcoming' | 'past' }) {
  const { t } = useReader()
  const visits = usePages('appointment', 'listBookings', { when, limit: 20 }, { everyMs: 60_000 })
  return (
    <>
      {visits.isPending && <Skeleton />}
      <ProblemNotice error={visits.error} onRetry={visits.refetch} />
      {!visits.isPending && !visits.error && visits.items.length === 0 && (
        <EmptyState
          icon="calendar"
          title={t(`visits.none.${when}`)}
          action={when === 'upcoming' && <LinkButton href="/find">{t('nav.find')}</LinkButton>}
        >
          {when === 'upcoming' && t('home.nothing')}
        </EmptyState>
      )}
      <ul className="space-y-3">
        {visits.items.map(visit => (
          <li key={visit.id}>
            <Link
              href={`/visits/${visit.id}`}
              className="block rounded-xl border border-line bg-surface p-4 shadow-card transition-shadow hover:shadow-lift sm:p-5"
            >
              <VisitLine booking={visit} />
              {visit.state !== 'booked' && (
                <p className="mt-3 ps-15">
                  <StateTag state={visit.state} />
                </p>
              )}
            </Link>
          </li>
        ))}
      </ul>
      <LoadMore {...visits.more} />
      {when === 'upcoming' && <CalendarFeed />}
    </>
  )
}

function WaitingList({ waiting }: { waiting: ReturnType<typeof usePages<'appointment', 'listWaitList'>> }) {
  const { t } = useReader()
  if (waiting.isPending) return <Skeleton />
  return (
    <>
      <ProblemNotice error={waiting.error} onRetry={waiting.refetch} />
      {waiting.items.length === 0 && !waiting.error && (
        <EmptyState icon="bell" title={t('waitList.none')}>
          {t('waitList.what')}
        </EmptyState>
      )}
      {waiting.items.length > 0 && (
        <Card className="py-1!">
          <ul className="divide-y divide-line">
            {waiting.items.map(entry => (
              <li key={entry.id}>
                <WaitListLine entry={entry} />
              </li>
            ))}
          </ul>
        </Card>
      )}
      <LoadMore {...waiting.more} />
    </>
  )
}

/** All visits in the calendar one already uses; the address is a secret, so it is shown only when asked for. */
function CalendarFeed() {
  const { t } = useReader()
  const feed = useAct('appointment', 'calendarFeed', { refreshes: [] })
  const address = feed.data && new URL(feed.data.path, location.origin).href
  return (
    <Card className="mt-8" title={t('feed.title')} description={t('feed.lead')}>
      <ProblemNotice error={feed.error} className="mb-3" />
      {address ? (
        <div className="flex flex-wrap items-center gap-2">
          <code dir="ltr" className="min-w-0 flex-1 rounded-md bg-sunken px-3 py-2 text-sm break-all">
            {address}
          </code>
          <Button
            tone="quiet"
            size="sm"
            icon="copy"
            onPress={() => void navigator.clipboard.writeText(address).then(() => toast({ title: t('state.copied') }))}
          >
            {t('action.copy')}
          </Button>
          <Button tone="ghost" size="sm" icon="refresh" isPending={feed.isPending} onPress={() => feed.mutate({})}>
            {t('feed.renew')}
          </Button>
        </div>
      ) : (
        <Button tone="quiet" icon="calendarPlus" isPending={feed.isPending} onPress={() => feed.mutate({})}>
          {t('feed.show')}
        </Button>
      )}
    </Card>
  )
}
