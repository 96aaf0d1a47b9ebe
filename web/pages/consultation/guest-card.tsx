import type { Guest, Visit } from '#contract/consultation'
import { useState } from 'react'
import { useAct } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Tag } from '../../ui/tag.tsx'
import { TextField } from '../../ui/text-field.tsx'

const relations = ['interpreter', 'relative', 'clinician', 'other'] as const

/** Others in the visit: invited by either of the two, let in by the patient alone. */
export function GuestCard({ visit }: { visit: Visit }) {
  const { t } = useReader()
  const [isInviting, setInviting] = useState(false)
  const present = visit.guests.filter(each => each.consent !== 'refused')
  return (
    <Card title={t('consult.guests')} description={t('consult.guestsWhy')}>
      <ul className="space-y-3">
        {present.map(guest => (
          <GuestLine key={guest.id} visit={visit} guest={guest} />
        ))}
      </ul>
      {present.length < visit.guestsMax && (
        <Button
          tone="quiet"
          size="sm"
          icon="plus"
          className={present.length > 0 ? 'mt-4' : ''}
          onPress={() => setInviting(true)}
        >
          {t('consult.invite')}
        </Button>
      )}
      <Dialog title={t('consult.invite')} isOpen={isInviting} onClose={() => setInviting(false)}>
        <Invite visit={visit} onDone={() => setInviting(false)} />
      </Dialog>
    </Card>
  )
}

function GuestLine({ visit, guest }: { visit: Visit; guest: Guest }) {
  const { t } = useReader()
  const consent = useAct('consultation', 'consentToGuest')
  const decide = (agrees: boolean) => consent.mutate({ visitId: visit.id, guestId: guest.id, agrees })
  const isAsked = guest.consent === 'asked'
  return (
    <li>
      <p className="flex flex-wrap items-center gap-2">
        <bdi className="font-[580]">{guest.name}</bdi>
        <span className="text-sm text-ink-soft">{t(`consult.relation.${guest.relation}`)}</span>
        <Tag tone={guest.hasAccepted ? 'good' : isAsked ? 'warn' : 'plain'}>
          {t(guest.hasAccepted ? 'consult.guestIn' : isAsked ? 'consult.guestAsked' : 'consult.guestInvited')}
        </Tag>
      </p>
      <ProblemNotice error={consent.error} className="mt-2" />
      {visit.seat === 'patient' && (
        <div className="mt-2 flex flex-wrap gap-2">
          {isAsked && (
            <Button size="sm" isPending={consent.isPending} onPress={() => decide(true)}>
              {t('consult.agree')}
            </Button>
          )}
          <Button tone="danger" size="sm" isPending={consent.isPending} onPress={() => decide(false)}>
            {t(isAsked ? 'consult.refuse' : 'consult.sendAway')}
          </Button>
        </div>
      )}
    </li>
  )
}

function Invite({ visit, onDone }: { visit: Visit; onDone: () => void }) {
  const { t } = useReader()
  const [name, setName] = useState('')
  const [relation, setRelation] = useState<(typeof relations)[number]>('relative')
  const invite = useAct('consultation', 'invite')
  const { data } = invite
  if (data)
    return (
      <>
        <p className="text-ink-soft">{t('consult.invited', { name: data.guest.name })}</p>
        {data.guest.consent === 'asked' && <p className="mt-2 text-warn">{t('consult.consentFirst')}</p>}
        <dl className="my-4 space-y-3 rounded-lg bg-sunken p-4">
          <div>
            <dt className="text-sm text-ink-soft">{t('consult.guestAddress')}</dt>
            <dd dir="ltr" className="font-[560] break-all select-all">{`${location.origin}/join/${visit.id}`}</dd>
          </div>
          <div>
            <dt className="text-sm text-ink-soft">{t('consult.guestCode')}</dt>
            <dd dir="ltr" className="font-[650] tracking-widest select-all">
              {data.code}
            </dd>
          </div>
        </dl>
        <Button onPress={onDone}>{t('action.close')}</Button>
      </>
    )
  return (
    <form
      className="space-y-4"
      onSubmit={event => {
        event.preventDefault()
        invite.mutate({ visitId: visit.id, name: name.trim(), relation })
      }}
    >
      <TextField label={t('consult.guestName')} value={name} onChange={setName} maxLength={100} isRequired />
      <Select
        label={t('consult.guestRelation')}
        value={relation}
        onChange={id => setRelation(id as typeof relation)}
        choices={relations.map(id => ({ id, label: t(`consult.relation.${id}`) }))}
      />
      <ProblemNotice error={invite.error} />
      <Button type="submit" isPending={invite.isPending}>
        {t('consult.invite')}
      </Button>
    </form>
  )
}
