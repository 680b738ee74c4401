// How often a run measures itself where its settings leave that open: as often as keeps it to about a tenth of the run's work.
import { tokensOf, usedPairs, type RunPlan } from './plan.ts'
import type { DpoSettings, Intervals } from './settings.ts'

/** Work in forward passes of a token: training on one, comparing gradients of one, and a step of decoding, which goes through all weights for few tokens. */
const work = { training: 3, gradient: 6, decoding: 60 }

/** What may go to each kind of measuring, as shares of the work of training. What the first and the last step cost, and making the programs, comes on top. */
const shares = { probe_every: 0.05, geometry_every: 0.012, sample_every: 0.02 }

/** An interval in a run too short for its share: what is measured is seen to change. */
const least = { probe_every: 3, geometry_every: 2, sample_every: 1 }

/**
 * Steps between two measurements: as set, or by what a measurement costs, which follows from the plan and not from a clock, so that a resumed run
 * goes on as it began. A short run measures more than its share: at thirds of it, its gradients at its half.
 */
export function measuringIntervals(plan: RunPlan, settings: DpoSettings): Intervals<number> {
  const used = usedPairs(plan)
  const mean = tokensOf(used) / used.length
  const step = work.training * mean * settings.batch_pairs * settings.accumulation
  const unseen =
    settings.probe_others +
    settings.probe_others_rejected +
    settings.probe_near_misses +
    settings.probe_shuffled +
    settings.probe_samples +
    settings.probe_resamples
  const costs = {
    // An unseen response is half a pair.
    probe_every: (Math.min(settings.probe_pairs, used.length) + plan.heldout.length + unseen / 2) * mean,
    geometry_every: settings.geometry_pairs * work.gradient * mean,
    sample_every: settings.sample_prompts > 0 ? settings.sample_tokens * work.decoding : 0,
  }
  const interval = (name: keyof typeof costs) =>
    settings[name] ??
    Math.max(1, Math.min(Math.ceil(costs[name] / (shares[name] * step)), Math.ceil(plan.steps / least[name])))
  return {
    probe_every: interval('probe_every'),
    geometry_every: interval('geometry_every'),
    sample_every: interval('sample_every'),
  }
}
