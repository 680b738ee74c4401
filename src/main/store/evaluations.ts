// Evaluations: of which policy, on which frozen pairs, with which options, and what came out.
import { ProblemError, type Evaluation, type EvaluationId, type EvaluationStatus, type ItemResult } from '#contract'
import type { SetKind } from './answers-alone.ts'
import type { ReadableDatabase, WritableDatabase } from './database.ts'
import { readEvaluationItems, writeEvaluationItems } from './evaluation-items.ts'

export type { EvaluationOutcome } from './evaluation-items.ts'

export type NewEvaluation = Pick<Evaluation, 'label' | 'policy' | 'options'> & {
  setName: string
  /** The frozen version of the set, of `sets.freeze`, and how many of its pairs are evaluated. */
  setVersion: number
  pairs: number
}

/** What is known of an evaluation only while it runs, and ends with the process. */
export type EvaluationProgress = Pick<Evaluation, 'doing' | 'progress' | 'job'>

type Row = {
  id: number
  status: EvaluationStatus
  reason: string | null
  label: string
  policy: string
  set_name: string
  hash: string
  holds: SetKind
  pairs: number
  options: string
  created_at: string
  ended_at: string | null
  machine: string | null
  figures: string | null
  left_out: string
}

const idle: EvaluationProgress = { doing: null, progress: null, job: null }

function readEvaluations(db: ReadableDatabase, live: ReadonlyMap<EvaluationId, EvaluationProgress>) {
  const select = 'SELECT e.*, v.hash, v.holds FROM evaluations e JOIN set_versions v ON v.id = e.set_version'
  const list = db.query<Row>(`${select} ORDER BY e.id`)
  const one = db.query<Row>(`${select} WHERE e.id = ?`)
  const version = db.column<number>('SELECT set_version FROM evaluations WHERE id = ?')
  const evaluationOf = (row: Row): Evaluation => ({
    id: row.id as EvaluationId,
    status: row.status,
    reason: row.reason,
    label: row.label,
    policy: JSON.parse(row.policy) as Evaluation['policy'],
    set: { name: row.set_name, versionHash: row.hash, pairs: row.pairs, alone: row.holds === 'answers' },
    options: JSON.parse(row.options) as Evaluation['options'],
    createdAt: row.created_at,
    endedAt: row.ended_at,
    machine: JSON.parse(row.machine ?? 'null') as Evaluation['machine'],
    figures: JSON.parse(row.figures ?? 'null') as Evaluation['figures'],
    leftOut: JSON.parse(row.left_out) as Evaluation['leftOut'],
    ...(live.get(row.id as EvaluationId) ?? idle),
  })
  return {
    ...readEvaluationItems(db),
    /** In the order in which they were started. */
    list: (): Evaluation[] => list.all().map(evaluationOf),
    /** @throws ProblemError `not-found` */
    show(id: EvaluationId): Evaluation {
      const row = one.one(id)
      if (row) return evaluationOf(row)
      throw new ProblemError({ code: 'not-found', message: 'There is no such evaluation', where: `evaluation ${id}` })
    },
    setVersion: (id: EvaluationId): number => version.one(id) ?? 0,
  }
}

/** @param now the time as ISO 8601 */
export function evaluationTopic(db: WritableDatabase, now: () => string) {
  const live = new Map<EvaluationId, EvaluationProgress>()
  const read = readEvaluations(db, live)
  const putItems = writeEvaluationItems(db)
  const insert = db.change(`
    INSERT INTO evaluations (status, label, policy, set_name, set_version, pairs, options, created_at, left_out)
    VALUES ('running', ?, ?, ?, ?, ?, ?, ?, '{"pairs":0,"prompts":0}')`)
  const finish = db.change(`
    UPDATE evaluations SET status = 'finished', ended_at = ?, machine = ?, figures = ?, left_out = ? WHERE id = ?`)
  const end = db.change('UPDATE evaluations SET status = ?, reason = ?, ended_at = ? WHERE id = ?')
  const failAll = db.change(
    "UPDATE evaluations SET status = 'failed', reason = ?, ended_at = ? WHERE status = 'running'",
  )
  const remove = db.change('DELETE FROM evaluations WHERE id = ?')

  return {
    ...read,
    /** Stores an evaluation as running. */
    create: ({ label, policy, setName, setVersion, pairs, options }: NewEvaluation): Evaluation =>
      db.transaction(() => {
        const { id } = insert.run(
          ...[label, JSON.stringify(policy), setName, setVersion, pairs, JSON.stringify(options), now()],
        )
        return read.show(id as EvaluationId)
      }),
    /** What it does now; nothing of it is written. */
    tell(id: EvaluationId, progress: EvaluationProgress): Evaluation {
      live.set(id, progress)
      return read.show(id)
    },
    /** Stores all that came out, at once. */
    finish(
      id: EvaluationId,
      {
        items,
        ...result
      }: Pick<Evaluation, 'machine' | 'figures' | 'leftOut'> & {
        items: readonly (ItemResult & { position: number })[]
      },
    ): Evaluation {
      live.delete(id)
      const { machine, figures, leftOut } = result
      return db.transaction(() => {
        putItems(id, items)
        finish.run(now(), JSON.stringify(machine), JSON.stringify(figures), JSON.stringify(leftOut), id)
        return read.show(id)
      })
    },
    /** Ends one that came to nothing. */
    end(id: EvaluationId, status: 'cancelled' | 'failed', reason: string | null): Evaluation {
      live.delete(id)
      return db.transaction(() => {
        end.run(status, reason, now(), id)
        return read.show(id)
      })
    },
    /** For the opening of the store, when nobody can be running one. */
    failAll: (reason: string): number => db.transaction(() => failAll.run(reason, now()).changes),
    /** Forgets it with all its items. False when there is none. */
    remove(id: EvaluationId): boolean {
      live.delete(id)
      return db.transaction(() => remove.run(id).changes > 0)
    },
  }
}
