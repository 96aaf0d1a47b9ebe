import type { CapabilityStatement } from '@medplum/fhirtypes'
import { ComboBox, Input, ListBox, ListBoxItem, Popover } from 'react-aria-components'
import { useReader } from '../../i18n/locale.tsx'
import { fieldBox, FieldHelp, FieldLabel } from '../../ui/field.tsx'
import { completionsOf, type Completion } from './completions.ts'

interface AddressLineProps {
  text: string
  onChange: (text: string) => void
  capability: CapabilityStatement | undefined
}

/** Completes types and parameters from the server's CapabilityStatement while one types; anything else may be typed too. */
export function AddressLine({ text, onChange, capability }: AddressLineProps) {
  const { t } = useReader()
  const items = completionsOf(text, capability)
  return (
    <ComboBox
      inputValue={text}
      onInputChange={onChange}
      items={items}
      selectedKey={null}
      onSelectionChange={key => key !== null && onChange(String(key))}
      defaultFilter={() => true}
      allowsCustomValue
      menuTrigger="input"
      className={fieldBox('min-w-60 flex-1')}
    >
      <FieldLabel>{t('fhir.address')}</FieldLabel>
      <div dir="ltr" className="relative">
        <Input
          placeholder="Observation?code=http://loinc.org|8480-6"
          autoComplete="off"
          spellCheck={false}
          className="field font-mono text-sm!"
        />
      </div>
      <FieldHelp />
      <Popover className="popover enter w-(--trigger-width) min-w-64">
        <ListBox<Completion> dir="ltr" className="max-h-80 p-1.5 text-start outline-none">
          {each => (
            <ListBoxItem id={each.text} textValue={each.text} className="option">
              <code className="flex-1">{each.label}</code>
              <span className="text-sm text-ink-faint">{each.description}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}
