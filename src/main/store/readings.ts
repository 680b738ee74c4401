// The numbers of a run by step and name.
import type { Reading, RunId } from '#contract'
import type { ReadableDatabase, WritableDatabase } from './database.ts'

export type ReadingQuery = {
  run: RunId
  /** Only steps beyond this one; -1 for all. */
  after?: number
  /** Only these; null for all. */
  names?: readonly string[] | null
}

type Row = { step: number; name: string; value: number | null }

function readReadings(db: ReadableDatabase) {
  const list = db.query<Row>('SELECT step, name, value FROM readings WHERE run = ? AND step > ? ORDER BY step, name')
  const named = db.query<Row>(`
    SELECT step, name, value FROM readings WHERE run = ? AND step > ? AND name IN (SELECT value FROM json_each(?))
    ORDER BY step, name`)
  const count = db.column<number>('SELECT count(*) FROM readings WHERE run = ?')
  return {
    /** In order of step, then of name. Not a number comes back as NaN. */
    list: ({ run, after = -1, names = null }: ReadingQuery): Reading[] =>
      (names ? named.all(run, after, JSON.stringify(names)) : list.all(run, after)).map(({ step, name, value }) => ({
        step,
        name,
        value: value ?? NaN,
      })),
    count: (run: RunId): number => count.one(run) ?? 0,
  }
}

export function readingTopic(db: WritableDatabase) {
  const put = db.change(
    'INSERT INTO readings (run, step, name, value) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )
  return {
    ...readReadings(db),
    /** All of them in one transaction. A reading of the same step and name is replaced: a resumed run repeats steps. */
    append: (run: RunId, readings: readonly Reading[]): void =>
      db.transaction(() => {
        for (const { step, name, value } of readings) put.run(run, step, name, Number.isNaN(value) ? null : value)
      }),
  }
}
