import { useReader } from '../../i18n/locale.tsx'
import { usePerson } from '../../session.ts'
import { useAddress } from '../../shell/address.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Page } from '../../ui/page.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { ApiKeys } from './api-keys.tsx'
import { Grants } from './grants.tsx'
import { Passkeys } from './passkeys.tsx'
import { Profile } from './profile.tsx'
import { Sessions } from './sessions.tsx'
import { TwoFactor } from './two-factor.tsx'

export function Account() {
  const { t } = useReader()
  const person = usePerson()
  const [{ tab }, change] = useAddress()
  return (
    <Page title={t('nav.account')} width="reading">
      <div className="mb-7 flex items-center gap-4">
        <Avatar name={person.name} size={60} />
        <div className="min-w-0">
          <p className="truncate text-lg font-[600]">{person.name}</p>
          <p className="truncate text-ink-faint">
            <bdi>{person.email}</bdi>
          </p>
        </div>
      </div>
      <Tabs
        label={t('nav.account')}
        selected={tab ?? 'profile'}
        onSelect={id => change({ tab: id })}
        tabs={[
          { id: 'profile', title: t('account.profile'), content: <Profile /> },
          {
            id: 'security',
            title: t('account.security'),
            content: (
              <div className="space-y-6">
                <Passkeys />
                <TwoFactor />
                <Sessions />
              </div>
            ),
          },
          { id: 'apps', title: t('account.apps'), content: <Grants /> },
          { id: 'keys', title: t('account.keys'), content: <ApiKeys /> },
        ]}
      />
    </Page>
  )
}
