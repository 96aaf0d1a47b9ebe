import { useState } from 'react'
import { allPages } from '../../fhir/client.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { problemText } from '../../ui/problem-notice.tsx'
import { toast } from '../../ui/toast.tsx'

/** Takes the whole record along: as one file for machines, as pages for people. */
export function ExportRecord({ patientId }: { patientId: string }) {
  const { t } = useReader()
  const [isPending, setPending] = useState(false)
  const save = async () => {
    setPending(true)
    try {
      const resources = await allPages(`Patient/${patientId}/$everything?_count=1000`)
      const bundle = {
        resourceType: 'Bundle',
        type: 'collection',
        timestamp: new Date().toISOString(),
        entry: resources.map(resource => ({ resource })),
      }
      saveFile(`medley-record-${new Date().toISOString().slice(0, 10)}.json`, JSON.stringify(bundle, null, 2))
      toast({ title: t('record.exported', { count: resources.length }) })
    } catch (error) {
      toast({ title: problemText(error), tone: 'bad' })
    }
    setPending(false)
  }
  return (
    <>
      <LinkButton href="/record/print" tone="quiet" icon="print">
        {t('record.print')}
      </LinkButton>
      <Button tone="quiet" icon="download" isPending={isPending} onPress={() => void save()}>
        {t('record.export')}
      </Button>
    </>
  )
}

function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/fhir+json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
