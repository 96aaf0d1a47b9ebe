import { useState } from 'react'
import { useAct, useRead, type OutputOf } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useAddress } from '../../shell/address.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, LinkButton, TextLink } from '../../ui/button.tsx'
import { Checkbox, RadioGroup } from '../../ui/choice.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page, useTitle } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tag } from '../../ui/tag.tsx'
import { scopeLines, type ScopeLine } from './scope-words.tsx'

type Asked = OutputOf<'identity', 'consentRequest'>

/** An app sent the person here. They see who asks for what, and answer; either answer leads back to the app. */
export function Consent() {
  const { t } = useReader()
  const [{ request = '' }] = useAddress()
  const asked = useRead('identity', 'consentRequest', { requestId: request })
  if (asked.error)
    return (
      <Page title={t('consent.stopped')} width="reading">
        <ProblemNotice error={asked.error} />
      </Page>
    )
  return (
    <div className="mx-auto w-full max-w-xl px-4 py-8 sm:px-8 sm:py-12">
      {asked.data ? <Question requestId={request} asked={asked.data} /> : <Waiting />}
    </div>
  )
}

function Waiting() {
  const { t } = useReader()
  useTitle(t('nav.apps'))
  return (
    <>
      <h1 className="sr-only">{t('nav.apps')}</h1>
      <Skeleton lines={6} />
    </>
  )
}

function Question({ requestId, asked }: { requestId: string; asked: Asked }) {
  const { t, locale } = useReader()
  const [patientId, setPatientId] = useState(asked.patients[0]?.patientId ?? null)
  const [without, setWithout] = useState<readonly string[]>([])
  const decide = useAct('identity', 'decideConsent', {
    refreshes: [],
    onDone: ({ redirectTo }) => location.assign(redirectTo),
  })
  const title = t('consent.title', { app: asked.appName })
  useTitle(title)
  const lines = scopeLines(asked.scopes, locale)
  const scopes = asked.scopes.filter(each => !without.includes(each))
  const hasNothing = scopeLines(scopes, locale).length === 0
  const toggle = (line: ScopeLine, isWanted: boolean) =>
    setWithout(isWanted ? without.filter(each => !line.scopes.includes(each)) : [...without, ...line.scopes])
  const answer = (decision: 'approve' | 'deny') =>
    decide.mutate({
      requestId,
      decision,
      ...(decision === 'deny' ? {} : { scopes, ...(patientId ? { patientId } : {}) }),
    })
  return (
    <>
      <Heading asked={asked} title={title} />
      {!asked.isReviewed && (
        <p className="mt-6 flex items-start gap-3 rounded-lg bg-warn-soft px-4 py-3.5">
          <Icon name="warning" className="mt-0.5 text-warn" />
          <span>{t('consent.notReviewed')}</span>
        </p>
      )}
      <Whose patients={asked.patients} chosen={patientId} onChoose={setPatientId} />
      <section aria-labelledby="may" className="mt-7">
        <h2 id="may" className="text-lg font-[620]">
          {t('consent.may')}
        </h2>
        {lines.filter(each => each.isClinical).length > 1 && (
          <p className="text-sm text-ink-faint">{t('consent.mayLess')}</p>
        )}
        <ul className="mt-3 divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface shadow-card">
          {lines.map(line => (
            <li key={line.scopes.join()} className="px-4 py-2">
              {line.isClinical && lines.length > 1 ? (
                <Checkbox isSelected={!without.includes(line.scopes[0]!)} onChange={isWanted => toggle(line, isWanted)}>
                  <LineWords line={line} />
                </Checkbox>
              ) : (
                <div className="flex min-h-11 items-center gap-3">
                  <Icon name={line.isClinical ? 'list' : 'person'} size={22} className="text-ink-faint" />
                  <LineWords line={line} />
                </div>
              )}
            </li>
          ))}
        </ul>
      </section>
      <p className="mt-4 flex items-start gap-3 text-ink-soft">
        <Icon name="clock" className="mt-0.5 text-ink-faint" />
        {t(
          scopes.includes('online_access') && !scopes.includes('offline_access') ? 'consent.session' : 'consent.lasts',
          {
            time: span(asked.accessMs, locale),
          },
        )}
      </p>
      <ProblemNotice error={decide.error} className="mt-5" />
      <div className="mt-7 grid gap-3 sm:grid-cols-2">
        <Button
          size="lg"
          onPress={() => answer('approve')}
          isDisabled={hasNothing}
          isPending={decide.isPending || decide.isSuccess}
        >
          {t('consent.allow')}
        </Button>
        <Button size="lg" tone="quiet" onPress={() => answer('deny')} isDisabled={decide.isPending || decide.isSuccess}>
          {t('consent.deny')}
        </Button>
      </div>
      <p role="status" className="mt-4 text-center text-sm text-ink-faint">
        {decide.isSuccess
          ? t('consent.leaving', { app: asked.appName })
          : t('consent.returns', { host: `\u2068${asked.returnsTo}\u2069` })}
      </p>
    </>
  )
}

