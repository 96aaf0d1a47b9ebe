import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useParam } from '../../shell/address.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextField } from '../../ui/text-field.tsx'

/** Where a guest comes in, with the code they were given. The code is typed, so that no address holds it. */
export function JoinVisit() {
  const { t } = useReader()
  const router = useRouter()
  const visitId = useParam('visitId')
  const [code, setCode] = useState('')
  const accept = useAct('consultation', 'acceptInvitation', {
    onDone: () => router.history.push(`/visits/${visitId}/call`),
  })
  return (
    <Page title={t('consult.comeIn')} lead={t('consult.comeInWhy')} width="reading">
      <Card>
        <form
          className="space-y-4"
          onSubmit={event => {
            event.preventDefault()
            accept.mutate({ visitId, code })
          }}
        >
          <TextField label={t('consult.guestCode')} value={code} onChange={setCode} maxLength={40} isRequired />
          <ProblemNotice error={accept.error} />
          <Button type="submit" isPending={accept.isPending}>
            {t('consult.comeIn')}
          </Button>
        </form>
      </Card>
    </Page>
  )
}
