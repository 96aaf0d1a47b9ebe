import { useRead } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { useGo } from '../../shell/address.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { ClinicianCard } from '../directory/clinician-card.tsx'
import { SearchBar } from '../directory/search-bar.tsx'

export function Welcome() {
  const { t } = useReader()
  const go = useGo()
  const care = useRead('appointment', 'findCare', { limit: 3 })
  const facets = useRead('directory', 'facets', {})
  return (
    <Page title={t('welcome.title')} isTitleHidden>
      <section className="pt-4 pb-12 sm:pt-12 sm:pb-16">
        <p aria-hidden="true" className="max-w-3xl text-4xl font-[650] tracking-[-0.035em] text-balance sm:text-[3.5rem] sm:leading-[1.08]">
          {t('welcome.title')}
        </p>
        <p className="mt-4 max-w-xl text-lg text-ink-soft">{t('welcome.lead')}</p>
        <div className="mt-8">
          <SearchBar search={{}} facets={facets.data} onSearch={change => go(`/find?${new URLSearchParams(clean(change))}`)} />
        </div>
        <p className="mt-5 flex flex-wrap items-center gap-2">
          <span className="text-sm text-ink-faint">{t('welcome.often')}</span>
          {facets.data?.specialties.slice(0, 5).map(specialty => (
            <LinkButton key={specialty} tone="quiet" size="sm" href={`/find?specialty=${specialty}`} className="border-line!">
              {translateCode('specialty', specialty)}
            </LinkButton>
          ))}
        </p>
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
