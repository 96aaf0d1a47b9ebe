import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { useChannel } from '../../live.ts'
import { usePerson } from '../../session.ts'
import { Button } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Conversations } from '../consultation/messages.tsx'
import { AddTask } from './add-task.tsx'
import { TaskList } from './task-list.tsx'
import { WaitingNow } from './waiting-now.tsx'

/** Everything that waits for a clinician, in one list; it moves by itself as things are done anywhere. */
export function Inbox() {
  const { t } = useReader()
  const { clinicianId } = usePerson()
  const cache = useQueryClient()
  const [isAdding, setAdding] = useState(false)
  const refresh = () => void cache.invalidateQueries({ queryKey: ['task'] })
  useChannel(clinicianId && `task.inbox/${clinicianId}`, { onEntry: refresh, onReady: refresh })
  return (
    <Page
      title={t('task.title')}
      lead={t('task.lead')}
      actions={
        <Button tone="quiet" icon="plus" onPress={() => setAdding(true)}>
          {t('task.add')}
        </Button>
      }
    >
      <Tabs
        label={t('task.views')}
        tabs={[
          {
            id: 'open',
            title: t('task.open'),
            content: (
              <>
                <WaitingNow />
                <TaskList view="open" />
              </>
            ),
          },
          {
            id: 'conversations',
            title: t('task.conversations'),
            content: (
              <Conversations as="clinician" hrefOf={visit => `/room/${visit.id}`} empty={t('consult.inboxEmpty')} />
            ),
          },
          { id: 'delegated', title: t('task.delegated'), content: <TaskList view="delegated" /> },
          { id: 'done', title: t('task.done'), content: <TaskList view="done" /> },
        ]}
      />
      <AddTask isOpen={isAdding} onClose={() => setAdding(false)} />
    </Page>
  )
}
