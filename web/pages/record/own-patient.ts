import { useRead } from '../../api.ts'
import { usePerson } from '../../session.ts'

/**
 * Which Patient resource the signed-in person is. A booked visit makes one with the person's own id; an imported record keeps the id it
 * came with. Whoever also treats people finds them in the same list, so a foreign name is never taken.
 */
export function useOwnPatient(): {
  patientId: string
  name: string
  isPending: boolean
  error: unknown
  refetch: () => void
} {
  const person = usePerson()
  const isTreating = person.roles.includes('clinician')
  const patients = useRead('record', 'listPatients', { limit: 100, ...(isTreating ? { name: person.name } : {}) })
  const items = patients.data?.items ?? []
  const own =
    items.find(each => each.patientId === person.id) ??
    items.find(each => each.name === person.name) ??
    (items.length === 1 && !isTreating ? items[0] : undefined)
  return {
    patientId: own?.patientId ?? '',
    name: own?.name ?? person.name,
    isPending: patients.isPending,
    error: patients.error,
    refetch: () => void patients.refetch(),
  }
}
