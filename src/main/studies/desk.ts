// Where a study's steps are carried out: a study is one more client of the app, and asks for nothing that a person could not.
import {
  isOver,
  ProblemError,
  type Client,
  type Evaluation,
  type Job,
  type JobId,
  type Run,
  type RunId,
} from '#contract'

export type Desk = Pick<Client, 'ask' | 'on'>

/** Resolves with what `pick` first finds, in what is there now or in an event. */
async function until<T>(listen: (hear: () => void) => () => void, pick: () => Promise<T | null>): Promise<T> {
  let stop = () => {}
  try {
    return await new Promise<T>((resolve, reject) => {
      const look = () => void pick().then((found) => found !== null && resolve(found), reject)
      stop = listen(look)
      look()
    })
  } finally {
    stop()
  }
}

/** The run when nothing more happens to it by itself. When `signal` fires it is stopped, with a checkpoint. */
export async function endedRun(desk: Desk, run: RunId, signal: AbortSignal): Promise<Run> {
  const stopped = () => void desk.ask('runs.stop', { run }).catch(() => {})
  return during(signal, stopped, () =>
    until(
      (hear) => desk.on('runs.changed', ({ id, status }) => id === run && isOver(status) && hear()),
      async () => {
        const { run: now } = await desk.ask('runs.show', { run })
        return isOver(now.status) ? now : null
      },
    ),
  )
}

/** The evaluation when it has ended. When `signal` fires its job is cancelled. */
export async function endedEvaluation(desk: Desk, { id, job }: Evaluation, signal: AbortSignal): Promise<Evaluation> {
  const cancel = () => void (job && desk.ask('jobs.cancel', { job }).catch(() => {}))
  return during(signal, cancel, () =>
    until(
      (hear) => desk.on('evaluations.changed', (now) => now.id === id && now.status !== 'running' && hear()),
      async () => {
        const now = await desk.ask('evaluations.show', { evaluation: id })
        return now.status === 'running' ? null : now
      },
    ),
  )
}

/** Asks for something that is one job, which begins before `work` first waits. When `signal` fires that job is cancelled. */
export async function cancellable<T>(desk: Desk, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  let own: JobId | null = null
  const known = new Set((await desk.ask('jobs.list', {})).map(({ id }) => id))
  const stop = desk.on('jobs.changed', ({ id, status }: Job) => {
    if (own === null && status === 'running' && !known.has(id)) own = id
  })
  const cancel = () => void (own && desk.ask('jobs.cancel', { job: own }).catch(() => {}))
  return during(signal, cancel, work).finally(stop)
}

async function during<T>(signal: AbortSignal, cancel: () => void, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw new ProblemError({ code: 'cancelled', message: 'The study was stopped' })
  signal.addEventListener('abort', cancel)
  try {
    return await work()
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
