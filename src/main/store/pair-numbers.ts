// The numbers of a pair as its label stands: they were said of a and b, and a label may turn these round or edit one.
import type { PairNumbers } from '#contract'

/** What the columns of a pair, `s`, tell; `turn` is null where a response is another text by now, of which no number speaks. */
export type NumberRow = { margin: number | null; a_score: number | null; b_score: number | null; turn: 1 | -1 | null }

const turn = 'CASE WHEN s.chosen = s.a AND s.rejected = s.b THEN 1 WHEN s.chosen = s.b AND s.rejected = s.a THEN -1 END'

/** SQL: the columns of a NumberRow. */
export const numberColumns = `s.margin, s.a_score, s.b_score, ${turn} AS turn`

/** SQL: by how much the chosen response is better, by the margin, else by the scores; null where nothing tells it. Adding 0 makes -0 a 0. */
export const marginColumn = `coalesce(s.margin, s.a_score - s.b_score) * ${turn} + 0.0`

/** The same numbers told of chosen and rejected; null where there are none. */
export function numbersTold({ margin, a_score: a, b_score: b, turn }: NumberRow): PairNumbers | null {
  if (turn === null || (margin === null && a === null && b === null)) return null
  const [scoreChosen, scoreRejected] = turn === 1 ? [a, b] : [b, a]
  return { margin: margin === null ? null : margin * turn + 0, scoreChosen, scoreRejected }
}
