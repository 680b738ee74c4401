// A run of the toy as the lab draws it: its steps while they come in, all tables when it has ended, and the step that is looked at.
import type { ToyKind, ToyRecord, ToyResult, ToyStep, ToyValues } from '#contract'
import type { WindowClient } from '../../client.ts'
import type { Live } from '../../live.svelte.ts'
import { toyWork, type ToyWork } from './toy-work.svelte.ts'

export interface WatchedRun {
  readonly work: ToyWork<ToyResult>
  /** In order. */
  readonly steps: readonly ToyStep[]
  readonly kinds: readonly ToyKind[]
  /** The recorded step that is looked at: the newest until another is picked. Null before there is one. */
  readonly shown: ToyRecord | null
  /** Its place among `steps`. */
  readonly place: number
  /** Whether earlier tables can be looked at. */
  readonly whole: boolean
  look(place: number): void
  start(settings: ToyValues, seed: number): Promise<void>
}

export function watchedRun(client: WindowClient, live: Live): WatchedRun {
  let steps = $state.raw<readonly ToyStep[]>([])
  let kinds = $state.raw<readonly ToyKind[]>([])
  let newest = $state.raw<ToyRecord | null>(null)
  let picked = $state<number | null>(null)
  const work = toyWork<ToyResult>(client, live, (event) => {
    steps = [...steps, ...event.steps]
    kinds = event.kinds
    const last = event.steps.at(-1)
    if (last) newest = { ...last, logProbs: event.logProbs }
  })
  const records = $derived(work.running || work.problem ? null : (work.result?.records ?? null))
  const shownSteps = $derived(records ?? steps)
  const place = $derived(Math.min(picked ?? Infinity, Math.max(0, shownSteps.length - 1)))

  return {
    work,
    get steps() {
      return shownSteps
    },
    get kinds() {
      return records && work.result ? work.result.kinds : kinds
    },
    get shown() {
      return records ? (records[place] ?? null) : newest
    },
    get place() {
      return place
    },
    get whole() {
      return records !== null
    },
    look(to) {
      picked = to
    },
    async start(settings, seed) {
      steps = []
      newest = null
      picked = null
      await work.start((watch) => client.ask('toy.run', { settings, seed, watch }))
    },
  }
}
