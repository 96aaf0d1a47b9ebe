// Problems as FHIR says them: OperationOutcome, and the error that carries one line of it.
import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes'
import type { Issue } from './validate.ts'

/** An outcome needs an issue, so that of no issues says that all is well. */
export function operationOutcome(issues: Issue[]): OperationOutcome {
  const fine: Issue = { severity: 'information', code: 'informational', text: 'All OK', expression: '' }
  return {
    resourceType: 'OperationOutcome',
    issue: (issues.length > 0 ? issues : [fine]).map(({ severity, code, text, expression }) => ({
      severity,
      code: code as OperationOutcomeIssue['code'],
      details: { text },
      ...(expression ? { expression: [expression] } : {}),
    })),
  }
}

export const isRefused = (issues: Issue[]): boolean =>
  issues.some(({ severity }) => severity === 'error' || severity === 'fatal')

/** An error whose text is meant for whoever sent the request. */
export function refusal(code: string, text: string, expression = ''): Error & { issue: Issue } {
  return Object.assign(new Error(text), { issue: { severity: 'error' as const, code, text, expression } })
}

/** The issue of a refusal; undefined for every other error, which is a bug. */
export function issueOf(error: unknown): Issue | undefined {
  return error instanceof Error && 'issue' in error ? (error.issue as Issue) : undefined
}
