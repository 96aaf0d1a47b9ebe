import { Delivery } from '#contract/notification'
import { useState } from 'react'
import { usePages, type OutputOf } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useAddress } from '../../shell/address.ts'
import { exact, number, relative } from '../../time.ts'
import { Drawer } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore, Table } from '../../ui/table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Tag, type TagTone } from '../../ui/tag.tsx'

type Message = OutputOf<'notification', 'listOutbox'>['items'][number]

/** What a development installation would have sent, and what every installation did send. */
export function Outbox() {
  const { t } = useReader()
  const [{ tab }, change] = useAddress()
  return (
    <Page title={t('nav.outbox')} lead={t('outbox.lead')}>
      <Tabs
        label={t('nav.outbox')}
        selected={tab ?? 'messages'}
        onSelect={id => change({ tab: id })}
        tabs={[
          { id: 'messages', title: t('outbox.messages'), content: <Messages /> },
          { id: 'deliveries', title: t('outbox.deliveries'), content: <Deliveries /> },
        ]}
      />
    </Page>
  )
}

const icons = { mail: 'mail', sms: 'phone', push: 'bell' } as const

function Messages() {
  const { t, locale } = useReader()
  const messages = usePages('notification', 'listOutbox', { limit: 30 }, { everyMs: 5_000 })
  const [chosen, setChosen] = useState<Message | null>(null)
  if (messages.isPending) return <Skeleton lines={5} />
  if (messages.error) return <ProblemNotice error={messages.error} onRetry={messages.refetch} />
  if (messages.items.length === 0) return <EmptyState icon="mail" title={t('outbox.none')} />
  return (
    <>
      <ul className="overflow-hidden rounded-xl border border-line bg-surface shadow-card">
        {messages.items.map(message => (
          <li key={message.id} className="border-b border-line last:border-b-0">
            <button
              type="button"
              onClick={() => setChosen(message)}
              className="flex w-full cursor-pointer items-start gap-4 px-4 py-3.5 text-start -outline-offset-2 hover:bg-sunken sm:px-5"
            >
              <span className="flex size-10 shrink-0 items-center justify-center rounded-full bg-accent-soft text-accent-ink">
                <Icon name={icons[message.channel]} size={19} />
              </span>
              <span className="min-w-0 flex-1">
                <span className="block truncate font-[580]">{message.subject || message.text}</span>
                <span className="block truncate text-sm text-ink-soft">
                  <span className="sr-only">{t(`channel.${message.channel}`)} </span>
                  {t('outbox.to')} <bdi>{message.to}</bdi>
                </span>
              </span>
              <span className="shrink-0 text-sm text-ink-faint">{relative(message.sentAt, locale)}</span>
            </button>
          </li>
        ))}
      </ul>
      <LoadMore {...messages.more} />
      <Drawer title={chosen?.subject || t('outbox.message')} isOpen={chosen !== null} onClose={() => setChosen(null)}>
        {chosen && <MessageBody message={chosen} />}
      </Drawer>
    </>
  )
}

function MessageBody({ message }: { message: Message }) {
  const { t, locale, zone } = useReader()
  return (
    <>
      <p className="text-sm text-ink-faint">
        {t(`channel.${message.channel}`)} · {t('outbox.to')} <bdi>{message.to}</bdi> ·{' '}
        {exact(message.sentAt, { locale, zone })}
      </p>
      <p dir="auto" className="mt-4 rounded-lg bg-sunken p-4 break-words whitespace-pre-wrap">
        {message.text}
      </p>
      {message.attachments.map(attachment => (
        <details key={attachment.name} className="mt-4 rounded-lg border border-line p-4">
          <summary className="min-h-8 cursor-pointer font-[560]">
            <bdi>{attachment.name}</bdi>{' '}
            <span className="text-sm font-normal text-ink-faint">{attachment.contentType}</span>
          </summary>
          <pre dir="ltr" tabIndex={0} className="mt-2 overflow-x-auto text-xs">
            {attachment.text}
          </pre>
        </details>
      ))}
    </>
  )
}

const tones: Record<OutputOf<'notification', 'listDeliveries'>['items'][number]['state'], TagTone> = {
  waiting: 'plain',
  sent: 'good',
  failed: 'bad',
  skipped: 'warn',
}

function Deliveries() {
  const { t, locale, zone } = useReader()
  const [search, change] = useAddress()
  const state = Delivery.shape.state.safeParse(search['state'])
  const deliveries = usePages(
    'notification',
    'listDeliveries',
    { limit: 30, ...(state.success ? { state: state.data } : {}) },
    { keepsFormer: true },
  )
  return (
    <>
      <Select
        label={t('jobs.state')}
        className="mb-4 max-w-xs"
        value={state.success ? state.data : 'all'}
        onChange={id => change({ state: id === 'all' ? undefined : id })}
        choices={[
          { id: 'all', label: t('find.any') },
          ...Delivery.shape.state.options.map(each => ({ id: each, label: t(`delivery.${each}`) })),
        ]}
      />
      {deliveries.isPending && <Skeleton lines={5} />}
      <ProblemNotice error={deliveries.error} onRetry={deliveries.refetch} />
      {!deliveries.isPending && !deliveries.error && deliveries.items.length === 0 && (
        <EmptyState icon="mail" title={t('outbox.none')} />
      )}
      {deliveries.items.length > 0 && (
        <Table
          label={t('outbox.deliveries')}
          rows={deliveries.items}
          keyOf={row => row.id}
          more={deliveries.more}
          columns={[
            { id: 'topic', title: t('outbox.topic'), cell: row => t(`topic.${row.topic}`) },
            { id: 'channel', title: t('outbox.channel'), cell: row => t(`channel.${row.channel}`) },
            {
              id: 'state',
              title: t('jobs.state'),
              cell: row => (
                <>
                  <Tag tone={tones[row.state]}>{t(`delivery.${row.state}`)}</Tag>
                  {row.detail && <span className="mt-0.5 block text-sm text-ink-faint">{row.detail}</span>}
                </>
              ),
            },
            { id: 'tries', title: t('jobs.tries'), isNumeric: true, cell: row => number(row.tries, locale) },
            {
              id: 'person',
              title: t('audit.who'),
              cell: row => <bdi className="text-sm">{row.personId.slice(-8)}</bdi>,
            },
            {
              id: 'at',
              title: t('audit.when'),
              cell: row => (
                <bdi className="text-sm tabular">{exact(row.sentAt ?? row.createdAt, { locale, zone })}</bdi>
              ),
            },
          ]}
        />
      )}
    </>
  )
}
