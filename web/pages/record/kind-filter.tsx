import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { useReader } from '../../i18n/locale.tsx'
import { cx } from '../../ui/classes.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { kinds, type Kind } from './entries.ts'

export const kindIcons: Record<Kind, IconName> = {
  results: 'pulse',
  conditions: 'list',
  medicines: 'pill',
  immunisations: 'shield',
  visits: 'calendar',
  documents: 'page',
}

export const asKind = (text: string | undefined): Kind | undefined => kinds.find(each => each === text)

/** One kind or all of them; a row that scrolls sideways on a phone. */
export function KindFilter({ kind, onChange }: { kind: Kind | undefined; onChange: (kind: Kind | undefined) => void }) {
  const { t } = useReader()
  const all = 'all'
  return (
    <div className="-mx-4 overflow-x-auto px-4 py-1 sm:mx-0 sm:overflow-visible sm:px-0">
      <ToggleButtonGroup
        aria-label={t('record.show')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[kind ?? all]}
        onSelectionChange={keys => onChange(asKind(String([...keys][0])))}
        className="flex w-max gap-2 sm:w-auto sm:flex-wrap"
      >
        {([all, ...kinds] as const).map(each => (
          <ToggleButton
            key={each}
            id={each}
            className={({ isSelected }) =>
              cx(
                'flex min-h-11 cursor-pointer items-center gap-2 rounded-full border px-4 text-sm font-[560] whitespace-nowrap transition-colors',
                isSelected
                  ? 'border-accent bg-accent text-on-accent'
                  : 'border-line bg-surface text-ink-soft hover:border-control hover:text-ink',
              )
            }
          >
            {each !== all && <Icon name={kindIcons[each]} size={17} />}
            {t(each === all ? 'record.all' : `kind.${each}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  )
}
