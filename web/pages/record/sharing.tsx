import type { Consent } from '@medplum/fhirtypes'
import { useState } from 'react'
import { useFhirPages, useFhirWrite } from '../../fhir/queries.ts'
import { fhirDate } from '../../fhir/words.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { Tag } from '../../ui/tag.tsx'
import { toast } from '../../ui/toast.tsx'
import { AccessLog } from './access-log.tsx'
import { AddConsent } from './add-consent.tsx'
import { isOver, sharingOf, type Sharing as Rule } from './consent.ts'
import { useSentence } from './consent-words.ts'
import { RecordPage } from './record-page.tsx'

export function Sharing() {
  return (
    <RecordPage current="/record/sharing">
      {patientId => (
        <div className="grid items-start gap-6 xl:grid-cols-2">
          <Consents patientId={patientId} />
          <AccessLog patientId={patientId} />
        </div>
      )}
    </RecordPage>
  )
}

function Consents({ patientId }: { patientId: string }) {
  const { t } = useReader()
  const [adding, setAdding] = useState<'deny' | 'research' | undefined>()
  const [withdrawing, setWithdrawing] = useState<Consent | undefined>()
  const consents = useFhirPages<Consent>(`Consent?patient=${patientId}&_sort=-date&_count=50`)
  const now = Date.now()
  const standing = consents.items.filter(each => each.status === 'active' && !isOver(each, now))
  const former = consents.items.filter(each => each.status === 'inactive' || isOver(each, now))
  return (
    <Card title={t('sharing.title')} description={t('sharing.lead')}>
      <ul className="divide-y divide-line border-y border-line">
        <li>
          <RuleLine icon="shield" title={t('sharing.default')} detail={t('sharing.defaultWhy')} />
        </li>
        {standing.map(each => (
          <li key={each.id}>
            <ConsentLine consent={each} onWithdraw={() => setWithdrawing(each)} />
          </li>
        ))}
      </ul>
      {consents.isPending && <Skeleton lines={1} className="mt-3" />}
      <ProblemNotice error={consents.error} onRetry={consents.refetch} className="mt-3" />
      <div className="mt-5 flex flex-wrap gap-2">
        <Button icon="plus" onPress={() => setAdding('deny')}>
          {t('sharing.addDeny')}
        </Button>
        <Button tone="quiet" icon="plus" onPress={() => setAdding('research')}>
          {t('sharing.addResearch')}
        </Button>
      </div>
      {former.length > 0 && (
        <details className="mt-5">
          <summary className="min-h-11 cursor-pointer py-2.5 text-sm font-[560] text-ink-soft">
            {t('sharing.former', { count: former.length })}
          </summary>
          <ul className="divide-y divide-line">
            {former.map(each => (
              <li key={each.id}>
                <ConsentLine consent={each} />
              </li>
            ))}
          </ul>
        </details>
      )}
      <LoadMore {...consents.more} />
      <AddConsent patientId={patientId} act={adding} onClose={() => setAdding(undefined)} />
      <Withdraw consent={withdrawing} onClose={() => setWithdrawing(undefined)} />
    </Card>
  )
}

const icons: Record<Rule['act'], IconName> = { deny: 'lock', permit: 'check', research: 'search' }

function RuleLine({
  icon,
  title,
  detail,
  action,
}: {
  icon: IconName
  title: string
  detail: string
  action?: React.ReactNode
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3.5">
      <span className="flex size-10 shrink-0 items-center justify-center rounded-full bg-accent-soft text-accent-ink">
        <Icon name={icon} />
      </span>
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-[580]">{title}</p>
        <p className="text-sm text-ink-faint">{detail}</p>
      </div>
      {action}
    </div>
  )
}

function ConsentLine({ consent, onWithdraw }: { consent: Consent; onWithdraw?: () => void }) {
  const { t, locale, zone } = useReader()
  const sentence = useSentence()
  const rule = sharingOf(consent)
  return (
    <RuleLine
      icon={icons[rule.act]}
      title={sentence(rule)}
      detail={t('sharing.since', { date: fhirDate(consent.dateTime, { locale, zone }) || '–' })}
      action={
        onWithdraw ? (
          <Button tone="quiet" size="sm" onPress={onWithdraw}>
            {t('sharing.withdraw')}
          </Button>
        ) : (
          <Tag>{t(consent.status === 'active' ? 'sharing.ended' : 'sharing.withdrawn')}</Tag>
        )
      }
    />
  )
}

function Withdraw({ consent, onClose }: { consent: Consent | undefined; onClose: () => void }) {
  const { t } = useReader()
  const sentence = useSentence()
  const withdraw = useFhirWrite({
    onDone: () => {
      toast({ title: t('sharing.withdrawDone') })
      onClose()
    },
  })
  return (
    <ConfirmDialog
      title={t('sharing.withdrawTitle')}
      isOpen={consent !== undefined}
      onClose={onClose}
      confirmLabel={t('sharing.withdraw')}
      isPending={withdraw.isPending}
      onConfirm={() =>
        consent &&
        withdraw.mutate({
          method: 'PUT',
          address: `Consent/${consent.id}`,
          body: { ...consent, status: 'inactive' },
          ifMatch: `W/"${consent.meta?.versionId}"`,
        })
      }
    >
      {consent && <p className="font-[560]">{sentence(sharingOf(consent))}</p>}
      <p className="mt-2 text-ink-soft">{t('sharing.withdrawWhat')}</p>
      <ProblemNotice error={withdraw.error} className="mt-3" />
    </ConfirmDialog>
  )
}
