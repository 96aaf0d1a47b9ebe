import type { AllergyIntolerance, Condition, MedicationRequest, Observation } from '@medplum/fhirtypes'
import { useState, type ReactNode } from 'react'
import { useFhirPages } from '../../fhir/queries.ts'
import { fhirDate, valueText } from '../../fhir/words.ts'
import { useReader } from '../../i18n/locale.tsx'
import type { Pages } from '../../api.ts'
import { Card } from '../../ui/card.tsx'
import { IconButton } from '../../ui/button.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Button as AriaButton } from 'react-aria-components'
import { entryOf, type Entry, type Known } from '../record/entries.ts'
import { EntrySheet } from '../record/entry-sheet.tsx'
import { EntryState, FlagTag } from '../record/entry-words.tsx'
import { TrendDialog } from '../record/results.tsx'
import { seriesOf, type Series } from '../record/series.ts'
import { SmallTrend } from '../record/trend-chart.tsx'
import { AddEntry, type EntryKind } from './add-entry.tsx'
import { joined, type Joined } from './joined-medicines.ts'

/** What counts at every glance: allergies before all, then problems, medicines, vital signs; each with source and date. */
export function ChartFacts({ patientId, purpose }: { patientId: string; purpose: string | undefined }) {
  const { t } = useReader()
  const [opened, setOpened] = useState<Entry | undefined>()
  const [adding, setAdding] = useState<EntryKind | undefined>()
  const options = { purpose }
  const of = `patient=${patientId}&_count=100`
  const allergies = useFhirPages<AllergyIntolerance>(`AllergyIntolerance?${of}&_sort=-date`, options)
  const problems = useFhirPages<Condition>(
    `Condition?${of}&clinical-status=active,recurrence,relapse&_sort=-recorded-date`,
    options,
  )
  const medicines = useFhirPages<MedicationRequest>(`MedicationRequest?${of}&status=active&_sort=-authoredon`, options)
  return (
    <>
      <Facts
        title={t('chart.allergies')}
        none={t('chart.noAllergies')}
        addLabel={t('chart.addAllergy')}
        pages={allergies}
        onOpen={setOpened}
        onAdd={() => setAdding('allergy')}
      />
      <Facts
        title={t('chart.problems')}
        none={t('chart.noProblems')}
        addLabel={t('chart.addProblem')}
        pages={problems}
        onOpen={setOpened}
        onAdd={() => setAdding('problem')}
      />
      <Facts title={t('chart.medicines')} none={t('chart.noMedicines')} pages={medicines} onOpen={setOpened} />
      <Vitals patientId={patientId} purpose={purpose} onAdd={() => setAdding('vital')} />
      <EntrySheet entry={opened} onClose={() => setOpened(undefined)} />
      <AddEntry patientId={patientId} purpose={purpose} kind={adding} onClose={() => setAdding(undefined)} />
    </>
  )
}

function FactsCard({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <Card className="p-4! sm:p-5!">
      <div className="-mt-1.5 mb-1 flex min-h-11 items-center justify-between gap-2">
        <h2 className="font-[620]">{title}</h2>
        {action}
      </div>
      {children}
    </Card>
  )
}

interface FactsProps<Resource extends Known> {
  title: string
  none: string
  addLabel?: string
  pages: Pages<Resource>
  onOpen: (entry: Entry) => void
  onAdd?: () => void
}

function Facts<Resource extends Known>({ title, none, addLabel, pages, onOpen, onAdd }: FactsProps<Resource>) {
  const { locale } = useReader()
  const entries = pages.items.map(each => entryOf(each, locale)).toSorted((a, b) => danger(b) - danger(a))
  const lines = entries.every(each => each.kind === 'medicines') ? joined(entries) : entries.map(alone)
  return (
    <FactsCard
      title={title}
      action={onAdd && addLabel && <IconButton icon="plus" label={addLabel} tone="soft" onPress={onAdd} />}
    >
      {pages.isPending && <Skeleton lines={1} />}
      <ProblemNotice error={pages.error} onRetry={pages.refetch} />
      {!pages.isPending && !pages.error && entries.length === 0 && <p className="text-sm text-ink-faint">{none}</p>}
      <ul className="-mx-2">
        {lines.map(({ entry, others }) => (
          <li key={entry.id}>
            <FactLine entry={entry} others={others} onOpen={() => onOpen(entry)} />
          </li>
        ))}
      </ul>
    </FactsCard>
  )
}

