import { useState } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { clock } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextArea } from '../../ui/text-field.tsx'
import { rememberEmergency } from './emergency.ts'

const reasonMin = 10

/** Opens a record that is out of reach. Whoever goes through is told before what will follow. */
export function BreakGlass({ patientId, onOpened }: { patientId: string; onOpened?: () => void }) {
  const { t } = useReader()
  const [reason, setReason] = useState('')
  const [isTried, setTried] = useState(false)
  const open = useAct('record', 'breakGlass', {
    onDone: ({ until }) => {
      // From here on the chart asks with another purpose, so all of it is asked for anew.
      rememberEmergency(patientId, until)
      onOpened?.()
    },
  })
  const isShort = reason.trim().length < reasonMin
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        setTried(true)
        if (!isShort) open.mutate({ patientId, reason: reason.trim() })
      }}
    >
      <ul className="mb-5 space-y-2.5">
        {(['glass.told', 'glass.reviewed', 'glass.hours', 'glass.logged'] as const).map(each => (
          <li key={each} className="flex items-start gap-2.5 text-ink-soft">
            <Icon name="info" size={18} className="mt-1 text-bad" />
            <span>{t(each)}</span>
          </li>
        ))}
      </ul>
      <TextArea
        label={t('glass.reason')}
        description={t('glass.reasonHelp')}
        value={reason}
        onChange={setReason}
        maxLength={1000}
        isRequired
        validationBehavior="aria"
        error={isTried && isShort ? t('glass.reasonShort') : undefined}
      />
      <ProblemNotice error={open.error} className="mt-3" />
      <Button type="submit" tone="danger" icon="warning" className="mt-4" isPending={open.isPending}>
        {t('glass.open')}
      </Button>
    </form>
  )
}

/** Where a chart would be: this record is not open to you, and what can be done. */
export function GlassDoor({ patientId }: { patientId: string }) {
  const { t } = useReader()
  return (
    <div className="mx-auto max-w-2xl rounded-xl border border-bad/40 bg-surface p-6 shadow-card sm:p-8">
      <span className="mb-4 flex size-14 items-center justify-center rounded-full bg-bad-soft text-bad">
        <Icon name="lock" size={26} />
      </span>
      <h2 className="text-xl font-[620]">{t('glass.closed')}</h2>
      <p className="mt-1 mb-6 text-ink-soft">{t('glass.closedWhy')}</p>
      <h3 className="mb-3 font-[620]">{t('glass.title')}</h3>
      <BreakGlass patientId={patientId} />
    </div>
  )
}

export function EmergencyBanner({ until }: { until: string }) {
  const { t, locale, zone } = useReader()
  return (
    <p
      role="status"
      className="sticky top-16 z-20 mb-5 flex items-center gap-3 rounded-lg border border-bad/40 bg-bad-soft px-4 py-3 font-[580] text-bad"
    >
      <Icon name="warning" />
      <span>{t('glass.until', { time: clock(until, { locale, zone }) })}</span>
    </p>
  )
}
