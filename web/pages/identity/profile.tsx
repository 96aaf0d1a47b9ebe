import { parseDate, type CalendarDate } from '@internationalized/date'
import { useMemo, useState, type FormEvent } from 'react'
import { useAct } from '../../api.ts'
import { languages, useReader, type Language } from '../../i18n/locale.tsx'
import { personChanged, usePerson } from '../../session.ts'
import { dateIn, zoneInWords } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ComboBox } from '../../ui/combo-box.tsx'
import { DatePicker } from '../../ui/date-picker.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { jurisdictionName, jurisdictions } from '../../places.ts'

export function Profile() {
  const { t, locale, zone, setLanguage } = useReader()
  const person = usePerson()
  const [name, setName] = useState(person.name)
  const [phone, setPhone] = useState(person.phone ?? '')
  const [birthDate, setBirthDate] = useState<CalendarDate | null>(person.birthDate ? parseDate(person.birthDate) : null)
  const [place, setPlace] = useState<string>(person.jurisdiction)
  const [spoken, setSpoken] = useState<Language>(person.locale)
  const [timeZone, setTimeZone] = useState<string>(person.timeZone)
  const zones = useMemo(
    () =>
      [...new Set([zone, person.timeZone, ...Intl.supportedValuesOf('timeZone')])].map(id => ({
        id,
        label: id.replaceAll('_', ' '),
      })),
    [zone, person.timeZone],
  )
  const places = useMemo(
    () => jurisdictions(person.jurisdiction).map(id => ({ id, label: jurisdictionName(id, locale) })),
    [locale, person.jurisdiction],
  )
  const save = useAct('identity', 'updateMe', {
    onDone: changed => {
      personChanged(changed)
      setLanguage(changed.locale)
      toast({ title: t('state.saved') })
    },
  })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    const number = phone.replaceAll(/[\s()-]/g, '') || null
    const birth = birthDate?.toString() ?? null
    // Only what was changed is sent, so that one refused particular does not stand in the way of the others.
    save.mutate({
      ...(name === person.name ? {} : { name }),
      ...(number === (person.phone ?? null) ? {} : { phone: number }),
      ...(birth === (person.birthDate ?? null) ? {} : { birthDate: birth }),
      ...(place === person.jurisdiction ? {} : { jurisdiction: place }),
      ...(spoken === person.locale ? {} : { locale: spoken }),
      ...(timeZone === person.timeZone ? {} : { timeZone }),
    })
  }
  return (
    <Card>
      <form onSubmit={onSubmit} className="grid gap-5 sm:grid-cols-2">
        <TextField
          label={t('field.name')}
          value={name}
          onChange={setName}
          isRequired
          maxLength={120}
          autoComplete="name"
          className="sm:col-span-2"
        />
        <DatePicker label={t('field.birthDate')} value={birthDate} onChange={setBirthDate} maxValue={dateIn(zone)} />
        <TextField
          label={t('field.phone')}
          type="tel"
          value={phone}
          onChange={setPhone}
          placeholder="+49 30 1234567"
          autoComplete="tel"
        />
        <ComboBox
          label={t('field.place')}
          description={t('profile.placeHint')}
          choices={places}
          value={place}
          onChange={id => id && setPlace(id)}
          empty={t('state.noMatch')}
        />
        <Select
          label={t('field.language')}
          choices={languages.map(each => ({ id: each.id, label: each.name }))}
          value={spoken}
          onChange={id => setSpoken(id as Language)}
        />
        <ComboBox
          label={t('field.zone')}
          description={zoneInWords(timeZone, locale)}
          choices={zones}
          value={timeZone}
          onChange={id => id && setTimeZone(id)}
          empty={t('state.noMatch')}
          className="sm:col-span-2"
        />
        <ProblemNotice error={save.error} className="sm:col-span-2" />
        <div className="sm:col-span-2">
          <Button type="submit" isPending={save.isPending}>
            {t('action.save')}
          </Button>
        </div>
      </form>
    </Card>
  )
}
