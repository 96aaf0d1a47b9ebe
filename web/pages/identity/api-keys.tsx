import { useState, type FormEvent } from 'react'
import { useAct, useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { dateOnly } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'

export function ApiKeys() {
  const { t, locale, zone } = useReader()
  const keys = useRead('identity', 'listApiKeys', {})
  const [ending, setEnding] = useState<{ id: string; name: string } | null>(null)
  const revoke = useAct('identity', 'revokeApiKey', {
    onDone: () => {
      setEnding(null)
      toast({ title: t('keys.revoked') })
    },
  })
  return (
    <div className="space-y-6">
      <NewKey />
      <Card title={t('keys.title')}>
        {keys.isPending && <Skeleton lines={2} />}
        <ProblemNotice error={keys.error} />
        {keys.data?.items.length === 0 && <EmptyState icon="key" title={t('keys.none')} />}
        <ul className="divide-y divide-line">
          {keys.data?.items.map(key => (
            <li key={key.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
              <Icon name="key" className="text-ink-faint" />
              <div className="min-w-0 flex-1">
                <p className="font-[560]">{key.name}</p>
                <p className="text-sm text-ink-faint">
                  <code dir="ltr">{key.start}…</code>
                  {key.expiresAt && ` · ${t('keys.until', { date: dateOnly(key.expiresAt, { locale, zone }) })}`}
                </p>
              </div>
              <Button
                tone="danger"
                size="sm"
                aria-label={`${t('keys.revoke')}: ${key.name}`}
                onPress={() => setEnding(key)}
              >
                {t('keys.revoke')}
              </Button>
            </li>
          ))}
        </ul>
      </Card>
      <ConfirmDialog
        title={t('keys.revokeNamed', { name: ending?.name ?? '' })}
        isOpen={ending !== null}
        onClose={() => setEnding(null)}
        onConfirm={() => ending && revoke.mutate({ keyId: ending.id })}
        confirmLabel={t('keys.revoke')}
        tone="danger"
        isPending={revoke.isPending}
      >
        <p>{t('keys.revokeWhat')}</p>
        <ProblemNotice error={revoke.error} className="mt-3" />
      </ConfirmDialog>
    </div>
  )
}

const lifetimes = [7, 30, 90, 365] as const

function NewKey() {
  const { t, locale } = useReader()
  const [name, setName] = useState('')
  const [days, setDays] = useState('90')
  const create = useAct('identity', 'createApiKey', { onDone: () => setName('') })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate({ name, expiresInDays: Number(days) })
  }
  const dayCount = new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'long' })
  return (
    <Card title={t('keys.new')} description={t('keys.lead')}>
      <form onSubmit={onSubmit} className="grid items-end gap-4 sm:grid-cols-[1fr_11rem_auto]">
        <TextField label={t('keys.name')} value={name} onChange={setName} isRequired maxLength={120} />
        <Select
          label={t('keys.lifetime')}
          choices={lifetimes.map(each => ({ id: String(each), label: dayCount.format(each) }))}
          value={days}
          onChange={setDays}
        />
        <Button type="submit" isPending={create.isPending}>
          {t('keys.create')}
        </Button>
      </form>
      <ProblemNotice error={create.error} className="mt-4" />
      {create.data && (
        <div role="status" className="mt-5 rounded-lg bg-good-soft p-4">
          <p className="font-[580]">{t('keys.once')}</p>
          <div className="mt-2 flex flex-wrap items-center gap-2">
            <code className="min-w-0 flex-1 rounded-md bg-surface px-3 py-2 text-sm break-all" dir="ltr">
              {create.data.secret}
            </code>
            <Button
              tone="quiet"
              size="sm"
              icon="copy"
              onPress={() => void copySecret(create.data.secret, t('state.copied'))}
            >
              {t('action.copy')}
            </Button>
          </div>
        </div>
      )}
    </Card>
  )
}

async function copySecret(secret: string, done: string): Promise<void> {
  await navigator.clipboard.writeText(secret)
  toast({ title: done })
}
