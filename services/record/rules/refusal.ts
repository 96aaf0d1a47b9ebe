// What a FHIR client did wrong, as OperationOutcome says it: thrown by rules, answered by the routes.
import { Fault, type FaultKind } from '#core/fault'

/** https://hl7.org/fhir/R4/valueset-issue-type.html, as far as this server uses them, with the kind of fault each is. */
const kinds = {
  invalid: 'invalid',
  structure: 'invalid',
  value: 'invalid',
  required: 'invalid',
  invariant: 'unprocessable',
  'business-rule': 'unprocessable',
  processing: 'unprocessable',
  'not-supported': 'invalid',
  'too-costly': 'invalid',
  'too-long': 'invalid',
  'not-found': 'not_found',
  deleted: 'gone',
  conflict: 'conflict',
  duplicate: 'precondition',
  'multiple-matches': 'precondition',
  forbidden: 'forbidden',
  login: 'unauthenticated',
  throttled: 'too_many',
} as const satisfies Record<string, FaultKind>

export type IssueCode = keyof typeof kinds

export type Issue = {
  severity: 'fatal' | 'error' | 'warning' | 'information'
  code: string
  /** One sentence for a person. */
  text: string
  /** FHIRPath of the place. */
  expression?: string | undefined
}

/** The code of every refusal is in the contract as `fhir` and the kind; see contract.ts. */
export function fhirError(code: IssueCode, text: string, expression?: string): Fault {
  return fhirErrors(kinds[code], [{ severity: 'error', code, text, expression }])
}

export function fhirErrors(kind: FaultKind, issues: readonly Issue[]): Fault {
  const plain = issues.slice(0, 100).map(({ severity, code, text, expression }) => ({
    severity,
    code,
    text,
    ...(expression === undefined ? {} : { expression }),
  }))
  return new Fault(
    `record.${refusalOf[kind]}`,
    { kind, message: issues[0]?.text ?? 'The request was refused.' },
    { issues: plain },
  )
}

/** Fault of the contract by kind. */
const refusalOf: Record<FaultKind, string> = {
  invalid: 'invalid',
  unauthenticated: 'loginRequired',
  forbidden: 'forbidden',
  not_found: 'notFound',
  gone: 'deleted',
  conflict: 'conflict',
  precondition: 'preconditionFailed',
  unprocessable: 'unprocessable',
  too_many: 'throttled',
  unavailable: 'unavailable',
}

/** What somebody sent, safe and short enough to say back. */
export const shown = (text: string) => text.replaceAll(/[^\w.:|/$,-]/g, '?').slice(0, 60)

/** Warnings let a resource pass. */
export const isRefused = (issues: readonly Issue[]): boolean =>
  issues.some(({ severity }) => severity === 'error' || severity === 'fatal')

/** The first issue of a refusal; undefined for every other error, which is a bug. */
export const issueOf = (error: unknown): Issue | undefined =>
  error instanceof Fault ? (error.details['issues'] as Issue[] | undefined)?.[0] : undefined
