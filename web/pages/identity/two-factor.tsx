import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { auth, renewToken, usePerson } from '../../session.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { QrCode } from '../../ui/qr-code.tsx'
import { Tag } from '../../ui/tag.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'
import { SignInNotice } from './sign-in-notice.tsx'

/** Turning the second step on asks for the password, shows the secret, and counts only once a code from it was accepted. */
export function TwoFactor() {
  const { t } = useReader()
  const person = usePerson()
  const [task, setTask] = useState<'enable' | 'disable' | null>(null)
  return (
    <Card
      title={t('totp.title')}
      description={t('totp.lead')}
      action={
        person.hasTotp ? (
          <Tag tone="good" icon="check">
            {t('totp.on')}
          </Tag>
        ) : (
          <Tag>{t('totp.off')}</Tag>
        )
      }
    >
      <Button
        tone={person.hasTotp ? 'quiet' : 'primary'}
        icon="shield"
        onPress={() => setTask(person.hasTotp ? 'disable' : 'enable')}
      >
        {person.hasTotp ? t('totp.disable') : t('totp.enable')}
      </Button>
      <Dialog
        title={task === 'disable' ? t('totp.disable') : t('totp.enable')}
        isOpen={task !== null}
        onClose={() => setTask(null)}
      >
        {task === 'enable' ? <Enable onDone={() => setTask(null)} /> : <Disable onDone={() => setTask(null)} />}
      </Dialog>
    </Card>
  )
}

interface Enrolment {
  totpURI: string
  backupCodes: string[]
}

function Enable({ onDone }: { onDone: () => void }) {
  const { t } = useReader()
  const [code, setCode] = useState('')
  const begin = useMutation({ mutationFn: (password: string) => auth<Enrolment>('/two-factor/enable', { password }) })
  const confirm = useMutation({
    mutationFn: async () => {
      await auth('/two-factor/verify-totp', { code: code.trim() })
      await renewToken()
    },
    onSuccess: () => {
      toast({ title: t('totp.enabled') })
      onDone()
    },
  })
  if (!begin.data)
    return (
      <PasswordStep
        isPending={begin.isPending}
        error={begin.error}
        onSubmit={begin.mutate}
        submit={t('action.continue')}
      />
    )
  const secret = new URL(begin.data.totpURI).searchParams.get('secret') ?? ''
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    confirm.mutate()
  }
  return (
    <form onSubmit={onSubmit} className="space-y-5">
      <p className="text-ink-soft">{t('totp.scan')}</p>
      <div className="flex flex-wrap items-start gap-5">
        <QrCode text={begin.data.totpURI} label={t('totp.qr')} size={184} />
        <div className="min-w-0 flex-1 basis-48">
          <p className="text-sm font-[560]">{t('totp.secret')}</p>
          <code className="mt-1 block rounded-md bg-sunken px-3 py-2 text-sm break-all" dir="ltr">
            {secret.match(/.{1,4}/g)?.join(' ')}
          </code>
        </div>
      </div>
      <div>
        <p className="text-sm font-[560]">{t('totp.backup')}</p>
        <p className="text-sm text-ink-faint">{t('totp.backupWhy')}</p>
        <ul className="mt-2 grid grid-cols-2 gap-1.5" dir="ltr">
          {begin.data.backupCodes.map(each => (
            <li key={each} className="rounded-sm bg-sunken px-2.5 py-1 text-center font-mono text-sm">
              {each}
            </li>
          ))}
        </ul>
      </div>
      <TextField
        label={t('totp.code')}
        value={code}
        onChange={setCode}
        inputMode="numeric"
        autoComplete="one-time-code"
        isRequired
        inputClassName="tabular tracking-[0.25em]"
      />
      <SignInNotice error={confirm.error} />
      <Button type="submit" isPending={confirm.isPending}>
        {t('totp.confirm')}
      </Button>
    </form>
  )
}

function Disable({ onDone }: { onDone: () => void }) {
  const { t } = useReader()
  const disable = useMutation({
    mutationFn: async (password: string) => {
      await auth('/two-factor/disable', { password })
      await renewToken()
    },
    onSuccess: () => {
      toast({ title: t('totp.disabled') })
      onDone()
    },
  })
  return (
    <PasswordStep
      isPending={disable.isPending}
      error={disable.error}
      onSubmit={disable.mutate}
      submit={t('totp.disable')}
    />
  )
}

function PasswordStep(props: {
  isPending: boolean
  error: unknown
  onSubmit: (password: string) => void
  submit: string
}) {
  const { t } = useReader()
  const [password, setPassword] = useState('')
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    props.onSubmit(password)
  }
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <TextField
        label={t('totp.password')}
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        isRequired
      />
      <SignInNotice error={props.error} />
      <Button type="submit" isPending={props.isPending}>
        {props.submit}
      </Button>
    </form>
  )
}
