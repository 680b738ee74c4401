// Runs: what each was started with, how far it is and how it ended.
import {
  isOver,
  ProblemError,
  type AlertLevel,
  type MethodName,
  type ModelId,
  type Provenance,
  type Run,
  type RunId,
  type RunStatus,
  type SetId,
  type SettingValues,
  type Throughput,
} from '#contract'
import type { SetKind } from './answers-alone.ts'
import type { ReadableDatabase, WritableDatabase } from './database.ts'

export type NewRun = {
  name: string
  method: MethodName
  model: Run['model']
  set: Run['set']
  /** The frozen version of the set that it trains on, of `sets.freeze`. */
  setVersion: number
  /** That of the out-of-domain set; null where none is probed. */
  outOfDomainVersion?: number | null
  settings: SettingValues
  seed: number
  steps: number
  parent: RunId | null
  parentStep: number | null
  provenance: Provenance | null
}

/** What may change in a run. `doing` and `secondsLeft` are kept in memory only and end with the process. */
export type RunChange = Partial<
  Pick<
    Run,
    | 'name'
    | 'status'
    | 'reason'
    | 'step'
    | 'steps'
    | 'startedAt'
    | 'endedAt'
    | 'notes'
    | 'provenance'
    | 'throughput'
    | 'secondsLeft'
    | 'doing'
  >
>

type Row = {
  id: number
  name: string
  method: MethodName
  status: RunStatus
  reason: string | null
  model_id: number
  model_name: string
  set_id: number
  set_name: string
  set_version: number
  holds: SetKind
  pairs: number
  settings: string
  seed: number
  step: number
  steps: number
  created_at: string
  started_at: string | null
  ended_at: string | null
  notes: string
  parent: number | null
  parent_step: number | null
  provenance: string | null
  throughput: string | null
  checkpoint: number | null
  watches: number
  alarms: number
}
type Live = Pick<Run, 'doing' | 'secondsLeft'>
const idle: Live = { doing: null, secondsLeft: null }

const runOf = (row: Row, live: Live): Run => ({
  id: row.id as RunId,
  name: row.name,
  method: row.method,
  status: row.status,
  reason: row.reason,
  model: { id: row.model_id as ModelId, name: row.model_name },
  set: { id: row.set_id as SetId, name: row.set_name, pairs: row.pairs },
  alone: row.holds === 'answers',
  settings: JSON.parse(row.settings) as SettingValues,
  seed: row.seed,
  step: row.step,
  steps: row.steps,
  createdAt: row.created_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  notes: row.notes,
  parent: row.parent as RunId | null,
  parentStep: row.parent_step,
  provenance: row.provenance === null ? null : (JSON.parse(row.provenance) as Provenance),
  throughput: row.throughput === null ? null : (JSON.parse(row.throughput) as Throughput),
  checkpoint: row.checkpoint,
  alerts: { watch: row.watches, alarm: row.alarms },
  ...live,
})

function readRuns(db: ReadableDatabase, live: Map<number, Live>) {
  const standing = (level: AlertLevel) =>
    `(SELECT count(*) FROM alerts WHERE run = runs.id AND cleared_step IS NULL AND level = '${level}')`
  const columns = `*, (SELECT max(step) FROM checkpoints WHERE run = runs.id) AS checkpoint,
    (SELECT holds FROM set_versions WHERE id = runs.set_version) AS holds,
    ${standing('watch')} AS watches, ${standing('alarm')} AS alarms`
  const list = db.query<Row>(`SELECT ${columns} FROM runs ORDER BY id DESC`)
  const byId = db.query<Row>(`SELECT ${columns} FROM runs WHERE id = ?`)
  const version = db.column<number>('SELECT set_version FROM runs WHERE id = ?')
  const outOfDomain = db.column<number | null>('SELECT out_of_domain_version FROM runs WHERE id = ?')
  const noRun = (id: RunId) =>
    new ProblemError({ code: 'not-found', message: 'There is no such run', where: `run ${id}` })
  return {
    /** Newest first. */
    list: (): Run[] => list.all().map((row) => runOf(row, live.get(row.id) ?? idle)),
    /** @throws ProblemError `not-found` */
    show(id: RunId): Run {
      const row = byId.one(id)
      if (!row) throw noRun(id)
      return runOf(row, live.get(id) ?? idle)
    },
    /** The frozen version of a set that the run trains on: `sets.frozen` has its pairs. */
    setVersion(id: RunId): number {
      const found = version.one(id)
      if (found === undefined) throw noRun(id)
      return found
    },
    /** That of the set it is probed with out of its domain; null where there is none. */
    outOfDomainVersion: (id: RunId): number | null => outOfDomain.one(id) ?? null,
  }
}

