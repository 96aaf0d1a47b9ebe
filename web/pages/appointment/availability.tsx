import type { Availability } from '#contract/appointment'
import { useState } from 'react'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { usePerson } from '../../session.ts'
import { zoneInWords } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { cx } from '../../ui/classes.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { toast } from '../../ui/toast.tsx'
import { duration } from '../../time.ts'
import { AvailabilityPreview } from './availability-preview.tsx'
import { DateExceptions } from './date-exceptions.tsx'
import { WeekCanvas } from './week-canvas.tsx'
import { EditWindow, WindowList } from './window-list.tsx'

export function AvailabilityPage() {
  const { t } = useReader()
  const { clinicianId } = usePerson()
  const stored = useRead(
    'appointment',
    'availability',
    { clinicianId: clinicianId ?? '' },
    { isEnabled: Boolean(clinicianId) },
  )
  return (
    <Page title={t('nav.availability')} lead={t('availability.lead')} width="full">
      {!clinicianId && <EmptyState icon="calendar" title={t('day.noEntry')} />}
      {stored.isPending && clinicianId && <Skeleton lines={5} />}
      <ProblemNotice error={stored.error} onRetry={() => void stored.refetch()} />
      {stored.data && clinicianId && <Editor clinicianId={clinicianId} stored={stored.data} />}
    </Page>
  )
}

/** A draft beside what patients would see of it; nothing counts until it is saved. */
function Editor({ clinicianId, stored }: { clinicianId: string; stored: Availability }) {
  const { t, locale } = useReader()
  const [draft, setDraft] = useState(stored)
  const [editing, setEditing] = useState<number | 'new' | null>(null)
  const change = (part: Partial<Availability>) => setDraft({ ...draft, ...part })
  const isChanged = JSON.stringify(draft) !== JSON.stringify(stored)
  const save = useAct('appointment', 'setAvailability', {
    onDone: saved => {
      setDraft(saved)
      toast({ title: t('availability.saved') })
    },
  })
  return (
    <div className="grid items-start gap-6 xl:grid-cols-[1fr_24rem]">
      <div className="min-w-0 space-y-6">
        <Card
          title={t('availability.week')}
          description={zoneInWords(draft.timeZone, locale)}
          action={
            <Button tone="quiet" size="sm" icon="plus" onPress={() => setEditing('new')}>
              {t('availability.add')}
            </Button>
          }
        >
          <div className="max-sm:hidden">
            <WeekCanvas
              windows={draft.windows}
              bufferBefore={draft.bufferBeforeMinutes}
              bufferAfter={draft.bufferAfterMinutes}
              onChange={windows => change({ windows })}
              onEdit={setEditing}
            />
            <p className="mt-2 text-sm text-ink-faint">{t('availability.keys')}</p>
          </div>
          <div className="sm:hidden">
            <WindowList windows={draft.windows} onEdit={setEditing} />
          </div>
        </Card>
        <Rules draft={draft} onChange={change} />
        <DateExceptions
          exceptions={draft.exceptions}
          zone={draft.timeZone}
          onChange={exceptions => change({ exceptions })}
        />
      </div>
      <div className="min-w-0 space-y-6">
        <Card className={cx('z-10 xl:sticky xl:top-22', isChanged && 'border-accent! shadow-lift!')}>
          <p className="font-[580]" role="status">
            {isChanged ? t('availability.unsaved') : t('availability.inForce')}
          </p>
          <p className="mt-1 text-sm text-ink-soft">{t('availability.stay')}</p>
          <ProblemNotice error={save.error} className="mt-3" />
          <div className="mt-4 flex flex-wrap gap-2">
            <Button
              isDisabled={!isChanged}
              isPending={save.isPending}
              onPress={() => save.mutate({ clinicianId, availability: draft })}
            >
              {t('action.save')}
            </Button>
            <Button tone="ghost" isDisabled={!isChanged || save.isPending} onPress={() => setDraft(stored)}>
              {t('action.discard')}
            </Button>
          </div>
        </Card>
        <AvailabilityPreview clinicianId={clinicianId} draft={draft} />
      </div>
      <EditWindow
        windows={draft.windows}
        editing={editing}
        onClose={() => setEditing(null)}
        onChange={windows => change({ windows })}
      />
    </div>
  )
}

const choicesOf = {
  bufferBeforeMinutes: [0, 5, 10, 15, 30],
  bufferAfterMinutes: [0, 5, 10, 15, 30],
  noticeMinutes: [0, 60, 120, 240, 720, 1440, 2880, 10_080],
  horizonDays: [14, 30, 60, 90, 180, 365],
  stepMinutes: [5, 10, 15, 20, 30, 60],
} as const

function Rules({ draft, onChange }: { draft: Availability; onChange: (part: Partial<Availability>) => void }) {
  const { t, locale } = useReader()
  const days = (count: number) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(count)
  const label = (key: keyof typeof choicesOf, value: number) =>
    key === 'horizonDays' ? days(value) : value > 0 && value % 1440 === 0 ? days(value / 1440) : duration(value, locale)
  return (
    <Card title={t('availability.rules')} description={t('availability.rulesWhat')}>
      <div className="grid gap-4 sm:grid-cols-2 2xl:grid-cols-3">
        {(Object.keys(choicesOf) as (keyof typeof choicesOf)[]).map(key => (
          <Select
            key={key}
            label={t(`availability.${key}`)}
            value={String(draft[key])}
            onChange={id => onChange({ [key]: Number(id) })}
            choices={[...new Set([...choicesOf[key], draft[key]])]
              .toSorted((a, b) => a - b)
              .map(value => ({ id: String(value), label: label(key, value) }))}
          />
        ))}
      </div>
    </Card>
  )
}
