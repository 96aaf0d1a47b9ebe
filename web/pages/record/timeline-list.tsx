import { useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { conceptText, fhirDate, flagOf, valueText } from '../../fhir/words.ts'
import { useReader } from '../../i18n/locale.tsx'
import { clock } from '../../time.ts'
import { cx } from '../../ui/classes.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import type { Entry, Kind } from './entries.ts'
import { grouped } from './entries.ts'
import { EntrySheet } from './entry-sheet.tsx'
import { kindIcons } from './kind-filter.tsx'
import { EntryState, FlagTag } from './entry-words.tsx'
import { useTimeline } from './timeline.ts'

const partsShown = 4

export interface TimelineProps {
  patientId: string
  kind: Kind | undefined
  purpose?: string | undefined
  /** What to do when there is nothing; patients and clinicians can do different things. */
  empty: string
}

/** Newest first, a heading per month. */
export function Timeline({ patientId, kind, purpose, empty }: TimelineProps) {
  const { t, locale, zone } = useReader()
  const [opened, setOpened] = useState<Entry | undefined>()
  const timeline = useTimeline(patientId, kind, purpose)
  if (timeline.isPending) return <Skeleton lines={5} />
  if (timeline.error) return <ProblemNotice error={timeline.error} onRetry={timeline.refetch} />
  const entries = grouped(timeline.entries, t('record.measured'))
  if (entries.length === 0)
    return (
      <EmptyState icon={kind ? kindIcons[kind] : 'page'} title={t('record.none')}>
        {empty}
      </EmptyState>
    )
  const now = Date.now()
  const months = Map.groupBy(entries, ({ when }) =>
    Date.parse(when) > now ? t('record.ahead') : monthOf(when, locale, zone) || t('record.undated'),
  )
  return (
    <>
      {[...months].map(([month, own]) => (
        <section key={month} className="mb-8" aria-label={month}>
          <h2 className="sticky top-16 z-10 -mx-1 mb-3 bg-canvas px-1 py-2 text-sm font-[620] text-ink-soft">
            {month}
          </h2>
          <ol className="relative space-y-2.5 ps-5 before:absolute before:inset-y-2 before:start-1.5 before:w-px before:bg-line sm:ps-8 sm:before:start-2.5">
            {own.map(each => (
              <li key={each.id} className="relative">
                <span
                  aria-hidden="true"
                  className="swatch absolute start-[-1.125rem] top-6 size-2.5 rounded-full border-2 border-canvas bg-accent sm:start-[-1.6rem]"
                />
                <EntryLine entry={each} onOpen={() => setOpened(each)} />
              </li>
            ))}
          </ol>
        </section>
      ))}
      <LoadMore {...timeline.more} />
      <EntrySheet entry={opened} onClose={() => setOpened(undefined)} />
    </>
  )
}

/** "March 2026"; a date of which only the year is known has no month. */
function monthOf(when: string, locale: string, zone: string): string {
  if (when === '') return ''
  if (when.length === 4) return fhirDate(when, { locale, zone })
  const timeZone = when.length <= 10 ? 'UTC' : zone
  return new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long', timeZone }).format(new Date(when))
}

function EntryLine({ entry, onOpen }: { entry: Entry; onOpen: () => void }) {
  const { t, locale, zone } = useReader()
  const place = { locale, zone }
  const isSeveral = entry.parts.length > 1
  const date = fhirDate(entry.when, place)
  return (
    <AriaButton
      onPress={onOpen}
      className="flex w-full cursor-pointer items-start gap-3.5 rounded-xl border border-line bg-surface p-4 text-start shadow-card transition-shadow hover:shadow-lift"
    >
      <span className="flex size-10 shrink-0 items-center justify-center rounded-full bg-accent-soft text-accent-ink max-xs:hidden">
        <Icon name={kindIcons[entry.kind]} />
      </span>
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="flex min-w-0 flex-wrap items-center gap-x-2 font-[600]">
            <span dir="auto">{entry.title}</span>
            <EntryState resource={entry.resource} />
          </span>
          <span className="text-sm text-ink-faint tabular">
            <bdi>{date || t('record.undated')}</bdi>
            {entry.when.length > 10 && entry.kind === 'visits' && (
              <bdi className="ms-1.5">{clock(entry.when, place)}</bdi>
            )}
          </span>
        </span>
        {isSeveral ? <Parts entry={entry} /> : <Detail entry={entry} />}
        <span className="mt-1.5 block text-sm text-ink-faint">
          {t('record.from', { who: [entry.who, entry.where].filter(Boolean).join(' · ') || t('record.unknownSource') })}
        </span>
      </span>
      <Icon name="chevronRight" size={18} className="mt-1 text-ink-faint" />
    </AriaButton>
  )
}

function Detail({ entry }: { entry: Entry }) {
  const flag = entry.resource.resourceType === 'Observation' ? flagOf(entry.resource) : undefined
  if (!entry.detail && !flag) return null
  return (
    <span className="flex flex-wrap items-center gap-2 text-ink-soft">
      <bdi className={cx(flag && 'font-[600] text-ink')}>{entry.detail}</bdi>
      <FlagTag flag={flag} />
    </span>
  )
}

/** The values that stand out come first: of eight, the one that is too high must not be the fifth. */
function Parts({ entry }: { entry: Entry }) {
  const { t, locale } = useReader()
  const parts = entry.parts.toSorted((a, b) => Number(Boolean(flagOf(b))) - Number(Boolean(flagOf(a))))
  const rest = parts.length - partsShown
  return (
    <span className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-sm text-ink-soft">
      {parts.slice(0, partsShown).map(each => (
        <span key={each.id} className="flex items-center gap-1.5">
          <span dir="auto">{conceptText(each.code)}</span>
          <bdi className="font-[600] text-ink tabular">{valueText(each, locale)}</bdi>
          <FlagTag flag={flagOf(each)} />
        </span>
      ))}
      {rest > 0 && <span className="text-ink-faint">{t('record.more', { count: rest })}</span>}
    </span>
  )
}
