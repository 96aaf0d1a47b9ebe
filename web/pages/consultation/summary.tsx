import type { Aftercare, Task } from '#contract/consultation'
import type { ReactNode } from 'react'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useParam } from '../../shell/address.ts'
import { dateOnly, longDay } from '../../time.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Checkbox } from '../../ui/choice.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tag } from '../../ui/tag.tsx'
import { Conversation } from './conversation.tsx'
import { RecordingList } from './recording-list.tsx'
import { useVisit } from './call-page.tsx'

/** What came out of a visit, in the patient's words first: what to do, then what it is. */
export function VisitSummary() {
  const { t, locale, zone } = useReader()
  const visitId = useParam('bookingId')
  const { visit } = useVisit(visitId)
  const care = useRead('consultation', 'aftercare', { visitId })
  return (
    <Page
      title={t('consult.summary')}
      width="wide"
      lead={
        visit && care.data
          ? t('consult.summaryOf', { name: visit.clinicianName, day: longDay(care.data.endedAt, { locale, zone }) })
          : undefined
      }
      actions={
        <Button tone="quiet" icon="print" className="no-print" onPress={() => print()}>
          {t('consult.print')}
        </Button>
      }
    >
      {care.isPending && <Skeleton lines={5} />}
      <ProblemNotice error={care.error} onRetry={() => void care.refetch()} />
      <div className="grid items-start gap-6 lg:grid-cols-[1fr_22rem]">
        <div className="min-w-0 space-y-6">{care.data && <Care care={care.data} />}</div>
        {visit && (
          <div className="no-print min-w-0 space-y-6">
            <Conversation visit={visit} className="max-h-[32rem]" />
            <RecordingList visit={visit} />
          </div>
        )}
      </div>
    </Page>
  )
}

function Care({ care }: { care: Aftercare }) {
  const { t, locale, zone } = useReader()
  const followUpOn = care.followUp && addDays(care.endedAt, care.followUp.inDays)
  return (
    <>
      <Card title={t('consult.plan')}>
        {care.plan ? (
          <p dir="auto" className="whitespace-pre-wrap">
            {care.plan}
          </p>
        ) : (
          <p className="text-ink-faint">{t('consult.noPlan')}</p>
        )}
        {care.tasks.length > 0 && (
          <ul className="mt-4 divide-y divide-line border-t border-line">
            {care.tasks.map(task => (
              <TaskLine key={task.id} visitId={care.visitId} task={task} />
            ))}
          </ul>
        )}
      </Card>
      {care.diagnoses.length > 0 && (
        <List title={t('consult.diagnoses')}>
          {care.diagnoses.map(each => (
            <li key={each.text} className="flex flex-wrap items-center gap-2 py-2.5">
              <span dir="auto" className="font-[560]">
                {each.text}
              </span>
              {each.coding && <bdi className="text-sm text-ink-faint">{each.coding.code}</bdi>}
              {each.certainty === 'provisional' && <Tag tone="warn">{t('consult.provisional')}</Tag>}
            </li>
          ))}
        </List>
      )}
      {care.orders.length > 0 && (
        <List title={t('consult.orders')}>
          {care.orders.map(each => (
            <li key={`${each.kind} ${each.text}`} className="flex flex-wrap items-center gap-2 py-2.5">
              <Tag>{t(`consult.order.${each.kind}`)}</Tag>
              <span dir="auto">{each.text}</span>
            </li>
          ))}
        </List>
      )}
      {followUpOn && (
        <Card title={t('consult.followUp')}>
          <p>{t('consult.followUpOn', { day: dateOnly(followUpOn, { locale, zone }) })}</p>
          {care.followUp?.note && (
            <p dir="auto" className="mt-1 text-ink-soft">
              {care.followUp.note}
            </p>
          )}
          <LinkButton href="/find" tone="soft" icon="calendarPlus" className="no-print mt-4">
            {t('visits.new')}
          </LinkButton>
        </Card>
      )}
    </>
  )
}

const addDays = (instant: string, days: number) => new Date(Date.parse(instant) + days * 86_400_000).toISOString()

function List({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card title={title}>
      <ul className="-my-2.5 divide-y divide-line">{children}</ul>
    </Card>
  )
}

function TaskLine({ visitId, task }: { visitId: string; task: Task }) {
  const { t, locale, zone } = useReader()
  const tick = useAct('consultation', 'tickTask')
  return (
    <li className="py-1.5">
      <Checkbox
        isSelected={task.doneAt !== undefined}
        isDisabled={tick.isPending}
        onChange={isDone => tick.mutate({ visitId, taskId: task.id, isDone })}
      >
        <span className="min-w-0">
          <span dir="auto" className={task.doneAt ? 'text-ink-faint line-through' : ''}>
            {task.text}
          </span>
          {task.dueOn && (
            <span className="block text-sm text-ink-faint">
              {t('consult.due', { day: dateOnly(`${task.dueOn}T12:00:00.000Z`, { locale, zone }) })}
            </span>
          )}
        </span>
      </Checkbox>
      <ProblemNotice error={tick.error} />
    </li>
  )
}
