// The product's services as the page sees them: typed by their contracts, cached and retried by TanStack Query.
import { appointment } from '#contract/appointment'
import { audit } from '#contract/audit'
import { consultation } from '#contract/consultation'
import { diagnosis } from '#contract/diagnosis'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { notification } from '#contract/notification'
import { operations } from '#contract/operations'
import { prescription } from '#contract/prescription'
import { record } from '#contract/record'
import { task } from '#contract/task'
import { remoteClient } from '#core/client'
import { Fault } from '#core/fault'
import {
  keepPreviousData,
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useRef } from 'react'
import { accessToken, renewToken } from './session.ts'
import { withProof } from './shell/proof.ts'

/** What the page adds to one call: the key that makes a repeated write harmless. */
export interface WebCall {
  idempotencyKey?: string
}

const options = {
  url: `${location.origin}/api`,
  headers: async (call: WebCall) => {
    const token = await accessToken()
    return {
      'accept-language': document.documentElement.lang,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(call.idempotencyKey ? { 'idempotency-key': call.idempotencyKey } : {}),
    }
  },
  /** A token may end while a request travels (the server was restarted, the session revoked): renew once, then believe the answer. */
  fetch: async (request: Request) => {
    const again = request.clone()
    const response = await fetch(request)
    if (response.status !== 401 || !request.headers.has('authorization')) return response
    const token = await renewToken()
    if (!token) return response
    again.headers.set('authorization', `Bearer ${token}`)
    return fetch(again)
  },
}

export const api = {
  identity: remoteClient(identity, options),
  directory: remoteClient(directory, options),
  appointment: remoteClient(appointment, options),
  consultation: remoteClient(consultation, options),
  notification: remoteClient(notification, options),
  operations: remoteClient(operations, options),
  audit: remoteClient(audit, options),
  record: remoteClient(record, options),
  prescription: remoteClient(prescription, options),
  diagnosis: remoteClient(diagnosis, options),
  task: remoteClient(task, options),
}
export type Api = typeof api
export type ServiceName = keyof Api

export type InputOf<S extends ServiceName, O extends keyof Api[S]> = Api[S][O] extends (
  input: infer Input,
  ...rest: never[]
) => unknown
  ? Input
  : never
export type OutputOf<S extends ServiceName, O extends keyof Api[S]> = Api[S][O] extends (
  ...all: never[]
) => Promise<infer Output>
  ? Output
  : never
type PagedOutput<S extends ServiceName, O extends keyof Api[S]> =
  OutputOf<S, O> extends { items: (infer Item)[] } ? Item : never

function call<S extends ServiceName, O extends keyof Api[S]>(
  service: S,
  operation: O,
  input: unknown,
  context: WebCall = {},
): Promise<OutputOf<S, O>> {
  const client = api[service] as unknown as Record<string, (input: unknown, context: WebCall) => Promise<unknown>>
  return client[String(operation)]!(input, context) as Promise<OutputOf<S, O>>
}

/** Faults are answers; only silence is worth asking again for. */
function isWorthRetrying(tries: number, error: unknown): boolean {
  return error instanceof Fault && error.kind === 'unavailable' && tries < 2
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: isWorthRetrying, staleTime: 15_000, refetchOnWindowFocus: true },
      mutations: { retry: isWorthRetrying },
    },
  })
}

export interface ReadOptions {
  isEnabled?: boolean
  /** Asks again at this pace while the page is in view. */
  everyMs?: number
  /** Shows the former answer while the next one travels. */
  keepsFormer?: boolean
}

export function useRead<S extends ServiceName, O extends keyof Api[S]>(
  service: S,
  operation: O,
  input: InputOf<S, O>,
  { isEnabled = true, everyMs, keepsFormer }: ReadOptions = {},
): UseQueryResult<OutputOf<S, O>> {
  return useQuery<OutputOf<S, O>>({
    queryKey: [service, operation, input],
    queryFn: () => call(service, operation, input),
    enabled: isEnabled,
    ...(everyMs ? { refetchInterval: everyMs } : {}),
    ...(keepsFormer ? { placeholderData: keepPreviousData as never } : {}),
  })
}

export interface Pages<Item> {
  items: Item[]
  isPending: boolean
  error: unknown
  refetch: () => void
  more: { hasMore: boolean; isLoading: boolean; onMore: () => void }
}

/** A list that pages by keyset, flattened. */
export function usePages<S extends ServiceName, O extends keyof Api[S]>(
  service: S,
  operation: O,
  input: Omit<InputOf<S, O>, 'cursor'>,
  { isEnabled = true, everyMs, keepsFormer }: ReadOptions = {},
): Pages<PagedOutput<S, O>> {
  type Answer = { items: PagedOutput<S, O>[]; nextCursor?: string }
  const query = useInfiniteQuery({
    queryKey: [service, operation, 'pages', input],
    queryFn: ({ pageParam }) =>
      call(service, operation, {
        ...input,
        ...(pageParam ? { cursor: pageParam } : {}),
      }) as Promise<unknown> as Promise<Answer>,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: last => last.nextCursor,
    enabled: isEnabled,
    ...(everyMs ? { refetchInterval: everyMs } : {}),
    ...(keepsFormer ? { placeholderData: keepPreviousData } : {}),
  })
  return {
    items: query.data?.pages.flatMap(page => page.items) ?? [],
    isPending: query.isPending && isEnabled,
    error: query.error,
    refetch: () => void query.refetch(),
    more: { hasMore: query.hasNextPage, isLoading: query.isFetchingNextPage, onMore: () => void query.fetchNextPage() },
  }
}

export interface ActOptions<Output> {
  onDone?: (output: Output) => void
  /** Services whose answers are out of date afterwards; by default the one that was written to. */
  refreshes?: readonly ServiceName[]
}

/** Several calls that are one act to the person; afterwards everything of these services is asked anew. */
export function useWork<Input>(
  work: (input: Input) => Promise<void>,
  refreshes: readonly ServiceName[] = ['prescription'],
) {
  const cache = useQueryClient()
  return useMutation<void, unknown, Input>({
    mutationFn: work,
    onSuccess: async () => {
      await Promise.all(refreshes.map(each => cache.invalidateQueries({ queryKey: [each] })))
    },
  })
}

/**
 * A write. One intent keeps one idempotency key through every retry, also when the person presses the button again after silence; a refusal
 * is an answer, so the next press is a new intent.
 */
export function useAct<S extends ServiceName, O extends keyof Api[S]>(
  service: S,
  operation: O,
  { onDone, refreshes }: ActOptions<OutputOf<S, O>> = {},
) {
  const cache = useQueryClient()
  const intent = useRef<{ input: string; key: string } | undefined>(undefined)
  return useMutation<OutputOf<S, O>, unknown, InputOf<S, O>>({
    mutationFn: input => {
      const written = JSON.stringify(input)
      if (intent.current?.input !== written) intent.current = { input: written, key: crypto.randomUUID() }
      const { key } = intent.current
      // A refusal is kept with its key, so whoever proved who they are asks with another one.
      return withProof(isSecond =>
        call(service, operation, input, { idempotencyKey: isSecond ? crypto.randomUUID() : key }),
      )
    },
    onSuccess: async output => {
      intent.current = undefined
      await Promise.all((refreshes ?? [service]).map(each => cache.invalidateQueries({ queryKey: [each] })))
      onDone?.(output)
    },
    onError: error => {
      if (!(error instanceof Fault) || error.kind !== 'unavailable') intent.current = undefined
    },
  })
}
