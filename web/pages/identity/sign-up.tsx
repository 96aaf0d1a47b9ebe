import { useMutation } from '@tanstack/react-query'
import { z } from 'zod'
import { api } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { auth, personChanged, renewToken } from '../../session.ts'
import { useAddress, useGo } from '../../shell/address.ts'
import { Button, TextLink } from '../../ui/button.tsx'
import { Form, FormTextField } from '../../ui/form.tsx'
import { safeNext } from './enter.ts'
import { Entrance } from './entrance.tsx'
import { SignInNotice } from './sign-in-notice.tsx'

const NewAccount = z.object({
  name: z.string().trim().min(1).max(120),
  email: z.email(),
  password: z.string().min(12).max(128),
})

export function SignUp() {
  const { t, language, zone } = useReader()
  const [{ next }] = useAddress()
  const go = useGo()
  const signUp = useMutation({
    mutationFn: async (values: z.output<typeof NewAccount>) => {
      await auth('/sign-up/email', values)
      if (!(await renewToken())) return
      // Visits are shown and reminders sent in the person's own zone and language from the first day.
      personChanged(
        await api.identity.updateMe({ locale: language, timeZone: zone }, { idempotencyKey: crypto.randomUUID() }),
      )
    },
    onSuccess: () => go(safeNext(next)),
  })
  return (
    <Entrance
      title={t('auth.createAccount')}
      lead={
        <>
          {t('auth.alreadyHere')}{' '}
          <TextLink href={next ? `/sign-in?next=${encodeURIComponent(next)}` : '/sign-in'}>{t('auth.signIn')}</TextLink>
        </>
      }
    >
      <Form
        schema={NewAccount}
        defaults={{ name: '', email: '', password: '' }}
        onSubmit={values => signUp.mutate(values)}
        className="space-y-4"
      >
        <FormTextField name="name" label={t('field.name')} autoComplete="name" />
        <FormTextField name="email" type="email" label={t('field.email')} autoComplete="email" />
        <FormTextField
          name="password"
          type="password"
          label={t('field.password')}
          description={t('auth.passwordHint')}
          autoComplete="new-password"
        />
        <SignInNotice error={signUp.error} />
        <Button type="submit" size="lg" className="w-full" isPending={signUp.isPending}>
          {t('auth.createAccount')}
        </Button>
      </Form>
      <p className="mt-5 text-sm text-ink-faint">
        {t('claim.hint')} <TextLink href="/claim">{t('claim.title')}</TextLink>
      </p>
    </Entrance>
  )
}
