import { useEffect, useState, type FormEvent } from 'react'
import type { OutputOf } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ComboBox } from '../../ui/combo-box.tsx'
import { Icon } from '../../ui/icon.tsx'

export type Facets = OutputOf<'directory', 'facets'>
export type SearchChange = Record<'text' | 'specialty' | 'city' | 'mode', string | undefined>

const videoId = 'mode:video'

interface SearchBarProps {
  search: Record<string, string>
  facets: Facets | undefined
  onSearch: (change: SearchChange) => void
}

/** One bar for the two questions everybody has: what for, and where. A need is a specialty from the list or one's own words. */
export function SearchBar({ search, facets, onSearch }: SearchBarProps) {
  const { t } = useReader()
  const specialties = (facets?.specialties ?? []).map(id => ({ id, label: translateCode('specialty', id) }))
  const places = [
    { id: videoId, label: t('find.byVideo'), description: t('find.byVideoWhat') },
    ...(facets?.cities ?? []).map(city => ({ id: city, label: city })),
  ]
  const shown = {
    need: search['specialty'] ? translateCode('specialty', search['specialty']) : (search['text'] ?? ''),
    place: search['mode'] === 'video' ? t('find.byVideo') : (search['city'] ?? ''),
  }
  const [need, setNeed] = useState(shown.need)
  const [place, setPlace] = useState(shown.place)
  useEffect(() => setNeed(shown.need), [shown.need])
  useEffect(() => setPlace(shown.place), [shown.place])

  const submit = (wanted: { need?: string; place?: string } = {}) => {
    const needWords = (wanted.need ?? need).trim()
    const placeWords = (wanted.place ?? place).trim()
    const specialty = specialties.find(each => each.label.toLowerCase() === needWords.toLowerCase())?.id
    const isVideo = placeWords === t('find.byVideo')
    onSearch({
      specialty,
      text: specialty ? undefined : needWords || undefined,
      mode: isVideo ? 'video' : search['mode'] === 'video' ? undefined : search['mode'],
      city: isVideo ? undefined : placeWords || undefined,
    })
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    submit()
  }
  const choose = (id: string | null, from: readonly { id: string; label: string }[]) =>
    from.find(each => each.id === id)?.label
  return (
    <form
      role="search"
      onSubmit={onSubmit}
      className="grid max-w-4xl items-end gap-2 rounded-2xl border border-line bg-surface p-3 shadow-lift sm:grid-cols-[1.25fr_1fr_auto] sm:gap-3 sm:p-4"
    >
      <ComboBox
        label={t('find.need')}
        placeholder={t('find.needHint')}
        choices={specialties}
        value={null}
        allowsCustomValue
        inputValue={need}
        onInputChange={setNeed}
        onChange={id => {
          const label = choose(id, specialties)
          if (label) submit({ need: label })
        }}
        leading={<Icon name="search" size={18} />}
      />
      <ComboBox
        label={t('find.place')}
        placeholder={t('find.placeHint')}
        choices={places}
        value={null}
        allowsCustomValue
        inputValue={place}
        onInputChange={setPlace}
        onChange={id => {
          const label = choose(id, places)
          if (label) submit({ place: label })
        }}
        leading={<Icon name="pin" size={18} />}
      />
      <Button type="submit" className="max-sm:mt-1">
        {t('find.search')}
      </Button>
    </form>
  )
}
