// Studies: what was asked for, its steps as they were planned, and what came of each.
import { ProblemError, StudyRequest, type Study, type StudyId, type StudyStatus } from '#contract'
import type { ReadableDatabase, WritableDatabase } from './database.ts'

/** A step as whoever planned it wrote it; the store reads its title alone. */
type PlannedStep = { title: string }

export type NewStudy = {
  request: StudyRequest
  model: string
  seeds: number
  steps: (id: StudyId) => readonly PlannedStep[]
}

/** What is known of a study only while it runs, and ends with the process. */
export type StudyProgress = Pick<Study, 'doing' | 'job' | 'secondsLeft'>

/** Steps and outcomes as they were given, in order; null where a step is not done. */
export type StudyWork = { request: StudyRequest; steps: unknown[]; outcomes: unknown[]; seconds: (number | null)[] }

type Row = {
  id: number
  request: string
  model: string
  seeds: number
  status: StudyStatus
  reason: string | null
  created_at: string
  ended_at: string | null
}
type StepRow = { title: string; step: string; outcome: string | null; seconds: number | null }

/** What former versions could not ask for is as they had it. */
const requestOf = ({ request }: Row): StudyRequest => StudyRequest.parse(JSON.parse(request))

const idle: StudyProgress = { doing: null, job: null, secondsLeft: null }

function readStudies(db: ReadableDatabase, live: ReadonlyMap<StudyId, StudyProgress>) {
  const list = db.query<Row>('SELECT * FROM studies ORDER BY id')
  const one = db.query<Row>('SELECT * FROM studies WHERE id = ?')
  const steps = db.query<StepRow>(
    'SELECT title, step, outcome, seconds FROM study_steps WHERE study = ? ORDER BY position',
  )
  const studyOf = (row: Row): Study => {
    const request = requestOf(row)
    return {
      ...{ id: row.id as StudyId, name: request.study, form: request.form, model: row.model, seeds: row.seeds },
      ...{ status: row.status, reason: row.reason, createdAt: row.created_at, endedAt: row.ended_at },
      steps: steps.all(row.id).map(({ title, outcome, seconds }) => ({ title, done: outcome !== null, seconds })),
      ...(live.get(row.id as StudyId) ?? idle),
    }
  }
  const rowOf = (id: StudyId): Row => {
    const row = one.one(id)
    if (row) return row
    throw new ProblemError({ code: 'not-found', message: 'There is no such study', where: `study ${id}` })
  }
  return {
    /** In the order in which they were started. */
    list: (): Study[] => list.all().map(studyOf),
    /** @throws ProblemError `not-found` */
    show: (id: StudyId): Study => studyOf(rowOf(id)),
    /** @throws ProblemError `not-found` */
    work(id: StudyId): StudyWork {
      const all = steps.all(id)
      return {
        request: requestOf(rowOf(id)),
        steps: all.map(({ step }) => JSON.parse(step) as unknown),
        outcomes: all.map(({ outcome }) => JSON.parse(outcome ?? 'null') as unknown),
        seconds: all.map(({ seconds }) => seconds),
      }
    },
  }
}

/** @param now the time as ISO 8601 */
export function studyTopic(db: WritableDatabase, now: () => string) {
  const live = new Map<StudyId, StudyProgress>()
  const read = readStudies(db, live)
  const insert = db.change(
    "INSERT INTO studies (request, model, seeds, status, created_at) VALUES (?, ?, ?, 'running', ?)",
  )
  const addStep = db.change('INSERT INTO study_steps (study, position, title, step) VALUES (?, ?, ?, ?)')
  const finishStep = db.change('UPDATE study_steps SET outcome = ?, seconds = ? WHERE study = ? AND position = ?')
  const change = db.change('UPDATE studies SET status = ?, reason = ?, ended_at = ? WHERE id = ?')
  const interruptAll = db.change(
    "UPDATE studies SET status = 'interrupted', reason = ?, ended_at = ? WHERE status = 'running'",
  )
  const remove = db.change('DELETE FROM studies WHERE id = ?')

  return {
    ...read,
    /** Stores a study as running, its steps with it: later ones of the same name do not change them. */
    create: ({ request, model, seeds, steps }: NewStudy): Study =>
      db.transaction(() => {
        const id = insert.run(JSON.stringify(request), model, seeds, now()).id as StudyId
        for (const [position, step] of steps(id).entries()) addStep.run(id, position, step.title, JSON.stringify(step))
        return read.show(id)
      }),
    /** What it does now; nothing of it is written. */
    tell(id: StudyId, progress: StudyProgress): Study {
      live.set(id, progress)
      return read.show(id)
    },
    finishStep: (id: StudyId, position: number, outcome: unknown, seconds: number): Study =>
      db.transaction(() => {
        finishStep.run(JSON.stringify(outcome), seconds, id, position)
        return read.show(id)
      }),
    change(id: StudyId, status: StudyStatus, reason: string | null): Study {
      live.delete(id)
      return db.transaction(() => {
        change.run(status, reason, status === 'running' ? null : now(), id)
        return read.show(id)
      })
    },
    /** For the opening of the store, when nobody can be running one. */
    interruptAll: (reason: string): number => db.transaction(() => interruptAll.run(reason, now()).changes),
    /** Forgets it; its sets, runs and evaluations stay. False when there is none. */
    remove(id: StudyId): boolean {
      live.delete(id)
      return db.transaction(() => remove.run(id).changes > 0)
    },
  }
}
