import type { Message, Visit, VisitFile } from '#contract/consultation'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { FileTrigger, Button as AriaButton } from 'react-aria-components'
import { api, useAct, usePages } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { noteOn, useChannel, useLiveState, usePeopleOn } from '../../live.ts'
import { accessToken, usePerson } from '../../session.ts'
import { dayAndClock } from '../../time.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { cx } from '../../ui/classes.ts'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import { channelOf } from './use-call.ts'
import { nameOf } from './call-tiles.tsx'

const acceptedTypes = ['image/png', 'image/jpeg', 'image/webp', 'application/pdf']
/** Somebody who typed is taken to type for so long. */
const typingMs = 4_000

/** What is said in a visit: what was, from the server; what is, as it happens. */
export function Conversation({ visit, className }: { visit: Visit; className?: string }) {
  const { t } = useReader()
  const person = usePerson()
  const cache = useQueryClient()
  const channel = channelOf(visit.id)
  const past = usePages('consultation', 'messages', { visitId: visit.id, limit: 30 })
  const [live, setLive] = useState<readonly Message[]>([])
  const [typing, setTyping] = useState<string>()
  const [readUpTo, setReadUpTo] = useState<Record<string, string>>({})
  const people = usePeopleOn(channel)
  const markRead = useAct('consultation', 'markRead', { refreshes: [] })
  useChannel(channel, {
    onEntry({ type, data }) {
      if (type === 'said') {
        setLive(known => [...known, data as unknown as Message])
        setTyping(undefined)
      } else if (type === 'read') {
        const { personId, messageId } = data as { personId: string; messageId: string }
        setReadUpTo(known => ({ ...known, [personId]: messageId }))
      } else if (type === 'typing') setTyping((data as { from: string }).from)
      else if (type === 'changed') void cache.invalidateQueries({ queryKey: ['consultation'] })
    },
    onReady: past.refetch,
  })
  useEffect(() => {
    if (!typing) return
    const timer = setTimeout(() => setTyping(undefined), typingMs)
    return () => clearTimeout(timer)
  }, [typing])

  const known = new Map([...past.items.toReversed(), ...live].map(each => [each.id, each]))
  const messages = [...known.values()]
  const lastOther = messages.findLast(each => each.authorId !== person.id)
  const hasRead = { ...visit.readUpTo, ...readUpTo }
  const isUnread = lastOther !== undefined && hasRead[person.id] !== lastOther.id
  const { mutate: sendRead } = markRead
  useEffect(() => {
    if (isUnread && document.visibilityState === 'visible') sendRead({ visitId: visit.id, messageId: lastOther.id })
  }, [isUnread, lastOther?.id, visit.id, sendRead])

  return (
    <section
      aria-label={t('consult.messages')}
      className={cx('flex min-h-0 flex-col rounded-2xl border border-line bg-surface shadow-card', className)}
    >
      <header className="flex min-h-13 items-center justify-between gap-3 border-b border-line px-4">
        <h2 className="font-[620]">{t('consult.messages')}</h2>
        <Presence people={people.filter(each => each !== person.id)} visit={visit} />
      </header>
      <Said messages={messages} past={past} visit={visit} readUpTo={hasRead} />
      <p role="status" className="min-h-6 px-4 text-sm text-ink-faint">
        {typing && t('consult.typing', { name: nameOf(typing, visit) })}
      </p>
      {visit.state === 'cancelled' ? (
        <p className="border-t border-line px-4 py-3 text-sm text-ink-soft">{t('consult.chatOver')}</p>
      ) : (
        <Composer visit={visit} />
      )}
    </section>
  )
}

function Presence({ people, visit }: { people: readonly string[]; visit: Visit }) {
  const { t } = useReader()
  const state = useLiveState()
  if (state === 'away')
    return (
      <span role="status" className="flex items-center gap-1.5 text-sm text-warn">
        <Icon name="warning" size={16} />
        {t('consult.away')}
      </span>
    )
  if (people.length === 0) return null
  return (
    <span className="flex min-w-0 items-center gap-2 text-sm text-ink-soft">
      <span aria-hidden="true" className="swatch size-2.5 shrink-0 rounded-full bg-good" />
      <span className="truncate">
        {t('consult.here', { name: people.map(each => nameOf(each, visit)).join(', ') })}
      </span>
    </span>
  )
}

