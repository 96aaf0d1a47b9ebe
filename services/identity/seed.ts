import type { Role } from '#core/call'

const password = 'medley-demo-2026'

/** Stable accounts of a demo installation, one per role, and a second pharmacist. The clinician is an entry of the demo directory by the same name. */
export const demoAccounts: readonly { email: string; name: string; role: Role; password: string }[] = [
  { email: 'patient@demo.medley.example', name: 'Maya Torres', role: 'patient', password },
  { email: 'clinician@demo.medley.example', name: 'Dr. Elena Brandt', role: 'clinician', password },
  { email: 'pharmacist@demo.medley.example', name: 'Jonas Reed', role: 'pharmacist', password },
  // What one of them prepares, another one verifies.
  { email: 'pharmacy@demo.medley.example', name: 'Mina Albrecht', role: 'pharmacist', password },
  { email: 'insurer@demo.medley.example', name: 'Priya Nair', role: 'insurer', password },
  { email: 'operator@demo.medley.example', name: 'Sam Okafor', role: 'operator', password },
]
