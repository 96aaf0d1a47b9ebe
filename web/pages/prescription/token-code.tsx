import { useMemo } from 'react'
import { encode } from 'uqr'
import { useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { ProblemNotice } from '../../ui/problem-notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'

/** A signed prescription is long, so the symbol is large: it fills a phone and stays readable to a scanner. */
export function TokenCode({ prescriptionId }: { prescriptionId: string }) {
  const { t } = useReader()
  const token = useRead('prescription', 'token', { prescriptionId })
  if (token.isPending) return <Skeleton lines={4} />
  return (
    <div>
      <ProblemNotice error={token.error} />
      {token.data && <Symbol text={token.data.token} label={t('rx.codeLabel')} />}
      <p className="mt-3 text-ink-soft">{t('rx.codeWhat')}</p>
    </div>
  )
}

const quietModules = 4

function Symbol({ text, label }: { text: string; label: string }) {
  const { path, width } = useMemo(() => {
    const { data, size } = encode(text, { ecc: 'L', border: 0 })
    const cells = data.flatMap((row, y) =>
      row.flatMap((isDark, x) => (isDark ? [`M${x + quietModules} ${y + quietModules}h1v1h-1z`] : [])),
    )
    return { path: cells.join(''), width: size + 2 * quietModules }
  }, [text])
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${width}`}
      shapeRendering="crispEdges"
      className="swatch aspect-square w-full max-w-96 rounded-lg"
    >
      <rect width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
