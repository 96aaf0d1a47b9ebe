import { useState } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Prescribe } from './prescribe.tsx'

/** Opens the prescription pad over a visit, so that nobody has to leave the call. */
export function PrescribeButton({ patientId }: { patientId: string }) {
  const { t } = useReader()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button tone="soft" size="sm" icon="pill" onPress={() => setOpen(true)}>
        {t('rx.add')}
      </Button>
      <Dialog title={t('rx.add')} isOpen={isOpen} onClose={() => setOpen(false)} isWide>
        <Prescribe patientId={patientId} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  )
}
