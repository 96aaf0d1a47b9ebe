import type { Medicine } from '#core/medicine'
import type { Favourite } from '#core/prescription'
import { useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { capital, Dose, MedicineName } from './order-words.tsx'
import { useSettled } from './settled.ts'

interface MedicineSearchProps {
  onMedicine: (medicine: Medicine) => void
  onFavourite: (favourite: Favourite) => void
}

/** What one prescribes most is one press away; everything else is found by any of its names. */
export function MedicineSearch({ onMedicine, onFavourite }: MedicineSearchProps) {
  const { t } = useReader()
  const [text, setText] = useState('')
  const sought = useSettled(text.trim(), 150)
  const found = useRead(
    'prescription',
    'searchMedicines',
    { text: sought, limit: 10 },
    { isEnabled: sought.length > 0, keepsFormer: true },
  )
  const favourites = useRead('prescription', 'listFavourites', { limit: 8 })
  const isSearching = sought.length > 0
  return (
    <div>
      <TextField
        label={t('rx.medicine')}
        description={t('rx.medicineHelp')}
        value={text}
        onChange={setText}
        leading={<Icon name="search" size={18} />}
        autoComplete="off"
        autoFocus
      />
      <ProblemNotice error={found.error ?? favourites.error} className="mt-3" />
      <div aria-live="polite">
        {isSearching && found.data?.items.length === 0 && <p className="mt-4 text-ink-soft">{t('rx.noneFound')}</p>}
      </div>
      {isSearching && (
        <ul className="mt-3">
          {found.data?.items.map(each => (
            <li key={each.code}>
              <AriaButton
                onPress={() => onMedicine(each)}
                className="flex min-h-12 w-full cursor-pointer items-center gap-3 rounded-lg px-3 text-start hover:bg-sunken"
              >
                <Icon name="pill" size={19} className="text-ink-faint" />
                <span className="min-w-0 flex-1">
                  <span className="font-[560]">{capital(each.name)}</span>{' '}
                  <span className="text-sm text-ink-soft">{each.synonyms.join(', ')}</span>
                </span>
                <bdi dir="ltr" className="text-xs text-ink-faint tabular">
                  {each.atc}
                </bdi>
              </AriaButton>
            </li>
          ))}
        </ul>
      )}
      {!isSearching && (favourites.data?.items.length ?? 0) > 0 && (
        <section className="mt-5">
          <h2 className="mb-1 text-sm font-[600] text-ink-soft">{t('rx.favourites')}</h2>
          <ul>
            {favourites.data?.items.map(each => (
              <FavouriteLine key={JSON.stringify(each.order)} favourite={each} onChoose={() => onFavourite(each)} />
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function FavouriteLine({ favourite, onChoose }: { favourite: Favourite; onChoose: () => void }) {
  const { t } = useReader()
  const star = useAct('prescription', 'star')
  const { order, isStarred } = favourite
  return (
    <li className="flex items-center gap-1">
      <AriaButton
        onPress={onChoose}
        className="flex min-h-12 min-w-0 flex-1 cursor-pointer flex-col justify-center rounded-lg px-3 py-1.5 text-start hover:bg-sunken"
      >
        <span className="font-[560]">
          <MedicineName name={order.medicine} order={order} />
        </span>
        <span className="text-sm text-ink-soft">
          <Dose order={order} />
        </span>
      </AriaButton>
      <IconButton
        icon="star"
        label={`${t('rx.star')}: ${order.medicine} ${order.strength}`}
        aria-pressed={isStarred}
        className={isStarred ? 'text-accent-ink!' : ''}
        onPress={() => star.mutate({ order, isStarred: !isStarred })}
      />
    </li>
  )
}
