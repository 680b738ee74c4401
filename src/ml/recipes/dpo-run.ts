// What a DPO run is given.
import type { ModelConfig } from '../models/config.ts'
import type { Executor } from '../program.ts'
import type { Method } from './pair-methods.ts'
import type { PairUnit } from './plan.ts'
import type { ReferenceText, RunProbe } from './probes.ts'
import type { Judge } from './online-methods.ts'
import type { DpoSettings } from './settings.ts'

export type DpoRun = {
  /** Holds the model's weights; when resuming also the tensors of `checkpointShapes`. */
  executor: Executor
  config: ModelConfig
  /** All pairs of the run, held-out ones included, in a fixed order. Each must fit the model's context. */
  pairs: readonly PairUnit[]
  /** Pairs of another set, numbered apart from these, whose chosen responses are probed. Each must fit the model's context. */
  outOfDomain?: readonly PairUnit[]
  /** What is trained for: the loss, and the rewards that its readings tell. */
  method: Method
  settings: DpoSettings
  /** Everything random follows from it, statelessly, so that a resumed run continues as an unbroken one. */
  seed: number
  /** Scores answers; methods that learn from prompts need it. */
  judge?: Judge
  /** A reference log-probability that is known already (sum over tokens, nats), or undefined. */
  reference: (text: ReferenceText) => number | undefined
  /**
   * A new run that begins with weights that are trained already: `put` puts them, once the reference has been measured, which is the model
   * without them. `probes` are those to take; null to choose them as any new run does.
   */
  begin?: { probes: readonly RunProbe[] | null; put(): Promise<void> } | null
  /** Continue after `step` updates, with the probes that the run began with. */
  resume?: { step: number; probes: readonly RunProbe[] }
}
