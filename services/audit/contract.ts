import { z } from 'zod'
import { defineContract } from '#core/contract'
import { Id } from '#core/id'
import { AuditRecord } from '#core/journal'
import { PageInput, pageOf } from '#core/page'
import { Instant } from '#core/time'

export const AuditEntry = AuditRecord.extend({ sequence: z.int(), hash: z.string(), personName: z.string().optional() })
export type AuditEntry = z.output<typeof AuditEntry>

export const Verdict = z.strictObject({
  isIntact: z.boolean(),
  entries: z.int(),
  /** Sequence of the first entry that is not as it was written, and what is wrong there. */
  brokenAt: z.int().optional(),
  finding: z.enum(['edited', 'missing', 'reordered', 'truncated', 'anchorMissing']).optional(),
  headHash: z.string(),
  anchoredAt: Instant.optional(),
  checkedAt: Instant,
})
export type Verdict = z.output<typeof Verdict>

const AboutPatient = z.string().min(1).max(64)

const Filter = {
  personId: Id.optional(),
  action: z.string().max(100).optional(),
  outcome: z.enum(['done', 'refused', 'failed']).optional(),
  subject: z.string().max(100).optional(),
  /** The FHIR logical id of a patient whom the act concerned. */
  patientId: AboutPatient.optional(),
  since: Instant.optional(),
  until: Instant.optional(),
}

export const audit = defineContract({
  name: 'audit',
  operations: {
    append: {
      method: 'POST',
      path: '/internal/entries',
      summary: 'Chain what the journal holds; an entry seen before is skipped',
      input: z.strictObject({ records: z.array(AuditRecord).max(1_000) }),
      output: z.strictObject({ appended: z.int() }),
      allow: ['service'],
      audit: 'never',
    },
    search: {
      method: 'GET',
      path: '/entries',
      summary: 'Who did what, newest first',
      input: z.strictObject({ ...PageInput, ...Filter }),
      output: pageOf(AuditEntry),
      allow: ['operator'],
    },
    accessesOf: {
      method: 'GET',
      path: '/internal/accesses',
      summary: 'Every act that concerned a patient, newest first, for a log they may read themselves',
      input: z.strictObject({ ...PageInput, patientId: AboutPatient }),
      output: pageOf(AuditEntry),
      allow: ['service'],
      audit: 'never',
    },
    exportCsv: {
      method: 'GET',
      path: '/export',
      summary: 'The filtered trail as CSV text, at most 10,000 entries',
      input: z.strictObject(Filter),
      output: z.strictObject({ csv: z.string(), isComplete: z.boolean() }),
      allow: ['operator'],
    },
    verify: {
      method: 'POST',
      path: '/verification',
      summary: 'Walk the whole chain and compare it with its anchor outside the database',
      input: z.strictObject({}),
      output: Verdict,
      allow: ['operator', 'service'],
    },
  },
  events: { broken: z.strictObject({ brokenAt: z.int(), finding: z.string() }) },
  faults: {},
})
