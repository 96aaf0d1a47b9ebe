import type { Clinician } from '#contract/directory'
import { usePages } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { listOf } from '../../places.ts'
import { dateOnly, number } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { Tag } from '../../ui/tag.tsx'
import { ClinicianFacts } from './clinician-card.tsx'

export function ClinicianProfile({ clinician }: { clinician: Clinician }) {
  const { t, locale } = useReader()
  return (
    <div className="min-w-0 max-lg:contents lg:space-y-6 lg:sticky lg:top-22">
      <Card className="max-lg:order-1">
        <div className="flex items-center gap-4 lg:block">
          <Avatar name={clinician.name} size={72} />
          <div className="min-w-0 lg:mt-4">
            <p aria-hidden="true" className="text-xl font-[640] tracking-[-0.02em] lg:text-2xl">
              {clinician.name}
            </p>
            {clinician.title && <p className="text-sm text-ink-faint">{clinician.title}</p>}
            <p className="text-ink-soft">
              {listOf(
                clinician.specialties.map(each => translateCode('specialty', each)),
                locale,
              )}
            </p>
          </div>
        </div>
        <ClinicianFacts clinician={clinician} />
        {clinician.about && (
          <p dir="auto" className="mt-4 leading-relaxed text-ink-soft">
            {clinician.about}
          </p>
        )}
        {clinician.acceptsPatients && (
          <LinkButton href={`/ask/${clinician.id}`} tone="soft" size="sm" icon="chat" className="mt-4">
            {t('consult.ask')}
          </LinkButton>
        )}
        <p className="mt-4 flex items-start gap-2 text-sm text-ink-soft">
          <Icon name="pin" size={17} className="mt-0.5 text-ink-faint" />
          <span>
            {clinician.organization.name}
            <br />
            {placeWords(clinician.organization)}
          </span>
        </p>
        {clinician.plans.length > 0 && (
          <div className="mt-4">
            <p className="mb-1.5 text-sm text-ink-faint">{t('profile.plans')}</p>
            <p className="flex flex-wrap gap-1.5">
              {clinician.plans.map(plan => (
                <Tag key={plan}>{plan}</Tag>
              ))}
            </p>
          </div>
        )}
      </Card>
      {clinician.reviewCount > 0 && <Reviews clinicianId={clinician.id} />}
    </div>
  )
}

function Reviews({ clinicianId }: { clinicianId: string }) {
  const { t, locale, zone } = useReader()
  const reviews = usePages('directory', 'listReviews', { clinicianId, limit: 3 })
  return (
    <Card title={t('reviews.title')} description={t('reviews.lead')} className="max-lg:order-3">
      <ul className="space-y-4">
        {reviews.items.map(review => (
          <li key={review.id}>
            <p className="flex items-center gap-0.5 text-glow">
              <span className="sr-only">{t('find.rated', { rating: number(review.stars, locale) })}</span>
              {Array.from({ length: 5 }, (_, star) => (
                <Icon key={star} name="star" size={15} filled={star < review.stars} />
              ))}
            </p>
            {review.text && (
              <p dir="auto" className="mt-1">
                {review.text}
              </p>
            )}
            <p className="text-sm text-ink-faint">
              {t('reviews.visited', { date: dateOnly(`${review.visitedOn}T12:00:00.000Z`, { locale, zone }) })}
            </p>
          </li>
        ))}
      </ul>
      <LoadMore {...reviews.more} />
    </Card>
  )
}

/** Many addresses name their city already. */
const placeWords = ({ address, city }: Clinician['organization']) =>
  address.includes(city) ? address : `${address}, ${city}`
