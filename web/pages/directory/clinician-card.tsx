import type { Clinician } from '#contract/directory'
import { formatMoney } from '#core/money'
import { Link } from 'react-aria-components'
import type { OutputOf } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { languageName, listOf, shortJurisdiction } from '../../places.ts'
import { clock, dateOnly, day, duration, number } from '../../time.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Tag } from '../../ui/tag.tsx'

export type Found = OutputOf<'appointment', 'findCare'>['items'][number]

/** One clinician in a list: who, at what price, and the first three times that can really be booked. */
export function ClinicianCard({ found }: { found: Found }) {
  const { t, locale, zone } = useReader()
  const { clinician, freeTimes, serviceId } = found
  const service = clinician.services.find(each => each.id === serviceId) ?? clinician.services[0]
  const page = `/clinicians/${clinician.id}${service ? `?service=${service.id}` : ''}`
  return (
    <article className="grid gap-5 rounded-xl border border-line bg-surface p-5 shadow-card transition-shadow hover:shadow-lift md:grid-cols-[1fr_20rem] sm:p-6">
      <div className="flex min-w-0 gap-4">
        <Avatar name={clinician.name} size={56} />
        <div className="min-w-0">
          <h3 className="text-lg font-[620]">
            <Link href={page} className="rounded-sm hover:underline">
              {clinician.name}
            </Link>
          </h3>
          <p className="text-ink-soft">
            {listOf(
              clinician.specialties.map(each => translateCode('specialty', each)),
              locale,
            )}
          </p>
          <ClinicianFacts clinician={clinician} />
        </div>
      </div>
      <div className="min-w-0 border-line md:border-s md:ps-6 max-md:border-t max-md:pt-4">
        {service && (
          <p className="mb-3 flex items-baseline justify-between gap-3 text-sm">
            <span className="truncate text-ink-soft">
              {service.name} · <bdi>{duration(service.minutes, locale)}</bdi>
            </span>
            <bdi className="font-[600] tabular">{formatMoney(service.price, locale)}</bdi>
          </p>
        )}
        {freeTimes.length > 0 ? (
          <ul className="grid grid-cols-3 gap-2" aria-label={t('find.firstTimes')}>
            {freeTimes.map(free => (
              <li key={free.startsAt}>
                <Link
                  href={`${page}&at=${free.startsAt}`}
                  className="flex min-h-14 flex-col items-center justify-center rounded-md bg-accent-soft px-1 text-center text-accent-ink transition-colors hover:bg-accent hover:text-on-accent"
                >
                  <span className="text-xs whitespace-nowrap">
                    <bdi>{day(free.startsAt, { locale, zone })}</bdi>
                  </span>
                  <bdi className="text-sm font-[620] tabular">{clock(free.startsAt, { locale, zone })}</bdi>
                </Link>
              </li>
            ))}
          </ul>
        ) : (
          <p className="rounded-md bg-sunken px-4 py-3 text-sm text-ink-soft">
            {clinician.acceptsPatients ? t('find.noTimes') : t('find.notAccepting')}
          </p>
        )}
        <LinkButton href={page} tone="ghost" size="sm" className="mt-2 w-full" trailingIcon="chevronRight">
          {freeTimes.length > 0 ? t('find.allTimes') : t('find.seeProfile')}
          <span className="sr-only">: {clinician.name}</span>
        </LinkButton>
      </div>
    </article>
  )
}

export function ClinicianFacts({ clinician }: { clinician: Clinician }) {
  const { t, locale } = useReader()
  const modes = new Set(clinician.services.flatMap(service => service.modes))
  const languages = listOf(
    clinician.languages.map(code => languageName(code, locale)),
    locale,
  )
  return (
    <>
      <p className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-ink-soft">
        {clinician.rating !== undefined && <Rating value={clinician.rating} count={clinician.reviewCount} />}
        {modes.has('clinic') && (
          <span className="inline-flex items-center gap-1.5">
            <Icon name="pin" size={16} className="text-ink-faint" />
            {clinician.organization.name}, {clinician.organization.city}
          </span>
        )}
        {modes.has('video') && (
          <span className="inline-flex items-center gap-1.5">
            <Icon name="video" size={16} className="text-ink-faint" />
            {t('mode.video')}
          </span>
        )}
        <span className="inline-flex items-center gap-1.5">
          <Icon name="globe" size={16} className="text-ink-faint" />
          <span className="sr-only">{t('field.languages')}: </span>
          {languages}
        </span>
      </p>
      <LicenceTags clinician={clinician} />
    </>
  )
}

/** Only verified licences count as such, and each says where and how fresh the check is. */
function LicenceTags({ clinician }: { clinician: Clinician }) {
  const { t, locale, zone } = useReader()
  const verified = clinician.licences.filter(licence => licence.verification === 'verified')
  if (verified.length === 0) return <Tag className="mt-3">{t('find.noLicence')}</Tag>
  const checkedAt = verified
    .map(licence => licence.verifiedAt ?? '')
    .sort()
    .at(-1)
  return (
    <p className="mt-3 flex flex-wrap items-center gap-2">
      <Tag tone="good" icon="shield" className="whitespace-normal!">
        {t('find.licensed', {
          places: listOf(
            verified.map(licence => shortJurisdiction(licence.jurisdiction, locale)),
            locale,
          ),
        })}
      </Tag>
      {checkedAt && (
        <span className="text-xs text-ink-faint">
          {t('find.checkedOn', { date: dateOnly(checkedAt, { locale, zone }) })}
        </span>
      )}
    </p>
  )
}

export function Rating({ value, count }: { value: number; count: number }) {
  const { t, locale } = useReader()
  const shown = number(value, locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  return (
    <span className="inline-flex items-center gap-1.5">
      <Icon name="star" size={16} filled className="text-glow" />
      <span className="sr-only">{t('find.rated', { rating: shown })} </span>
      <bdi aria-hidden="true" className="font-[600] text-ink tabular">
        {shown}
      </bdi>
      <span className="text-ink-faint">{t('find.reviews', { count })}</span>
    </span>
  )
}
