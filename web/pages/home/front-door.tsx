import { useSession } from '../../session.ts'
import { PatientHome } from './patient-home.tsx'
import { Welcome } from './welcome.tsx'

/** The same address for a visitor and for a patient: what each needs first. */
export function FrontDoor() {
  return useSession().status === 'signedIn' ? <PatientHome /> : <Welcome />
}
