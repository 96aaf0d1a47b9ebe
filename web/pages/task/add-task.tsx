import { useState } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import { DueFields, instantOfDue, useDue } from './due-fields.tsx'

export function AddTask({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useReader()
  return (
    <Dialog title={t('task.add')} isOpen={isOpen} onClose={onClose}>
      <AddForm onDone={onClose} />
    </Dialog>
  )
}

function AddForm({ onDone }: { onDone: () => void }) {
  const { t, zone } = useReader()
  const [text, setText] = useState('')
  const [due, setDue] = useDue(zone)
  const add = useAct('task', 'add', { onDone })
  const dueAt = instantOfDue(due, zone)
  return (
    <form
      className="space-y-4"
      onSubmit={event => {
        event.preventDefault()
        if (dueAt) add.mutate({ text: text.trim(), dueAt })
      }}
    >
      <TextArea label={t('task.text')} value={text} onChange={setText} maxLength={1_000} rows={2} />
      <DueFields due={due} onChange={setDue} />
      <ProblemNotice error={add.error} />
      <Button type="submit" icon="plus" isPending={add.isPending} isDisabled={text.trim().length < 3 || !dueAt}>
        {t('task.add')}
      </Button>
    </form>
  )
}
