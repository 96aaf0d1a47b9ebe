import type { Emergency } from '#contract/record'
import { useState } from 'react'
import { useAct, usePages } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { usePerson } from '../../session.ts'
import { useAddress } from '../../shell/address.ts'
import { clockRange, longDay, relative } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Tag } from '../../ui/tag.tsx'
import { toast } from '../../ui/toast.tsx'

type State = 'open' | 'reviewed'
type Finding = NonNullable<Emergency['finding']>

/** Every record that was opened by breaking the glass; a second pair of eyes decides whether that was right. */
export function Emergencies() {
  const { t } = useReader()
  const [{ tab }, change] = useAddress()
  const open = usePages('record', 'listEmergencies', { state: 'open', limit: 20 }, { everyMs: 30_000 })
  return (
    <Page title={t('nav.emergencies')} lead={t('emergency.lead')} width="reading">
      <Tabs
        label={t('nav.emergencies')}
        selected={tab ?? 'open'}
        onSelect={id => change({ tab: id })}
        tabs={[
          { id: 'open', title: t('emergency.open'), count: open.items.length, content: <Queue state="open" /> },
          { id: 'reviewed', title: t('emergency.reviewed'), content: <Queue state="reviewed" /> },
        ]}
      />
    </Page>
  )
}

function Queue({ state }: { state: State }) {
  const { t } = useReader()
  const emergencies = usePages('record', 'listEmergencies', { state, limit: 20 }, { everyMs: 30_000 })
  const [asked, setAsked] = useState<{ emergency: Emergency; finding: Finding } | undefined>()
  if (emergencies.isPending) return <Skeleton />
  if (emergencies.error) return <ProblemNotice error={emergencies.error} onRetry={emergencies.refetch} />
  if (emergencies.items.length === 0)
    return (
      <EmptyState icon="shield" title={t(`emergency.none.${state}`)}>
        {t('emergency.noneWhy')}
      </EmptyState>
    )
  return (
    <>
      <ul className="space-y-4">
        {emergencies.items.map(each => (
          <li key={each.id}>
            <EmergencyCard emergency={each} onReview={finding => setAsked({ emergency: each, finding })} />
          </li>
        ))}
      </ul>
      <LoadMore {...emergencies.more} />
      <Review asked={asked} onClose={() => setAsked(undefined)} />
    </>
  )
}

function EmergencyCard({ emergency, onReview }: { emergency: Emergency; onReview: (finding: Finding) => void }) {
  const { t, locale, zone } = useReader()
  const person = usePerson()
  const place = { locale, zone }
  const { personName, patientName, since, until, reason, finding, reviewedAt } = emergency
  const isStanding = Date.parse(until) > Date.now()
  const isMine = emergency.personId === person.id
  return (
    <Card>
      <div className="flex items-start gap-4">
        <Avatar name={personName} size={48} />
        <div className="min-w-0 flex-1">
          <p className="text-lg font-[600]">{t('emergency.who', { who: personName, patient: patientName || '–' })}</p>
          <p className="text-sm text-ink-soft">
            {longDay(since, place)}, <bdi>{clockRange(since, until, place)}</bdi> · {relative(since, locale)}
          </p>
          <p className="mt-2 flex flex-wrap gap-1.5">
            {isStanding && <Tag tone="bad">{t('emergency.standing')}</Tag>}
            {finding && (
              <Tag tone={finding === 'justified' ? 'good' : 'bad'} icon={finding === 'justified' ? 'check' : 'warning'}>
                {t(`emergency.${finding}`)}
              </Tag>
            )}
          </p>
        </div>
      </div>
      <blockquote dir="auto" className="mt-4 rounded-lg bg-sunken px-4 py-3 whitespace-pre-line">
        {reason || t('emergency.noReason')}
      </blockquote>
      {finding ? (
        reviewedAt && (
          <p className="mt-3 text-sm text-ink-faint">
            {t('emergency.reviewedAt', { date: longDay(reviewedAt, place) })}
          </p>
        )
      ) : isMine ? (
        <p className="mt-4 text-sm text-ink-soft">{t('emergency.mine')}</p>
      ) : (
        <div className="mt-4 flex flex-wrap gap-2">
          <Button tone="quiet" icon="check" onPress={() => onReview('justified')}>
            {t('emergency.justified')}
          </Button>
          <Button tone="danger" icon="warning" onPress={() => onReview('unjustified')}>
            {t('emergency.unjustified')}
          </Button>
        </div>
      )}
    </Card>
  )
}

function Review({
  asked,
  onClose,
}: {
  asked: { emergency: Emergency; finding: Finding } | undefined
  onClose: () => void
}) {
  const { t } = useReader()
  const review = useAct('record', 'reviewEmergency', {
    onDone: () => {
      toast({ title: t('emergency.done') })
      onClose()
    },
  })
  const finding = asked?.finding ?? 'justified'
  return (
    <ConfirmDialog
      title={t(`emergency.ask.${finding}`)}
      isOpen={asked !== undefined}
      onClose={onClose}
      tone={finding === 'unjustified' ? 'danger' : 'primary'}
      confirmLabel={t(`emergency.${finding}`)}
      isPending={review.isPending}
      onConfirm={() => asked && review.mutate({ id: asked.emergency.id, finding })}
    >
      {asked && (
        <p className="font-[560]">
          {t('emergency.who', { who: asked.emergency.personName, patient: asked.emergency.patientName || '–' })}
        </p>
      )}
      <p className="mt-2 text-ink-soft">{t('emergency.final')}</p>
      <ProblemNotice error={review.error} className="mt-3" />
    </ConfirmDialog>
  )
}
