// The trainer's loop: hears jobs on a port, runs heavy ones one after another, and answers each with `done` or `failed`.
import { problemOf, type Port } from '#contract'
import {
  holds,
  type FromTrainer,
  type JobEvents,
  type JobName,
  type Jobs,
  type ReferenceEntry,
  type ToTrainer,
} from './protocol.ts'

/** What a job gets besides its input. */
export type JobContext = {
  tell<E extends keyof JobEvents>(name: E, data: JobEvents[E]): void
  /** Fires when the job is asked to end gracefully. */
  stop: AbortSignal
}

/** What it may ask the app besides. */
export type AskingContext = JobContext & {
  /** Which of these reference log-probabilities the store knows, by hash. */
  known(hashes: string[]): Promise<ReferenceEntry[]>
}

export type JobWorkers = { [N in JobName]: (input: Jobs[N]['in'], context: AskingContext) => Promise<Jobs[N]['out']> }

const HEARTBEAT = 1_000

/** Serves a port until `end` is called. Says `ready` at once and `alive` every second. */
export function serveJobs(port: Pick<Port, 'send' | 'onMessage'>, workers: JobWorkers): { end(): void } {
  /** Jobs that were asked for and have not ended. */
  const jobs = new Map<number, { stop: AbortController; begun: boolean }>()
  /** Questions to the app that wait for their answer. */
  const questions = new Map<number, (entries: ReferenceEntry[]) => void>()
  let lastQuestion = 0
  const send = (message: FromTrainer) => port.send(message)
  let before: Promise<unknown> = Promise.resolve()

  async function work<N extends JobName>(job: number, name: N, input: Jobs[N]['in']) {
    const own = jobs.get(job)
    if (!own) return
    own.begun = true
    try {
      const tell: JobContext['tell'] = (event, data) =>
        send({ type: 'event', job, name: event, data } as FromTrainer & { type: 'event' })
      const known = (hashes: string[]) =>
        new Promise<ReferenceEntry[]>((resolve) => {
          questions.set(++lastQuestion, resolve)
          send({ type: 'asks', job, question: lastQuestion, hashes })
        })
      const out = await workers[name](input, { tell, known, stop: own.stop.signal })
      send({ type: 'done', job, name, out } as FromTrainer & { type: 'done' })
    } catch (thrown) {
      send({ type: 'failed', job, problem: problemOf(thrown) })
    } finally {
      jobs.delete(job)
    }
  }

  /** A job under way ends in its own time; one that waits is gone at once. */
  function stop(job: number): void {
    const own = jobs.get(job)
    own?.stop.abort()
    if (!own || own.begun) return
    jobs.delete(job)
    send({ type: 'failed', job, problem: { code: 'cancelled', message: 'Stopped before it began' } })
  }

  port.onMessage((message) => {
    const asked = message as ToTrainer
    if (asked.type === 'stop') return stop(asked.job)
    if (asked.type === 'known') {
      questions.get(asked.question)?.(asked.entries)
      return void questions.delete(asked.question)
    }
    jobs.set(asked.job, { stop: new AbortController(), begun: false })
    const begin = () => work(asked.job, asked.name, asked.in)
    if (holds[asked.name] !== 'nothing') before = before.then(begin)
    else void begin()
  })

  send({ type: 'ready' })
  const heartbeat = setInterval(() => send({ type: 'alive', memory: process.memoryUsage.rss() }), HEARTBEAT)
  heartbeat.unref()
  return { end: () => clearInterval(heartbeat) }
}
