import type { Task } from '#contract/task'
import { useState } from 'react'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { DueFields, instantOfDue, useDue } from './due-fields.tsx'

export function DelegateTask({ task, onClose }: { task: Task; onClose: () => void }) {
  const { t, zone } = useReader()
  const colleagues = useRead('task', 'colleagues', {})
  const [toClinicianId, setTo] = useState<string | null>(null)
  const [due, setDue] = useDue(zone)
  const [note, setNote] = useState('')
  const delegate = useAct('task', 'delegate', {
    onDone: ({ owner }) => {
      toast({ title: t('task.delegatedTo', { name: owner.name }) })
      onClose()
    },
  })
  const dueAt = instantOfDue(due, zone)
  const items = colleagues.data?.items ?? []
  return (
    <Dialog title={t('task.delegateTitle')} isOpen onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={event => {
          event.preventDefault()
          if (toClinicianId && dueAt) delegate.mutate({ taskId: task.id, toClinicianId, dueAt, note: note.trim() })
        }}
      >
        <p className="text-ink-soft">{t('task.delegateWhy')}</p>
        {colleagues.isPending && <Skeleton lines={2} />}
        {colleagues.data && items.length === 0 && <p>{t('task.noColleagues')}</p>}
        {items.length > 0 && (
          <>
            <Select
              label={t('task.colleague')}
              value={toClinicianId}
              onChange={setTo}
              choices={items.map(each => ({ id: each.clinicianId, label: each.name }))}
            />
            <DueFields due={due} onChange={setDue} />
            <TextArea label={t('task.words')} value={note} onChange={setNote} maxLength={1_000} rows={2} />
          </>
        )}
        <ProblemNotice error={colleagues.error ?? delegate.error} />
        <Button type="submit" icon="send" isPending={delegate.isPending} isDisabled={!toClinicianId || !dueAt}>
          {t('task.delegateDo')}
        </Button>
      </form>
    </Dialog>
  )
}
