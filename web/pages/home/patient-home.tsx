import { usePages, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { usePerson } from '../../session.ts'
import { zoned } from '../../time.ts'
import { Link } from 'react-aria-components'
import { LinkButton, TextLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Since, StateTag, VisitLine } from '../appointment/visit-words.tsx'
import { NextAction } from './next-action.tsx'

/** What to do next comes first; then what is coming, and what one was told. */
export function PatientHome() {
  const { t, zone } = useReader()
  const person = usePerson()
  const visits = usePages('appointment', 'listBookings', { when: 'upcoming', limit: 10 }, { everyMs: 30_000 })
  const waiting = usePages('appointment', 'listWaitList', { limit: 20 }, { everyMs: 30_000 })
  const hour = zoned(new Date().toISOString(), zone).hour
  const greeting = hour < 5 || hour >= 18 ? 'home.evening' : hour < 12 ? 'home.morning' : 'home.afternoon'
  const upcoming = visits.items.filter(visit => visit.state === 'booked' || visit.state === 'arrived')
  const offer = waiting.items.find(entry => entry.state === 'offered' && entry.offer)
  return (
    <Page title={t(greeting, { name: person.name.split(' ')[0] ?? person.name })}>
      <div className="grid items-start gap-6 xl:grid-cols-[1fr_22rem]">
        <div className="min-w-0 space-y-6">
          {visits.isPending ? <Skeleton lines={2} /> : <NextAction visit={upcoming[0]} offer={offer} />}
          <ProblemNotice error={visits.error ?? waiting.error} onRetry={visits.refetch} />
          {upcoming.length > 0 && (
            <Card title={t('home.upcoming')} action={<TextLink href="/visits">{t('home.allVisits')}</TextLink>}>
              <ul className="divide-y divide-line">
                {upcoming.slice(0, 4).map(visit => (
                  <li key={visit.id}>
                    <Link href={`/visits/${visit.id}`} className="-mx-3 block rounded-lg px-3 py-3 hover:bg-sunken">
                      <VisitLine booking={visit} />
                      {visit.state === 'arrived' && (
                        <p className="mt-2 flex items-center gap-2 ps-15 text-sm text-ink-soft">
                          <StateTag state={visit.state} /> <Since at={visit.stateSince} />
                        </p>
                      )}
                    </Link>
                  </li>
                ))}
              </ul>
            </Card>
          )}
          <QuickWays />
        </div>
        <LatestNews />
      </div>
    </Page>
  )
}

function QuickWays() {
  const { t } = useReader()
  const ways: [string, IconName, string, string][] = [
    ['/symptoms', 'question', t('home.symptomsTitle'), t('home.symptoms')],
    ['/find?mode=video', 'video', t('home.videoTitle'), t('home.video')],
    ['/find?mode=clinic', 'pin', t('home.clinicTitle'), t('home.clinic')],
    ['/find?specialty=psychotherapy', 'people', t('home.mindTitle'), t('home.mind')],
  ]
  return (
    <section aria-label={t('nav.find')} className="grid gap-3 sm:grid-cols-2 2xl:grid-cols-4">
      {ways.map(([href, icon, title, text]) => (
        <Link
          key={href}
          href={href}
          className="group rounded-xl border border-line bg-surface p-5 shadow-card transition-shadow hover:shadow-lift"
        >
          <Icon name={icon} size={22} className="text-accent-ink" />
          <span className="mt-3 block font-[600]">{title}</span>
          <span className="block text-sm text-ink-soft">{text}</span>
        </Link>
      ))}
    </section>
  )
}

function LatestNews() {
  const { t } = useReader()
  const news = useRead('notification', 'list', { limit: 5 }, { everyMs: 30_000 })
  return (
    <Card title={t('nav.notifications')} action={<TextLink href="/notifications">{t('home.allNews')}</TextLink>}>
      {news.isPending && <Skeleton lines={2} />}
      <ProblemNotice error={news.error} />
      {news.data?.items.length === 0 && (
        <EmptyState icon="bell" title={t('news.none')}>
          {t('news.noneWhat')}
        </EmptyState>
      )}
      <ul className="divide-y divide-line">
        {news.data?.items.map(each => (
          <li key={each.id} className="py-3 first:pt-0 last:pb-0">
            <Link href={each.link ?? '/notifications'} className="block rounded-md hover:underline">
              <span className="flex items-start gap-2">
                {!each.readAt && <span className="swatch mt-2 size-2 shrink-0 rounded-full bg-glow" />}
                <span className="min-w-0">
                  <span className="block font-[560]">{each.title}</span>
                  <span className="block text-sm text-ink-faint">
                    {!each.readAt && <span className="sr-only">{t('news.unread')} </span>}
                    <Since at={each.createdAt} />
                  </span>
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {(news.data?.items.length ?? 0) > 0 && (
        <LinkButton href="/notifications?tab=preferences" tone="ghost" size="sm" className="mt-3 -ms-3">
          {t('news.howTold')}
        </LinkButton>
      )}
    </Card>
  )
}
