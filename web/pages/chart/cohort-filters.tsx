import { useState } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { useAddress } from '../../shell/address.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { cx } from '../../ui/classes.ts'
import { Select } from '../../ui/select.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { measures, type Measure } from './cohort.ts'

const any = 'any'
const fields = ['condition', 'code', 'ageFrom', 'ageTo', 'measure', 'direction', 'limit', 'visit'] as const

/** Kept in the address, so that a cohort is a link. */
export function CohortFilters() {
  const { t, locale } = useReader()
  const [search, change] = useAddress()
  const measure = (Object.keys(measures) as Measure[]).find(each => each === search['measure'])
  const text = (name: (typeof fields)[number]) => ({
    value: search[name] ?? '',
    onChange: (value: string) => change({ [name]: value }),
  })
  const isSet = fields.some(each => search[each])
  const months = (count: number) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: 'month', unitDisplay: 'long' }).format(count)
  const [isOpen, setOpen] = useState(isSet)
  return (
    <Card className="p-4! sm:p-5!">
      <Button
        tone="ghost"
        icon="filter"
        trailingIcon={isOpen ? 'minus' : 'plus'}
        className="w-full justify-start! px-1! lg:hidden"
        aria-expanded={isOpen}
        onPress={() => setOpen(!isOpen)}
      >
        <span className="flex-1 text-start">{t('patients.filters')}</span>
      </Button>
      <h2 className="mb-4 text-lg font-[620] max-lg:hidden">{t('patients.filters')}</h2>
      <div className={cx('space-y-4 max-lg:mt-3', !isOpen && 'max-lg:hidden')}>
        <TextField
          label={t('patients.condition')}
          description={t('patients.conditionHelp')}
          maxLength={100}
          {...text('condition')}
        />
        <TextField label={t('patients.code')} placeholder="44054006" maxLength={60} {...text('code')} />
        <div className="grid grid-cols-2 gap-3">
          <TextField label={t('patients.ageFrom')} inputMode="numeric" maxLength={3} {...text('ageFrom')} />
          <TextField label={t('patients.ageTo')} inputMode="numeric" maxLength={3} {...text('ageTo')} />
        </div>
        <Select
          label={t('patients.measure')}
          value={measure ?? any}
          onChange={id => change({ measure: id === any ? undefined : id, ...(id === any ? { limit: undefined } : {}) })}
          choices={[
            { id: any, label: t('find.any') },
            ...(Object.keys(measures) as Measure[]).map(each => ({ id: each, label: t(`measure.${each}`) })),
          ]}
        />
        {measure && (
          <>
            <RadioGroup
              label={t('patients.direction')}
              isLabelHidden
              look="segments"
              value={search['direction'] ?? 'above'}
              onChange={direction => change({ direction })}
              choices={[
                { id: 'above', label: t('patients.above') },
                { id: 'below', label: t('patients.below') },
              ]}
            />
            <TextField
              label={t('chart.valueIn', { unit: measures[measure].unit })}
              inputMode="decimal"
              maxLength={10}
              {...text('limit')}
            />
          </>
        )}
        <Select
          label={t('patients.visit')}
          value={search['visit'] ?? any}
          onChange={id => change({ visit: id === any ? undefined : id })}
          choices={[
            { id: any, label: t('find.any') },
            ...[1, 3, 6, 12, 24].map(count => ({
              id: String(count),
              label: t('patients.within', { time: months(count) }),
            })),
          ]}
        />
        {isSet && (
          <Button tone="ghost" onPress={() => change(Object.fromEntries(fields.map(each => [each, undefined])))}>
            {t('patients.clear')}
          </Button>
        )}
      </div>
    </Card>
  )
}
