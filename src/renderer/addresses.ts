// Addresses of screens: which path opens which screen, and how a state is written into the query.
import type { PairSet } from '#contract'

/** Pattern -> screen. `:name` is a number of the store. More exact patterns come first. */
const patterns = {
  '/pairs': 'pairs',
  '/pairs/import': 'import',
  '/pairs/sample': 'sample',
  '/pairs/:set': 'set',
  '/annotate': 'annotate',
  '/annotate/:set': 'annotate',
  '/models': 'models',
  '/models/:model': 'models',
  '/runs': 'runs',
  '/runs/new': 'new-run',
  '/runs/:run': 'run',
  '/evaluate': 'evaluate',
  '/evaluate/:evaluation': 'evaluate',
  '/studies': 'studies',
  '/studies/:study': 'studies',
  '/lab': 'lab',
  '/settings': 'settings',
} as const

export type ScreenName = (typeof patterns)[keyof typeof patterns]
export type Place = { screen: ScreenName | 'nowhere'; ids: Readonly<Record<string, number>> }

/** The screen at a path and the numbers in it. `nowhere` when no screen has that path. */
export function placeOf(path: string): Place {
  const parts = split(path)
  for (const [pattern, screen] of Object.entries(patterns)) {
    const ids = idsOf(split(pattern), parts)
    if (ids) return { screen, ids }
  }
  return { screen: 'nowhere', ids: {} }
}

const split = (path: string) => path.split('/').filter((part) => part !== '')

function idsOf(pattern: readonly string[], parts: readonly string[]): Record<string, number> | null {
  if (pattern.length !== parts.length) return null
  const ids: Record<string, number> = {}
  for (const [i, part] of parts.entries()) {
    const expected = pattern[i] ?? ''
    if (expected.startsWith(':')) {
      if (!/^[1-9]\d{0,15}$/.test(part)) return null
      ids[expected.slice(1)] = Number(part)
    } else if (expected !== part) return null
  }
  return ids
}

export type Query = Readonly<Record<string, string>>
/** What to change in a query: null takes a key out. */
export type QueryChange = Readonly<Record<string, string | number | null>>

export function queryOf(search: string): Query {
  return Object.fromEntries(new URLSearchParams(search))
}

/** A path and a query as one address; keys without a value are left out. */
export function addressOf(path: string, query: QueryChange = {}): string {
  const kept = Object.entries(query).flatMap(([key, value]) =>
    value === null || value === '' ? [] : [[key, String(value)]],
  )
  const search = new URLSearchParams(kept).toString()
  return search ? `${path}?${search}` : path
}

/** A new run on a set: on answers alone by a method that learns from them. */
export function trainAddress({ name, answers }: Pick<PairSet, 'name' | 'answers'>): string {
  return addressOf('/runs/new', { set: name, method: answers ? 'kto' : null })
}