function Heading({ asked, title }: { asked: Asked; title: string }) {
  const { t } = useReader()
  return (
    <header className="flex flex-col items-center text-center">
      <Avatar name={asked.appName} size={64} />
      <h1 className="mt-4 text-2xl font-[640] text-balance sm:text-3xl">{title}</h1>
      <p className="mt-1.5 flex flex-wrap items-center justify-center gap-x-2 gap-y-1 text-ink-soft">
        <span>{t('consent.by', { maker: asked.maker })}</span>
        {asked.homepage && (
          <TextLink href={asked.homepage} target="_blank" rel="noopener noreferrer">
            <bdi dir="ltr">{new URL(asked.homepage).host}</bdi>
          </TextLink>
        )}
        {asked.isReviewed && (
          <Tag tone="good" icon="check">
            {t('consent.reviewed')}
          </Tag>
        )}
      </p>
    </header>
  )
}

function LineWords({ line }: { line: ScopeLine }) {
  return (
    <span className="min-w-0">
      <span className="block font-[560]">{line.title}</span>
      <span className="block text-sm text-ink-faint first-letter:uppercase">{line.detail}</span>
    </span>
  )
}

function Whose(props: { patients: Asked['patients']; chosen: string | null; onChoose: (patientId: string) => void }) {
  const { t } = useReader()
  const [first, ...others] = props.patients
  if (!first) return null
  if (others.length > 0)
    return (
      <RadioGroup
        className="mt-7"
        label={t('consent.whose')}
        value={props.chosen}
        onChange={props.onChoose}
        choices={props.patients.map(each => ({
          id: each.patientId,
          label: each.name,
          ...(each.isMe ? { description: t('consent.you') } : {}),
        }))}
      />
    )
  return (
    <p className="mt-7 flex items-center gap-3 rounded-xl bg-sunken px-4 py-3">
      <Avatar name={first.name} size={36} />
      <span className="font-[560]">{t('consent.record', { name: first.name })}</span>
    </p>
  )
}

/** A time span in its largest unit: `90 days`, `1 hour`. */
function span(ms: number, locale: string): string {
  const hours = Math.round(ms / 3_600_000)
  const [amount, unit] = hours >= 48 ? [Math.round(hours / 24), 'day'] : [hours, 'hour']
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(amount)
}

const reasons = {
  app: 'consent.stoppedApp',
  redirect: 'consent.stoppedRedirect',
  request: 'consent.stoppedRequest',
} as const

/** Where people end whose app cannot be believed: nobody is sent on from here. */
export function ConsentStopped() {
  const { t } = useReader()
  const [{ problem }] = useAddress()
  const reason = problem === 'app' || problem === 'redirect' ? problem : 'request'
  return (
    <Page title={t('consent.stopped')} width="reading">
      <EmptyState
        icon="warning"
        title={t(reasons[reason])}
        action={<LinkButton href="/">{t('notFound.home')}</LinkButton>}
      >
        {t('consent.stoppedWhat')}
      </EmptyState>
    </Page>
  )
}
