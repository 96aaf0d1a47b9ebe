import type { OwnMedicine } from '#core/prescription'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { dateIn } from '../../time.ts'
import { Card } from '../../ui/card.tsx'
import { Checkbox } from '../../ui/choice.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { capital } from './order-words.tsx'

/** What is taken today by the clock; a tick is kept with the account, so that the tablet on the fridge knows what the phone was told. */
export function TodayCard({ medicines }: { medicines: readonly OwnMedicine[] }) {
  const { t, zone } = useReader()
  const on = dateIn(zone).toString()
  const due = medicines.filter(
    each => each.prescriptionId && each.timesPerDay && each.timesPerDay >= 1 && !each.isAsNeeded,
  )
  const doses = useRead('prescription', 'doses', { on }, { isEnabled: due.length > 0, keepsFormer: true })
  const tick = useAct('prescription', 'tickDose')
  if (due.length === 0) return null
  const isTaken = (prescriptionId: string, number: number) => {
    const asked = tick.isPending ? tick.variables : undefined
    if (asked?.prescriptionId === prescriptionId && asked.number === number) return asked.isTaken
    return doses.data?.items.some(each => each.prescriptionId === prescriptionId && each.number === number) ?? false
  }
  return (
    <Card title={t('rx.today')} description={t('rx.todayWhat')}>
      <ProblemNotice error={doses.error ?? tick.error} onRetry={() => void doses.refetch()} className="mb-3" />
      <ul className="divide-y divide-line">
        {due.map(({ prescriptionId = '', name, timesPerDay = 0 }) => (
          <li key={prescriptionId} className="flex flex-wrap items-center gap-x-4 py-1.5">
            <span className="min-w-40 flex-1 font-[560]">
              <bdi>{capital(name)}</bdi>
            </span>
            <span className="flex flex-wrap gap-1">
              {Array.from({ length: Math.floor(timesPerDay) }, (_, index) => index + 1).map(number => (
                <Checkbox
                  key={number}
                  className="flex min-w-11 justify-center"
                  aria-label={t('rx.todayTaken', { name, number })}
                  isSelected={isTaken(prescriptionId, number)}
                  isDisabled={doses.isPending}
                  onChange={isNow => tick.mutate({ prescriptionId, on, number, isTaken: isNow })}
                />
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
