import type { ReactNode } from 'react'
import { useReader } from '../i18n/locale.tsx'
import { number } from '../time.ts'
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components'

export interface TabDefinition {
  id: string
  title: string
  count?: number
  content: ReactNode
}

export function Tabs({
  label,
  tabs,
  selected,
  onSelect,
}: {
  label: string
  tabs: readonly TabDefinition[]
  selected?: string
  onSelect?: (id: string) => void
}) {
  const { locale } = useReader()
  return (
    <AriaTabs {...(selected ? { selectedKey: selected } : {})} onSelectionChange={key => onSelect?.(String(key))}>
      <div className="-mx-4 mb-5 overflow-x-auto border-b border-line px-4 sm:mx-0 sm:px-0">
        <TabList aria-label={label} className="flex gap-6">
          {tabs.map(tab => (
            <Tab
              key={tab.id}
              id={tab.id}
              className="relative flex min-h-11 cursor-pointer items-center gap-2 rounded-sm font-[560] whitespace-nowrap text-ink-soft outline-none after:absolute after:inset-x-0 after:bottom-0 after:h-0.5 after:rounded-full data-[focus-visible]:outline-2 data-[focus-visible]:outline-accent data-[hovered]:text-ink data-[selected]:text-ink data-[selected]:after:bg-accent"
            >
              {tab.title}
              {tab.count !== undefined && tab.count > 0 && (
                <bdi className="rounded-full bg-accent-soft px-2 text-xs font-[620] text-accent-ink tabular">
                  {number(tab.count, locale)}
                </bdi>
              )}
            </Tab>
          ))}
        </TabList>
      </div>
      {tabs.map(tab => (
        <TabPanel
          key={tab.id}
          id={tab.id}
          className="rounded-md outline-none data-[focus-visible]:outline-2 data-[focus-visible]:outline-offset-4 data-[focus-visible]:outline-accent"
        >
          {tab.content}
        </TabPanel>
      ))}
    </AriaTabs>
  )
}