/** @param now the time as ISO 8601 */
export function runTopic(db: WritableDatabase, now: () => string) {
  const live = new Map<number, Live>()
  const read = readRuns(db, live)
  const insert = db.change(`
    INSERT INTO runs (name, method, status, model_id, model_name, set_id, set_name, set_version, out_of_domain_version, pairs, settings, seed,
      step, steps, created_at, notes, parent, parent_step, provenance)
    VALUES (:name, :method, 'queued', :model_id, :model_name, :set_id, :set_name, :set_version, :out_of_domain_version, :pairs, :settings, :seed,
      0, :steps, :created_at, '', :parent, :parent_step, :provenance)`)
  const update = db.change(`
    UPDATE runs SET name = :name, status = :status, reason = :reason, step = :step, steps = :steps,
      started_at = :started_at, ended_at = :ended_at, notes = :notes, provenance = :provenance, throughput = :throughput
    WHERE id = :id`)
  const interrupt = db.change(`
    UPDATE runs SET status = 'interrupted', reason = :reason, ended_at = :at
    WHERE status IN ('queued', 'preparing', 'running', 'stopping')`)
  const remove = db.change('DELETE FROM runs WHERE id = ?')
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value))

  return {
    ...read,
    /** Stores a run as `queued`. */
    create: (run: NewRun): Run =>
      db.transaction(() => {
        const { id } = insert.run({
          name: run.name,
          method: run.method,
          model_id: run.model.id,
          model_name: run.model.name,
          set_id: run.set.id,
          set_name: run.set.name,
          set_version: run.setVersion,
          out_of_domain_version: run.outOfDomainVersion ?? null,
          pairs: run.set.pairs,
          settings: JSON.stringify(run.settings),
          seed: run.seed,
          steps: run.steps,
          created_at: now(),
          parent: run.parent,
          parent_step: run.parentStep,
          provenance: json(run.provenance),
        })
        return read.show(id as RunId)
      }),
    /** Changes what is named and returns the run as it is now. @throws ProblemError `not-found` */
    update(id: RunId, change: RunChange): Run {
      const before = read.show(id)
      const after = { ...before, ...change }
      live.set(id, isOver(after.status) ? idle : { doing: after.doing, secondsLeft: after.secondsLeft })
      if (Object.keys(change).some((key) => key !== 'doing' && key !== 'secondsLeft'))
        db.transaction(() =>
          update.run({
            id,
            name: after.name,
            status: after.status,
            reason: after.reason,
            step: after.step,
            steps: after.steps,
            started_at: after.startedAt,
            ended_at: after.endedAt,
            notes: after.notes,
            provenance: json(after.provenance),
            throughput: json(after.throughput),
          }),
        )
      return read.show(id)
    },
    /** Calls every run that has not ended interrupted. For the opening of the store, when nobody can be running one. */
    interruptAll: (reason: string): number => db.transaction(() => interrupt.run({ reason, at: now() }).changes),
    /** Forgets the run and all it measured; its files stay. False when there is none. */
    remove(id: RunId): boolean {
      live.delete(id)
      return db.transaction(() => remove.run(id).changes > 0)
    },
  }
}
