import { OperationOutcomeError, validateResource } from '@medplum/core'
import type { Issue } from './refusal.ts'
import type { Resource } from './index-values.ts'

export function validate(resource: Resource): Issue[] {
  try {
    validateResource(resource as never)
    return []
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error
    return (error.outcome.issue ?? []).map(each => ({
      severity: 'error',
      code: each.code ?? 'invalid',
      text: each.details?.text ?? '',
      expression: each.expression?.[0],
    }))
  }
}
