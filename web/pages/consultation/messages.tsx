import type { Visit } from '#contract/consultation'
import { Link } from 'react-aria-components'
import { usePages } from '../../api.ts'
import { type MessageId, useReader } from '../../i18n/locale.tsx'
import { useParam } from '../../shell/address.ts'
import { number, relative } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { Tag, type TagTone } from '../../ui/tag.tsx'
import { useVisit } from './call-page.tsx'
import { Conversation } from './conversation.tsx'

/** The patient's conversations: about visits, and those that are only in writing. */
export function Messages() {
  const { t } = useReader()
  return (
    <Page
      title={t('consult.messages')}
      lead={t('consult.messagesLead')}
      width="reading"
      actions={
        <LinkButton href="/find" icon="plus">
          {t('consult.ask')}
        </LinkButton>
      }
    >
      <Conversations as="patient" hrefOf={visit => `/messages/${visit.id}`} empty={t('consult.noMessages')} />
    </Page>
  )
}

interface ConversationsProps {
  as: 'patient' | 'clinician'
  hrefOf: (visit: Visit) => string
  empty: string
}

/** What is urgent first: whoever waits, then what is unread, then the rest as it comes. */
const urgency = (visit: Visit) => (visit.state === 'waiting' ? 2 : visit.unread > 0 ? 1 : 0)

export function Conversations({ as, hrefOf, empty }: ConversationsProps) {
  const { t } = useReader()
  const list = usePages('consultation', 'conversations', { as, limit: 30 }, { everyMs: 15_000 })
  const items = as === 'clinician' ? list.items.toSorted((a, b) => urgency(b) - urgency(a)) : list.items
  return (
    <>
      {list.isPending && <Skeleton />}
      <ProblemNotice error={list.error} onRetry={list.refetch} />
      {!list.isPending && !list.error && items.length === 0 && (
        <EmptyState icon="chat" title={empty}>
          {t('consult.noMessagesWhy')}
        </EmptyState>
      )}
      {items.length > 0 && (
        <Card className="p-2! sm:p-2!">
          <ul className="divide-y divide-line">
            {items.map(visit => (
              <li key={visit.id}>
                <Link
                  href={hrefOf(visit)}
                  className="flex min-h-16 items-center gap-4 rounded-lg px-3 py-3 hover:bg-sunken"
                >
                  <ConversationLine visit={visit} />
                </Link>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <LoadMore {...list.more} />
    </>
  )
}

const tones: Record<Visit['state'], TagTone> = {
  scheduled: 'plain',
  waiting: 'glow',
  inProgress: 'accent',
  ended: 'good',
  cancelled: 'plain',
}

export function VisitStateTag({ visit }: { visit: Visit }) {
  const { t } = useReader()
  return <Tag tone={visit.awaits === visit.seat ? 'glow' : tones[visit.state]}>{t(stateWord(visit))}</Tag>
}

/** Of a written visit whose turn it is; of a booked one how far it has come. */
function stateWord({ awaits, seat, state }: Visit): MessageId {
  if (!awaits) return `consult.state.${state}`
  if (seat === 'clinician') return awaits === 'clinician' ? 'consult.state.awaitsYou' : 'consult.state.awaitsPatient'
  return awaits === 'clinician' ? 'consult.state.awaitsClinician' : 'consult.state.answered'
}

function ConversationLine({ visit }: { visit: Visit }) {
  const { t, locale } = useReader()
  const name = visit.seat === 'clinician' ? (visit.patientName ?? '') : visit.clinicianName
  return (
    <>
      <Avatar name={name} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-[580]">{name}</span>
        <span dir="auto" className="block truncate text-sm text-ink-soft">
          {visit.subject ?? t(visit.mode === 'video' ? 'mode.video' : 'mode.clinic')}
        </span>
      </span>
      <span className="flex shrink-0 flex-col items-end gap-1 text-sm text-ink-faint">
        <span>{relative(visit.lastMessageAt ?? visit.stateSince, locale)}</span>
        <span className="flex items-center gap-2">
          {visit.unread > 0 && (
            <bdi className="rounded-full bg-glow-soft px-2 text-xs font-[620] text-glow tabular">
              <span className="sr-only">{t('consult.unread')} </span>
              {number(visit.unread, locale)}
            </bdi>
          )}
          <VisitStateTag visit={visit} />
        </span>
      </span>
    </>
  )
}

export function MessageThread() {
  const { t } = useReader()
  const { visit, isPending, error } = useVisit(useParam('visitId'))
  return (
    <Page
      title={visit?.subject ?? (visit ? visit.clinicianName : t('consult.messages'))}
      lead={visit?.subject ? visit.clinicianName : undefined}
      width="reading"
      actions={
        visit && (
          <>
            <VisitStateTag visit={visit} />
            {visit.state === 'ended' && (
              <LinkButton href={`/visits/${visit.id}/summary`} tone="soft" icon="page">
                {t('consult.toSummary')}
              </LinkButton>
            )}
            {visit.kind === 'booked' && visit.state !== 'ended' && (
              <LinkButton href={`/visits/${visit.id}/call`} tone="soft" icon="video">
                {t('consult.room')}
              </LinkButton>
            )}
          </>
        )
      }
    >
      {isPending && <Skeleton lines={4} />}
      <ProblemNotice error={error} />
      {visit && <Conversation visit={visit} className="h-[65dvh]" />}
    </Page>
  )
}