const alone = (entry: Entry): Joined => ({ entry, others: [] })

/** What can kill comes first. */
const danger = ({ resource }: Entry) =>
  Number(resource.resourceType === 'AllergyIntolerance' && resource.criticality === 'high')

function FactLine({ entry, others, onOpen }: Joined & { onOpen: () => void }) {
  const { t, locale, zone } = useReader()
  return (
    <AriaButton
      onPress={onOpen}
      className="block min-h-11 w-full cursor-pointer rounded-lg px-2 py-1.5 text-start hover:bg-sunken"
    >
      <span className="flex flex-wrap items-center gap-x-2">
        <span dir="auto" className="font-[560]">
          {entry.title}
        </span>
        {entry.resource.resourceType === 'AllergyIntolerance' && entry.resource.criticality === 'high' && (
          <EntryState resource={entry.resource} />
        )}
      </span>
      {entry.detail && (
        <span className="block text-sm text-ink-soft">
          <bdi>{entry.detail}</bdi>
        </span>
      )}
      <span className="block text-xs text-ink-faint">
        <bdi>{fhirDate(entry.when, { locale, zone }) || t('record.undated')}</bdi> ·{' '}
        {entry.who || t('record.unknownSource')}
      </span>
      {others.length > 0 && (
        <span className="block text-xs text-ink-faint">
          {t('rx.alsoIn', { count: others.length })}:{' '}
          <bdi>{others.map(each => fhirDate(each.when, { locale, zone }) || t('record.undated')).join(', ')}</bdi>
        </span>
      )}
    </AriaButton>
  )
}

function Vitals({ patientId, purpose, onAdd }: { patientId: string; purpose: string | undefined; onAdd: () => void }) {
  const { t, locale, zone } = useReader()
  const [opened, setOpened] = useState<Series | undefined>()
  const vitals = useFhirPages<Observation>(
    `Observation?patient=${patientId}&category=vital-signs&_sort=-date&_count=100`,
    { purpose },
  )
  const series = seriesOf(vitals.items)
  return (
    <FactsCard
      title={t('chart.vitals')}
      action={<IconButton icon="plus" label={t('chart.addVital')} tone="soft" onPress={onAdd} />}
    >
      {vitals.isPending && <Skeleton lines={1} />}
      <ProblemNotice error={vitals.error} onRetry={vitals.refetch} />
      {!vitals.isPending && !vitals.error && series.length === 0 && (
        <p className="text-sm text-ink-faint">{t('chart.noVitals')}</p>
      )}
      <ul className="-mx-2">
        {series.map(each => (
          <li key={each.code}>
            <AriaButton
              onPress={() => setOpened(each)}
              className="grid min-h-11 w-full cursor-pointer grid-cols-[1fr_6.5rem] items-center gap-3 rounded-lg px-2 py-1.5 text-start hover:bg-sunken"
            >
              <span className="min-w-0">
                <span className="flex flex-wrap items-baseline gap-x-2">
                  <span dir="auto" className="text-sm text-ink-soft">
                    {each.title}
                  </span>
                  <bdi className="font-[620] tabular">{valueText(each.latest, locale)}</bdi>
                  <FlagTag flag={each.flag} />
                </span>
                <span className="block text-xs text-ink-faint">
                  <bdi>{fhirDate(each.latestAt, { locale, zone })}</bdi> ·{' '}
                  {each.lines[0]?.readings.at(-1)?.who || t('record.unknownSource')}
                </span>
              </span>
              {(each.lines[0]?.readings.length ?? 0) > 1 && <SmallTrend lines={each.lines} />}
            </AriaButton>
          </li>
        ))}
      </ul>
      <TrendDialog series={opened} onClose={() => setOpened(undefined)} />
    </FactsCard>
  )
}
