// How often a run measures itself where its settings leave that open: as often as keeps it to about a tenth of the run's work.
import type { ModelConfig } from '../models/config.ts'
import { parameterShapes } from '../models/shapes.ts'
import { tokensOf, usedPairs, type RunPlan } from './plan.ts'
import type { DpoSettings, Intervals } from './settings.ts'

/** Work in forward passes of a token: training on one, and comparing gradients of one. */
const work = { training: 3, gradient: 6 }

/**
 * What costs the same whatever the tokens, in seconds a layer, and how many weights a second a forward pass goes through: as measured on two
 * cores. Only their ratios count, and a faster machine is faster at both. A program is made when it is first used: that of the gradients
 * takes `making`, those of decoding `makingDecoding`. A step of decoding takes `launching` besides its tokens.
 */
const seconds = { making: 0.25, makingDecoding: 0.1, launching: 0.002 }
const weightsPerSecond = 1.6e10

/** What may go to measuring, as a share of the work of training, and to each kind of it once what comes in any case is paid. */
const share = 0.1
const parts = { probe_every: 0.6, geometry_every: 0.15, sample_every: 0.25 }

/** Measurements between the first step and the last in a run too short for them: probes are seen to change. */
const least = { probe_every: 1, geometry_every: 0, sample_every: 0 }

type What = { config: ModelConfig; outOfDomain?: number }

/**
 * Steps between two measurements: as set, or by what measuring costs, which follows from plan and model and not from a clock, so that a
 * resumed run goes on as it began. What comes once or at both ends is paid first: making programs, drawing samples, the last measurement
 * of each kind; the rest goes to measurements between. A run too short for that measures more than its share: its probes at its half.
 */
export function measuringIntervals(
  plan: RunPlan,
  settings: DpoSettings,
  { config, outOfDomain = 0 }: What,
): Intervals<number> {
  const used = usedPairs(plan)
  const mean = tokensOf(used) / used.length
  const unseen =
    settings.probe_others +
    settings.probe_others_rejected +
    settings.probe_near_misses +
    settings.probe_shuffled +
    settings.probe_samples +
    settings.probe_resamples +
    Math.min(outOfDomain, settings.probe_out_of_domain_answers)
  const perLayer = (config.layers * weightsPerSecond) / weightsOf(config)
  /** A token of each of so many answers. */
  const decoding = (answers: number) => (answers > 0 ? answers + seconds.launching * perLayer : 0)
  const drawn = settings.probe_samples + settings.probe_resamples
  const costs = {
    // An unseen response is half a pair.
    probe_every: (Math.min(settings.probe_pairs, used.length) + plan.heldout.length + unseen / 2) * mean,
    geometry_every: settings.geometry_pairs * work.gradient * mean,
    sample_every: settings.sample_prompts > 0 ? settings.sample_tokens * decoding(settings.sample_prompts) : 0,
  }
  const once =
    (costs.geometry_every > 0 ? seconds.making * perLayer : 0) +
    (costs.sample_every > 0 || drawn > 0 ? seconds.makingDecoding * perLayer : 0) +
    settings.probe_sample_tokens * decoding(drawn + settings.sample_prompts)
  // The first scores of the probes come from the reference pass, the first answers with the samples.
  const ends = costs.probe_every + 2 * costs.geometry_every + costs.sample_every
  const step = work.training * mean * settings.batch_pairs * settings.accumulation
  const left = Math.max(0, share * plan.steps * step - once - ends)
  const interval = (name: keyof typeof costs) => {
    const between = costs[name] > 0 ? Math.floor((parts[name] * left) / costs[name]) : plan.steps
    return settings[name] ?? Math.max(1, Math.ceil(plan.steps / (1 + Math.max(least[name], between))))
  }
  return {
    probe_every: interval('probe_every'),
    geometry_every: interval('geometry_every'),
    sample_every: interval('sample_every'),
  }
}

function weightsOf(config: ModelConfig): number {
  const sizes = Object.values(parameterShapes(config)).map((shape) => shape.reduce((size, side) => size * side, 1))
  return sizes.reduce((sum, size) => sum + size, 0)
}
