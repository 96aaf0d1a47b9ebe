import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useReader } from '../i18n/locale.tsx'
import { hasPasskeys, signInWithPasskey } from '../pages/identity/passkey.ts'
import { SignInNotice } from '../pages/identity/sign-in-notice.tsx'
import { proveAgain, usePerson } from '../session.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/text-field.tsx'
import { type AskedProof, useAskedProof } from './proof.ts'

/** Asks who is there, over whatever was being done; it goes on by itself afterwards, and stays undone when this is closed. */
export function ProofDialog() {
  const { t } = useReader()
  const asked = useAskedProof()
  if (!asked) return null
  return (
    <Dialog title={t('proof.title')} isOpen onClose={() => asked.settle(false)}>
      <ProofForm asked={asked} />
    </Dialog>
  )
}

function ProofForm({ asked }: { asked: AskedProof }) {
  const { t } = useReader()
  const { hasTotp } = usePerson()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const isTwo = asked.factors === 2
  const needsPassword = isTwo || !hasTotp || code === ''
  const prove = useMutation({
    mutationFn: async () => {
      if (password) await proveAgain({ password })
      if (code) await proveAgain({ code })
    },
    onSuccess: () => asked.settle(true),
  })
  const byPasskey = useMutation({ mutationFn: signInWithPasskey, onSuccess: () => asked.settle(true) })
  const isReady = (password !== '' || !needsPassword) && (code.length === 6 || !(isTwo && hasTotp))
  return (
    <form
      className="space-y-4"
      onSubmit={event => {
        event.preventDefault()
        if (isReady) prove.mutate()
      }}
    >
      <p className="text-ink-soft">{t('proof.why')}</p>
      {isTwo && !hasTotp && <p className="text-warn">{t('proof.noSecond')}</p>}
      <TextField
        label={t('field.password')}
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        autoFocus
      />
      {hasTotp && (
        <TextField
          label={t('proof.code')}
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          onChange={text => setCode(text.replaceAll(/\D/g, '').slice(0, 6))}
        />
      )}
      <SignInNotice error={prove.error ?? byPasskey.error} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" icon="lock" isPending={prove.isPending} isDisabled={!isReady}>
          {t('proof.do')}
        </Button>
        {hasPasskeys() && (
          <Button tone="quiet" icon="key" isPending={byPasskey.isPending} onPress={() => byPasskey.mutate()}>
            {t('proof.passkey')}
          </Button>
        )}
      </div>
    </form>
  )
}
