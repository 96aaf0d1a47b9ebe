import type { ReactNode } from 'react'
import { Header, Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from 'react-aria-components'
import { Icon, type IconName } from './icon.tsx'

export interface MenuAction {
  id: string
  label: string
  description?: string
  icon?: IconName
  isSelected?: boolean
  isDanger?: boolean
  onAction: () => void
}

export interface MenuGroup {
  title?: string
  actions: readonly MenuAction[]
}

/** `trigger` is one of our buttons; groups are parted by a line. */
export function Menu({
  trigger,
  groups,
  header,
}: {
  trigger: ReactNode
  groups: readonly MenuGroup[]
  header?: ReactNode
}) {
  const all = groups.flatMap(group => group.actions)
  const shown = groups.filter(group => group.actions.length > 0)
  return (
    <MenuTrigger>
      {trigger}
      <Popover className="popover enter min-w-60 p-1.5" placement="bottom end">
        {header && <div className="border-b border-line px-3 pt-2 pb-3 mb-1.5">{header}</div>}
        <AriaMenu className="outline-none" onAction={key => all.find(action => action.id === key)?.onAction()}>
          {shown.flatMap((group, index) => [
            ...(index > 0 ? [<Separator key={`line-${index}`} className="mx-1 my-1.5 h-px bg-line" />] : []),
            <MenuSection
              key={index}
              {...(group.title ? {} : { 'aria-label': group.actions.map(action => action.label).join(', ') })}
            >
              {group.title && <Header className="eyebrow px-3 pt-1.5 pb-1">{group.title}</Header>}
              {group.actions.map(action => (
                <ActionItem key={action.id} action={action} />
              ))}
            </MenuSection>,
          ])}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}

function ActionItem({ action }: { action: MenuAction }) {
  return (
    <MenuItem
      id={action.id}
      textValue={action.label}
      className={`option cursor-pointer ${action.isDanger ? 'text-bad' : ''}`}
    >
      {action.icon && <Icon name={action.icon} size={18} className={action.isDanger ? '' : 'text-ink-faint'} />}
      <span className="min-w-0 flex-1">
        <span className="block">{action.label}</span>
        {action.description && <span className="block text-sm text-ink-faint">{action.description}</span>}
      </span>
      {action.isSelected && <Icon name="check" size={18} className="text-accent-ink" />}
    </MenuItem>
  )
}
