// What the DPO recipe tells: plain data, in the order of the run.
import type { ProbeReadings } from './probe-readings.ts'
import type { ReferenceText, RunProbe } from './probes.ts'
import type { StepReadings } from './step-readings.ts'

/** A reference log-probability, summed over `tokens` tokens, in nats. */
export type ReferenceEntry = { text: ReferenceText; logp: number; tokens: number }

type Likelihood = { policy: number; reference: number; tokens: number }

/** One probe's log-probabilities, summed over tokens, in nats. `chosen` is the only response of an unseen probe. */
export type RunProbeScore = { index: number; chosen: Likelihood; rejected: Likelihood | null }

/** An answer of the policy to the prompt of `pair`, with its end-of-sequence token when it has one. */
export type RunSample = { index: number; pair: number; response: readonly number[] }

export type Doing = { kind: 'doing'; text: string; progress: number | null }

export type DpoEvent =
  /** What will be done; `step` is where it begins. Held-out pairs by number, `trainable` in parameters. */
  | { kind: 'planned'; steps: number; step: number; train: number; heldout: readonly number[]; trainable: number }
  | Doing
  /** The probes of the whole run: keep them, a resumed run wants them back. */
  | { kind: 'probed'; probes: readonly RunProbe[] }
  /** Newly computed reference log-probabilities. */
  | { kind: 'referenced'; entries: readonly ReferenceEntry[] }
  /** Probes under the weights after `step` updates. */
  | { kind: 'scored'; step: number; scores: readonly RunProbeScore[]; readings: ProbeReadings }
  /** What else is measured under the weights after `step` steps: answers to held-out prompts, or rewards of pairs. */
  | { kind: 'checked'; step: number; readings: Readonly<Record<string, number>> }
  /** Greedy answers under the weights after `step` updates, and what they look like; those of step 0 are the reference's. */
  | {
      kind: 'sampled'
      step: number
      samples: readonly RunSample[]
      readings: Readonly<Record<string, number>>
    }
  /**
   * Update `step` (0 is the first) has been made. Its readings are those from before it, under the weights after `step` updates.
   * The executor now holds `step + 1` updates: that is the number of a checkpoint taken here. `pairs` and `tokens` are counts.
   */
  | {
      kind: 'step'
      step: number
      readings: StepReadings | Readonly<Record<string, number>>
      pairs: number
      tokens: number
    }
  /** A checkpoint is due: the executor holds `step` updates. Read the names of `checkpointShapes` before asking for more. */
  | { kind: 'checkpoint'; step: number }

/** Progress of `done` of `all` things. */
export function doing(what: string, done: number, all: number, things: string): Doing {
  return { kind: 'doing', text: `${what}, ${done} of ${all} ${things}`, progress: all > 0 ? done / all : null }
}
