import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { z } from 'zod'
import { useRead, type OutputOf } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useAddress, useGo } from '../../shell/address.ts'
import { settledSession } from '../../session.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, TextLink } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/choice.tsx'
import { Form, FormTextField } from '../../ui/form.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { beginning, safeNext, signInWithPassword, signInWithProvider, verifyCode } from './enter.ts'
import { Entrance } from './entrance.tsx'
import { hasPasskeys, signInWithPasskey } from './passkey.ts'
import { SignInNotice } from './sign-in-notice.tsx'

const Credentials = z.object({ email: z.email(), password: z.string().min(1) })
const Code = z.object({ code: z.string().trim().min(6).max(20) })

export function SignIn() {
  const { t } = useReader()
  const [{ next, error: refused }] = useAddress()
  const go = useGo()
  const [needsCode, setNeedsCode] = useState(false)
  const options = useRead('identity', 'signInOptions', {}).data
  const enter = async () => go(beginning(next, await settledSession()))
  const signIn = useMutation({
    mutationFn: (values: z.output<typeof Credentials>) => signInWithPassword(values.email, values.password),
    onSuccess: outcome => (outcome === 'needsCode' ? setNeedsCode(true) : void enter()),
  })
  const byPasskey = useMutation({ mutationFn: signInWithPasskey, onSuccess: () => void enter() })
  if (needsCode) return <SecondStep onDone={() => void enter()} onBack={() => setNeedsCode(false)} />
  return (
    <Entrance
      title={t('auth.signIn')}
      lead={
        <>
          {t('auth.newHere')}{' '}
          <TextLink href={next ? `/sign-up?next=${encodeURIComponent(next)}` : '/sign-up'}>
            {t('auth.createAccount')}
          </TextLink>
        </>
      }
    >
      {options?.isDemo && options.demoAccounts.length > 0 && (
        <DemoAccounts
          accounts={options.demoAccounts}
          isPending={signIn.isPending}
          onChoose={account => signIn.mutate(account)}
        />
      )}
      <Form
        schema={Credentials}
        defaults={{ email: '', password: '' }}
        onSubmit={values => signIn.mutate(values)}
        className="space-y-4"
      >
        <FormTextField name="email" type="email" label={t('field.email')} autoComplete="username" />
        <FormTextField name="password" type="password" label={t('field.password')} autoComplete="current-password" />
        <SignInNotice error={signIn.error ?? (refused ? new Error(refused) : undefined)} />
        <Button type="submit" size="lg" className="w-full" isPending={signIn.isPending}>
          {t('auth.signIn')}
        </Button>
      </Form>
      {hasPasskeys() && (
        <div className="mt-4 space-y-3">
          <Button
            tone="quiet"
            size="lg"
            icon="key"
            className="w-full"
            onPress={() => byPasskey.mutate()}
            isPending={byPasskey.isPending}
          >
            {t('auth.passkey')}
          </Button>
          <SignInNotice error={byPasskey.error} />
        </div>
      )}
      <Providers providers={options?.providers ?? []} next={safeNext(next)} />
    </Entrance>
  )
}

type Options = OutputOf<'identity', 'signInOptions'>

function DemoAccounts(props: {
  accounts: Options['demoAccounts']
  isPending: boolean
  onChoose: (account: Options['demoAccounts'][number]) => void
}) {
  const { t } = useReader()
  return (
    <section aria-labelledby="demo-title" className="mb-8">
      <h2 id="demo-title" className="text-base font-[600]">
        {t('demo.title')}
      </h2>
      <p className="mb-3 text-sm text-ink-faint">{t('demo.lead')}</p>
      <ul className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface shadow-card">
        {props.accounts.map(account => (
          <li key={account.email}>
            <button
              type="button"
              disabled={props.isPending}
              onClick={() => props.onChoose(account)}
              className="flex min-h-15 w-full cursor-pointer items-center gap-3.5 px-4 py-2.5 text-start -outline-offset-2 hover:bg-sunken"
            >
              <Avatar name={account.name} size={38} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-[560]">{account.name}</span>
                <span className="block text-sm text-ink-faint">{t(`demo.${account.role}`)}</span>
              </span>
              <Icon name="arrowRight" size={18} className="text-ink-faint" />
            </button>
          </li>
        ))}
      </ul>
      <Divider text={t('auth.orOwn')} />
    </section>
  )
}

function Providers({ providers, next }: { providers: Options['providers']; next: string }) {
  const { t } = useReader()
  const go = useMutation({ mutationFn: (id: string) => signInWithProvider(id, next) })
  if (providers.length === 0) return null
  return (
    <>
      <Divider text={t('auth.or')} />
      <div className="space-y-2">
        {providers.map(provider => (
          <Button
            key={provider.id}
            tone="quiet"
            className="w-full"
            onPress={() => go.mutate(provider.id)}
            isPending={go.isPending && go.variables === provider.id}
          >
            {t('auth.continueWith', { provider: provider.name })}
          </Button>
        ))}
        <SignInNotice error={go.error} />
      </div>
    </>
  )
}

function Divider({ text }: { text: string }) {
  return (
    <p className="my-6 flex items-center gap-3 text-sm text-ink-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      {text}
    </p>
  )
}

function SecondStep({ onDone, onBack }: { onDone: () => void; onBack: () => void }) {
  const { t } = useReader()
  const [trusts, setTrusts] = useState(false)
  const verify = useMutation({ mutationFn: (code: string) => verifyCode(code, trusts), onSuccess: onDone })
  return (
    <Page title={t('totp.stepTitle')} lead={t('totp.stepLead')} width="reading">
      <Form
        schema={Code}
        defaults={{ code: '' }}
        onSubmit={values => verify.mutate(values.code)}
        className="max-w-sm space-y-4"
      >
        <FormTextField
          name="code"
          label={t('totp.code')}
          description={t('totp.backupHint')}
          inputMode="numeric"
          autoComplete="one-time-code"
          autoFocus
          inputClassName="tabular tracking-[0.25em]"
        />
        <Checkbox isSelected={trusts} onChange={setTrusts}>
          {t('totp.trust')}
        </Checkbox>
        <SignInNotice error={verify.error} />
        <div className="flex gap-2">
          <Button type="submit" isPending={verify.isPending}>
            {t('auth.signIn')}
          </Button>
          <Button tone="ghost" onPress={onBack}>
            {t('action.back')}
          </Button>
        </div>
      </Form>
    </Page>
  )
}
