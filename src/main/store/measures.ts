// Measures of pairs under models that were not tuned, by content: a pair that comes again, in whatever set, is not measured again.
import type { LeaveOut, MeasureName, MeasuringState, PairId, PairMeasures, SetId, Text } from '#contract'
import type { ReadableDatabase, WritableDatabase } from './database.ts'
import { readReferenceKeys, writeReferenceKeys, type ReferenceKey } from './references.ts'
import { storedForm, textDigest, textOf, type TextRow } from './texts.ts'

/** The texts of a pair: what its measures are kept under. */
export type PairTexts = { prompt: Text; chosen: string; rejected: string }

/** What is kept of a pair that was measured, or could not be. */
export type NewMeasures = PairTexts & ({ measures: PairMeasures } | { refused: string })

/** Pairs that are read at once. */
const PAGE = 500

/** Each measure as an expression over a row of `pair_measures`. */
export const measureColumn: Record<MeasureName, string> = {
  ches: 'm.ches',
  'ches-normalised': 'm.ches_normalised',
  'edit-distance': 'm.edit_distance',
  overlap: 'm.overlap',
  'chosen-likelihood': 'm.chosen_logp / m.chosen_tokens',
  'rejected-likelihood': 'm.rejected_logp / m.rejected_tokens',
  'length-difference': 'm.chosen_tokens - m.rejected_tokens',
}

const digest = (text: string) => `(SELECT sha256 FROM texts WHERE texts.id = pairs.${text})`
/** The measures of the row of `pairs` at hand, under `:key`. Without a choice it is open which response is the chosen one: it has none. */
const own = `m.key = :key AND m.prompt = ${digest('prompt')} AND m.chosen = ${digest('chosen')}
  AND m.rejected = ${digest('rejected')} AND pairs.label = 'chosen'`

/** A query of one number, NULL where the pair is not measured. */
export function measureOfPair(expression: string): string {
  return `SELECT ${expression} FROM pair_measures m WHERE ${own}`
}

type Numbers = {
  ches: number
  ches_normalised: number
  overlap: number
  edit_distance: number
  chosen_logp: number
  chosen_tokens: number
  rejected_logp: number
  rejected_tokens: number
}
type Counts = Omit<MeasuringState, 'leftOut'>
type MissingRow = { id: number; form: TextRow['form']; prompt: string; chosen: string; rejected: string }

