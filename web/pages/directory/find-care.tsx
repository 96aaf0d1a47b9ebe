import { useState } from 'react'
import { Specialty, VisitMode } from '#contract/directory'
import { usePages, useRead, type InputOf } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { jurisdictionName, languageName, shortJurisdiction } from '../../places.ts'
import { useAddress } from '../../shell/address.ts'
import { zoneInWords } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { RadioGroup, Switch } from '../../ui/choice.tsx'
import { Drawer } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { ClinicianCard } from './clinician-card.tsx'
import { anywhere, type Here, useHere } from './here.ts'
import { SearchBar, type Facets } from './search-bar.tsx'

type Query = Omit<InputOf<'appointment', 'findCare'>, 'cursor'>
type Change = (change: Record<string, string | undefined>) => void

export function FindCare() {
  const { t, locale, zone } = useReader()
  const [search, change] = useAddress()
  const facets = useRead('directory', 'facets', {})
  const here = useHere(search['here'])
  const query = queryOf(search, here.place)
  const found = usePages('appointment', 'findCare', query, { keepsFormer: true, isEnabled: !here.isPending })
  const isPending = here.isPending || found.isPending
  const [isFilterOpen, setFilterOpen] = useState(false)
  const filterCount = ['language', 'plan', 'mode'].filter(key => search[key]).length
  const filters = <Filters search={search} facets={facets.data} here={here} onChange={change} />
  return (
    <Page title={t('find.title')} lead={t('find.lead')}>
      <SearchBar search={search} facets={facets.data} onSearch={change} />
      <div className="mt-6 grid gap-8 lg:grid-cols-[15rem_1fr]">
        <aside aria-label={t('find.filters')} className="max-lg:hidden">
          {filters}
        </aside>
        <section aria-label={t('find.results')} className="min-w-0">
          <h2 className="sr-only">{t('find.results')}</h2>
          <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
            <p className="text-sm text-ink-faint">{t('find.zone', { zone: zoneInWords(zone, locale) })}</p>
            <Button tone="quiet" size="sm" icon="filter" className="lg:hidden" onPress={() => setFilterOpen(true)}>
              {filterCount > 0 ? t('find.filtersOn', { count: filterCount }) : t('find.filters')}
            </Button>
          </div>
          {isPending && <Skeleton lines={4} />}
          <ProblemNotice error={found.error} onRetry={found.refetch} />
          {!isPending && !found.error && found.items.length === 0 && (
            <NothingFound search={search} here={here} onChange={change} />
          )}
          <ul className="grid gap-4">
            {found.items.map(each => (
              <li key={each.clinician.id}>
                <ClinicianCard found={each} />
              </li>
            ))}
          </ul>
          <LoadMore {...found.more} />
        </section>
      </div>
      <Drawer
        title={t('find.filters')}
        isOpen={isFilterOpen}
        onClose={() => setFilterOpen(false)}
        footer={<Button onPress={() => setFilterOpen(false)}>{t('find.show')}</Button>}
      >
        {filters}
      </Drawer>
    </Page>
  )
}

/** What the address says, as far as it makes sense; a stale link must not become a refused request. */
function queryOf(search: Record<string, string>, here: string | undefined): Query {
  const query: Query = {}
  const specialty = Specialty.safeParse(search['specialty'])
  const mode = VisitMode.safeParse(search['mode'])
  if (specialty.success) query.specialty = specialty.data
  if (mode.success) query.mode = mode.data
  if (search['text']) query.text = search['text'].slice(0, 100)
  if (search['city']) query.city = search['city'].slice(0, 80)
  if (search['language'] && /^[a-z]{2}$/.test(search['language'])) query.language = search['language']
  if (search['plan']) query.plan = search['plan'].slice(0, 80)
  if (here && search['anywhere'] !== 'yes') query.jurisdiction = here
  return query
}

