// How often a run measures itself where its settings leave that open.
import { expect, test } from 'vitest'
import { parameterShapes } from '../../../src/ml/models/shapes.ts'
import { measuringIntervals } from '../../../src/ml/recipes/measuring.ts'
import { runPlan, type PairUnit } from '../../../src/ml/recipes/plan.ts'
import type { DpoSettings } from '../../../src/ml/recipes/settings.ts'
import { configs } from '../../parity/tiny-models.ts'
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
const config = configs['tiny-llama']
const weights = Object.values(parameterShapes(config)).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b), 0)
const perSecond = (config.layers * 1.6e10) / weights
const intervals = (changes: Partial<DpoSettings>, outOfDomain?: number) => {
  const settings = { ...goldenSettings, ...open, ...changes }
  return measuringIntervals(runPlan(pairs, settings, 1), settings, { config, outOfDomain })
}

/** Of a run in which nothing is drawn and no program is made for measuring alone. */
const probesOnly = { sample_prompts: 0, geometry_pairs: 0 }

test('what is left after both ends goes to measurements between, probes having six parts in ten', () => {
  // A step: 3 * 4 pairs of 10 tokens = 120. A probing: 20 + 50 + 10 pairs of 10 tokens = 800. Of the last one a tenth of the work is left.
  const between = Math.floor((0.6 * (0.1 * 5000 * 120 - 800)) / 800)
  expect(intervals({ ...probesOnly, steps: 5000 })).toEqual({
    probe_every: Math.ceil(5000 / (1 + between)),
    geometry_every: 1,
    sample_every: 1,
  })
  // Ten times the work a step, ten times as often.
  const more = Math.floor((0.6 * (0.1 * 5000 * 1200 - 800)) / 800)
  expect(intervals({ ...probesOnly, steps: 5000, accumulation: 10 }).probe_every).toBe(Math.ceil(5000 / (1 + more)))
  // Forty answers of another set are twenty pairs more, and no more are probed than are there or wanted.
  const wider = Math.floor((0.6 * (0.1 * 5000 * 120 - 1000)) / 1000)
  const asked = { ...probesOnly, steps: 5000, probe_out_of_domain_answers: 40 }
  expect(intervals(asked, 100).probe_every).toBe(Math.ceil(5000 / (1 + wider)))
  expect(intervals(asked).probe_every).toBe(Math.ceil(5000 / (1 + between)))
})

test('programs that are made for measuring, and samples, are paid first', () => {
  const steps = 20_000_000
  // Of one answer.
  const decoding = 1 + 0.002 * perSecond
  const once = 0.25 * perSecond + 0.1 * perSecond + 8 * decoding
  // Gradients at both ends: 2 * 6 * 10 = 120 each time. Answers: 8 steps of decoding. Both ends share the samples' pass.
  const left = 0.1 * steps * 120 - once - 800 - 2 * 120 - 8 * decoding
  expect(left).toBeGreaterThan(1e6)
  const every = (part: number, cost: number) => Math.ceil(steps / (1 + Math.floor((part * left) / cost)))
  expect(intervals({ steps })).toEqual({
    probe_every: every(0.6, 800),
    geometry_every: every(0.15, 120),
    sample_every: every(0.25, 8 * decoding),
  })
})

test('a short run scores its probes at its half; what is set is kept, and nothing to measure costs nothing', () => {
  expect(intervals({ steps: 30 })).toEqual({ probe_every: 15, geometry_every: 30, sample_every: 30 })
  expect(intervals({ steps: 30, probe_every: 7 })).toMatchObject({ probe_every: 7 })
  expect(intervals({ steps: 5000, ...probesOnly })).toMatchObject({ geometry_every: 1, sample_every: 1 })
})
