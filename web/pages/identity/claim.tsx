import type { CalendarDate } from '@internationalized/date'
import { useState, type FormEvent } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { personChanged } from '../../session.ts'
import { useAddress } from '../../shell/address.ts'
import { dateIn } from '../../time.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { DatePicker } from '../../ui/date-picker.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextField } from '../../ui/text-field.tsx'

/** For people whose history came here by an import: the code from their clinic and their date of birth open it. */
export function ClaimAccount() {
  const { t, zone } = useReader()
  const [search] = useAddress()
  const [code, setCode] = useState(search['code'] ?? '')
  const [birthDate, setBirthDate] = useState<CalendarDate | null>(null)
  const claim = useAct('identity', 'claim', {
    onDone: personChanged,
    refreshes: ['identity', 'appointment', 'notification'],
  })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (birthDate) claim.mutate({ code: code.trim(), birthDate: birthDate.toString() })
  }
  if (claim.data) {
    return (
      <Page title={t('claim.title')} width="reading">
        <EmptyState
          icon="check"
          title={t('claim.done')}
          action={<LinkButton href="/visits">{t('nav.visits')}</LinkButton>}
        >
          {t('claim.doneWhat')}
        </EmptyState>
      </Page>
    )
  }
  return (
    <Page title={t('claim.title')} lead={t('claim.lead')} width="reading">
      <Card className="max-w-lg">
        <form onSubmit={onSubmit} className="space-y-4">
          <TextField
            label={t('claim.code')}
            description={t('claim.codeHint')}
            value={code}
            onChange={setCode}
            isRequired
            minLength={8}
            maxLength={40}
            autoComplete="off"
          />
          <DatePicker
            label={t('field.birthDate')}
            value={birthDate}
            onChange={setBirthDate}
            maxValue={dateIn(zone)}
            isRequired
          />
          <ProblemNotice error={claim.error} />
          <Button type="submit" isPending={claim.isPending}>
            {t('claim.submit')}
          </Button>
        </form>
      </Card>
    </Page>
  )
}
