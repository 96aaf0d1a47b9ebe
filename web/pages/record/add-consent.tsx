import { CalendarDate } from '@internationalized/date'
import { useState } from 'react'
import { useRead } from '../../api.ts'
import { useFhirWrite } from '../../fhir/queries.ts'
import { useReader } from '../../i18n/locale.tsx'
import { dateIn } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { ComboBox } from '../../ui/combo-box.tsx'
import { DatePicker } from '../../ui/date-picker.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { toast } from '../../ui/toast.tsx'
import { consentOf, dataClasses, type DataClass, type Sharing } from './consent.ts'
import { useSentence } from './consent-words.ts'

type Act = 'deny' | 'research'

/** One sentence, put together from lists; what it will mean is read out before it counts. */
export function AddConsent({
  patientId,
  act,
  onClose,
}: {
  patientId: string
  act: Act | undefined
  onClose: () => void
}) {
  const { t } = useReader()
  return (
    <Dialog
      title={t(act === 'research' ? 'sharing.addResearch' : 'sharing.addDeny')}
      isOpen={act !== undefined}
      onClose={onClose}
    >
      {act && <ConsentForm patientId={patientId} act={act} onClose={onClose} />}
    </Dialog>
  )
}

function ConsentForm({ patientId, act, onClose }: { patientId: string; act: Act; onClose: () => void }) {
  const { t, zone } = useReader()
  const today = dateIn(zone)
  const [what, setWhat] = useState<DataClass>('everything')
  const [whom, setWhom] = useState<'everybody' | 'one'>(act === 'research' ? 'one' : 'everybody')
  const [clinicianId, setClinicianId] = useState<string | null>(null)
  const [until, setUntil] = useState<CalendarDate | null>(today.add({ years: 1 }))
  const [isTried, setTried] = useState(false)
  const sentence = useSentence()
  const clinicians = useRead('directory', 'search', { limit: 200 })
  const chosen = clinicians.data?.items.find(each => each.id === clinicianId)
  const save = useFhirWrite({
    onDone: () => {
      toast({ title: t('sharing.added') })
      onClose()
    },
  })
  const needsClinician = whom === 'one' && !chosen
  const needsDate = act === 'research' && !until
  const rule: Sharing = {
    act,
    what,
    who: whom === 'one' && chosen ? { reference: `Practitioner/${chosen.id}`, name: chosen.name } : undefined,
    until: act === 'research' ? until?.toString() : undefined,
  }
  const submit = () => {
    setTried(true)
    if (needsClinician || needsDate) return
    save.mutate({ method: 'POST', address: 'Consent', body: consentOf(patientId, rule, new Date().toISOString()) })
  }
  return (
    <form
      className="space-y-5"
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
    >
      <Select
        label={t(act === 'research' ? 'sharing.whatResearch' : 'sharing.what')}
        value={what}
        onChange={id => setWhat(id as DataClass)}
        choices={(Object.keys(dataClasses) as DataClass[]).map(each => ({ id: each, label: t(`dataClass.${each}`) }))}
      />
      {act === 'deny' && (
        <RadioGroup
          label={t('sharing.withWhom')}
          value={whom}
          onChange={id => setWhom(id === 'one' ? 'one' : 'everybody')}
          choices={[
            { id: 'everybody', label: t('sharing.everybody'), description: t('sharing.everybodyWhat') },
            { id: 'one', label: t('sharing.one') },
          ]}
        />
      )}
      {whom === 'one' && clinicians.data && (
        <ComboBox
          label={t('sharing.clinician')}
          choices={clinicians.data.items.map(({ id, name, organization }) => ({
            id,
            label: name,
            description: organization.name,
          }))}
          value={clinicianId}
          onChange={setClinicianId}
          empty={t('state.noMatch')}
          error={isTried && needsClinician ? t('sharing.chooseClinician') : undefined}
        />
      )}
      {act === 'research' && (
        <DatePicker
          label={t('sharing.until')}
          value={until}
          minValue={today}
          onChange={setUntil}
          error={isTried && needsDate ? t('sharing.chooseDate') : undefined}
        />
      )}
      <div className="rounded-lg bg-sunken p-4">
        <p className="font-[580]">{sentence(rule)}</p>
        <p className="mt-1 text-sm text-ink-soft">
          {t(act === 'research' ? 'sharing.researchEffect' : 'sharing.denyEffect')}
        </p>
      </div>
      <ProblemNotice error={save.error ?? clinicians.error} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button tone="ghost" onPress={onClose}>
          {t('action.back')}
        </Button>
        <Button type="submit" isPending={save.isPending}>
          {t('sharing.save')}
        </Button>
      </div>
    </form>
  )
}
