import type { Patient } from '@medplum/fhirtypes'
import { useState } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ageOf } from '../../fhir/words.ts'
import { DiagnosisAssistance } from './assistance.tsx'

/** Opens the assistance over a chart or a visit, with what the record knows of age and sex. */
export function AssistanceButton({ patient }: { patient: Patient }) {
  const { t, zone } = useReader()
  const [isOpen, setOpen] = useState(false)
  const sex = patient.gender === 'female' || patient.gender === 'male' ? patient.gender : undefined
  return (
    <>
      <Button tone="soft" size="sm" icon="pulse" onPress={() => setOpen(true)}>
        {t('diagnosis.assistance')}
      </Button>
      <Dialog title={t('diagnosis.assistance')} isOpen={isOpen} onClose={() => setOpen(false)} isWide>
        <DiagnosisAssistance patientId={patient.id ?? ''} age={ageOf(patient.birthDate, zone)} sex={sex} />
      </Dialog>
    </>
  )
}
