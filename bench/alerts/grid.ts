// The runs that the alerts' thresholds are calibrated on: the starter model on the sample pairs, from settings that suit it to settings that ruin it.
import type { MethodName, SettingValues } from '#contract'

export type GridRun = { name: string; method: MethodName; seed: number; settings: SettingValues }

/** Short, and measured often: a rule needs moments to see. */
const watched: SettingValues = {
  steps: 40,
  warmup_steps: 5,
  batch_pairs: 8,
  probe_every: 5,
  probe_samples: 16,
  probe_sample_tokens: 48,
  sample_every: 10,
  sample_prompts: 6,
  sample_tokens: 48,
  checkpoint_every: 40,
}

/** 3e-3 is the rate of the run that one click starts. */
const rates = [1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2]
const betas = [0.01, 0.1, 0.5]
const seeds = [0, 1]

const run = (name: string, seed: number, settings: SettingValues, method: MethodName = 'dpo'): GridRun => ({
  name: `${name}, seed ${seed}`,
  ...{ method, seed, settings: { ...watched, ...settings } },
})

/** Every rate with every beta, twice, in an order that has seen all of them before the second seed; then long runs and other losses. */
export const grid: readonly GridRun[] = seeds.flatMap((seed) => [
  ...betas.flatMap((beta) =>
    rates.map((learning_rate) => run(`dpo, rate ${learning_rate}, beta ${beta}`, seed, { learning_rate, beta })),
  ),
  run('dpo, rate 0.03, beta 0.01', seed, { learning_rate: 3e-2, beta: 0.01 }),
  run('dpo, rate 0.0003, beta 0.1, 160 steps', seed, {
    learning_rate: 3e-4,
    beta: 0.1,
    steps: 160,
    probe_every: 10,
    sample_every: 20,
  }),
  run('ipo, rate 0.003', seed, { learning_rate: 3e-3 }, 'ipo'),
  run('simpo, rate 0.001', seed, { learning_rate: 1e-3 }, 'simpo'),
  run('sft-dpo, rate 0.003', seed, { learning_rate: 3e-3 }, 'sft-dpo'),
])
