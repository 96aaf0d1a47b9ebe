import { useReader } from '../../i18n/locale.tsx'
import { useAddress } from '../../shell/address.ts'
import { asKind, KindFilter } from './kind-filter.tsx'
import { RecordPage } from './record-page.tsx'
import { Timeline } from './timeline-list.tsx'

export function Record() {
  const { t } = useReader()
  const [search, change] = useAddress()
  const kind = asKind(search['kind'])
  return (
    <RecordPage current="/record">
      {patientId => (
        <>
          <div className="mb-5">
            <KindFilter kind={kind} onChange={next => change({ kind: next })} />
          </div>
          <Timeline key={kind ?? 'all'} patientId={patientId} kind={kind} empty={t('record.noneYet')} />
        </>
      )}
    </RecordPage>
  )
}
