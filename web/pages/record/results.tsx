import type { Observation } from '@medplum/fhirtypes'
import { useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { useFhirPages } from '../../fhir/queries.ts'
import { fhirDate, rangeText, valueText } from '../../fhir/words.ts'
import { useReader } from '../../i18n/locale.tsx'
import { number } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { FlagTag } from './entry-words.tsx'
import { RecordPage } from './record-page.tsx'
import { seriesOf, type Line, type Series } from './series.ts'
import { LargeTrend, LineKey, SmallTrend } from './trend-chart.tsx'

export function Results() {
  return <RecordPage current="/record/results">{patientId => <Trends patientId={patientId} />}</RecordPage>
}

function Trends({ patientId }: { patientId: string }) {
  const { t } = useReader()
  const results = useFhirPages<Observation>(`Observation?patient=${patientId}&_sort=-date&_count=400`)
  const [opened, setOpened] = useState<Series | undefined>()
  if (results.isPending) return <Skeleton lines={5} />
  if (results.error) return <ProblemNotice error={results.error} onRetry={results.refetch} />
  const series = seriesOf(results.items)
  if (series.length === 0)
    return (
      <EmptyState icon="chart" title={t('results.none')}>
        {t('results.noneWhy')}
      </EmptyState>
    )
  const groups = [
    { title: t('results.laboratory'), own: series.filter(each => !each.isVital) },
    { title: t('results.vitals'), own: series.filter(each => each.isVital) },
  ]
  return (
    <>
      {groups.map(
        ({ title, own }) =>
          own.length > 0 && (
            <section key={title} aria-label={title} className="mb-10">
              <h2 className="mb-3 text-lg font-[620]">{title}</h2>
              <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
                {own.map(each => (
                  <li key={each.code}>
                    <TrendCard series={each} onOpen={() => setOpened(each)} />
                  </li>
                ))}
              </ul>
            </section>
          ),
      )}
      {results.more.hasMore && (
        <Button tone="quiet" onPress={results.more.onMore} isPending={results.more.isLoading}>
          {t('results.older')}
        </Button>
      )}
      <TrendDialog series={opened} onClose={() => setOpened(undefined)} />
    </>
  )
}

export function TrendCard({ series, onOpen }: { series: Series; onOpen: () => void }) {
  const { t, locale, zone } = useReader()
  const range = rangeText(series.latest, locale)
  const count = series.lines[0]?.readings.length ?? 0
  return (
    <AriaButton
      onPress={onOpen}
      className="flex h-full w-full cursor-pointer flex-col rounded-xl border border-line bg-surface p-5 text-start shadow-card transition-shadow hover:shadow-lift"
    >
      <span className="flex w-full items-start justify-between gap-2">
        <span dir="auto" className="font-[600]">
          {series.title}
        </span>
        <FlagTag flag={series.flag} />
      </span>
      <span className="mt-1 text-2xl font-[620] tracking-[-0.02em] tabular">
        <bdi>{valueText(series.latest, locale)}</bdi>
      </span>
      <span className="text-sm text-ink-faint">
        <bdi>{fhirDate(series.latestAt, { locale, zone })}</bdi>
        {range && (
          <>
            {' · '}
            <bdi>{t('results.usual', { range })}</bdi>
          </>
        )}
      </span>
      <span className="mt-3 block w-full">
        {count > 1 ? (
          <SmallTrend lines={series.lines} />
        ) : (
          <span className="block py-4 text-sm text-ink-faint">{t('results.once')}</span>
        )}
      </span>
    </AriaButton>
  )
}

export function TrendDialog({ series, onClose }: { series: Series | undefined; onClose: () => void }) {
  const { t } = useReader()
  return (
    <Dialog title={series?.title ?? t('record.results')} isOpen={series !== undefined} onClose={onClose} isWide>
      {series && (
        <>
          <p className="mb-4 text-sm text-ink-soft">
            <bdi>{series.unit}</bdi>
            {series.lines.some(each => each.low !== undefined || each.high !== undefined) && (
              <> · {t('results.band')}</>
            )}
          </p>
          <LargeTrend
            lines={series.lines}
            label={t('results.chartOf', { name: series.title, count: series.lines[0]?.readings.length ?? 0 })}
          />
          <LineKey lines={series.lines} />
          <Figures series={series} />
        </>
      )}
    </Dialog>
  )
}

/** The same figures as the chart, newest first. */
function Figures({ series }: { series: Series }) {
  const { t, locale, zone } = useReader()
  const rows = (series.lines[0]?.readings ?? []).toReversed()
  const valueAt = (line: Line, at: string) => line.readings.find(each => each.at === at)
  return (
    <table className="mt-6 w-full">
      <caption className="mb-2 text-start font-[600]">{t('results.figures')}</caption>
      <thead>
        <tr className="border-b border-line text-xs text-ink-faint">
          <th scope="col" className="py-2 text-start font-[600]">
            {t('record.date')}
          </th>
          {series.lines.map(line => (
            <th key={line.title} scope="col" className="py-2 text-end font-[600]">
              {series.lines.length > 1 ? <span dir="auto">{line.title}</span> : t('results.value')}
            </th>
          ))}
          <th scope="col" className="py-2 text-end font-[600] max-sm:hidden">
            {t('record.who')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(each => (
          <tr key={each.at} className="border-b border-line last:border-b-0">
            <th scope="row" className="py-2.5 text-start font-normal">
              <bdi>{fhirDate(each.at, { locale, zone })}</bdi>
            </th>
            {series.lines.map(line => {
              const reading = valueAt(line, each.at)
              return (
                <td key={line.title} className="py-2.5 text-end">
                  <span className="inline-flex flex-wrap items-center justify-end gap-2">
                    <FlagTag flag={reading?.flag} />
                    <bdi className="font-[560] tabular">
                      {reading ? number(reading.value, locale, { maximumFractionDigits: 3 }) : '–'}
                    </bdi>
                  </span>
                </td>
              )
            })}
            <td className="py-2.5 text-end text-sm text-ink-soft max-sm:hidden">
              <bdi>{each.who}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
