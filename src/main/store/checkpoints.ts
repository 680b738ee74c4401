// Where a run's checkpoints lie. The files are the trainer's; here is only that they are complete.
import type { RunId } from '#contract'
import type { ReadableDatabase, WritableDatabase } from './database.ts'

export type Checkpoint = { step: number; folder: string; at: string }

function readCheckpoints(db: ReadableDatabase) {
  const list = db.query<Checkpoint>('SELECT step, folder, at FROM checkpoints WHERE run = ? ORDER BY step')
  const newest = db.query<Checkpoint>(
    'SELECT step, folder, at FROM checkpoints WHERE run = ? ORDER BY step DESC LIMIT 1',
  )
  return {
    list: (run: RunId): Checkpoint[] => list.all(run),
    newest: (run: RunId): Checkpoint | null => newest.one(run) ?? null,
  }
}

/** @param now the time as ISO 8601 */
export function checkpointTopic(db: WritableDatabase, now: () => string) {
  const put = db.change('INSERT OR REPLACE INTO checkpoints (run, step, folder, at) VALUES (?, ?, ?, ?)')
  const remove = db.change('DELETE FROM checkpoints WHERE run = ? AND step = ?')
  return {
    ...readCheckpoints(db),
    add: (run: RunId, step: number, folder: string): void => {
      db.transaction(() => put.run(run, step, folder, now()))
    },
    remove: (run: RunId, step: number): boolean => db.transaction(() => remove.run(run, step).changes > 0),
  }
}
