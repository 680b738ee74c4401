// What the forms of a study have in common, by the two models that suit them: the starter in the short and middle ones, SmolLM2-135M in the long one.
import type { Form } from './study.ts'

/** Of the kinds of unseen responses a study tells others' answers and the model's own earlier ones; each kind more is work in every run. */
const alike = {
  ...{ precision: 'float32', sample_prompts: 0, geometry_pairs: 0 },
  ...{ probe_others_rejected: 0, probe_near_misses: 0, probe_shuffled: 0, probe_resamples: 0 },
}

/** A handful of steps, so that all parts are seen to work. */
export const shortForm = {
  ...{ model: 'starter', seeds: 1, exam: 8, pool: 28, others: { exam: 8, pool: 16 } },
  sampling: { answers: 4, temperature: 1.3, tokens: 40 },
  train: {
    ...alike,
    ...{ learning_rate: 3e-3, batch_pairs: 4, steps: 4, heldout_pairs: 4, probe_pairs: 4 },
    ...{ probe_others: 4, probe_samples: 4, probe_sample_tokens: 24, probe_every: 2, checkpoint_every: 2 },
  },
} satisfies Omit<Form, 'about' | 'arms'>

/** A pass and a half over some two hundred pairs. */
export const middleForm = {
  ...{ model: 'starter', exam: 200, pool: 500, others: { exam: 140, pool: 144 } },
  sampling: { answers: 4, temperature: 1, tokens: 48 },
  train: {
    ...alike,
    ...{ learning_rate: 1e-3, warmup_steps: 4, batch_pairs: 8, steps: 40, heldout_pairs: 40, probe_pairs: 32 },
    ...{ probe_others: 16, probe_samples: 32, probe_sample_tokens: 48, probe_every: 8, checkpoint_every: 20 },
  },
} satisfies Omit<Form, 'about' | 'arms' | 'seeds'>

export const longForm = {
  ...{ model: 'smollm2-135m-instruct', exam: 120, pool: 500, others: { exam: 100, pool: 200 } },
  sampling: { answers: 8, temperature: 0.8, tokens: 160 },
  train: {
    ...alike,
    ...{ learning_rate: 2e-4, warmup_steps: 5, batch_pairs: 4, steps: 80, heldout_pairs: 24, probe_pairs: 24 },
    ...{ probe_others: 16, probe_samples: 16, probe_sample_tokens: 128, probe_every: 10, checkpoint_every: 10 },
    too_long: 'leave-out',
  },
} satisfies Omit<Form, 'about' | 'arms' | 'seeds'>
