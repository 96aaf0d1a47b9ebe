// The bridge from our contracts to oRPC, which speaks HTTP, OpenAPI and typed clients for us.
import { type AnyContractRouter, oc } from '@orpc/contract'
import type { Contract } from './contract.ts'
import { houseFaults, faultStatus, type FaultDefinition } from './fault.ts'

/** `{ book: …, cancel: … }` as an oRPC contract router with paths below `/<service>`. */
export function toRouter(contract: Contract): AnyContractRouter {
  const procedures = Object.entries(contract.operations).map(([key, operation]) => {
    const route = oc
      .route({
        method: operation.method,
        path: `/${contract.name}${operation.path === '/' ? '' : operation.path}`,
        operationId: `${contract.name}.${key}`,
        summary: operation.summary,
        tags: [contract.name],
        successStatus: operation.status ?? 200,
        description: `For: ${operation.allow.join(', ')}.`,
      })
      .errors(errorsOf(contract, operation.faults ?? []))
      .input(operation.input)
      .output(operation.output)
    return [key, route]
  })
  return Object.fromEntries(procedures) as AnyContractRouter
}

function errorsOf(contract: Contract, keys: readonly string[]) {
  const own = keys.map(key => [`${contract.name}.${key}`, contract.faults[key]!] as const)
  const all: (readonly [string, FaultDefinition])[] = [
    ...own,
    ['request.invalid', houseFaults['request.invalid']],
    ['access.unauthenticated', houseFaults['access.unauthenticated']],
    ['access.forbidden', houseFaults['access.forbidden']],
  ]
  return Object.fromEntries(all.map(([code, { kind, message }]) => [code, { status: faultStatus[kind], message }]))
}
