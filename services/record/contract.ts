import { z } from 'zod'
import { defineContract } from '#core/contract'
import { Id } from '#core/id'

export const record = defineContract({
  name: 'record',
  operations: {
    patientsOf: {
      method: 'POST',
      path: '/internal/patients',
      summary: 'The FHIR Patients whose record a person holds; the first is their own',
      input: z.strictObject({ personId: Id }),
      output: z.strictObject({ patientIds: z.array(z.string()) }),
      allow: ['service'],
      audit: 'never',
    },
  },
  events: {},
  faults: {},
})
