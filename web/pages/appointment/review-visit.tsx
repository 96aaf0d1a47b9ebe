import type { Booking } from '#contract/appointment'
import { useState, type FormEvent } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { number } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextArea } from '../../ui/text-field.tsx'

/** Only people who had the visit are asked. */
export function ReviewVisit({ booking }: { booking: Booking }) {
  const { t, locale } = useReader()
  const [stars, setStars] = useState<string | null>(null)
  const [text, setText] = useState('')
  const review = useAct('directory', 'review')
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (stars)
      review.mutate({
        clinicianId: booking.clinicianId,
        bookingId: booking.id,
        stars: Number(stars),
        text: text.trim(),
      })
  }
  if (review.data) {
    return (
      <Card className="mt-6">
        <p role="status" className="font-[580]">
          {t('reviews.thanks')}
        </p>
      </Card>
    )
  }
  return (
    <Card className="mt-6" title={t('reviews.ask', { name: booking.clinicianName })} description={t('reviews.public')}>
      <form onSubmit={onSubmit} className="space-y-4">
        <RadioGroup
          label={t('reviews.stars')}
          look="segments"
          value={stars}
          onChange={setStars}
          choices={[1, 2, 3, 4, 5].map(each => ({ id: String(each), label: `${number(each, locale)} ★` }))}
        />
        <TextArea
          label={t('reviews.words')}
          description={t('field.optional')}
          value={text}
          onChange={setText}
          maxLength={2000}
        />
        <ProblemNotice error={review.error} />
        <Button type="submit" isDisabled={!stars} isPending={review.isPending}>
          {t('reviews.send')}
        </Button>
      </form>
    </Card>
  )
}