interface SaidProps {
  messages: readonly Message[]
  past: ReturnType<typeof usePages<'consultation', 'messages'>>
  visit: Visit
  readUpTo: Record<string, string>
}

function Said({ messages, past, visit, readUpTo }: SaidProps) {
  const { t } = useReader()
  const person = usePerson()
  const list = useRef<HTMLDivElement>(null)
  const last = messages.at(-1)?.id
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [last])
  const readByOther = messages.findLast(
    each =>
      each.authorId === person.id &&
      Object.entries(readUpTo).some(
        ([who, upTo]) => who !== person.id && messages.findIndex(one => one.id === upTo) >= messages.indexOf(each),
      ),
  )
  return (
    <div
      ref={list}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- What scrolls is reached by keyboard.
      tabIndex={0}
      role="log"
      aria-label={t('consult.messages')}
      className="min-h-48 flex-1 overflow-y-auto px-4 py-3"
    >
      {past.isPending && <Skeleton lines={2} />}
      <ProblemNotice error={past.error} onRetry={past.refetch} />
      {past.more.hasMore && (
        <div className="mb-3 flex justify-center">
          <Button tone="ghost" size="sm" isPending={past.more.isLoading} onPress={past.more.onMore}>
            {t('consult.earlier')}
          </Button>
        </div>
      )}
      {!past.isPending && messages.length === 0 && <p className="text-sm text-ink-faint">{t('consult.nothingSaid')}</p>}
      <ul className="space-y-3">
        {messages.map(each => (
          <Bubble key={each.id} message={each} visit={visit} isRead={each.id === readByOther?.id} />
        ))}
      </ul>
    </div>
  )
}

function Bubble({ message, visit, isRead }: { message: Message; visit: Visit; isRead: boolean }) {
  const { t, locale, zone } = useReader()
  const isOwn = message.authorId === usePerson().id
  return (
    <li className={cx('flex flex-col', isOwn ? 'items-end' : 'items-start')}>
      <div
        className={cx(
          'max-w-[85%] rounded-2xl px-4 py-2.5',
          isOwn ? 'rounded-ee-md bg-accent text-on-accent' : 'rounded-es-md bg-sunken text-ink',
        )}
      >
        {message.text && (
          <p dir="auto" className="break-words whitespace-pre-wrap">
            {message.text}
          </p>
        )}
        {message.files.map(file => (
          <SentFile key={file.id} visitId={visit.id} file={file} isOwn={isOwn} />
        ))}
      </div>
      <p className="mt-1 flex gap-2 text-xs text-ink-faint">
        {!isOwn && <bdi>{nameOf(message.authorId, visit)}</bdi>}
        <bdi>{dayAndClock(message.sentAt, { locale, zone })}</bdi>
        {isRead && <span>{t('consult.read')}</span>}
      </p>
    </li>
  )
}

/** Opened on demand, with the token that an address cannot carry. */
function SentFile({ visitId, file, isOwn }: { visitId: string; file: VisitFile; isOwn: boolean }) {
  const { t } = useReader()
  const [failure, setFailure] = useState<unknown>(null)
  return (
    <>
      <AriaButton
        onPress={() => void download(visitId, file).catch(setFailure)}
        className={cx(
          'mt-1 flex min-h-11 max-w-full cursor-pointer items-center gap-2 rounded-lg px-2 text-start font-[560] underline underline-offset-4',
          isOwn ? 'text-on-accent' : 'text-accent-ink',
        )}
      >
        <Icon name="page" size={18} />
        <span dir="auto" className="truncate">
          {file.name}
        </span>
        <span className="sr-only">{t('consult.download')}</span>
      </AriaButton>
      <ProblemNotice error={failure} />
    </>
  )
}

