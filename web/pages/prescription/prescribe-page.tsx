import type { Patient } from '@medplum/fhirtypes'
import { useFhir } from '../../fhir/queries.ts'
import { nameText } from '../../fhir/words.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useGo, useParam } from '../../shell/address.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Prescribe } from './prescribe.tsx'

export function PrescribePage() {
  const { t } = useReader()
  const go = useGo()
  const patientId = useParam('patientId')
  const chart = `/patients/${patientId}`
  const patient = useFhir<Patient>(`Patient/${encodeURIComponent(patientId)}`)
  return (
    <Page
      title={t('rx.add')}
      lead={nameText(patient.data?.name)}
      actions={
        <LinkButton href={chart} tone="ghost" icon="chevronLeft">
          {t('action.back')}
        </LinkButton>
      }
    >
      <ProblemNotice error={patient.error} className="mb-4" />
      {!patient.error && (
        <Card>
          <Prescribe patientId={patientId} onDone={() => go(chart)} />
        </Card>
      )}
    </Page>
  )
}
