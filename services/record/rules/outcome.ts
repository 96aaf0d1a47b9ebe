// OperationOutcome, the one shape of every refusal a FHIR client hears.
import { Fault } from '#core/fault'
import type { Issue } from './refusal.ts'

type Outcome = {
  resourceType: 'OperationOutcome'
  issue: { severity: string; code: string; diagnostics: string; details: { text: string }; expression?: string[] }[]
}

export function outcome(issues: readonly Issue[]): Outcome {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity, code, text, expression }) => ({
      severity,
      code,
      details: { text },
      diagnostics: text,
      ...(expression === undefined ? {} : { expression: [expression] }),
    })),
  }
}

/** What went wrong, for a client; a bug says nothing but that it is one. */
export function outcomeOf(error: unknown): { status: number; outcome: Outcome } {
  if (!(error instanceof Fault))
    return {
      status: 500,
      outcome: outcome([
        { severity: 'fatal', code: 'exception', text: 'Something went wrong here. It was noted; try again later.' },
      ]),
    }
  const issues = error.details['issues'] as Issue[] | undefined
  return {
    status: error.status,
    outcome: outcome(issues ?? [{ severity: 'error', code: codeOf[error.kind] ?? 'processing', text: error.message }]),
  }
}

const codeOf: Partial<Record<Fault['kind'], string>> = {
  invalid: 'invalid',
  unauthenticated: 'login',
  forbidden: 'forbidden',
  not_found: 'not-found',
  conflict: 'conflict',
  too_many: 'throttled',
  unavailable: 'transient',
}
