// The numbers of pairs: a margin, or what each response scored. Pairs that are there already have them as text, or in how they were sampled.
import { numberIn, type PairNumbers } from '#contract'
import type { WritableDatabase } from '../database.ts'
import type { Migration } from '../migrate.ts'

type Row = { id: number; extra: string | null; a_score: number | null; b_score: number | null }
/** Pairs that are read at once. */
const PAGE = 1000
const scoreNames = [
  ['score_chosen', 'score_rejected'],
  ['chosen_score', 'rejected_score'],
  ['chosen_rating', 'rejected_rating'],
  ['chosen-rating', 'rejected-rating'],
] as const

export const pairNumbers: Migration = {
  number: 160,
  changesData: true,
  up(db) {
    db.script(`
-- By how much a is better than b in the scale of its source, and what each scored there. Null: its source says nothing of that.
ALTER TABLE pairs ADD COLUMN margin REAL;
ALTER TABLE pairs ADD COLUMN a_score REAL;
ALTER TABLE pairs ADD COLUMN b_score REAL;

-- By how much chosen is better than rejected. Null where the run reads no numbers.
ALTER TABLE set_version_pairs ADD COLUMN margin REAL;
`)
    takeNumbers(db)
  },
}

/** Gives pairs with a choice the numbers that lie with them as text; `extra` stays as it is. */
function takeNumbers(db: WritableDatabase): void {
  const page = db.query<Row>(`
    SELECT p.id, p.extra, json_extract(nullif(a.sampling, ''), '$.score') AS a_score,
      json_extract(nullif(b.sampling, ''), '$.score') AS b_score
    FROM pairs p JOIN sets s ON s.id = p.set_id AND s.holds = 'pairs'
      JOIN origins a ON a.id = p.a_origin JOIN origins b ON b.id = p.b_origin
    WHERE p.given = 1 AND p.id > ? ORDER BY p.id LIMIT ${PAGE}`)
  const write = db.change('UPDATE pairs SET margin = ?, a_score = ?, b_score = ? WHERE id = ?')
  let last = 0
  for (;;) {
    const rows = page.all(last)
    for (const { id, extra, a_score, b_score } of rows) {
      const { margin, scoreChosen, scoreRejected } = numbersOf(extra)
      const scored = [scoreChosen ?? numberIn(a_score) ?? null, scoreRejected ?? numberIn(b_score) ?? null] as const
      if (margin !== null || scored.some((score) => score !== null)) write.run(margin, ...scored, id)
    }
    if (rows.length < PAGE) return
    last = rows.at(-1)!.id
  }
}

function numbersOf(extra: string | null): PairNumbers {
  const fields = (extra === null ? {} : JSON.parse(extra)) as Readonly<Record<string, string>>
  const of = (name: string) => numberIn(fields[name]) ?? null
  const [chosen, rejected] = scoreNames.find((two) => two.every((name) => of(name) !== null)) ?? []
  return {
    margin: of('margin'),
    scoreChosen: chosen ? of(chosen) : null,
    scoreRejected: rejected ? of(rejected) : null,
  }
}
