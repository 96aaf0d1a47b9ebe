import { parseTime, Time } from '@internationalized/date'
import { useState } from 'react'
import { Channel, Topic } from '#contract/notification'
import { useAct, useRead, type OutputOf } from '../../api.ts'
import { languages, useReader, type Language } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Checkbox, Switch } from '../../ui/choice.tsx'
import { TimeField } from '../../ui/date-picker.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { toast } from '../../ui/toast.tsx'

type Wishes = OutputOf<'notification', 'preferences'>

export function Preferences() {
  const stored = useRead('notification', 'preferences', {})
  return (
    <>
      {stored.isPending && <Skeleton />}
      <ProblemNotice error={stored.error} onRetry={() => void stored.refetch()} />
      {stored.data && <PreferencesForm stored={stored.data} />}
    </>
  )
}

function PreferencesForm({ stored }: { stored: Wishes }) {
  const { t } = useReader()
  const [wishes, setWishes] = useState(stored)
  const save = useAct('notification', 'setPreferences', { onDone: () => toast({ title: t('state.saved') }) })
  const quiet = wishes.quietHours
  const setQuiet = (quietHours: Wishes['quietHours']) => {
    const { quietHours: _former, ...rest } = wishes
    setWishes(quietHours ? { ...rest, quietHours } : rest)
  }
  const timeOf = (wall: string) => parseTime(wall === '24:00' ? '00:00' : wall)
  const wall = (time: Time | null, former: string) => (time ? time.toString().slice(0, 5) : former)
  return (
    <div className="space-y-6">
      <Card title={t('preferences.channels')} description={t('preferences.channelsWhat')}>
        <ChannelTable wishes={wishes} onChange={setWishes} />
      </Card>
      <Card title={t('preferences.quiet')} description={t('preferences.quietWhat')}>
        <Switch
          isSelected={quiet !== undefined}
          onChange={isOn => setQuiet(isOn ? { from: '22:00', to: '07:00' } : undefined)}
        >
          {t('preferences.quietOn')}
        </Switch>
        {quiet && (
          <div className="mt-3 grid max-w-sm grid-cols-2 gap-4">
            <TimeField
              label={t('field.from')}
              value={timeOf(quiet.from)}
              onChange={time => setQuiet({ ...quiet, from: wall(time, quiet.from) })}
            />
            <TimeField
              label={t('field.to')}
              value={timeOf(quiet.to)}
              onChange={time => setQuiet({ ...quiet, to: wall(time, quiet.to) })}
            />
          </div>
        )}
      </Card>
      <Card title={t('preferences.language')} description={t('preferences.languageWhat')}>
        <Select
          label={t('field.language')}
          className="max-w-xs"
          choices={languages.map(each => ({ id: each.id, label: each.name }))}
          value={wishes.locale}
          onChange={id => setWishes({ ...wishes, locale: id as Language })}
        />
      </Card>
      <ProblemNotice error={save.error} />
      <Button isPending={save.isPending} onPress={() => save.mutate(wishes)}>
        {t('action.save')}
      </Button>
    </div>
  )
}

/** Topics down, channels across; in-app is always there, because it is the record of what one was told. */
function ChannelTable({ wishes, onChange }: { wishes: Wishes; onChange: (wishes: Wishes) => void }) {
  const { t } = useReader()
  const toggle = (topic: Topic, channel: Channel) => (isOn: boolean) => {
    const former = wishes.channels[topic] ?? []
    onChange({
      ...wishes,
      channels: { ...wishes.channels, [topic]: isOn ? [...former, channel] : former.filter(each => each !== channel) },
    })
  }
  return (
    <div className="-mx-2 overflow-x-auto px-2" role="region" aria-label={t('preferences.channels')} tabIndex={0}>
      <table className="w-full border-collapse">
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">{t('outbox.topic')}</span>
            </th>
            {Channel.options.map(channel => (
              <th key={channel} scope="col" className="px-2 pb-2 text-center text-sm font-[560] text-ink-faint">
                {t(`channel.${channel}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Topic.options.map(topic => (
            <tr key={topic} className="border-t border-line">
              <th scope="row" className="py-2 pe-4 text-start font-[540]">
                {t(`topic.${topic}`)}
                <span className="block text-sm font-normal text-ink-faint max-sm:hidden">
                  {t(`topic.${topic}What`)}
                </span>
              </th>
              {Channel.options.map(channel => (
                <td key={channel} className="px-2">
                  <Checkbox
                    className="flex justify-center"
                    aria-label={`${t(`topic.${topic}`)}: ${t(`channel.${channel}`)}`}
                    isSelected={wishes.channels[topic]?.includes(channel) ?? false}
                    onChange={toggle(topic, channel)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
