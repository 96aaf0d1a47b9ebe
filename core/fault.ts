// Faults are the errors a contract promises; everything else is a bug. The status map exists here and nowhere else.

/** What went wrong, in the terms of HTTP's status codes (RFC 9110). */
export const faultStatus = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  precondition: 412,
  unprocessable: 422,
  too_many: 429,
  unavailable: 503,
} as const

export type FaultKind = keyof typeof faultStatus

/** One entry of a contract's catalogue. The message says what happened, why, and what to do. */
export type FaultDefinition = { readonly kind: FaultKind; readonly message: string }

/** Values that survive JSON: the only ones that may cross between services. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/** An expected failure. `code` is permanent once released; `details` never hold personal data. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: string
  readonly kind: FaultKind
  readonly details: Record<string, Json>

  constructor(code: string, definition: FaultDefinition, details: Record<string, Json> = {}, options?: ErrorOptions) {
    super(definition.message, options)
    this.code = code
    this.kind = definition.kind
    this.details = details
  }

  get status(): number {
    return faultStatus[this.kind]
  }
}

/** Undefined when what was asked for is not there any more, as when an event is heard late. */
export async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Fault && error.kind === 'not_found') return undefined
    throw error
  }
}

/** Undefined also for what is deleted or not theirs to see: to whoever asks it is all the same. */
export async function unlessClosed<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Fault && ['not_found', 'gone', 'forbidden'].includes(error.kind)) return undefined
    throw error
  }
}

/** RFC 9457 problem details, the one shape of every error body on the wire. */
export type Problem = {
  type: string
  title: string
  status: number
  code: string
  detail: string
  requestId?: string
  details?: Record<string, Json>
}

export function toProblem(fault: Fault, requestId?: string): Problem {
  return {
    type: `urn:medley:fault:${fault.code}`,
    title: fault.code,
    status: fault.status,
    code: fault.code,
    detail: fault.message,
    ...(requestId === undefined ? {} : { requestId }),
    ...(Object.keys(fault.details).length > 0 ? { details: fault.details } : {}),
  }
}

/** The way back from the wire; undefined when the body is not one of our problems. */
export function fromProblem(body: unknown): Fault | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { code, status, detail, details } = body as Partial<Problem>
  if (typeof code !== 'string' || typeof status !== 'number') return undefined
  const kind = (Object.keys(faultStatus) as FaultKind[]).find(each => faultStatus[each] === status)
  return kind && new Fault(code, { kind, message: detail ?? code }, details ?? {})
}

/** The faults any operation may answer with, because the house itself throws them. */
export const houseFaults = {
  'request.invalid': {
    kind: 'invalid',
    message: 'The request does not have the form this operation expects. Correct the fields listed and send it again.',
  },
  'request.malformed': { kind: 'invalid', message: 'The body is not valid JSON. Correct it and send it again.' },
  'request.tooLarge': {
    kind: 'invalid',
    message: 'The body is larger than this operation accepts. Send less at once.',
  },
  'request.notFound': {
    kind: 'not_found',
    message: 'There is nothing at this address. Check the path and the method against /api/openapi.json.',
  },
  'access.unauthenticated': {
    kind: 'unauthenticated',
    message: 'This needs a signed-in caller, and the request carries no valid credentials. Sign in and try again.',
  },
  'access.forbidden': {
    kind: 'forbidden',
    message: 'Your account may not do this. Ask an operator for the role it needs.',
  },
  'rate.exceeded': {
    kind: 'too_many',
    message: 'Too many requests came from you in a short time. Wait for the time in Retry-After and try again.',
  },
  'idempotency.keyReused': {
    kind: 'unprocessable',
    message: 'This Idempotency-Key was used before with another request. Use a new key for a new request.',
  },
  'idempotency.keyInvalid': {
    kind: 'invalid',
    message: 'An Idempotency-Key has 1 to 255 visible characters. Send a shorter or plainer one, such as a UUID.',
  },
  'service.unavailable': {
    kind: 'unavailable',
    message: 'A part of the system did not answer in time. Nothing was changed; try again shortly.',
  },
  'data.conflict': {
    kind: 'conflict',
    message: 'Somebody else changed the same thing at the same moment. Read it again and repeat what you did.',
  },
} as const satisfies Record<string, FaultDefinition>

export function houseFault(code: keyof typeof houseFaults, details?: Record<string, Json>, cause?: unknown): Fault {
  return new Fault(code, houseFaults[code], details, cause === undefined ? undefined : { cause })
}

/** States what can only be false through a bug. */
export function invariant(condition: unknown, why: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${why}`)
}
