import type { Task, Urgency } from '#contract/task'
import { useState } from 'react'
import { useAct, usePages } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { toast } from '../../ui/toast.tsx'
import { TaskLine } from './task-line.tsx'

type View = 'open' | 'delegated' | 'done'
const empties = { open: 'task.none', delegated: 'task.noneDelegated', done: 'task.noneDone' } as const
const urgencies: readonly Urgency[] = ['now', 'today', 'soon', 'later']

export function TaskList({ view }: { view: View }) {
  const { t } = useReader()
  const list = usePages('task', 'list', { view, limit: 50 }, { everyMs: 60_000, keepsFormer: true })
  const [chosen, setChosen] = useState<readonly string[]>([])
  const { complete, error } = useComplete(() => setChosen([]))
  // What was done elsewhere meanwhile is not chosen any more.
  const selected = chosen.filter(id => list.items.some(each => each.id === id))
  const choose = (id: string) => (isChosen: boolean) =>
    setChosen(isChosen ? [...selected, id] : selected.filter(each => each !== id))
  const groups =
    view === 'open'
      ? urgencies.map(urgency => [urgency, list.items.filter(each => each.urgency === urgency)] as const)
      : [[undefined, list.items] as const]
  return (
    <>
      {list.isPending && <Skeleton lines={5} />}
      <ProblemNotice error={list.error ?? error} onRetry={list.refetch} className="mb-4" />
      {!list.isPending && !list.error && list.items.length === 0 && (
        <EmptyState icon="check" title={t(empties[view])}>
          {view === 'open' && t('task.noneWhat')}
        </EmptyState>
      )}
      {groups.map(([urgency, items]) => (
        <Group key={urgency ?? view} urgency={urgency} items={items}>
          {(task, isAnyTickable) => (
            <TaskLine
              task={task}
              onComplete={() => complete([task.id])}
              {...(view === 'open' && isAnyTickable
                ? { isChosen: selected.includes(task.id), onChoose: choose(task.id) }
                : {})}
            />
          )}
        </Group>
      ))}
      <LoadMore {...list.more} />
      {selected.length > 0 && (
        <div className="sticky bottom-20 z-10 mt-4 flex items-center justify-between gap-3 rounded-xl border border-line bg-raised py-2 ps-5 pe-2 shadow-float lg:bottom-6">
          <span role="status" className="font-[560]">
            {t('task.selected', { count: selected.length })}
          </span>
          <Button icon="check" onPress={() => complete(selected)}>
            {t('task.completeSelected')}
          </Button>
        </div>
      )}
    </>
  )
}

interface GroupProps {
  urgency: Urgency | undefined
  items: readonly Task[]
  children: (task: Task, isAnyTickable: boolean) => React.ReactNode
}

function Group({ urgency, items, children }: GroupProps) {
  const { t } = useReader()
  if (items.length === 0) return null
  const isAnyTickable = items.some(each => each.may.includes('complete'))
  return (
    <section className="mb-5" {...(urgency ? { 'aria-label': t(`task.urgency.${urgency}`) } : {})}>
      {urgency && <h2 className="eyebrow mb-2 ps-1">{t(`task.urgency.${urgency}`)}</h2>}
      <Card className="px-3! py-1! sm:px-4!">
        <ul className="divide-y divide-line">
          {items.map(task => (
            <li key={task.id}>{children(task, isAnyTickable)}</li>
          ))}
        </ul>
      </Card>
    </section>
  )
}

/** Done at once, and undone by one press for as long as the toast shows. */
function useComplete(onDone: () => void) {
  const { t } = useReader()
  const reopen = useAct('task', 'reopen')
  const complete = useAct('task', 'complete', {
    onDone: ({ done }) => {
      onDone()
      const taskIds = done.map(each => each.id)
      if (taskIds.length === 0) return
      const undo = { label: t('task.undo'), onUndo: () => reopen.mutate({ taskIds }) }
      toast({ title: t('task.completed', { count: taskIds.length }), undo })
    },
  })
  return {
    complete: (taskIds: readonly string[]) => complete.mutate({ taskIds: [...taskIds] }),
    error: complete.error ?? reopen.error,
  }
}
