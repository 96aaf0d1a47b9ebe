import { usePages } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { clock, clockRange, longDay } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Card } from '../../ui/card.tsx'
import { cx } from '../../ui/classes.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { Tag } from '../../ui/tag.tsx'
import { looksOf, type Look } from './accesses.ts'

/** Who saw what, when and why; an emergency cannot be overlooked. */
export function AccessLog({ patientId }: { patientId: string }) {
  const { t, locale, zone } = useReader()
  const log = usePages('record', 'listAccesses', { patientId, limit: 100 })
  const days = Map.groupBy(looksOf(log.items), each => longDay(each.lastAt, { locale, zone }))
  return (
    <Card title={t('access.title')} description={t('access.lead')}>
      {log.isPending && <Skeleton lines={3} />}
      <ProblemNotice error={log.error} onRetry={log.refetch} />
      {!log.isPending && !log.error && log.items.length === 0 && (
        <EmptyState icon="shield" title={t('access.none')}>
          {t('access.noneWhy')}
        </EmptyState>
      )}
      {[...days].map(([day, looks]) => (
        <section key={day} aria-label={day} className="mb-4">
          <h3 className="mb-1 text-sm font-[620] text-ink-soft">{day}</h3>
          <ul className="divide-y divide-line">
            {looks.map(each => (
              <li key={each.key}>
                <LookLine look={each} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      <LoadMore {...log.more} />
    </Card>
  )
}

function LookLine({ look }: { look: Look }) {
  const { t, locale, zone } = useReader()
  const place = { locale, zone }
  const who = look.isOwn
    ? t('access.you')
    : (look.personName ?? look.roles.map(each => translateCode('role', each)).join(', ')) || t('access.unnamed')
  const isRange = clock(look.firstAt, place) !== clock(look.lastAt, place)
  return (
    <div className={cx('flex items-start gap-3.5 py-3', look.isEmergency && '-mx-3 my-1 rounded-lg bg-bad-soft px-3')}>
      {look.isEmergency ? (
        <span className="flex size-10 shrink-0 items-center justify-center rounded-full bg-surface text-bad">
          <Icon name="warning" />
        </span>
      ) : (
        <Avatar name={who} size={40} />
      )}
      <div className="min-w-0 flex-1">
        <p className="font-[580]">{who}</p>
        <p className="text-sm text-ink-soft">
          {t(`access.${look.verb}`)}
          {look.count > 1 && look.verb === 'looked' && <> · {t('access.times', { count: look.count })}</>}
        </p>
        <p className="mt-1 flex flex-wrap gap-1.5">
          {look.purpose && !look.isOwn && (
            <Tag tone={look.isEmergency ? 'bad' : 'plain'}>{translateCode('purpose', look.purpose)}</Tag>
          )}
          {look.outcome !== 'done' && <Tag tone="warn">{t(`outcome.${look.outcome}`)}</Tag>}
        </p>
      </div>
      <bdi className="text-sm text-ink-soft tabular">
        {isRange ? clockRange(look.firstAt, look.lastAt, place) : clock(look.lastAt, place)}
      </bdi>
    </div>
  )
}
