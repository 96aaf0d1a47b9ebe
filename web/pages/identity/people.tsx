import { useState } from 'react'
import { useAct, usePages, type OutputOf } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { useAddress } from '../../shell/address.ts'
import { dateOnly, exact } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Table } from '../../ui/table.tsx'
import { Tag } from '../../ui/tag.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { PersonRecords } from '../record/person-records.tsx'

type Row = OutputOf<'identity', 'listPeople'>['items'][number]

/** Everybody of this region, and the codes with which imported people take their account over. */
export function People() {
  const { t, locale, zone } = useReader()
  const [{ search, claimed }, change] = useAddress()
  const [chosen, setChosen] = useState<Row | null>(null)
  const [kept, setKept] = useState<Row | null>(null)
  const people = usePages(
    'identity',
    'listPeople',
    { ...(search ? { search } : {}), ...(claimed === 'yes' || claimed === 'no' ? { claimed } : {}) },
    { keepsFormer: true },
  )
  return (
    <Page title={t('nav.people')} lead={t('people.lead')}>
      <div className="mb-5 grid gap-3 sm:grid-cols-[1fr_14rem]">
        <TextField
          label={t('people.search')}
          isLabelHidden
          placeholder={t('people.search')}
          value={search ?? ''}
          onChange={text => change({ search: text })}
          leading={<Icon name="search" size={18} />}
        />
        <Select
          label={t('people.account')}
          isLabelHidden
          value={claimed ?? 'all'}
          onChange={id => change({ claimed: id === 'all' ? undefined : id })}
          choices={[
            { id: 'all', label: t('people.all') },
            { id: 'yes', label: t('people.claimed') },
            { id: 'no', label: t('people.unclaimed') },
          ]}
        />
      </div>
      {people.isPending && <Skeleton />}
      <ProblemNotice error={people.error} onRetry={people.refetch} />
      {!people.isPending && people.items.length === 0 && !people.error && (
        <EmptyState icon="people" title={t('state.noMatch')} />
      )}
      {people.items.length > 0 && (
        <Table
          label={t('nav.people')}
          rows={people.items}
          keyOf={row => row.id}
          more={people.more}
          columns={[
            { id: 'name', title: t('field.name'), cell: row => row.name },
            { id: 'email', title: t('field.email'), cell: row => <bdi>{row.email}</bdi> },
            {
              id: 'roles',
              title: t('people.roles'),
              cell: row => row.roles.map(role => translateCode('role', role)).join(', '),
            },
            { id: 'since', title: t('people.since'), cell: row => dateOnly(row.createdAt, { locale, zone }) },
            {
              id: 'account',
              title: t('people.account'),
              cell: row =>
                row.isClaimed ? (
                  <Tag tone="good">{t('people.claimed')}</Tag>
                ) : (
                  <Button
                    tone="quiet"
                    size="sm"
                    aria-label={`${t('people.code')}: ${row.name}`}
                    onPress={() => setChosen(row)}
                  >
                    {t('people.code')}
                  </Button>
                ),
            },
            {
              id: 'record',
              title: t('people.records'),
              cell: row => (
                <Button
                  tone="quiet"
                  size="sm"
                  aria-label={t('people.recordsOf', { name: row.name })}
                  onPress={() => setKept(row)}
                >
                  {t('people.records')}
                </Button>
              ),
            },
          ]}
        />
      )}
      <ClaimCode person={chosen} onClose={() => setChosen(null)} />
      <PersonRecords person={kept} onClose={() => setKept(null)} />
    </Page>
  )
}

function ClaimCode({ person, onClose }: { person: Row | null; onClose: () => void }) {
  const { t, locale, zone } = useReader()
  const issue = useAct('identity', 'issueClaim', { refreshes: [] })
  const close = () => {
    issue.reset()
    onClose()
  }
  return (
    <Dialog title={t('people.codeFor', { name: person?.name ?? '' })} isOpen={person !== null} onClose={close}>
      <p className="text-ink-soft">{t('people.codeWhat')}</p>
      <ProblemNotice error={issue.error} className="mt-3" />
      {issue.data ? (
        <div role="status" className="mt-4 rounded-lg bg-good-soft p-4 text-center">
          <code dir="ltr" className="text-2xl font-[620] tracking-widest">
            {issue.data.code}
          </code>
          <p className="mt-1 text-sm text-ink-soft">
            {t('keys.until', { date: exact(issue.data.expiresAt, { locale, zone }) })}
          </p>
        </div>
      ) : (
        <Button
          className="mt-4"
          isPending={issue.isPending}
          onPress={() => person && issue.mutate({ personId: person.id })}
        >
          {t('people.issue')}
        </Button>
      )}
    </Dialog>
  )
}