interface FiltersProps {
  search: Record<string, string>
  facets: Facets | undefined
  here: Here
  onChange: Change
}

const any = 'any'

function Filters({ search, facets, here, onChange }: FiltersProps) {
  const { t, locale } = useReader()
  const pick = (key: string) => (id: string) => onChange({ [key]: id === any ? undefined : id })
  const anyChoice = { id: any, label: t('find.any') }
  return (
    <div className="grid grid-cols-1 gap-5">
      <RadioGroup
        label={t('find.how')}
        look="segments"
        value={search['mode'] ?? any}
        onChange={id => onChange({ mode: id === any ? undefined : id, ...(id === 'video' ? { city: undefined } : {}) })}
        choices={[anyChoice, { id: 'video', label: t('mode.video') }, { id: 'clinic', label: t('mode.clinic') }]}
      />
      <Select
        label={t('field.language')}
        value={search['language'] ?? any}
        onChange={pick('language')}
        choices={[
          anyChoice,
          ...(facets?.languages ?? []).map(code => ({ id: code, label: languageName(code, locale) })),
        ]}
      />
      <Select
        label={t('find.plan')}
        value={search['plan'] ?? any}
        onChange={pick('plan')}
        choices={[anyChoice, ...(facets?.plans ?? []).map(plan => ({ id: plan, label: plan }))]}
      />
      <WhereLicensed search={search} facets={facets} here={here} onChange={onChange} />
    </div>
  )
}

/** Whose place is known may only look beyond it; a stranger says where they are, since clinicians may treat only where they are licensed. */
function WhereLicensed({ search, facets, here, onChange }: FiltersProps) {
  const { t, locale } = useReader()
  const places = new Set([
    ...(here.place ? [here.place] : []),
    ...(facets?.places ?? []).map(each => each.jurisdiction),
  ])
  return (
    <div>
      {here.isKnown && here.place ? (
        <Switch
          isSelected={search['anywhere'] !== 'yes'}
          onChange={isOn => onChange({ anywhere: isOn ? undefined : 'yes' })}
        >
          <span className="text-sm">{t('find.onlyLicensed', { place: jurisdictionName(here.place, locale) })}</span>
        </Switch>
      ) : (
        <Select
          label={t('find.here')}
          value={here.place ?? anywhere}
          onChange={id => onChange({ here: id })}
          choices={[
            { id: anywhere, label: t('find.anywhere') },
            ...[...places].map(id => ({ id, label: shortJurisdiction(id, locale) })),
          ]}
        />
      )}
      <p className="mt-1 text-sm text-ink-faint">{t('find.onlyLicensedWhy')}</p>
    </div>
  )
}

/** Offers to drop what narrows the search, one thing at a time, rather than only saying that there is nothing. */
function NothingFound({ search, here, onChange }: Omit<FiltersProps, 'facets'>) {
  const { t } = useReader()
  const narrowing = (['plan', 'language', 'city', 'mode', 'text', 'specialty'] as const).filter(key => search[key])
  const words = (key: string) =>
    key === 'specialty' ? translateCode('specialty', search[key] ?? '') : (search[key] ?? '')
  return (
    <EmptyState
      icon="search"
      title={t('find.nothing')}
      action={
        <>
          {narrowing.slice(0, 3).map(key => (
            <Button key={key} tone="quiet" size="sm" icon="cross" onPress={() => onChange({ [key]: undefined })}>
              {t('find.without', { what: key === 'mode' ? translateCode('mode', words(key)) : words(key) })}
            </Button>
          ))}
          {here.place && search['anywhere'] !== 'yes' && (
            <Button
              tone="quiet"
              size="sm"
              onPress={() => onChange(here.isKnown ? { anywhere: 'yes' } : { here: anywhere })}
            >
              {t('find.anywhere')}
            </Button>
          )}
        </>
      }
    >
      {t('find.nothingWhat')}
    </EmptyState>
  )
}