export function readMeasures(db: ReadableDatabase) {
  const keyOf = readReferenceKeys(db)
  const rows = db.query<Numbers & { id: number }>(`
    SELECT pairs.id, m.* FROM json_each(:ids) page JOIN pairs ON pairs.id = page.value JOIN pair_measures m ON ${own}
    WHERE m.refused IS NULL`)
  const chosen = db.column<number>("SELECT count(*) FROM pairs WHERE set_id = ? AND label = 'chosen'")
  const counts = db.query<Omit<Counts, 'pairs'>>(`
    SELECT count(*) - count(m.refused) AS measured, count(m.refused) AS refused, min(m.refused) AS firstRefusal
    FROM pairs JOIN pair_measures m ON ${own} WHERE pairs.set_id = :set`)
  const missing = db.query<MissingRow>(`
    SELECT pairs.id, p.form, p.body AS prompt, c.body AS chosen, r.body AS rejected
    FROM pairs JOIN texts p ON p.id = pairs.prompt JOIN texts c ON c.id = pairs.chosen
      JOIN texts r ON r.id = pairs.rejected
    WHERE pairs.set_id = :set AND pairs.label = 'chosen' AND pairs.id > :after
      AND NOT EXISTS (${measureOfPair('1')}) ORDER BY pairs.id LIMIT ${PAGE}`)
  const keyId = (key: ReferenceKey) => keyOf(key) ?? null
  return {
    /** What the measures of a model are kept under; null while there are none. */
    keyId,
    /** Measures by pair, of those of `ids` that have them. */
    of(key: number | null, ids: readonly number[]): Map<number, PairMeasures> {
      if (key === null) return new Map()
      return new Map(rows.all({ key, ids: JSON.stringify(ids) }).map((row) => [row.id, measuresOf(row)]))
    },
    /** Of the pairs whose label is a choice. */
    state(key: ReferenceKey, set: SetId): Counts {
      return { pairs: chosen.one(set) ?? 0, ...counts.one({ key: keyId(key), set })! }
    },
    /** The pairs whose label is a choice and that have no measures yet, in order of id. */
    *missing(key: ReferenceKey, set: SetId): Generator<PairTexts & { id: PairId }> {
      for (let after = 0; ;) {
        const page = missing.all({ key: keyId(key), set, after })
        for (const { id, form, prompt, chosen, rejected } of page)
          yield { id: id as PairId, prompt: textOf({ form, body: prompt }), chosen, rejected }
        after = page.at(-1)?.id ?? after
        if (page.length < PAGE) return
      }
    },
    /** The first `limit` measured pairs from one end of a measure inwards, equal ones in order of id. */
    end(key: ReferenceKey, set: SetId, { by, end }: Pick<LeaveOut, 'by' | 'end'>, limit: number) {
      const query = db.query<{ id: PairId; value: number }>(`
        SELECT pairs.id, ${measureColumn[by]} AS value FROM pairs JOIN pair_measures m ON ${own}
        WHERE pairs.set_id = :set AND m.refused IS NULL ORDER BY value ${end === 'lowest' ? 'ASC' : 'DESC'}, pairs.id
        LIMIT :limit`)
      return query.all({ key: keyId(key), set, limit })
    },
  }
}

/** @param changed called in the transaction that keeps measures */
export function measureTopic(db: WritableDatabase, changed: () => void) {
  const keyId = writeReferenceKeys(db)
  const put = db.change(`
    INSERT INTO pair_measures VALUES (:key, :prompt, :chosen, :rejected, :refused, :ches, :ches_normalised, :overlap,
      :edit_distance, :chosen_logp, :chosen_tokens, :rejected_logp, :rejected_tokens)
    ON CONFLICT DO NOTHING`)
  const text = (given: Text) => {
    const { form, body } = storedForm(given)
    return textDigest(form, body)
  }
  return {
    ...readMeasures(db),
    /** All of them in one transaction. */
    put: (key: ReferenceKey, entries: readonly NewMeasures[]): void =>
      db.transaction(() => {
        const id = keyId(key)
        for (const entry of entries)
          put.run({
            ...{ key: id, prompt: text(entry.prompt), chosen: text(entry.chosen), rejected: text(entry.rejected) },
            ...('refused' in entry ? { ...nothing, refused: entry.refused } : numbersOf(entry.measures)),
          })
        changed()
      }),
  }
}

function measuresOf(row: Numbers): PairMeasures {
  return {
    ...{ ches: row.ches, chesNormalised: row.ches_normalised, overlap: row.overlap, editDistance: row.edit_distance },
    chosen: { logp: row.chosen_logp, tokens: row.chosen_tokens },
    rejected: { logp: row.rejected_logp, tokens: row.rejected_tokens },
  }
}

const nothing = {
  ...{ ches: null, ches_normalised: null, overlap: null, edit_distance: null },
  ...{ chosen_logp: null, chosen_tokens: null, rejected_logp: null, rejected_tokens: null },
}

function numbersOf({ ches, chesNormalised, overlap, editDistance, chosen, rejected }: PairMeasures) {
  return {
    ...{ refused: null, ches, ches_normalised: chesNormalised, overlap, edit_distance: editDistance },
    ...{ chosen_logp: chosen.logp, chosen_tokens: chosen.tokens },
    ...{ rejected_logp: rejected.logp, rejected_tokens: rejected.tokens },
  }
}
