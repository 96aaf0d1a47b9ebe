import { useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { relative } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'

/** Whoever sits in the waiting room goes before everything that is written. */
export function WaitingNow() {
  const { t, locale } = useReader()
  const waiting = useRead('consultation', 'waiting', {}, { everyMs: 15_000 })
  const items = (waiting.data?.items ?? []).filter(each => each.state === 'waiting')
  if (items.length === 0) return null
  return (
    <Card title={t('consult.state.waiting')} className="mb-5 border-s-4 border-s-glow">
      <ul className="-my-2 divide-y divide-line">
        {items.map(visit => (
          <li key={visit.id} className="flex items-center gap-3 py-2.5">
            <Avatar name={visit.patientName ?? ''} />
            <span className="min-w-0 flex-1">
              <span className="block truncate font-[580]">{visit.patientName}</span>
              <span className="block text-sm text-ink-soft">{relative(visit.stateSince, locale)}</span>
            </span>
            <LinkButton
              href={`/room/${visit.id}`}
              size="sm"
              icon={visit.mode === 'video' ? 'video' : 'page'}
              aria-label={`${t('consult.room')}: ${visit.patientName}`}
            >
              {t('consult.room')}
            </LinkButton>
          </li>
        ))}
      </ul>
    </Card>
  )
}