const fileAddress = (visitId: string, fileId: string) => `/visit-files/${visitId}/${fileId}`

async function download(visitId: string, file: VisitFile): Promise<void> {
  const headers = { authorization: `Bearer ${await accessToken()}` }
  const answer = await fetch(fileAddress(visitId, file.id), { headers })
  if (!answer.ok) throw new Error(`the file answers ${answer.status}`)
  const url = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = file.name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

async function upload(visitId: string, file: File): Promise<VisitFile> {
  const fileId = crypto.randomUUID()
  const headers = { authorization: `Bearer ${await accessToken()}`, 'content-type': 'application/octet-stream' }
  const answer = await fetch(fileAddress(visitId, fileId), { method: 'PUT', headers, body: file })
  if (!answer.ok) {
    const { fromProblem } = await import('#core/fault')
    throw fromProblem(await answer.json().catch(() => null)) ?? new Error(`the file answers ${answer.status}`)
  }
  return api.consultation.attach({ visitId, fileId, name: file.name.slice(-150) }, { idempotencyKey: fileId })
}

function Composer({ visit }: { visit: Visit }) {
  const { t } = useReader()
  const [text, setText] = useState('')
  const [files, setFiles] = useState<readonly VisitFile[]>([])
  const [isUploading, setUploading] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const typedAt = useRef(0)
  const say = useAct('consultation', 'say', {
    refreshes: [],
    onDone: () => {
      setText('')
      setFiles([])
    },
  })

  function type(next: string): void {
    setText(next)
    if (Date.now() - typedAt.current < typingMs / 2) return
    typedAt.current = Date.now()
    noteOn(channelOf(visit.id), 'typing')
  }

  const canSend = (text.trim() !== '' || files.length > 0) && !say.isPending
  const send = () => {
    if (canSend) say.mutate({ visitId: visit.id, text, fileIds: files.map(each => each.id) })
  }

  async function add(list: FileList | null): Promise<void> {
    setFailure(null)
    setUploading(true)
    try {
      for (const file of list ?? []) {
        const added = await upload(visit.id, file)
        setFiles(known => [...known, added].slice(0, 5))
      }
    } catch (error) {
      setFailure(error)
    }
    setUploading(false)
  }

  return (
    <form
      className="border-t border-line p-3"
      onSubmit={event => {
        event.preventDefault()
        send()
      }}
    >
      <ProblemNotice error={say.error ?? failure} className="mb-3" />
      {files.length > 0 && (
        <ul className="mb-2 flex flex-wrap gap-2">
          {files.map(file => (
            <li key={file.id} className="flex items-center gap-1 rounded-full bg-sunken ps-3 text-sm">
              <span dir="auto" className="max-w-40 truncate">
                {file.name}
              </span>
              <Button
                tone="ghost"
                size="sm"
                icon="cross"
                aria-label={t('consult.removeFile', { name: file.name })}
                onPress={() => setFiles(known => known.filter(each => each.id !== file.id))}
              />
            </li>
          ))}
        </ul>
      )}
      <div className="flex items-end gap-2">
        <FileTrigger acceptedFileTypes={acceptedTypes} allowsMultiple onSelect={list => void add(list)}>
          <Button
            tone="ghost"
            icon="attach"
            aria-label={t('consult.attach')}
            isPending={isUploading}
            className="size-11 shrink-0 px-0!"
          />
        </FileTrigger>
        <TextArea
          label={t('consult.message')}
          isLabelHidden
          rows={1}
          placeholder={t('consult.message')}
          value={text}
          onChange={type}
          maxLength={4_000}
          className="min-w-0 flex-1"
          onKeyDown={event => {
            if (event.key !== 'Enter' || event.shiftKey) return
            event.preventDefault()
            send()
          }}
        />
        <button
          type="submit"
          aria-label={t('consult.send')}
          disabled={!canSend}
          className={buttonClass('primary', 'md', 'size-11 shrink-0 px-0!')}
        >
          <Icon name="send" />
        </button>
      </div>
    </form>
  )
}
