// How often a run measures itself where its settings leave that open.
import { expect, test } from 'vitest'
import { measuringIntervals } from '../../../src/ml/recipes/measuring.ts'
import { runPlan, type PairUnit } from '../../../src/ml/recipes/plan.ts'
import type { DpoSettings } from '../../../src/ml/recipes/settings.ts'
import { goldenSettings } from './runs.ts'

/** Pairs of 10 tokens in all, each with a prompt of its own. */
const pairs = Array.from({ length: 250 }, (_, id): PairUnit => {
  const prompt = [id, 1, 2, 3]
  return {
    id,
    prompt,
    unit: { shared: prompt, chosen: [1, 2, 3], rejected: [4, 5, 6], chosenFrom: 0, rejectedFrom: 0 },
  }
})
const open: Partial<DpoSettings> = {
  ...{ probe_every: null, geometry_every: null, sample_every: null, heldout_pairs: 50, batch_pairs: 4 },
  ...{ probe_pairs: 20, probe_others: 20, probe_samples: 0, geometry_pairs: 2, sample_prompts: 1, sample_tokens: 8 },
}
const intervals = (changes: Partial<DpoSettings>) => {
  const settings = { ...goldenSettings, ...open, ...changes }
  return measuringIntervals(runPlan(pairs, settings, 1), settings)
}

test('an interval is what a measurement costs, in shares of the steps between', () => {
  // A step: 3 * 4 pairs of 10 tokens = 120. A probing: 20 + 50 + 10 pairs of 10 tokens = 800. Gradients: 2 * 6 * 10 = 120. Answers: 8 * 60 = 480.
  expect(intervals({ steps: 5000 })).toEqual({
    probe_every: Math.ceil(800 / (0.05 * 120)),
    geometry_every: Math.ceil(120 / (0.012 * 120)),
    sample_every: Math.ceil(480 / (0.02 * 120)),
  })
  // Ten times the work a step, a tenth of the steps.
  expect(intervals({ steps: 5000, accumulation: 10 })).toEqual({ probe_every: 14, geometry_every: 9, sample_every: 20 })
})

test('a short run is measured at its thirds and its half; what is set is kept, and nothing to measure costs nothing', () => {
  expect(intervals({ steps: 30 })).toEqual({ probe_every: 10, geometry_every: 15, sample_every: 30 })
  expect(intervals({ steps: 30, probe_every: 7 })).toMatchObject({ probe_every: 7 })
  expect(intervals({ steps: 5000, sample_prompts: 0, geometry_pairs: 0 })).toMatchObject({
    geometry_every: 1,
    sample_every: 1,
  })
})
