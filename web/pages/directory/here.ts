import { Jurisdiction } from '#core/region'
import { useRead } from '../../api.ts'
import { useReader } from '../../i18n/locale.tsx'
import { useSession } from '../../session.ts'

export const anywhere = 'anywhere'

export interface Here {
  /** Where a licence is needed for a visit; absent when it may be anywhere, or when nothing suggests a place. */
  place: string | undefined
  /** The account says it, so that there is nothing to choose. */
  isKnown: boolean
  isPending: boolean
}

/** The account says where its person is. A stranger may choose, and until then the clock of their device suggests it. */
export function useHere(chosen?: string): Here {
  const { zone } = useReader()
  const session = useSession()
  const facets = useRead('directory', 'facets', {})
  const known = session.status === 'signedIn' ? session.person.jurisdiction : undefined
  if (known) return { place: known, isKnown: true, isPending: false }
  const { isPending } = facets
  if (chosen === anywhere) return { place: undefined, isKnown: false, isPending }
  const place =
    Jurisdiction.safeParse(chosen).data ?? facets.data?.places.find(each => each.timeZone === zone)?.jurisdiction
  return { place, isKnown: false, isPending }
}
