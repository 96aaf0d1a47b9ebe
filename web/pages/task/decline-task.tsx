import type { Task } from '#contract/task'
import { useState } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextArea } from '../../ui/text-field.tsx'

export function DeclineTask({ task, onClose }: { task: Task; onClose: () => void }) {
  const { t } = useReader()
  const [reason, setReason] = useState('')
  const decline = useAct('task', 'decline', { onDone: onClose })
  return (
    <Dialog title={t('task.declineTitle')} isOpen onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={event => {
          event.preventDefault()
          decline.mutate({ taskId: task.id, reason: reason.trim() })
        }}
      >
        <TextArea label={t('task.declineWhy')} value={reason} onChange={setReason} maxLength={1_000} rows={2} />
        <ProblemNotice error={decline.error} />
        <Button type="submit" isPending={decline.isPending} isDisabled={reason.trim().length < 3}>
          {t('task.decline')}
        </Button>
      </form>
    </Dialog>
  )
}
