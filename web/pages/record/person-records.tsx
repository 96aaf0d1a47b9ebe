import { useState } from 'react'
import { type OutputOf, useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tag } from '../../ui/tag.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'

type Kept = OutputOf<'record', 'recordsOf'>['items'][number]

/** What an operator may do with a record without seeing what it says: keep it by law, or erase it. */
export function PersonRecords({
  person,
  onClose,
}: {
  person: { id: string; name: string } | null
  onClose: () => void
}) {
  const { t } = useReader()
  return (
    <Dialog title={t('people.recordsOf', { name: person?.name ?? '' })} isOpen={person !== null} onClose={onClose}>
      <p className="text-ink-soft">{t('records.lead')}</p>
      {person && <Records personId={person.id} onErased={onClose} />}
    </Dialog>
  )
}

function Records({ personId, onErased }: { personId: string; onErased: () => void }) {
  const { t } = useReader()
  const records = useRead('record', 'recordsOf', { personId })
  return (
    <div className="mt-4 space-y-4">
      {records.isPending && <Skeleton />}
      <ProblemNotice error={records.error} onRetry={() => void records.refetch()} />
      {records.data?.items.length === 0 && <p>{t('records.none')}</p>}
      {records.data?.items.map(each => (
        <Card key={each.patientId}>
          <p className="text-sm break-all text-ink-faint">
            <bdi>{t('records.record', { id: each.patientId })}</bdi>
          </p>
          {!each.hasBegun && <p className="mt-2 text-ink-soft">{t('records.notBegun')}</p>}
          {each.heldBecause === undefined ? (
            <Free record={each} onErased={onErased} />
          ) : (
            <Held record={each} why={each.heldBecause} />
          )}
        </Card>
      ))}
    </div>
  )
}

function Held({ record, why }: { record: Kept; why: string }) {
  const { t } = useReader()
  const hold = useAct('record', 'holdPatient')
  return (
    <>
      <Tag tone="warn" icon="shield" className="mt-3">
        {t('records.held')}
      </Tag>
      <p dir="auto" className="mt-2">
        {why}
      </p>
      <ProblemNotice error={hold.error} className="mt-3" />
      <Button
        tone="quiet"
        className="mt-4"
        isPending={hold.isPending}
        onPress={() => hold.mutate({ patientId: record.patientId, reason: null })}
      >
        {t('records.lift')}
      </Button>
    </>
  )
}

function Free({ record: { patientId }, onErased }: { record: Kept; onErased: () => void }) {
  const { t } = useReader()
  const [why, setWhy] = useState('')
  const [typed, setTyped] = useState('')
  const hold = useAct('record', 'holdPatient')
  const erase = useAct('record', 'erase', {
    refreshes: ['record', 'identity'],
    onDone({ erased }) {
      toast({ title: t('records.erased', { count: erased }) })
      onErased()
    },
  })
  const isConfirmed = typed.trim().toLowerCase() === t('records.word')
  return (
    <>
      <form
        className="mt-3 space-y-3"
        onSubmit={event => {
          event.preventDefault()
          hold.mutate({ patientId, reason: why })
        }}
      >
        <TextField label={t('records.why')} value={why} onChange={setWhy} maxLength={500} />
        <ProblemNotice error={hold.error} />
        <Button type="submit" tone="quiet" isPending={hold.isPending} isDisabled={why.trim().length < 3}>
          {t('records.hold')}
        </Button>
      </form>
      <form
        className="mt-6 space-y-3 border-t border-line pt-5"
        onSubmit={event => {
          event.preventDefault()
          if (isConfirmed) erase.mutate({ patientId, confirm: 'erase' })
        }}
      >
        <p className="text-ink-soft">{t('records.eraseWhat')}</p>
        <TextField
          label={t('records.confirm', { word: t('records.word') })}
          value={typed}
          onChange={setTyped}
          autoComplete="off"
        />
        <ProblemNotice error={erase.error} />
        <Button type="submit" tone="danger" icon="warning" isPending={erase.isPending} isDisabled={!isConfirmed}>
          {t('records.erase')}
        </Button>
      </form>
    </>
  )
}
