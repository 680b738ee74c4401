// Sets of pairs and how far each is labelled.
import { ProblemError, type LabelState, type PairSet, type SetId } from '#contract'
import type { SetKind } from './answers-alone.ts'
import type { ReadableDatabase, WritableDatabase } from './database.ts'
import { freezeSets } from './frozen.ts'
import { sweepTexts } from './sweep.ts'

type Row = { id: number; name: string; created_at: string; sample: 0 | 1; holds: SetKind }

export const noSet = (where: string) => new ProblemError({ code: 'not-found', message: 'There is no such set', where })

export function readSets(db: ReadableDatabase) {
  const columns = 'id, name, created_at, sample, holds'
  const list = db.query<Row>(`SELECT ${columns} FROM sets WHERE staged = 0 ORDER BY name COLLATE NOCASE, id`)
  const byId = db.query<Row>(`SELECT ${columns} FROM sets WHERE id = ? AND staged = 0`)
  const byName = db.query<Row>(`SELECT ${columns} FROM sets WHERE name = ? AND staged = 0`)
  const counts = db.query<{ label: LabelState; n: number }>(
    'SELECT label, count(*) AS n FROM pairs WHERE set_id = ? GROUP BY label',
  )
  const bad = db.column<number>(
    "SELECT count(*) FROM pairs WHERE set_id = ? AND label = 'chosen' AND chosen_length = 0",
  )
  function setOf({ id, name, created_at, sample, holds }: Row): PairSet {
    const of = new Map(counts.all(id).map(({ label, n }) => [label, n]))
    const count = (label: LabelState) => of.get(label) ?? 0
    return {
      id: id as SetId,
      name,
      createdAt: created_at,
      pairs: [...of.values()].reduce((sum, n) => sum + n, 0),
      chosen: count('chosen'),
      answers: holds === 'answers' ? marked(count('chosen'), bad.one(id) ?? 0) : null,
      unlabelled: count('unlabelled'),
      ties: count('tie'),
      bothBad: count('both-bad'),
      skipped: count('skipped'),
      sample: sample === 1,
    }
  }
  return {
    /** By name. */
    list: (): PairSet[] => list.all().map(setOf),
    /** @throws ProblemError `not-found` */
    show(id: SetId): PairSet {
      const row = byId.one(id)
      if (!row) throw noSet(`set ${id}`)
      return setOf(row)
    },
    byName(name: string): PairSet | null {
      const row = byName.one(name)
      return row ? setOf(row) : null
    },
  }
}

const marked = (all: number, bad: number) => ({ good: all - bad, bad })

/**
 * @param now the time as ISO 8601
 * @param emptied called in the transaction that removes a set
 */
export function setTopic(db: WritableDatabase, now: () => string, emptied: () => void) {
  const read = readSets(db)
  const insert = db.change('INSERT INTO sets (name, created_at, sample) VALUES (?, ?, ?)')
  const rename = db.change('UPDATE sets SET name = ? WHERE id = ? AND staged = 0')
  const remove = db.change('DELETE FROM sets WHERE id = ? AND staged = 0')
  const forgetWords = db.change('DELETE FROM pair_search WHERE rowid IN (SELECT id FROM pairs WHERE set_id = ?)')
  const free = (name: string) => {
    if (read.byName(name))
      throw new ProblemError({
        code: 'conflict',
        message: 'There is a set of this name already',
        where: `set ${name}`,
        advice: 'Give another name',
      })
  }
  return {
    ...read,
    ...freezeSets(db, now),
    /** An empty set. @throws ProblemError `conflict` when the name is taken */
    create: (name: string, { sample = false }: { sample?: boolean } = {}): PairSet =>
      db.transaction(() => {
        free(name)
        return read.show(insert.run(name, now(), sample ? 1 : 0).id as SetId)
      }),
    /** @throws ProblemError `not-found`, or `conflict` when the name is taken */
    rename: (id: SetId, name: string): PairSet =>
      db.transaction(() => {
        if (read.show(id).name !== name) free(name)
        rename.run(name, id)
        return read.show(id)
      }),
    /** Removes the set with its pairs and labels; runs keep their frozen versions. False when there is none. */
    remove(id: SetId): boolean {
      const removed = db.transaction(() => {
        emptied()
        forgetWords.run(id)
        return remove.run(id).changes > 0
      })
      if (removed) sweepTexts(db)
      return removed
    },
  }
}
