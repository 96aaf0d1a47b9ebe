// FHIR behind TanStack Query: one resource, searches that page by `next` links, writes.
import type { Bundle, Resource } from '@medplum/fhirtypes'
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Pages } from '../api.ts'
import { askFhir, type FhirRequest, matchesOf, nextOf } from './client.ts'

interface FhirReadOptions {
  purpose?: string | undefined
  isEnabled?: boolean
}

export function useFhir<Wanted extends Resource>(address: string, { purpose, isEnabled = true }: FhirReadOptions = {}) {
  return useQuery<Wanted>({
    queryKey: ['fhir', address, purpose ?? ''],
    queryFn: () => askFhir<Wanted>({ address, purpose }),
    enabled: isEnabled,
  })
}

/** A searchset, flattened over the pages that were asked for. */
export function useFhirPages<Wanted extends Resource>(
  address: string,
  { purpose, isEnabled = true }: FhirReadOptions = {},
): Pages<Wanted> & { total: number | undefined } {
  const query = useInfiniteQuery({
    queryKey: ['fhir', 'pages', address, purpose ?? ''],
    queryFn: ({ pageParam }) => askFhir<Bundle>({ address: pageParam, purpose }),
    initialPageParam: address,
    getNextPageParam: nextOf,
    enabled: isEnabled,
    placeholderData: keepPreviousData,
  })
  return {
    items: query.data?.pages.flatMap(page => matchesOf<Wanted>(page)) ?? [],
    total: query.data?.pages[0]?.total,
    isPending: query.isPending && isEnabled,
    error: query.error,
    refetch: () => void query.refetch(),
    more: { hasMore: query.hasNextPage, isLoading: query.isFetchingNextPage, onMore: () => void query.fetchNextPage() },
  }
}

/** Whatever was written may show anywhere in the record, so all of it is asked for anew. */
export function useFhirWrite({ onDone }: { onDone?: (written: Resource) => void } = {}) {
  const cache = useQueryClient()
  return useMutation<Resource, unknown, FhirRequest>({
    mutationFn: request => askFhir<Resource>(request),
    onSuccess: async written => {
      await Promise.all(['fhir', 'record'].map(key => cache.invalidateQueries({ queryKey: [key] })))
      onDone?.(written)
    },
  })
}
