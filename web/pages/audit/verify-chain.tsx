import { useAct, type OutputOf } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { exact, number } from '../../time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { cx } from '../../ui/classes.ts'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'

type Verdict = OutputOf<'audit', 'verify'>

/** The trail proves itself on demand: every entry against its hash, the head against the anchor outside the database. */
export function VerifyChain() {
  const { t } = useReader()
  const verify = useAct('audit', 'verify', { refreshes: [] })
  return (
    <Card className="mb-6">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <div className="flex min-w-0 flex-1 basis-72 items-start gap-3">
          <Icon name="shield" size={24} className="mt-0.5 text-accent-ink" />
          <div>
            <h2 className="font-[600]">{t('verify.title')}</h2>
            <p className="text-sm text-ink-soft">{t('verify.what')}</p>
          </div>
        </div>
        <Button tone="soft" isPending={verify.isPending} onPress={() => verify.mutate({})}>
          {t('verify.run')}
        </Button>
      </div>
      <ProblemNotice error={verify.error} className="mt-4" />
      <div role="status">{verify.data && <Result verdict={verify.data} />}</div>
    </Card>
  )
}

function Result({ verdict }: { verdict: Verdict }) {
  const { t, locale, zone } = useReader()
  const place = { locale, zone }
  return (
    <div className={cx('mt-4 rounded-lg px-4 py-3.5', verdict.isIntact ? 'bg-good-soft' : 'bg-bad-soft')}>
      <p className={cx('flex items-center gap-2 font-[600]', verdict.isIntact ? 'text-good' : 'text-bad')}>
        <Icon name={verdict.isIntact ? 'check' : 'warning'} size={18} />
        {verdict.isIntact
          ? t('verify.intact', { count: verdict.entries })
          : t('verify.broken', { at: number(verdict.brokenAt ?? 0, locale) })}
      </p>
      {verdict.finding && <p className="mt-1">{t(`finding.${verdict.finding}`)}</p>}
      <p className="mt-1 text-sm text-ink-soft">
        {t('verify.checked', { when: exact(verdict.checkedAt, place) })}
        {verdict.anchoredAt && ` · ${t('verify.anchored', { when: exact(verdict.anchoredAt, place) })}`}
      </p>
      <p className="mt-1 text-xs break-all text-ink-soft">
        <bdi className="font-mono">{verdict.headHash}</bdi>
      </p>
    </div>
  )
}
