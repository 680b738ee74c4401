// What the app hands to the toy's thread, and hears from it. Plain data.
import type { Problem, ToyGrid, ToyKind, ToyRecord, ToyResult, ToyStep, ToyValues } from '#contract'

/** Settings are parsed: those of a run whole, those of a grid once for each combination. */
export type ToyWork = {
  run: { in: { settings: ToyValues; seed: number }; out: ToyResult }
  grid: {
    in: { settings: ToyValues; seeds: number[]; cells: { varied: ToyValues; settings: ToyValues }[] }
    out: ToyGrid
  }
}
export type ToyWorkName = keyof ToyWork

/** What the thread is started with. */
export type ToyAsked = { [N in ToyWorkName]: { name: N; in: ToyWork[N]['in'] } }[ToyWorkName]

export type FromToy =
  | { type: 'started' }
  /** `logProbs`: of the newest. */
  | { type: 'recorded'; kinds: ToyKind[]; steps: ToyStep[]; logProbs: ToyRecord['logProbs'] }
  | { type: 'counted'; done: number; of: number }
  | { type: 'done'; out: ToyWork[ToyWorkName]['out'] }
  | { type: 'failed'; problem: Problem }
