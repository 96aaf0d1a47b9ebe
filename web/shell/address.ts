// Reading and writing the address bar, where lists keep their filters so that a link shows the same thing to somebody else.
import { useParams, useRouter, useSearch } from '@tanstack/react-router'

/** Search parameters as strings only; the router would otherwise read `?text=12` as a number. */
export type Search = Record<string, string>

export function useGo(): (href: string) => void {
  const router = useRouter()
  return href => router.history.push(href)
}

export function useParam(name: string): string {
  const params: Record<string, string | undefined> = useParams({ strict: false })
  return params[name] ?? ''
}

/** The search parameters, and a way to change some of them; undefined takes one away. */
export function useAddress(): [Search, (change: Record<string, string | undefined>) => void] {
  const router = useRouter()
  const search: Search = useSearch({ strict: false })
  return [
    search,
    change => {
      const next = Object.entries({ ...search, ...change }).filter((entry): entry is [string, string] =>
        Boolean(entry[1]),
      )
      const query = new URLSearchParams(next).toString()
      router.history.replace(`${location.pathname}${query ? `?${query}` : ''}`)
    },
  ]
}
