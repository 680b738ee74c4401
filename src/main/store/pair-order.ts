// The ids of a filtered and sorted list of pairs, found once and kept, so that any page of it is a slice.
import type { PairFilter, SetId } from '#contract'
import type { Query, ReadableDatabase } from './database.ts'
import { searchOf } from './search.ts'

/** Lists that are kept. One of 100,000 pairs takes 400 kB. */
const KEPT = 16

const orders: Record<PairFilter['order'], string> = {
  id: 'id',
  'prompt-length': 'prompt_length, id',
  'length-gap': 'abs(chosen_length - rejected_length) DESC, id',
  'newest-label': 'label_event DESC, id',
}

export type PairOrder = {
  /** The ids of the whole list in its order. */
  ids(set: SetId, filter: PairFilter): Int32Array
  /** Forgets the lists that a changed label may have changed, or all of them when pairs came or went. */
  forget(what: 'labels' | 'pairs'): void
}

export function pairOrder(db: ReadableDatabase): PairOrder {
  const kept = new Map<string, { ids: Int32Array; byLabel: boolean }>()
  const queries = new Map<string, Query<number>>()

  function query(sql: string): Query<number> {
    const known = queries.get(sql) ?? db.column<number>(sql)
    queries.set(sql, known)
    return known
  }

  function find(set: SetId, { text, label, order }: PairFilter): Int32Array {
    const search = text.trim() === '' ? null : searchOf(text)
    const conditions = ['set_id = :set', label ? 'label = :label' : '', search?.condition ?? ''].filter(Boolean)
    const sql = `SELECT id FROM pairs WHERE ${conditions.join(' AND ')} ORDER BY ${orders[order]}`
    return Int32Array.from(query(sql).all({ set, ...(label ? { label } : {}), ...search?.params }))
  }

  return {
    ids(set, filter) {
      const key = JSON.stringify([set, filter.text.trim(), filter.label, filter.order])
      const found = kept.get(key) ?? {
        ids: find(set, filter),
        byLabel: filter.label !== null || filter.order === 'newest-label' || filter.order === 'length-gap',
      }
      // Back to the end: the first is the one unused longest.
      kept.delete(key)
      kept.set(key, found)
      for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest)
      return found.ids
    },
    forget(what) {
      for (const [key, { byLabel }] of kept) if (what === 'pairs' || byLabel) kept.delete(key)
    },
  }
}
