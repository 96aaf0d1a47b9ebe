import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { relative } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { addPasskey, hasPasskeys, listPasskeys, removePasskey, type Passkey } from './passkey.ts'
import { SignInNotice } from './sign-in-notice.tsx'

const queryKey = ['passkeys']

export function Passkeys() {
  const { t, locale } = useReader()
  const cache = useQueryClient()
  const passkeys = useQuery({ queryKey, queryFn: listPasskeys })
  const [leaving, setLeaving] = useState<Passkey | null>(null)
  const remove = useMutation({
    mutationFn: removePasskey,
    onSuccess: async () => {
      setLeaving(null)
      await cache.invalidateQueries({ queryKey })
      toast({ title: t('passkeys.removed') })
    },
  })
  const nameOf = (passkey: Passkey | null) => passkey?.name ?? t('passkeys.unnamed')
  return (
    <Card title={t('passkeys.title')} description={t('passkeys.lead')}>
      {passkeys.isPending && <Skeleton lines={1} />}
      <SignInNotice error={passkeys.error} />
      {passkeys.data?.length === 0 && <p className="text-ink-faint">{t('passkeys.none')}</p>}
      <ul className="divide-y divide-line">
        {passkeys.data?.map(passkey => (
          <li key={passkey.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
            <Icon name="key" className="text-ink-faint" />
            <div className="min-w-0 flex-1">
              <p className="font-[560]">{nameOf(passkey)}</p>
              <p className="text-sm text-ink-faint">
                {t('passkeys.since', { when: relative(passkey.createdAt, locale) })}
              </p>
            </div>
            <Button
              tone="danger"
              size="sm"
              aria-label={`${t('action.remove')}: ${nameOf(passkey)}`}
              onPress={() => setLeaving(passkey)}
            >
              {t('action.remove')}
            </Button>
          </li>
        ))}
      </ul>
      {hasPasskeys() && <NewPasskey onAdded={() => void cache.invalidateQueries({ queryKey })} />}
      <ConfirmDialog
        title={t('passkeys.removeNamed', { name: nameOf(leaving) })}
        isOpen={leaving !== null}
        onClose={() => setLeaving(null)}
        onConfirm={() => leaving && remove.mutate(leaving.id)}
        confirmLabel={t('action.remove')}
        tone="danger"
        isPending={remove.isPending}
      >
        <p>{t('passkeys.removeWhat')}</p>
        <SignInNotice error={remove.error} />
      </ConfirmDialog>
    </Card>
  )
}

function NewPasskey({ onAdded }: { onAdded: () => void }) {
  const { t } = useReader()
  const [name, setName] = useState('')
  const add = useMutation({
    mutationFn: addPasskey,
    onSuccess: () => {
      setName('')
      onAdded()
      toast({ title: t('passkeys.added') })
    },
  })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate(name.trim())
  }
  return (
    <>
      <form onSubmit={onSubmit} className="mt-4 grid items-end gap-4 sm:grid-cols-[1fr_auto]">
        <TextField
          label={t('passkeys.name')}
          placeholder={t('passkeys.nameHint')}
          value={name}
          onChange={setName}
          isRequired
          maxLength={60}
        />
        <Button type="submit" icon="key" isPending={add.isPending}>
          {t('passkeys.add')}
        </Button>
      </form>
      <div className="mt-4 empty:hidden">
        <SignInNotice error={add.error} />
      </div>
    </>
  )
}
