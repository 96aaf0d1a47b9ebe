import type { Interview } from '#contract/diagnosis'
import { useState } from 'react'
import { useAct, usePages } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { dayAndClock } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { toast } from '../../ui/toast.tsx'

/** Shows the result to the clinician of a visit ahead, so that nobody has to tell it all again. */
export function ShareResult({ interview }: { interview: Interview }) {
  const { t, locale, zone } = useReader()
  const visits = usePages('appointment', 'listBookings', { when: 'upcoming', limit: 10 })
  const [chosen, setChosen] = useState<string | null>(interview.bookingId ?? null)
  const share = useAct('diagnosis', 'share', { onDone: () => toast({ title: t('diagnosis.shared') }) })
  const ahead = visits.items.filter(each => each.state === 'booked' || each.state === 'arrived')
  const shownTo = ahead.find(each => each.id === interview.bookingId)
  if (ahead.length === 0) return null
  return (
    <Card className="mt-6" title={t('diagnosis.share')} description={t('diagnosis.shareWhat')}>
      <RadioGroup
        label={t('diagnosis.shareWith')}
        isLabelHidden
        value={chosen}
        onChange={setChosen}
        choices={ahead.map(each => ({
          id: each.id,
          label: each.clinicianName,
          description: dayAndClock(each.startsAt, { locale, zone }),
        }))}
      />
      <ProblemNotice error={share.error} className="mt-4" />
      <div className="mt-4 flex flex-wrap items-center gap-3">
        <Button
          tone="soft"
          isPending={share.isPending}
          isDisabled={chosen === null || chosen === interview.bookingId}
          onPress={() => chosen && share.mutate({ interviewId: interview.id, bookingId: chosen })}
        >
          {t('diagnosis.shareNow')}
        </Button>
        {shownTo && (
          <p className="text-sm text-ink-soft">{t('diagnosis.sharedWith', { name: shownTo.clinicianName })}</p>
        )}
      </div>
    </Card>
  )
}
