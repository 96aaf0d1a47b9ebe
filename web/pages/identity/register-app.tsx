import { useState, type FormEvent } from 'react'
import type { AppKind } from '#core/app'
import { parseScopes } from '#core/scope'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { TextArea, TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast.tsx'

const empty = { name: '', maker: '', homepage: '', redirects: '', scopes: '', keysUrl: '' }
const kinds: readonly AppKind[] = ['public', 'confidential', 'backend']

/** What SMART 1 and 2 write is taken alike and registered in the one spelling that everything else compares. */
const scopesIn = (text: string): string[] | undefined => parseScopes(text.trim().split(/\s+/).join(' '))

export function RegisterApp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useReader()
  const register = useAct('identity', 'registerApp')
  const close = () => {
    register.reset()
    onClose()
  }
  return (
    <Dialog title={register.data ? t('apps.registered') : t('apps.register')} isOpen={isOpen} onClose={close} isWide>
      {register.data ? (
        <Registered id={register.data.id} secret={register.data.secret} onClose={close} />
      ) : (
        <Draft register={register} />
      )}
    </Dialog>
  )
}

function Draft({ register }: { register: ReturnType<typeof useAct<'identity', 'registerApp'>> }) {
  const { t } = useReader()
  const [kind, setKind] = useState<AppKind>('public')
  const [draft, setDraft] = useState(empty)
  const [isOdd, setIsOdd] = useState(false)
  const field = (name: keyof typeof empty) => ({
    value: draft[name],
    onChange: (text: string) => setDraft({ ...draft, [name]: text }),
  })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    const scopes = scopesIn(draft.scopes)
    setIsOdd(!scopes)
    if (!scopes) return
    const { name, maker, homepage, keysUrl } = draft
    register.mutate({
      name,
      maker,
      kind,
      scopes,
      redirectUris: kind === 'backend' ? [] : draft.redirects.split(/\s+/).filter(Boolean),
      ...(homepage ? { homepage } : {}),
      ...(keysUrl && kind !== 'public' ? { keysUrl } : {}),
    })
  }
  return (
    <form onSubmit={onSubmit} className="space-y-5">
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={t('apps.name')} {...field('name')} isRequired maxLength={120} autoFocus />
        <TextField
          label={t('apps.maker')}
          description={t('apps.makerHint')}
          {...field('maker')}
          isRequired
          maxLength={120}
        />
      </div>
      <RadioGroup
        label={t('apps.kind')}
        value={kind}
        onChange={id => setKind(kinds.find(each => each === id) ?? 'public')}
        choices={kinds.map(id => ({ id, label: t(`apps.kind.${id}`), description: t(`apps.kind.${id}What`) }))}
      />
      {kind !== 'backend' && (
        <TextArea
          label={t('apps.redirects')}
          description={t('apps.redirectsHint')}
          rows={2}
          {...field('redirects')}
          isRequired
        />
      )}
      <TextArea
        label={t('apps.scopes')}
        description={t('apps.scopesHint')}
        rows={2}
        {...field('scopes')}
        error={isOdd ? t('apps.scopesOdd') : undefined}
        validationBehavior="aria"
        isRequired
      />
      {kind !== 'public' && (
        <TextField
          label={t('apps.keysUrl')}
          description={t('apps.keysUrlHint')}
          type="url"
          {...field('keysUrl')}
          maxLength={500}
        />
      )}
      <TextField label={t('apps.homepage')} type="url" {...field('homepage')} maxLength={500} />
      <ProblemNotice error={register.error} />
      <Button type="submit" isPending={register.isPending}>
        {t('apps.register')}
      </Button>
    </form>
  )
}

function Registered({ id, secret, onClose }: { id: string; secret: string | undefined; onClose: () => void }) {
  const { t } = useReader()
  return (
    <div role="status" className="space-y-4">
      <Value label={t('apps.clientId')} value={id} />
      {secret && (
        <>
          <Value label={t('apps.secret')} value={secret} />
          <p className="rounded-lg bg-warn-soft px-4 py-3">{t('keys.once')}</p>
        </>
      )}
      <Button tone="quiet" onPress={onClose}>
        {t('action.close')}
      </Button>
    </div>
  )
}

function Value({ label, value }: { label: string; value: string }) {
  const { t } = useReader()
  const copy = async () => {
    await navigator.clipboard.writeText(value)
    toast({ title: t('state.copied') })
  }
  return (
    <div>
      <p className="text-sm font-[560]">{label}</p>
      <div className="mt-1 flex flex-wrap items-center gap-2">
        <code className="min-w-0 flex-1 rounded-md bg-sunken px-3 py-2 text-sm break-all" dir="ltr">
          {value}
        </code>
        <Button
          tone="quiet"
          size="sm"
          icon="copy"
          aria-label={`${t('action.copy')}: ${label}`}
          onPress={() => void copy()}
        >
          {t('action.copy')}
        </Button>
      </div>
    </div>
  )
}
