import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { record } from './contract.ts'
import { patientsOf } from './rules.ts'

export default defineService({
  contract: record,
  uses: [],
  create: (_kit: Kit) => ({
    handlers: { patientsOf: async ({ personId }) => ({ patientIds: patientsOf(personId) }) },
  }),
})
