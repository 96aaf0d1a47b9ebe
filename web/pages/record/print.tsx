import type { Condition, Immunization, MedicationRequest, Observation, Patient, Resource } from '@medplum/fhirtypes'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { allPages } from '../../fhir/client.ts'
import { conceptCode, fhirDate, nameText, rangeText, valueText } from '../../fhir/words.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { entryOf, isKnown, type Known } from './entries.ts'
import { stateOf } from './entry-words.tsx'
import { useOwnPatient } from './own-patient.ts'
import { seriesOf } from './series.ts'

/** The record on paper, for a new practice or a journey: what counts now first, then the past. */
export function PrintRecord() {
  const { t, locale, zone } = useReader()
  const own = useOwnPatient()
  const all = useQuery({
    queryKey: ['fhir', 'everything', own.patientId],
    queryFn: () => allPages(`Patient/${own.patientId}/$everything?_count=1000`),
    enabled: own.patientId !== '',
  })
  const patient = all.data?.find((each): each is Patient => each.resourceType === 'Patient')
  const today = fhirDate(new Date().toISOString(), { locale, zone })
  return (
    <Page
      title={t('print.title')}
      width="reading"
      lead={t('print.lead', { date: today })}
      actions={
        <span className="no-print flex flex-wrap gap-2">
          <LinkButton href="/record" tone="ghost">
            {t('action.back')}
          </LinkButton>
          <Button icon="print" onPress={() => print()}>
            {t('print.print')}
          </Button>
        </span>
      }
    >
      {(own.isPending || (all.isPending && own.patientId !== '')) && <Skeleton lines={5} />}
      <ProblemNotice error={own.error ?? all.error} onRetry={own.refetch} />
      {!own.isPending && !own.error && own.patientId === '' && <p>{t('record.notYet')}</p>}
      {all.data && (
        <>
          {patient && (
            <p className="mb-6 text-lg">
              <strong>{nameText(patient.name)}</strong>
              <span className="block text-base text-ink-soft">
                {t('print.born', { date: fhirDate(patient.birthDate, { locale, zone }) || '–' })}
              </span>
            </p>
          )}
          <Sections resources={all.data} />
        </>
      )}
    </Page>
  )
}

const of = <Wanted extends Resource>(resources: readonly Resource[], type: Wanted['resourceType']): Wanted[] =>
  resources.filter((each): each is Wanted => each.resourceType === type)

function Sections({ resources }: { resources: readonly Resource[] }) {
  const { t, locale, zone } = useReader()
  const date = (text: string | undefined) => fhirDate(text, { locale, zone })
  const lines = (some: readonly Known[]) =>
    some
      .map(each => entryOf(each, locale))
      .toSorted((a, b) => isGrave(b.resource) - isGrave(a.resource) || b.when.localeCompare(a.when))
      .map(({ id, title, detail, when, who, where, resource }) => ({
        id,
        title,
        detail: [detail, stateWords(resource), date(when), [who, where].filter(Boolean).join(', ')],
      }))
  const known = resources.filter(isKnown)
  const kind = (...types: Known['resourceType'][]) => known.filter(each => types.includes(each.resourceType))
  const isActive = (each: Known) => ['active', 'high-risk'].includes(stateOf(each) ?? '')
  const results = seriesOf(of<Observation>(resources, 'Observation')).map(({ code, title, latest, latestAt }) => ({
    id: code,
    title,
    detail: [
      valueText(latest, locale) ?? '',
      rangeText(latest, locale) ? t('results.usual', { range: rangeText(latest, locale) }) : '',
      date(latestAt),
    ],
  }))
  const problems = of<Condition>(resources, 'Condition')
  const medicines = of<MedicationRequest>(resources, 'MedicationRequest')
  return (
    <>
      <Section title={t('print.allergies')} lines={lines(kind('AllergyIntolerance'))} />
      <Section title={t('print.problems')} lines={lines(problems.filter(isActive))} />
      <Section title={t('print.medicines')} lines={lines(medicines.filter(isActive))} />
      <Section title={t('print.results')} lines={results} />
      <Section title={t('kind.immunisations')} lines={lines(of<Immunization>(resources, 'Immunization'))} />
      <Section title={t('print.formerProblems')} lines={lines(problems.filter(each => !isActive(each)))} />
      <Section title={t('print.formerMedicines')} lines={lines(medicines.filter(each => !isActive(each)))} />
      <Section title={t('kind.visits')} lines={lines(kind('Encounter', 'Procedure'))} />
      <Section title={t('kind.documents')} lines={lines(kind('DocumentReference'))} />
    </>
  )
}

/** An allergy that can kill stands first, on paper as on the screen. */
const isGrave = (resource: Known) => Number(stateOf(resource) === 'high-risk')

function stateWords(resource: Known): string {
  const state = resource.resourceType === 'Condition' ? conceptCode(resource.clinicalStatus) : stateOf(resource)
  return state && state !== 'active' ? translateCode('fhirState', state) : ''
}

interface PrintedLine {
  id: string
  title: string
  detail: readonly string[]
}

function Section({ title, lines }: { title: string; lines: readonly PrintedLine[] }): ReactNode {
  const { t } = useReader()
  return (
    <section className="mb-7 break-inside-auto">
      <h2 className="mb-1 border-b border-ink pb-1 text-lg font-[640]">{title}</h2>
      {lines.length === 0 && <p className="py-1.5 text-ink-soft">{t('print.nothing')}</p>}
      <ul className="divide-y divide-line">
        {lines.map(({ id, title: name, detail }) => (
          <li
            key={id}
            className="grid break-inside-avoid gap-x-4 py-1.5 sm:grid-cols-[2fr_3fr] print:grid-cols-[2fr_3fr]"
          >
            <span dir="auto" className="font-[560]">
              {name}
            </span>
            <bdi className="text-ink-soft">{detail.filter(Boolean).join(' · ')}</bdi>
          </li>
        ))}
      </ul>
    </section>
  )
}
