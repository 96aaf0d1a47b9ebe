import type { Resource } from '@medplum/fhirtypes'
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components'
import { useReader } from '../../i18n/locale.tsx'
import { Icon } from '../../ui/icon.tsx'

/** Exactly what the server keeps, for those who want to see it or send it on. */
export function RawFhir({ resources }: { resources: readonly Resource[] }) {
  const { t } = useReader()
  return (
    <Disclosure className="group rounded-lg border border-line">
      <Heading level={3}>
        <AriaButton
          slot="trigger"
          className="flex min-h-11 w-full cursor-pointer items-center gap-2 rounded-lg px-4 text-sm font-[560] text-ink-soft"
        >
          <span className="flex-1 text-start">{t('record.raw')}</span>
          <Icon name="chevronDown" size={16} className="transition-transform group-data-[expanded]:rotate-180" />
        </AriaButton>
      </Heading>
      <DisclosurePanel>
        {resources.map(each => (
          <pre
            key={`${each.resourceType}/${each.id}`}
            dir="ltr"
            tabIndex={0}
            aria-label={`${each.resourceType}/${each.id}`}
            role="region"
            className="max-h-96 overflow-auto border-t border-line bg-sunken p-4 text-xs leading-5"
          >
            {JSON.stringify(each, null, 2)}
          </pre>
        ))}
      </DisclosurePanel>
    </Disclosure>
  )
}
