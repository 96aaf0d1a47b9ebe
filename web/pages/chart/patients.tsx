import type { Patient } from '@medplum/fhirtypes'
import { useDeferredValue, useState } from 'react'
import { Link } from 'react-aria-components'
import { usePages, type Pages } from '../../api.ts'
import { useFhirPages } from '../../fhir/queries.ts'
import { ageOf, fhirDate, nameText } from '../../fhir/words.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { useAddress, useGo } from '../../shell/address.ts'
import { dateIn } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { cohortFrom, filtersOf, queryOf, readable } from './cohort.ts'
import { CohortFilters } from './cohort-filters.tsx'

interface PatientLine {
  patientId: string
  name: string
  birthDate?: string | undefined
  gender?: string | undefined
}

/** Whose record I may open: by name at once, by what is in the record with filters. */
export function Patients() {
  const { t, zone } = useReader()
  const [search, change] = useAddress()
  const cohort = useDeferredValue(cohortFrom(search))
  const filters = filtersOf(cohort, dateIn(zone))
  const isCohort = filters.length > 0
  const query = queryOf(cohort, filters)
  const name = cohort.name.trim()
  const byName = usePages(
    'record',
    'listPatients',
    { limit: 30, ...(name ? { name } : {}) },
    { isEnabled: !isCohort, keepsFormer: true },
  )
  const found = useFhirPages<Patient>(query, { isEnabled: isCohort })
  const pages: Pages<PatientLine> = isCohort ? { ...found, items: found.items.map(lineOf) } : byName
  return (
    <Page title={t('nav.patients')} lead={t('patients.lead')}>
      <div className="grid items-start gap-6 lg:grid-cols-[20rem_1fr]">
        <div className="space-y-4 lg:sticky lg:top-20">
          <TextField
            label={t('patients.name')}
            leading={<Icon name="search" size={18} />}
            type="search"
            value={search['name'] ?? ''}
            onChange={text => change({ name: text })}
            maxLength={100}
          />
          <CohortFilters />
        </div>
        <div className="min-w-0">
          <SentQuery query={query} />
          <Found pages={pages} isNarrowed={isCohort || name !== ''} />
          <OpenByNumber />
        </div>
      </div>
    </Page>
  )
}

const lineOf = ({ id, name, birthDate, gender }: Patient): PatientLine => ({
  patientId: id ?? '',
  name: nameText(name),
  birthDate,
  gender,
})

/** The search in FHIR's own words: to learn from, to copy, to try out. */
function SentQuery({ query }: { query: string }) {
  const { t } = useReader()
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg bg-sunken px-4 py-2">
      <p className="min-w-0 flex-1 basis-64">
        <span className="block text-xs font-[600] text-ink-soft">{t('patients.query')}</span>
        <code dir="ltr" className="block text-start text-sm break-all">
          {readable(query)}
        </code>
      </p>
      <LinkButton href={`/fhir?address=${encodeURIComponent(query)}`} tone="ghost" size="sm" icon="code">
        {t('patients.tryQuery')}
      </LinkButton>
    </div>
  )
}

function Found({ pages, isNarrowed }: { pages: Pages<PatientLine>; isNarrowed: boolean }) {
  const { t, locale, zone } = useReader()
  if (pages.isPending) return <Skeleton lines={4} />
  if (pages.error) return <ProblemNotice error={pages.error} onRetry={pages.refetch} />
  if (pages.items.length === 0)
    return (
      <EmptyState icon="people" title={t(isNarrowed ? 'patients.noMatch' : 'patients.none')}>
        {t(isNarrowed ? 'patients.noMatchWhy' : 'patients.noneWhy')}
      </EmptyState>
    )
  return (
    <>
      <ul
        aria-label={t('nav.patients')}
        className="divide-y divide-line rounded-xl border border-line bg-surface px-2 shadow-card"
      >
        {pages.items.map(({ patientId, name, birthDate, gender }) => {
          const age = ageOf(birthDate, zone)
          return (
            <li key={patientId} className="py-1">
              <Link
                href={`/patients/${patientId}`}
                className="flex min-h-14 items-center gap-4 rounded-lg px-3 py-2.5 hover:bg-sunken"
              >
                <Avatar name={name} size={42} />
                <span className="min-w-0 flex-1">
                  <span dir="auto" className="block font-[600]">
                    {name}
                  </span>
                  <span className="flex flex-wrap gap-x-3 text-sm text-ink-soft">
                    {age !== undefined && <span>{t('chart.age', { age })}</span>}
                    {birthDate && <bdi>{fhirDate(birthDate, { locale, zone })}</bdi>}
                    {gender && <span>{translateCode('gender', gender)}</span>}
                  </span>
                </span>
                <Icon name="chevronRight" size={18} className="text-ink-faint" />
              </Link>
            </li>
          )
        })}
      </ul>
      <LoadMore {...pages.more} />
    </>
  )
}

/** The way to a record that no list shows: an unconscious patient has a number on a card, and no visit booked. */
function OpenByNumber() {
  const { t } = useReader()
  const go = useGo()
  const [number, setNumber] = useState('')
  const id = number.trim().replace(/^Patient\//, '')
  const isFine = /^[A-Za-z0-9.-]{1,64}$/.test(id)
  return (
    <form
      className="mt-6 rounded-xl border border-dashed border-control/50 p-5"
      onSubmit={event => {
        event.preventDefault()
        if (isFine) go(`/patients/${id}`)
      }}
    >
      <h2 className="font-[620]">{t('patients.other')}</h2>
      <p className="mb-3 text-sm text-ink-soft">{t('patients.otherWhy')}</p>
      <div className="flex flex-wrap items-end gap-2">
        <TextField
          label={t('patients.number')}
          value={number}
          onChange={setNumber}
          className="min-w-52 flex-1"
          inputClassName="tabular"
        />
        <Button type="submit" tone="quiet" isDisabled={!isFine}>
          {t('patients.open')}
        </Button>
      </div>
    </form>
  )
}
