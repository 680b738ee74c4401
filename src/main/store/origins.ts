// Who wrote a response, each answer to that once.
import type { Origin } from '#contract'
import type { ReadableDatabase, WritableDatabase } from './database.ts'

type Row = { kind: Origin['kind']; writer: string; sampling: string }

export function readOrigins(db: ReadableDatabase) {
  const one = db.query<Row>('SELECT kind, writer, sampling FROM origins WHERE id = ?')
  return (id: number): Origin => {
    const row = one.one(id)
    if (!row) throw new Error(`Origin ${id} is missing from the store`)
    return {
      kind: row.kind,
      writer: row.writer || null,
      sampling: row.sampling === '' ? null : (JSON.parse(row.sampling) as Origin['sampling']),
    }
  }
}

/** The id of an origin, stored if it is new. */
export function writeOrigins(db: WritableDatabase) {
  const find = db.column<number>('SELECT id FROM origins WHERE kind = ? AND writer = ? AND sampling = ?')
  const insert = db.change('INSERT INTO origins (kind, writer, sampling) VALUES (?, ?, ?)')
  return ({ kind, writer, sampling }: Origin): number => {
    const row = [kind, writer ?? '', sampling === null ? '' : JSON.stringify(sampling)]
    return find.one(...row) ?? insert.run(...row).id
  }
}
