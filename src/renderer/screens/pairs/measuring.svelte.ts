// How far the set at hand is measured under the chosen model, kept current, and the job that measures it.
import { problemOf, type Client, type Job, type LeaveOut, type MeasuringState, type PairSet } from '#contract'
import type { Live } from '../../live.svelte.ts'
import { complain } from '../../notices.svelte.ts'

export type Measuring = ReturnType<typeof watchMeasuring>

/** Call it while a component is set up. `asked` is reactive: null while no model is chosen. */
export function watchMeasuring(
  client: Client,
  live: Live,
  asked: () => { set: PairSet; model: string; leaveOut: LeaveOut | null } | null,
) {
  let state = $state.raw<MeasuringState | null>(null)
  /** Between the click and the first word of the job. */
  let starting = $state(false)
  const title = $derived.by(() => {
    const now = asked()
    return now && `Measure ${now.set.name} under ${now.model}`
  })
  const job = $derived(live.jobs.value?.find((one: Job) => one.title === title && one.status === 'running') ?? null)

  $effect(() => {
    const now = asked()
    let current = true
    if (!now) state = null
    else
      client.ask('pairs.measured', { set: now.set.id, model: now.model, leaveOut: now.leaveOut }).then(
        (answer) => current && (state = answer),
        // A model that is gone: the list says so.
        () => current && (state = null),
      )
    return () => (current = false)
  })

  return {
    get state() {
      return state
    },
    get job() {
      return job
    },
    get busy() {
      return starting || job !== null
    },
    async start(): Promise<void> {
      const now = asked()
      if (!now || starting || job) return
      starting = true
      try {
        await client.ask('pairs.measure', { set: now.set.name, model: now.model })
      } catch (thrown) {
        if (problemOf(thrown).code !== 'cancelled') complain(thrown)
      } finally {
        starting = false
      }
    },
    cancel(): void {
      if (job) client.ask('jobs.cancel', { job: job.id }).catch(complain)
    },
  }
}
