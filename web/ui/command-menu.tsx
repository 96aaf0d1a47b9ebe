import { useEffect } from 'react'
import {
  Autocomplete,
  Dialog,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Header,
  Modal,
  ModalOverlay,
  SearchField,
  useFilter,
  Label,
} from 'react-aria-components'
import { useReader } from '../i18n/locale.tsx'
import { Icon, type IconName } from './icon.tsx'

export interface Command {
  id: string
  title: string
  icon: IconName
  /** Words that should find it too. */
  keywords?: string
  run: () => void
}

export interface CommandGroup {
  title: string
  commands: readonly Command[]
}

export interface CommandMenuProps {
  groups: readonly CommandGroup[]
  isOpen: boolean
  onOpenChange: (isOpen: boolean) => void
}

/** Everything the signed-in role can do, by typing. Ctrl or Cmd with K opens and closes it from anywhere. */
export function CommandMenu({ groups, isOpen, onOpenChange }: CommandMenuProps) {
  const { t } = useReader()
  const { contains } = useFilter({ sensitivity: 'base' })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      onOpenChange(!isOpen)
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [isOpen, onOpenChange])
  const run = (id: string) => {
    onOpenChange(false)
    groups
      .flatMap(group => group.commands)
      .find(command => command.id === id)
      ?.run()
  }
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      isDismissable
      className="fixed inset-0 z-50 flex justify-center bg-scrim px-4 pt-[12dvh]"
    >
      <Modal className="enter h-fit max-h-[70dvh] w-full max-w-xl overflow-hidden rounded-2xl border border-line bg-raised shadow-float">
        <Dialog aria-label={t('command.title')} className="flex max-h-[70dvh] flex-col outline-none">
          <Autocomplete filter={contains}>
            <SearchField autoFocus className="border-b border-line">
              <Label className="sr-only">{t('command.title')}</Label>
              <div className="flex items-center gap-3 px-5">
                <Icon name="search" className="text-ink-faint" />
                <Input
                  placeholder={t('command.placeholder')}
                  className="min-h-15 w-full bg-transparent text-lg outline-none placeholder:text-ink-faint"
                />
              </div>
            </SearchField>
            {/* The options never take the focus themselves, so what scrolls them can: with Tab, and then the arrow keys. */}
            <div tabIndex={0} className="min-h-0 overflow-y-auto rounded-b-2xl focus-visible:-outline-offset-3">
              <Menu
                aria-label={t('command.title')}
                className="p-2 outline-none"
                onAction={key => run(String(key))}
                renderEmptyState={() => <p className="px-4 py-6 text-center text-ink-faint">{t('command.empty')}</p>}
              >
                {groups.map(group => (
                  <MenuSection key={group.title}>
                    <Header className="eyebrow px-3 pt-3 pb-1">{group.title}</Header>
                    {group.commands.map(command => (
                      <MenuItem
                        key={command.id}
                        id={command.id}
                        textValue={`${command.title} ${command.keywords ?? ''}`}
                        className="option cursor-pointer"
                      >
                        <Icon name={command.icon} size={18} className="text-ink-faint" />
                        <span>{command.title}</span>
                      </MenuItem>
                    ))}
                  </MenuSection>
                ))}
              </Menu>
            </div>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
