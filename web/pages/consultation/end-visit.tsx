import type { Diagnosis, Visit, VisitOrder } from '#contract/consultation'
import { useState, type ReactNode } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { TextArea, TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { AddDiagnosis } from './add-diagnosis.tsx'
import { Sections } from './note-editor.tsx'
import type { NoteInHand } from './use-note.ts'

const orderKinds = ['laboratory', 'imaging', 'referral', 'other'] as const
const followUps = [0, 3, 7, 14, 28, 90, 180] as const

interface EndVisitProps {
  visit: Visit
  note: NoteInHand
  isOpen: boolean
  onClose: () => void
}

/** The whole end on one sheet: what is signed, what was found, what is ordered, what the patient takes home. */
export function EndVisit({ visit, note, isOpen, onClose }: EndVisitProps) {
  const { t } = useReader()
  return (
    <Dialog title={t('consult.end')} isOpen={isOpen} onClose={onClose} isWide>
      <EndForm visit={visit} note={note} onDone={onClose} />
    </Dialog>
  )
}

function EndForm({ visit, note, onDone }: { visit: Visit; note: NoteInHand; onDone: () => void }) {
  const { t } = useReader()
  const [diagnoses, setDiagnoses] = useState<readonly Diagnosis[]>([])
  const [orders, setOrders] = useState<readonly VisitOrder[]>([])
  const [tasks, setTasks] = useState<readonly string[]>([])
  const [plan, setPlan] = useState('')
  const [followUp, setFollowUp] = useState('0')
  const [failure, setFailure] = useState<unknown>(null)
  const end = useAct('consultation', 'end', {
    refreshes: ['consultation', 'appointment'],
    onDone: () => {
      toast({ title: t('consult.ended') })
      void note.reload()
      onDone()
    },
  })

  async function submit(): Promise<void> {
    setFailure(null)
    try {
      const version = await note.flush()
      const inDays = Number(followUp)
      end.mutate({
        visitId: visit.id,
        version,
        sections: note.sections,
        plan: plan.trim(),
        diagnoses: [...diagnoses],
        orders: [...orders],
        ...(inDays > 0 ? { followUp: { inDays } } : {}),
        tasks: tasks.map(text => ({ text })),
      })
    } catch (error) {
      setFailure(error)
    }
  }

  return (
    <form
      className="space-y-6"
      onSubmit={event => {
        event.preventDefault()
        void submit()
      }}
    >
      <Group title={t('consult.note')}>
        <Sections sections={note.sections} onChange={note.change} />
      </Group>
      <Group title={t('consult.diagnoses')}>
        <Lines
          lines={diagnoses.map(each => `${each.text}${each.coding ? ` (${each.coding.code})` : ''}`)}
          onRemove={index => setDiagnoses(diagnoses.toSpliced(index, 1))}
        />
        <AddDiagnosis visitId={visit.id} added={diagnoses} onAdd={each => setDiagnoses([...diagnoses, each])} />
      </Group>
      <Group title={t('consult.orders')}>
        <Lines
          lines={orders.map(each => `${t(`consult.order.${each.kind}`)}: ${each.text}`)}
          onRemove={index => setOrders(orders.toSpliced(index, 1))}
        />
        <AddOrder onAdd={each => setOrders([...orders, each])} />
      </Group>
      <Group title={t('consult.plan')}>
        <TextArea
          label={t('consult.planWords')}
          description={t('consult.planWhy')}
          value={plan}
          onChange={setPlan}
          rows={4}
          maxLength={10_000}
        />
        <Lines lines={tasks} onRemove={index => setTasks(tasks.toSpliced(index, 1))} />
        <AddLine label={t('consult.task')} onAdd={text => setTasks([...tasks, text])} maxLength={300} />
        <Select
          label={t('consult.followUp')}
          value={followUp}
          onChange={setFollowUp}
          choices={followUps.map(days => ({
            id: String(days),
            label: days === 0 ? t('consult.noFollowUp') : t('consult.inDays', { days }),
          }))}
        />
      </Group>
      <ProblemNotice error={failure ?? end.error} />
      <Button type="submit" size="lg" icon="check" isPending={end.isPending}>
        {t('consult.signAndEnd')}
      </Button>
    </form>
  )
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-3">
      <h3 className="text-lg font-[620]">{title}</h3>
      {children}
    </section>
  )
}

function Lines({ lines, onRemove }: { lines: readonly string[]; onRemove: (index: number) => void }) {
  const { t } = useReader()
  if (lines.length === 0) return null
  return (
    <ul className="divide-y divide-line rounded-lg border border-line">
      {lines.map((line, index) => (
        <li key={line} className="flex items-center gap-2 ps-4">
          <span dir="auto" className="min-w-0 flex-1 py-2">
            {line}
          </span>
          <IconButton icon="cross" label={`${t('action.remove')}: ${line}`} onPress={() => onRemove(index)} />
        </li>
      ))}
    </ul>
  )
}

function AddOrder({ onAdd }: { onAdd: (order: VisitOrder) => void }) {
  const { t } = useReader()
  const [kind, setKind] = useState<VisitOrder['kind']>('laboratory')
  return (
    <div className="grid items-end gap-2 sm:grid-cols-[11rem_1fr]">
      <Select
        label={t('consult.orderKind')}
        value={kind}
        onChange={id => setKind(id as VisitOrder['kind'])}
        choices={orderKinds.map(id => ({ id, label: t(`consult.order.${id}`) }))}
      />
      <AddLine label={t('consult.orderWhat')} onAdd={text => onAdd({ kind, text })} maxLength={500} />
    </div>
  )
}

function AddLine({ label, onAdd, maxLength }: { label: string; onAdd: (text: string) => void; maxLength: number }) {
  const { t } = useReader()
  const [text, setText] = useState('')
  const add = () => {
    if (text.trim() === '') return
    onAdd(text.trim())
    setText('')
  }
  return (
    <div className="flex items-end gap-2">
      <TextField label={label} value={text} onChange={setText} maxLength={maxLength} className="min-w-0 flex-1" />
      <Button tone="quiet" icon="plus" onPress={add}>
        {t('consult.add')}
      </Button>
    </div>
  )
}
