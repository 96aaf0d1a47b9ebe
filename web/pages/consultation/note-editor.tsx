import type { NoteSections } from '#contract/consultation'
import { useState } from 'react'
import { useAct, usePages, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { dayAndClock, number } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { Tag } from '../../ui/tag.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import type { NoteInHand } from './use-note.ts'

export const parts = ['subjective', 'objective', 'assessment', 'plan'] as const

export function NoteEditor({ note }: { note: NoteInHand }) {
  const { t } = useReader()
  const [isAmending, setAmending] = useState(false)
  const [isShowingVersions, setShowingVersions] = useState(false)
  const state = note.note?.state ?? 'draft'
  const isSigned = state !== 'draft'
  return (
    <Card
      title={t('consult.note')}
      action={<SavingState note={note} />}
      className="p-4! sm:p-5!"
      {...(isSigned ? { description: t(state === 'signed' ? 'consult.signedWhy' : 'consult.amendedWhy') } : {})}
    >
      {!note.note && !note.error && <Skeleton lines={3} />}
      <ProblemNotice error={note.error} className="mb-3" />
      {note.saving === 'changedElsewhere' && (
        <div role="alert" className="mb-3 rounded-lg bg-warn-soft px-4 py-3 text-warn">
          <p className="font-[560]">{t('consult.changedElsewhere')}</p>
          <Button tone="quiet" size="sm" className="mt-2" onPress={() => void note.reload()}>
            {t('consult.takeNewest')}
          </Button>
        </div>
      )}
      {note.note?.version === 0 && <Templates onChoose={note.change} />}
      {isSigned ? (
        <Signed sections={note.sections} />
      ) : (
        <Sections sections={note.sections} onChange={note.change} isDisabled={!note.note} />
      )}
      <div className="mt-4 flex flex-wrap gap-2">
        {isSigned && (
          <Button tone="soft" size="sm" onPress={() => setAmending(true)}>
            {t('consult.amend')}
          </Button>
        )}
        {(note.note?.version ?? 0) > 0 && (
          <Button tone="ghost" size="sm" icon="clock" onPress={() => setShowingVersions(true)}>
            {t('consult.versions')}
          </Button>
        )}
      </div>
      <Dialog title={t('consult.amend')} isOpen={isAmending} onClose={() => setAmending(false)} isWide>
        <Amend note={note} onDone={() => setAmending(false)} />
      </Dialog>
      <Dialog title={t('consult.versions')} isOpen={isShowingVersions} onClose={() => setShowingVersions(false)} isWide>
        <Versions visitId={note.visitId} />
      </Dialog>
    </Card>
  )
}

function SavingState({ note }: { note: NoteInHand }) {
  const { t } = useReader()
  if (note.note && note.note.state !== 'draft')
    return <Tag tone="good">{t(note.note.state === 'signed' ? 'consult.signed' : 'consult.amended')}</Tag>
  const words = {
    saved: 'consult.saved',
    waiting: 'consult.saving',
    saving: 'consult.saving',
    failed: 'consult.notSaved',
    changedElsewhere: 'consult.notSaved',
  } as const
  return (
    <span role="status" className="text-sm text-ink-faint">
      {t(words[note.saving])}
    </span>
  )
}

function Templates({ onChoose }: { onChoose: (sections: NoteSections) => void }) {
  const { t } = useReader()
  const { data } = useRead('consultation', 'templates', {})
  if (!data) return null
  return (
    <Select
      label={t('consult.template')}
      className="mb-4"
      value={null}
      placeholder={t('consult.chooseTemplate')}
      choices={data.items.map(({ id, name }) => ({ id, label: name }))}
      onChange={id => {
        const chosen = data.items.find(each => each.id === id)
        if (chosen) onChoose(chosen.sections)
      }}
    />
  )
}

interface SectionsProps {
  sections: NoteSections
  onChange: (sections: NoteSections) => void
  isDisabled?: boolean
}

export function Sections({ sections, onChange, isDisabled = false }: SectionsProps) {
  const { t } = useReader()
  return (
    <div className="space-y-3">
      {parts.map(part => (
        <TextArea
          key={part}
          label={t(`consult.part.${part}`)}
          value={sections[part]}
          onChange={text => onChange({ ...sections, [part]: text })}
          isDisabled={isDisabled}
          rows={Math.min(10, Math.max(2, sections[part].split('\n').length))}
          maxLength={20_000}
        />
      ))}
    </div>
  )
}

function Signed({ sections }: { sections: NoteSections }) {
  const { t } = useReader()
  return (
    <dl className="space-y-3">
      {parts.map(
        part =>
          sections[part].trim() !== '' && (
            <div key={part}>
              <dt className="text-sm text-ink-faint">{t(`consult.part.${part}`)}</dt>
              <dd dir="auto" className="whitespace-pre-wrap">
                {sections[part]}
              </dd>
            </div>
          ),
      )}
    </dl>
  )
}

function Amend({ note, onDone }: { note: NoteInHand; onDone: () => void }) {
  const { t } = useReader()
  const [sections, setSections] = useState(note.sections)
  const [reason, setReason] = useState('')
  const amend = useAct('consultation', 'amendNote', {
    onDone: amended => {
      note.take(amended)
      onDone()
    },
  })
  return (
    <form
      className="space-y-4"
      onSubmit={event => {
        event.preventDefault()
        amend.mutate({ visitId: note.visitId, version: note.note?.version ?? 0, sections, reason })
      }}
    >
      <Sections sections={sections} onChange={setSections} />
      <TextArea label={t('consult.reason')} value={reason} onChange={setReason} maxLength={500} isRequired />
      <ProblemNotice error={amend.error} />
      <Button type="submit" isPending={amend.isPending}>
        {t('consult.amend')}
      </Button>
    </form>
  )
}

function Versions({ visitId }: { visitId: string }) {
  const { t, locale, zone } = useReader()
  const versions = usePages('consultation', 'noteVersions', { visitId, limit: 20 })
  return (
    <>
      {versions.isPending && <Skeleton />}
      <ProblemNotice error={versions.error} onRetry={versions.refetch} />
      <ul className="divide-y divide-line">
        {versions.items.map(each => (
          <li key={each.version} className="py-4">
            <p className="mb-2 flex flex-wrap items-center gap-2 font-[580]">
              {t('consult.version', { version: number(each.version, locale) })}
              <Tag tone={each.state === 'draft' ? 'plain' : 'good'}>
                {t(each.state === 'draft' ? 'consult.draft' : `consult.${each.state}`)}
              </Tag>
              {each.savedAt && (
                <bdi className="text-sm font-normal text-ink-faint">{dayAndClock(each.savedAt, { locale, zone })}</bdi>
              )}
            </p>
            {each.reason && (
              <p dir="auto" className="mb-2 text-sm text-ink-soft">
                {each.reason}
              </p>
            )}
            <Signed sections={each.sections} />
          </li>
        ))}
      </ul>
      <LoadMore {...versions.more} />
    </>
  )
}
