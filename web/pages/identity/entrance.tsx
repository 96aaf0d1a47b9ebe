import type { ReactNode } from 'react'
import { useReader } from '../../i18n/locale.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { useTitle } from '../../ui/page.tsx'

/** The frame of the screens before one is inside: what to do on one side, why it is worth it on the other. */
export function Entrance({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  const { t } = useReader()
  useTitle(title)
  const reasons: [IconName, string][] = [
    ['calendar', t('entrance.times')],
    ['shield', t('entrance.verified')],
    ['key', t('entrance.yours')],
  ]
  return (
    <div className="mx-auto grid w-full max-w-5xl gap-10 px-4 py-8 sm:px-8 sm:py-14 lg:grid-cols-[minmax(0,27rem)_1fr] lg:gap-20">
      <div>
        <h1 className="text-3xl font-[640]">{title}</h1>
        {lead && <p className="mt-2 text-ink-soft">{lead}</p>}
        <div className="mt-7">{children}</div>
      </div>
      <div className="hidden self-start rounded-2xl bg-accent-soft p-10 lg:mt-2 lg:block">
        <p className="text-2xl font-[620] tracking-[-0.02em] text-balance">{t('entrance.promise')}</p>
        <ul className="mt-8 space-y-6">
          {reasons.map(([icon, text]) => (
            <li key={icon} className="flex items-start gap-4">
              <span className="flex size-11 shrink-0 items-center justify-center rounded-full bg-surface text-accent-ink shadow-card">
                <Icon name={icon} />
              </span>
              <span className="pt-2.5 leading-6">{text}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
