import { useRead } from '../../api.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { number } from '../../time.ts'
import { Drawer } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tag } from '../../ui/tag.tsx'
import { TriageTag } from './words.tsx'

/** A condition with every number it is found by; each says whether it is cited or an estimate. */
export function ConditionDrawer({ conditionId, onClose }: { conditionId: string | undefined; onClose: () => void }) {
  const { t, locale } = useReader()
  const condition = useRead(
    'diagnosis',
    'condition',
    { conditionId: conditionId ?? '' },
    { isEnabled: Boolean(conditionId) },
  )
  const shown = condition.data
  const share = (value: number) => number(value, locale, { style: 'percent', maximumFractionDigits: 1 })
  return (
    <Drawer title={shown?.label ?? t('diagnosis.condition')} isOpen={Boolean(conditionId)} onClose={onClose}>
      {condition.isPending && <Skeleton />}
      <ProblemNotice error={condition.error} onRetry={() => void condition.refetch()} />
      {shown && (
        <div className="space-y-6">
          <p className="flex flex-wrap items-center gap-2">
            <TriageTag triage={shown.triage} />
            <Tag>{translateCode('specialty', shown.specialty)}</Tag>
            <Tag>
              <bdi>ICD-10 {shown.icd10}</bdi>
            </Tag>
          </p>
          <section>
            <h3 className="mb-2 font-[620]">{t('diagnosis.foundBy')}</h3>
            <ul className="divide-y divide-line">
              {shown.likelihoods.map(each => (
                <li key={each.id} className="py-2.5">
                  <span className="flex flex-wrap items-baseline justify-between gap-x-3">
                    <span className="font-[540]">{each.label}</span>
                    <bdi className="font-[620] tabular">{share(each.probability)}</bdi>
                  </span>
                  <span className="flex flex-wrap items-center justify-between gap-x-3 text-sm text-ink-faint">
                    <span>{t('diagnosis.otherwise', { share: share(each.background) })}</span>
                    <Tag tone={each.basis === 'cited' ? 'good' : 'plain'}>{t(`diagnosis.basis.${each.basis}`)}</Tag>
                  </span>
                </li>
              ))}
            </ul>
          </section>
          <section>
            <h3 className="mb-2 font-[620]">{t('diagnosis.howOften')}</h3>
            <table className="w-full text-sm tabular">
              <thead className="text-ink-faint">
                <tr>
                  <th scope="col" className="py-1 text-start font-[560]">
                    {t('diagnosis.fromAge')}
                  </th>
                  <th scope="col" className="py-1 text-end font-[560]">
                    {t('diagnosis.female')}
                  </th>
                  <th scope="col" className="py-1 text-end font-[560]">
                    {t('diagnosis.male')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.frequency.byAge.map(each => (
                  <tr key={each.fromAge} className="border-t border-line">
                    <th scope="row" className="py-1.5 text-start font-[500]">
                      {number(each.fromAge, locale)}
                    </th>
                    <td className="py-1.5 text-end">{number(each.female, locale, { maximumFractionDigits: 1 })}</td>
                    <td className="py-1.5 text-end">{number(each.male, locale, { maximumFractionDigits: 1 })}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          {shown.sources.length > 0 && (
            <section>
              <h3 className="mb-2 font-[620]">{t('diagnosis.sources')}</h3>
              <ul className="space-y-3" dir="ltr" lang="en">
                {shown.sources.map(each => (
                  <li key={each.id} className="text-sm">
                    <p className="font-[560]">{each.title}</p>
                    <p className="text-ink-soft">
                      {each.author} · {each.where} · {each.year}
                    </p>
                    <p>{each.figures}</p>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </div>
      )}
    </Drawer>
  )
}
