// The timeline's data: several searches of one patient, merged page by page.
import type { Bundle } from '@medplum/fhirtypes'
import { useInfiniteQuery } from '@tanstack/react-query'
import { askFhir, matchesOf, nextOf } from '../../fhir/client.ts'
import { useReader } from '../../i18n/locale.tsx'
import { entryOf, kinds, mergedPage, searches, type Kind, type Known, type Stream } from './entries.ts'

const pageSize = 40

export const firstStreams = (patientId: string, kind: Kind | undefined): Stream[] =>
  (kind ? [kind] : kinds)
    .flatMap(each => searches[each])
    .map(([type, sort]) => ({ next: `${type}?patient=${patientId}&_sort=-${sort}&_count=30`, waiting: [] }))

export function useTimeline(patientId: string, kind: Kind | undefined, purpose?: string) {
  const { locale } = useReader()
  const load = async (address: string): Promise<Stream> => {
    const bundle = await askFhir<Bundle>({ address, purpose })
    return { next: nextOf(bundle), waiting: matchesOf<Known>(bundle).map(each => entryOf(each, locale)) }
  }
  const query = useInfiniteQuery({
    queryKey: ['fhir', 'timeline', patientId, kind ?? '', purpose ?? '', locale],
    queryFn: ({ pageParam }) => mergedPage(pageParam, pageSize, load),
    initialPageParam: firstStreams(patientId, kind),
    getNextPageParam: ({ rest }) => (rest.some(each => each.next || each.waiting.length > 0) ? rest : undefined),
    enabled: patientId !== '',
  })
  return {
    entries: query.data?.pages.flatMap(page => page.entries) ?? [],
    isPending: query.isPending,
    error: query.error,
    refetch: () => void query.refetch(),
    more: { hasMore: query.hasNextPage, isLoading: query.isFetchingNextPage, onMore: () => void query.fetchNextPage() },
  }
}
