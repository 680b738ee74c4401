// One piece of work of the toy as the lab sees it: asked for, told of while it runs, ended or stopped.
import { problemOf, type Events, type Job, type JobId, type Problem } from '#contract'
import type { WindowClient } from '../../client.ts'
import type { Live } from '../../live.svelte.ts'

export interface ToyWork<T> {
  readonly running: boolean
  /** Its job, while it runs. */
  readonly job: Job | null
  readonly problem: Problem | null
  /** Of the last one that ended well. */
  readonly result: T | null
  /** Begins anew; what ran is stopped. `ask` gets the name that events will carry. */
  start(ask: (watch: string) => Promise<T>): Promise<void>
  stop(): void
}

let works = 0

/** Lives as long as the component: what still runs then is stopped. `onrecorded` hears of a run's steps. */
export function toyWork<T>(
  client: WindowClient,
  live: Live,
  onrecorded: (event: Events['toy.recorded']) => void = () => {},
): ToyWork<T> {
  let watch = $state<string | null>(null)
  let id = $state<JobId | null>(null)
  let problem = $state.raw<Problem | null>(null)
  let result = $state.raw<T | null>(null)
  /** Stopped before its job was known. */
  let unwanted: readonly string[] = []

  const cancel = (job: JobId) => void client.ask('jobs.cancel', { job }).catch(() => {})
  const stop = () => {
    if (watch === null) return
    if (id === null) unwanted = [...unwanted, watch]
    else cancel(id)
    watch = null
    id = null
  }

  $effect(() => {
    const stops = [
      client.on('toy.started', ({ watch: name, job }) => {
        if (unwanted.includes(name)) cancel(job)
        else if (name === watch) id = job
      }),
      client.on('toy.recorded', (event) => {
        if (event.watch === watch) onrecorded(event)
      }),
    ]
    return () => {
      stop()
      stops.forEach((end) => end())
    }
  })

  return {
    get running() {
      return watch !== null
    },
    get job() {
      return live.jobs.value?.find((job) => job.id === id) ?? null
    },
    get problem() {
      return problem
    },
    get result() {
      return result
    },
    async start(ask) {
      stop()
      const own = `toy-${Date.now().toString(36)}-${++works}`
      watch = own
      problem = null
      try {
        const answer = await ask(own)
        if (watch === own) result = answer
      } catch (thrown) {
        if (watch === own) problem = problemOf(thrown)
      } finally {
        unwanted = unwanted.filter((name) => name !== own)
        if (watch === own) {
          watch = null
          id = null
        }
      }
    },
    stop,
  }
}
