import type { Visit } from '#contract/consultation'
import type { ReactNode } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { usePerson } from '../../session.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/classes.ts'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Tag } from '../../ui/tag.tsx'
import type { Call } from './use-call.ts'
import { endOf, useRecording } from './use-recording.ts'
import { nameOf } from './call-tiles.tsx'

/** Under the call: the question, everybody's answer, and, as long as it runs, that it does. */
export function RecordingBar({ visit, call }: { visit: Visit; call: Call }) {
  const tape = useRecording(visit, call)
  const person = usePerson()
  const mine = tape.recording?.consents.find(each => each.personId === person.id)?.answer ?? 'asked'
  const state = tape.recording?.state
  return (
    <div className="border-t border-line empty:hidden">
      {state === undefined && <Offer tape={tape} visit={visit} />}
      {state !== undefined && state !== 'ended' && mine !== 'agreed' && <Question tape={tape} visit={visit} />}
      {state !== undefined && state !== 'ended' && mine === 'agreed' && <Running tape={tape} visit={visit} />}
      <ProblemNotice error={tape.error} className="m-3" />
    </div>
  )
}

interface PartProps {
  tape: ReturnType<typeof useRecording>
  visit: Visit
}

const line = 'flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-3'

function Offer({ tape, visit }: PartProps) {
  const { t } = useReader()
  const { news } = tape
  const end = endOf(news)
  const name = news?.personId ? nameOf(news.personId, visit) : ''
  const canAsk = tape.isOffered && visit.seat !== 'guest'
  if (!canAsk && !end) return null
  return (
    <div className={cx(line, 'bg-raised')}>
      {canAsk && (
        <Button tone="quiet" size="sm" icon="record" isPending={tape.isPending} onPress={tape.ask}>
          {t('recording.ask')}
        </Button>
      )}
      <p role="status" className="min-w-0 flex-1 basis-56 text-sm text-ink-soft">
        {end ? t(`recording.over.${end}`, { name }) : t('recording.askWhy', { days: tape.keptDays })}
      </p>
    </div>
  )
}

function Question({ tape, visit }: PartProps) {
  const { t } = useReader()
  const { recording } = tape
  if (!recording) return null
  const isUnderWay = recording.state === 'paused'
  return (
    <div className="space-y-3 bg-accent-soft px-4 py-4 text-accent-ink">
      <div role="status" className="flex gap-3">
        <Icon name="record" size={22} className="mt-0.5 text-bad" />
        <div className="min-w-0">
          <p className="font-[620]">
            {t(isUnderWay ? 'recording.runsAlready' : 'recording.asks', { name: nameOf(recording.askedById, visit) })}
          </p>
          <p className="mt-0.5 text-sm text-ink-soft">{t('recording.consentWhy', { days: tape.keptDays })}</p>
        </div>
      </div>
      <Answers tape={tape} visit={visit} />
      <div className="flex flex-wrap gap-2">
        <Button isPending={tape.isPending} onPress={() => tape.answer(true)}>
          {t('recording.agree')}
        </Button>
        <Button tone="danger" isPending={tape.isPending} onPress={() => tape.answer(false)}>
          {t('recording.refuse')}
        </Button>
      </div>
    </div>
  )
}

function Running({ tape, visit }: PartProps) {
  const { t } = useReader()
  const isRecorder = visit.seat === 'clinician'
  const state = tape.recording?.state
  const isRunning = state === 'running'
  const isAsked = state === 'asked'
  const says = isRunning ? 'recording.running' : isAsked ? 'recording.waits' : 'recording.paused'
  const stops = isAsked ? 'recording.takeBack' : isRecorder ? 'recording.stop' : 'recording.withdraw'
  return (
    <div className={cx(line, 'justify-between', isRunning ? 'bg-bad-soft' : 'bg-warn-soft')}>
      <Sign isRunning={isRunning}>{t(says)}</Sign>
      {!isRunning && <Answers tape={tape} visit={visit} />}
      <Button
        tone="danger"
        size="sm"
        isPending={tape.isPending}
        onPress={() => (isRecorder && !isAsked ? tape.stop() : tape.answer(false))}
      >
        {t(stops)}
      </Button>
    </div>
  )
}

/** Never by colour alone: the words say it, and a screen reader says them. */
function Sign({ isRunning, children }: { isRunning: boolean; children: ReactNode }) {
  return (
    <p role="status" className={cx('flex items-center gap-2.5 font-[580]', isRunning ? 'text-bad' : 'text-warn')}>
      <span
        aria-hidden="true"
        className={cx('swatch size-3 shrink-0 rounded-full', isRunning ? 'animate-pulse bg-bad' : 'bg-warn')}
      />
      {children}
    </p>
  )
}

function Answers({ tape, visit }: PartProps) {
  const { t } = useReader()
  const person = usePerson()
  return (
    <ul aria-label={t('recording.answers')} className="flex flex-wrap gap-2 text-sm">
      {tape.recording?.consents.map(({ personId, answer }) => (
        <li key={personId} className="flex items-center gap-1.5 rounded-full bg-surface py-1 ps-3 pe-1 text-ink">
          <bdi>{personId === person.id ? t('consult.you') : nameOf(personId, visit)}</bdi>
          <Tag tone={answer === 'agreed' ? 'good' : answer === 'asked' ? 'warn' : 'bad'}>
            {t(`recording.answer.${answer}`)}
          </Tag>
        </li>
      ))}
    </ul>
  )
}
