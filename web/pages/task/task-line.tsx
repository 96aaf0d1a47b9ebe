import type { Task, TaskKind } from '#contract/task'
import { useState } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { relative } from '../../time.ts'
import { Button, IconButton, LinkButton } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/choice.tsx'
import { cx } from '../../ui/classes.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Tag } from '../../ui/tag.tsx'
import { capital } from '../prescription/order-words.tsx'
import { DeclineTask } from './decline-task.tsx'
import { DelegateTask } from './delegate-task.tsx'

const icons: Record<TaskKind, IconName> = {
  pharmacyQuery: 'pill',
  question: 'question',
  message: 'chat',
  sharedCheck: 'pulse',
  note: 'page',
  order: 'list',
  followUp: 'calendar',
  renewal: 'refresh',
  own: 'pin',
}

/** Where it is done. A colleague has no door to it: what the task says is what they see. */
function hrefOf({ kind, visitId, prescriptionId, patientId, requester, owner }: Task): string | undefined {
  if (requester.clinicianId !== owner.clinicianId) return undefined
  if (prescriptionId) return `/prescriptions/${prescriptionId}`
  if (visitId && (kind === 'question' || kind === 'message' || kind === 'note' || kind === 'sharedCheck'))
    return `/room/${visitId}`
  return patientId ? `/patients/${patientId}` : undefined
}

interface TaskLineProps {
  task: Task
  onComplete: () => void
  isChosen?: boolean
  onChoose?: (isChosen: boolean) => void
}

export function TaskLine({ task, onComplete, isChosen, onChoose }: TaskLineProps) {
  const { t } = useReader()
  const what = [t(`task.kind.${task.kind}`), task.patientName, task.text ?? task.medicine].filter(Boolean).join(', ')
  const isTickable = task.may.includes('complete')
  return (
    <div className="flex items-start gap-2 py-3 sm:gap-3">
      {onChoose && (
        <span className="flex w-8 shrink-0 justify-center">
          {isTickable && (
            <Checkbox
              aria-label={t('task.select', { what })}
              isSelected={isChosen ?? false}
              onChange={onChoose}
              className="-my-1 flex min-w-11 justify-center"
            />
          )}
        </span>
      )}
      <Icon
        name={icons[task.kind]}
        size={20}
        className={cx('mt-2 max-sm:hidden', task.urgency === 'now' ? 'text-glow' : 'text-ink-faint')}
      />
      <div className="min-w-0 flex-1 py-1">
        <Words task={task} />
      </div>
      <Acts task={task} what={what} onComplete={onComplete} />
    </div>
  )
}

function Words({ task }: { task: Task }) {
  const { t } = useReader()
  const { text, medicine, orderKind, note, outcome } = task
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-2">
        {task.patientName && <bdi className="font-[600]">{task.patientName}</bdi>}
        <span className={task.patientName ? 'text-sm text-ink-soft' : 'font-[600]'}>{t(`task.kind.${task.kind}`)}</span>
      </p>
      {medicine && (
        <p className="font-[560]">
          <bdi>{capital(medicine)}</bdi>
        </p>
      )}
      {text && (
        <p className="line-clamp-2">
          {orderKind && <span className="text-ink-soft">{t(`consult.order.${orderKind}`)}: </span>}
          <bdi>{text}</bdi>
        </p>
      )}
      {note && (
        <p className="mt-1 border-s-2 border-line ps-2 text-sm text-ink-soft">
          <bdi>{note}</bdi>
        </p>
      )}
      {outcome && (
        <p className="mt-1 text-sm">
          <span className="text-ink-faint">{t('task.outcome')}: </span>
          <bdi>{outcome}</bdi>
        </p>
      )}
      <Marks task={task} />
    </>
  )
}

function Marks({ task }: { task: Task }) {
  const { t, locale } = useReader()
  const { dueAt, state, stateSince, requester, owner } = task
  const isHanded = requester.clinicianId !== owner.clinicianId
  const isOpen = state === 'requested' || state === 'accepted'
  const isLate = isOpen && Date.parse(dueAt) < Date.now()
  const when = relative(dueAt, locale)
  return (
    <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-faint">
      {!isOpen && <span>{t('task.doneWhen', { when: relative(stateSince, locale) })}</span>}
      {isOpen && !isLate && <span>{t('task.due', { when })}</span>}
      {isLate && (
        <Tag tone="bad" icon="clock">
          {t('task.overdue', { when })}
        </Tag>
      )}
      {isHanded && <span>{task.may.includes('takeBack') ? t('task.with', owner) : t('task.from', requester)}</span>}
      {isHanded && isOpen && (
        <Tag tone={state === 'requested' ? 'warn' : 'good'}>
          {t(state === 'requested' ? 'task.waits' : 'task.accepted')}
        </Tag>
      )}
    </p>
  )
}

function Acts({ task, what, onComplete }: { task: Task; what: string; onComplete: () => void }) {
  const { t } = useReader()
  const [sheet, setSheet] = useState<'delegate' | 'decline'>()
  const accept = useAct('task', 'accept')
  const takeBack = useAct('task', 'takeBack')
  const reopen = useAct('task', 'reopen')
  const href = hrefOf(task)
  const may = (act: Task['may'][number]) => task.may.includes(act)
  const named = (label: string) => `${label}: ${what}`
  return (
    <div className="flex shrink-0 flex-wrap items-center justify-end gap-1 max-sm:max-w-28">
      {may('accept') && (
        <Button
          size="sm"
          aria-label={named(t('task.accept'))}
          isPending={accept.isPending}
          onPress={() => accept.mutate({ taskId: task.id })}
        >
          {t('task.accept')}
        </Button>
      )}
      {may('decline') && (
        <Button size="sm" tone="ghost" aria-label={named(t('task.decline'))} onPress={() => setSheet('decline')}>
          {t('task.decline')}
        </Button>
      )}
      {may('takeBack') && (
        <Button
          size="sm"
          tone="quiet"
          aria-label={named(t('task.takeBack'))}
          isPending={takeBack.isPending}
          onPress={() => takeBack.mutate({ taskId: task.id })}
        >
          {t('task.takeBack')}
        </Button>
      )}
      {may('reopen') && (
        <Button
          size="sm"
          tone="ghost"
          icon="refresh"
          aria-label={named(t('task.reopen'))}
          isPending={reopen.isPending}
          onPress={() => reopen.mutate({ taskIds: [task.id] })}
        >
          {t('task.reopen')}
        </Button>
      )}
      {may('delegate') && (
        <IconButton icon="people" label={named(t('task.delegateTitle'))} onPress={() => setSheet('delegate')} />
      )}
      {may('complete') && <IconButton icon="check" label={t('task.completeOf', { what })} onPress={onComplete} />}
      {href && (
        <LinkButton href={href} size="sm" tone="soft" aria-label={named(t('task.openIt'))}>
          {t('task.openIt')}
        </LinkButton>
      )}
      <ProblemNotice error={accept.error ?? takeBack.error ?? reopen.error} className="w-full" />
      {sheet === 'delegate' && <DelegateTask task={task} onClose={() => setSheet(undefined)} />}
      {sheet === 'decline' && <DeclineTask task={task} onClose={() => setSheet(undefined)} />}
    </div>
  )
}
