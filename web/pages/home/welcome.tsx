import { useRead } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { useGo } from '../../shell/address.ts'
import { Link } from 'react-aria-components'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { ClinicianCard } from '../directory/clinician-card.tsx'
import { useHere } from '../directory/here.ts'
import { SearchBar } from '../directory/search-bar.tsx'

export function Welcome() {
  const { t } = useReader()
  const go = useGo()
  const here = useHere()
  const care = useRead(
    'appointment',
    'findCare',
    { limit: 3, ...(here.place ? { jurisdiction: here.place } : {}) },
    { isEnabled: !here.isPending },
  )
  const facets = useRead('directory', 'facets', {})
  return (
    <Page title={t('welcome.title')} isTitleHidden>
      <section className="relative mb-12 rounded-2xl bg-brand px-5 py-10 text-white sm:px-12 sm:py-16">
        <Motif />
        <p
          aria-hidden="true"
          className="relative max-w-2xl text-4xl font-[640] tracking-[-0.03em] text-balance sm:text-[3.4rem] sm:leading-[1.1]"
        >
          {t('welcome.title')}
        </p>
        <p className="relative mt-4 max-w-lg text-lg text-white/85">{t('welcome.lead')}</p>
        <div className="relative mt-9 text-ink">
          <SearchBar
            search={{}}
            facets={facets.data}
            onSearch={change => go(`/find?${new URLSearchParams(clean(change))}`)}
          />
        </div>
        <div className="relative mt-5 flex min-h-11 flex-wrap items-center gap-2">
          <span className="text-sm text-white/85">{t('welcome.often')}</span>
          {facets.data?.specialties.slice(0, 5).map(specialty => (
            <Link
              key={specialty}
              href={`/find?specialty=${specialty}`}
              className="inline-flex min-h-9 items-center rounded-full border border-white/35 px-3.5 text-sm font-[560] outline-offset-2 outline-white! hover:bg-white/12 max-lg:min-h-11"
            >
              {translateCode('specialty', specialty)}
            </Link>
          ))}
        </div>
      </section>
      <section aria-labelledby="soonest">
        <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
          <h2 id="soonest" className="text-xl font-[630]">
            {t('welcome.soonest')}
          </h2>
          <LinkButton tone="ghost" size="sm" href="/find" trailingIcon="arrowRight">
            {t('welcome.all')}
          </LinkButton>
        </div>
        {care.isPending && <Skeleton />}
        <ProblemNotice error={care.error} onRetry={() => void care.refetch()} />
        <ul className="grid gap-4">
          {care.data?.items.map(found => (
            <li key={found.clinician.id}>
              <ClinicianCard found={found} />
            </li>
          ))}
        </ul>
      </section>
      <Reasons />
    </Page>
  )
}

/** The mark, large and quiet: two voices that meet. */
function Motif() {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 320 320"
      className="pointer-events-none absolute end-0 bottom-0 hidden h-full w-[26rem] overflow-visible lg:block rtl:-scale-x-100"
    >
      <g fill="none" stroke="rgb(255 255 255 / 0.09)" strokeWidth="46" strokeLinecap="round">
        <path d="M74 250V136a50 50 0 0 1 100 0v62" />
        <path d="M174 198v-62a50 50 0 0 1 100 0v44" />
      </g>
      <circle cx="274" cy="248" r="25" fill="#f4a07a" />
    </svg>
  )
}

function Reasons() {
  const { t } = useReader()
  const reasons: [IconName, string, string][] = [
    ['clock', t('welcome.realTitle'), t('welcome.real')],
    ['shield', t('welcome.verifiedTitle'), t('welcome.verified')],
    ['key', t('welcome.yoursTitle'), t('welcome.yours')],
  ]
  return (
    <section aria-label={t('welcome.why')} className="mt-14 grid gap-8 border-t border-line pt-10 sm:grid-cols-3">
      {reasons.map(([icon, title, text]) => (
        <div key={title}>
          <span className="mb-3 flex size-11 items-center justify-center rounded-full bg-accent-soft text-accent-ink">
            <Icon name={icon} />
          </span>
          <h2 className="font-[600]">{title}</h2>
          <p className="mt-1 text-ink-soft">{text}</p>
        </div>
      ))}
    </section>
  )
}

function clean(change: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(change).filter((entry): entry is [string, string] => Boolean(entry[1])))
}
