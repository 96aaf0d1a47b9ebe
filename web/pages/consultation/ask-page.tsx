import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useParam } from '../../shell/address.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextArea, TextField } from '../../ui/text-field.tsx'

/** A question in writing. Who is in danger must not wait for an answer, so that is said before anything else. */
export function AskQuestion() {
  const { t } = useReader()
  const router = useRouter()
  const clinicianId = useParam('clinicianId')
  const clinician = useRead('directory', 'clinician', { clinicianId })
  const [subject, setSubject] = useState('')
  const [text, setText] = useState('')
  const ask = useAct('consultation', 'ask', { onDone: visit => router.history.push(`/messages/${visit.id}`) })
  return (
    <Page title={t('consult.ask')} lead={t('consult.askLead')} width="reading">
      <p className="mb-5 flex items-start gap-2.5 rounded-lg bg-warn-soft px-4 py-3 text-warn">
        <Icon name="warning" className="mt-0.5" />
        {t('consult.emergency')}
      </p>
      <ProblemNotice error={clinician.error} onRetry={() => void clinician.refetch()} />
      <Card>
        {clinician.data && (
          <p className="mb-5 flex items-center gap-3">
            <Avatar name={clinician.data.name} />
            <span className="font-[580]">{clinician.data.name}</span>
          </p>
        )}
        <form
          className="space-y-4"
          onSubmit={event => {
            event.preventDefault()
            ask.mutate({ clinicianId, subject: subject.trim(), text: text.trim() })
          }}
        >
          <TextField label={t('consult.subject')} value={subject} onChange={setSubject} maxLength={150} isRequired />
          <TextArea
            label={t('consult.question')}
            value={text}
            onChange={setText}
            rows={6}
            maxLength={4_000}
            isRequired
          />
          <ProblemNotice error={ask.error} />
          <Button type="submit" icon="send" isPending={ask.isPending}>
            {t('consult.send')}
          </Button>
        </form>
      </Card>
    </Page>
  )
}
