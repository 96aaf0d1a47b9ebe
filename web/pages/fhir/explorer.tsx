import type { CapabilityStatement, OperationOutcome } from '@medplum/fhirtypes'
import { useState } from 'react'
import { type FhirAnswer, sendFhir } from '../../fhir/client.ts'
import { useFhir } from '../../fhir/queries.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useAddress } from '../../shell/address.ts'
import { number } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tag } from '../../ui/tag.tsx'
import { toast } from '../../ui/toast.tsx'
import { AddressLine } from './address-line.tsx'
import { examples } from './completions.ts'
import { JsonView } from './json-view.tsx'

type Method = 'GET' | 'POST'
interface Asked {
  method: Method
  address: string
}
type Outcome = Asked & ({ answer: FhirAnswer } | { error: unknown })

const rememberedMax = 30

/** FHIR by hand. It asks as the person who is signed in, so it shows nothing that they may not see; every look is in the audit trail. */
export function FhirExplorer() {
  const { t } = useReader()
  const [search] = useAddress()
  const [method, setMethod] = useState<Method>('GET')
  const [text, setText] = useState(search['address'] ?? '')
  const [outcome, setOutcome] = useState<Outcome | undefined>()
  const [isPending, setPending] = useState(false)
  // In memory only: an address may hold a name, and the next person at this screen must find none.
  const [history, setHistory] = useState<readonly Asked[]>([])
  const capability = useFhir<CapabilityStatement>('metadata')
  const run = async (asked: Asked) => {
    setMethod(asked.method)
    setText(asked.address)
    setPending(true)
    try {
      setOutcome({ ...asked, answer: await send(asked) })
    } catch (error) {
      setOutcome({ ...asked, error })
    }
    setPending(false)
    const isSame = (each: Asked) => each.address === asked.address && each.method === asked.method
    setHistory(former => [asked, ...former.filter(each => !isSame(each))].slice(0, rememberedMax))
  }
  const follow = (address: string) => void run({ method: 'GET', address })
  return (
    <Page title={t('nav.fhir')} lead={t('fhir.lead')} width="full">
      <form
        className="mb-6 flex flex-wrap items-end gap-3"
        onSubmit={event => {
          event.preventDefault()
          void run({ method, address: text.trim() })
        }}
      >
        <RadioGroup
          label={t('fhir.method')}
          look="segments"
          value={method}
          onChange={id => setMethod(id === 'POST' ? 'POST' : 'GET')}
          choices={[
            { id: 'GET', label: 'GET' },
            { id: 'POST', label: t('fhir.post') },
          ]}
        />
        <AddressLine text={text} onChange={setText} capability={capability.data} />
        <Button type="submit" icon="play" isPending={isPending} isDisabled={text.trim() === ''}>
          {t('fhir.send')}
        </Button>
      </form>
      <div className="grid items-start gap-6 xl:grid-cols-[1fr_22rem]">
        <div className="min-w-0">
          {!outcome && !isPending && (
            <EmptyState icon="code" title={t('fhir.start')}>
              {t('fhir.startWhy')}
            </EmptyState>
          )}
          {!outcome && isPending && <Skeleton lines={4} />}
          {outcome && <Answered outcome={outcome} onFollow={follow} onRetry={() => void run(outcome)} />}
        </div>
        <div className="space-y-4">
          <Addresses
            title={t('fhir.examples')}
            list={examples.map(address => ({ method: 'GET', address }))}
            onRun={run}
          />
          {history.length > 0 && <Addresses title={t('fhir.history')} list={history} onRun={run} />}
        </div>
      </div>
    </Page>
  )
}

/** A POST search carries its parameters in the body, where no log of addresses sees them. */
function send({ method, address }: Asked): Promise<FhirAnswer> {
  if (method === 'GET') return sendFhir({ address })
  const [path = '', query = ''] = address.split(/\?(.*)/s)
  const place = path.endsWith('_search') ? path : `${path}/_search`
  return sendFhir({ method: 'POST', address: place, form: query })
}

function Addresses({
  title,
  list,
  onRun,
}: {
  title: string
  list: readonly Asked[]
  onRun: (asked: Asked) => Promise<void>
}) {
  return (
    <Card title={title} className="p-4! sm:p-5!">
      <ul dir="ltr" className="-mx-2 text-start">
        {list.map(each => (
          <li key={`${each.method} ${each.address}`}>
            <button
              type="button"
              onClick={() => void onRun(each)}
              className="flex min-h-11 w-full cursor-pointer items-center gap-2 rounded-lg px-2 py-1.5 text-start hover:bg-sunken"
            >
              {each.method === 'POST' && <span className="text-xs font-[620] text-ink-soft">POST</span>}
              <code className="text-sm break-all text-accent-ink">{each.address}</code>
            </button>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Answered({
  outcome,
  onFollow,
  onRetry,
}: {
  outcome: Outcome
  onFollow: (address: string) => void
  onRetry: () => void
}) {
  const { t, locale } = useReader()
  if ('error' in outcome) return <ProblemNotice error={outcome.error} onRetry={onRetry} />
  const { status, resource, tookMs } = outcome.answer
  const text = JSON.stringify(resource ?? null, null, 2)
  const size = new Intl.NumberFormat(locale, { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 1 })
  return (
    <div className="space-y-4">
      <div role="status" className="flex flex-wrap items-center gap-3">
        <Tag tone={status < 300 ? 'good' : status < 500 ? 'warn' : 'bad'}>
          <bdi>{status}</bdi>
        </Tag>
        <bdi className="text-sm text-ink-soft tabular">
          {t('fhir.took', { ms: number(tookMs, locale, { maximumFractionDigits: 0 }) })}
        </bdi>
        <bdi className="text-sm text-ink-soft tabular">{size.format(text.length / 1024)}</bdi>
        {resource?.resourceType === 'Bundle' && resource.total !== undefined && (
          <span className="text-sm text-ink-soft">{t('fhir.total', { count: resource.total })}</span>
        )}
        <span className="flex-1" />
        <Button
          tone="quiet"
          size="sm"
          icon="copy"
          onPress={() => void navigator.clipboard.writeText(text).then(() => toast({ title: t('state.copied') }))}
        >
          {t('action.copy')}
        </Button>
      </div>
      {resource?.resourceType === 'OperationOutcome' && <Issues outcome={resource} />}
      <JsonView value={resource ?? null} onFollow={onFollow} />
    </div>
  )
}

/** What an OperationOutcome says, before its JSON. */
function Issues({ outcome }: { outcome: OperationOutcome }) {
  return (
    <ul className="space-y-2">
      {outcome.issue.map(({ severity, code, details, diagnostics, expression }, index) => (
        <li key={index} className="flex items-start gap-3 rounded-lg bg-warn-soft px-4 py-3">
          <Tag tone={severity === 'information' ? 'info' : 'bad'}>
            <bdi>{code}</bdi>
          </Tag>
          <div dir="auto" className="min-w-0">
            <p>{details?.text ?? diagnostics}</p>
            {expression && <code className="text-sm text-ink-soft">{expression.join(', ')}</code>}
          </div>
        </li>
      ))}
    </ul>
  )
}
