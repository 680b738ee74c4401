// The ids of a filtered and sorted list of pairs, found once and kept, so that any page of it is a slice.
import { MeasureName, type LabelState, type PairFilter, type SetId } from '#contract'
import type { Query, ReadableDatabase } from './database.ts'
import { measureColumn, measureOfPair } from './measures.ts'
import { searchOf } from './search.ts'

/** Lists that are kept. One of 100,000 pairs takes 400 kB. */
const KEPT = 16

const orders: Record<Exclude<PairFilter['order'], MeasureName>, string> = {
  id: 'id',
  'prompt-length': 'prompt_length, id',
  'length-gap': 'abs(chosen_length - rejected_length) DESC, id',
  'newest-label': 'label_event DESC, id',
}

const byLabel = 'label = :label'
const labelled: Record<LabelState, string> = {
  ...{ unlabelled: byLabel, chosen: byLabel, tie: byLabel, 'both-bad': byLabel, skipped: byLabel },
  ...{ good: "label = 'chosen' AND chosen_length > 0", bad: "label = 'chosen' AND chosen_length = 0" },
}

const isMeasure = (order: PairFilter['order']): order is MeasureName => MeasureName.safeParse(order).success

export type PairOrder = {
  /** The ids of the whole list in its order. `key` is what the measures of the filter's model are kept under; null while there are none. */
  ids(set: SetId, filter: PairFilter, key: number | null): Int32Array
  /** Forgets the lists that changed labels or measures may have changed, or all of them when pairs came or went. */
  forget(what: 'labels' | 'measures' | 'pairs'): void
}

export function pairOrder(db: ReadableDatabase): PairOrder {
  const kept = new Map<string, { ids: Int32Array; byLabel: boolean; byMeasure: boolean }>()
  const queries = new Map<string, Query<number>>()

  function query(sql: string): Query<number> {
    const known = queries.get(sql) ?? db.column<number>(sql)
    queries.set(sql, known)
    return known
  }

  function find(set: SetId, { text, label, order, direction }: PairFilter, key: number | null): Int32Array {
    const search = text.trim() === '' ? null : searchOf(text)
    const conditions = ['set_id = :set', label ? labelled[label] : '', search?.condition ?? ''].filter(Boolean)
    const measure = isMeasure(order)
    const by = measure
      ? `(${measureOfPair(measureColumn[order])}) ${direction === 'up' ? 'ASC' : 'DESC'} NULLS LAST, id`
      : orders[order]
    const sql = `SELECT id FROM pairs WHERE ${conditions.join(' AND ')} ORDER BY ${by}`
    const params = {
      set,
      ...(label && labelled[label] === byLabel ? { label } : {}),
      ...(measure ? { key } : {}),
      ...search?.params,
    }
    return Int32Array.from(query(sql).all(params))
  }

  return {
    ids(set, filter, measured) {
      const byMeasure = isMeasure(filter.order)
      const ordered = byMeasure ? [filter.order, filter.direction, measured] : [filter.order]
      const key = JSON.stringify([set, filter.text.trim(), filter.label, ...ordered])
      const found = kept.get(key) ?? {
        ids: find(set, filter, measured),
        byLabel: filter.label !== null || filter.order === 'newest-label' || filter.order === 'length-gap' || byMeasure,
        byMeasure,
      }
      // Back to the end: the first is the one unused longest.
      kept.delete(key)
      kept.set(key, found)
      for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest)
      return found.ids
    },
    forget(what) {
      for (const [key, { byLabel, byMeasure }] of kept)
        if (what === 'pairs' || (what === 'labels' ? byLabel : byMeasure)) kept.delete(key)
    },
  }
}
