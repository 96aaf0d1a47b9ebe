// Calls a service over HTTP by its contract. Used between processes, by the web app and by scripts alike.
import { createORPCClient, ORPCError } from '@orpc/client'
import { OpenAPILink } from '@orpc/openapi-client/fetch'
import type { Client, Contract } from './contract.ts'
import { Fault, fromProblem, houseFault } from './fault.ts'
import { toRouter } from './router.ts'

export type ClientOptions<Context> = {
  /** Where `/api` is, such as `http://localhost:8080/api`. */
  url: string
  /** Headers of one request, from what the caller passed as second argument. */
  headers: (context: Context) => Record<string, string> | Promise<Record<string, string>>
  /** Replaces the platform's fetch, to retry or to time out. */
  fetch?: (request: Request) => Promise<Response>
}

/** The same functions as `Client`, with a context of the transport's own in place of a call. */
export type RemoteClient<C extends Contract, Context> = {
  readonly [Key in keyof C['operations']]: (
    input: Parameters<Client<C>[Key]>[0],
    context: Context,
  ) => ReturnType<Client<C>[Key]>
}

/** Every failure arrives as a Fault; a network failure as `service.unavailable`. */
export function remoteClient<C extends Contract, Context>(
  contract: C,
  options: ClientOptions<Context>,
): RemoteClient<C, Context> {
  const link = new OpenAPILink<{ call: Context }>(toRouter(contract), {
    url: options.url,
    headers: ({ context }) => options.headers(context.call),
    fetch: async request => readableProblem(await (options.fetch ?? fetch)(request)),
    customErrorResponseBodyDecoder: (body, response) => {
      const fault = fromProblem(body)
      return new ORPCError(fault?.code ?? 'UNKNOWN', { status: response.status, data: body })
    },
  })
  // The library's client type follows its own contract types; ours follow `Contract`, so this is the one cast.
  const client = createORPCClient(link as never) as unknown as Record<
    string,
    (input: unknown, options: unknown) => Promise<unknown>
  >
  const operations = Object.keys(contract.operations).map(key => [
    key,
    async (input: unknown, context: Context) => {
      try {
        return await client[key]!(input, { context: { call: context } })
      } catch (error) {
        throw toFault(error)
      }
    },
  ])
  return Object.fromEntries(operations) as RemoteClient<C, Context>
}

/** The library reads `application/json` only; RFC 9457 gives problems a type of their own. */
function readableProblem(answer: Response): Response {
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) return answer
  const headers = new Headers(answer.headers)
  headers.set('content-type', 'application/json')
  return new Response(answer.body, { status: answer.status, headers })
}

function toFault(error: unknown): unknown {
  if (error instanceof Fault) return error
  if (!(error instanceof ORPCError)) return houseFault('service.unavailable', {}, error)
  const fault = fromProblem(error.data)
  if (fault) return fault
  return error.status >= 500 ? houseFault('service.unavailable', { status: error.status }, error) : error
}
