// Long work that is not a run: each piece is a job with progress, an end and a way to cancel it.
import { ProblemError, problemLine, problemOf, type Handlers, type Job, type JobId } from '#contract'
import type { Board } from './board.ts'
import type { TrainerEvent } from './trainer.ts'

export type JobProgress = (doing: string, progress: number | null) => void

export interface JobList {
  /** Runs `work` as a job and returns what it returns. Its signal fires on cancel. `outcome` says what the job then tells of it. */
  run<T>(
    title: string,
    work: (progress: JobProgress, signal: AbortSignal, job: JobId) => Promise<T>,
    outcome?: (result: T) => Job['outcome'],
  ): Promise<T>
  handlers: Pick<Handlers, 'jobs.list' | 'jobs.cancel'>
}

/** What a trainer's job says it does, as the progress of a job. */
export function trainerProgress(progress: JobProgress): (event: TrainerEvent) => void {
  return ({ name, data }) => {
    if (name === 'doing') progress(data.text, data.progress)
  }
}

/** Finished jobs that stay listed. */
const KEPT = 20
/** Milliseconds between two tellings of progress. */
const PACE = 250

/** Progress that is told at most four times a second; 'reading, 12 of 40' is told at once where something else was done before. */
export function pacedProgress(progress: JobProgress): JobProgress {
  let told = 0
  let phase = ''
  return (doing, share) => {
    const now = performance.now()
    const own = doing.split(',', 1)[0] ?? ''
    if (own === phase && now - told < PACE) return
    told = now
    phase = own
    progress(doing, share)
  }
}

export function openJobs(board: Board): JobList {
  const jobs = new Map<JobId, { job: Job; abort: AbortController }>()
  let last = 0

  const change = (id: JobId, part: Partial<Job>) => {
    const entry = jobs.get(id)
    if (!entry) return
    entry.job = { ...entry.job, ...part }
    board.publish('jobs.changed', entry.job)
  }
  const forget = () => {
    const ended = [...jobs.values()].filter(({ job }) => job.status !== 'running')
    for (const { job } of ended.slice(0, Math.max(0, ended.length - KEPT))) jobs.delete(job.id)
  }

  return {
    async run(title, work, outcome = () => null) {
      const id = ++last as JobId
      const abort = new AbortController()
      const job: Job = { id, title, status: 'running', progress: null, doing: '', reason: null, outcome: null }
      jobs.set(id, { job, abort })
      change(id, {})
      try {
        const result = await work((doing, progress) => change(id, { doing, progress }), abort.signal, id)
        change(id, { status: 'done', progress: 1, outcome: outcome(result) })
        return result
      } catch (thrown) {
        change(
          id,
          abort.signal.aborted ? { status: 'cancelled' } : { status: 'failed', reason: problemLine(problemOf(thrown)) },
        )
        throw abort.signal.aborted ? new ProblemError({ code: 'cancelled', message: `${title} was cancelled` }) : thrown
      } finally {
        forget()
      }
    },
    handlers: {
      'jobs.list': () => [...jobs.values()].map(({ job }) => job),
      'jobs.cancel': ({ job }) => {
        const entry = jobs.get(job)
        if (!entry) throw new ProblemError({ code: 'not-found', message: 'There is no such job', where: `job ${job}` })
        entry.abort.abort()
        return {}
      },
    },
  }
}
