import type { PharmacyOffer, Prescription } from '#core/prescription'
import { useState } from 'react'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tag, type TagTone } from '../../ui/tag.tsx'

const tones: Record<PharmacyOffer['availability'], TagTone> = {
  inStock: 'good',
  canOrder: 'info',
  outOfStock: 'warn',
  unknown: 'plain',
}

/** Near ones that have it come first; the first is chosen already. */
export function PharmacyChoice({
  prescriptionId,
  onSent,
}: {
  prescriptionId: string
  onSent?: (sent: Prescription) => void
}) {
  const { t } = useReader()
  const pharmacies = useRead('prescription', 'listPharmacies', { prescriptionId })
  const [chosenId, setChosenId] = useState<string | null>(null)
  const send = useAct('prescription', 'send', onSent ? { onDone: onSent } : {})
  const items = pharmacies.data?.items ?? []
  const chosen = items.find(each => each.id === chosenId) ?? items[0]
  return (
    <div>
      {pharmacies.isPending && <Skeleton lines={2} />}
      <ProblemNotice error={pharmacies.error} onRetry={() => void pharmacies.refetch()} />
      {items.length > 0 && (
        <RadioGroup
          label={t('rx.choosePharmacy')}
          value={chosen?.id ?? null}
          onChange={setChosenId}
          choices={items.map(each => ({
            id: each.id,
            label: each.name,
            description: `${each.address}, ${each.city}`,
            trailing: <Tag tone={tones[each.availability]}>{t(`rx.availability.${each.availability}`)}</Tag>,
          }))}
        />
      )}
      <ProblemNotice error={send.error} className="mt-3" />
      {chosen && (
        <Button
          className="mt-4"
          icon="arrowRight"
          isPending={send.isPending}
          onPress={() => send.mutate({ prescriptionId, pharmacyId: chosen.id })}
        >
          {t('rx.sendTo', { name: chosen.name })}
        </Button>
      )}
    </div>
  )
}
