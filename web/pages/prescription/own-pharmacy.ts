import { useRead } from '../../api.ts'
import { usePerson } from '../../session.ts'

/** The pharmacy a pharmacist works at; the first one where there are several. */
export function useOwnPharmacy() {
  const { organizationIds } = usePerson()
  const all = useRead('directory', 'listOrganizations', { kind: 'pharmacy', limit: 200 })
  const pharmacy = all.data?.items.find(each => organizationIds.includes(each.id))
  return { pharmacy, isPending: all.isPending, error: all.error }
}
