// The run that one click starts: the starter model on the sample pairs. The rate is three times too high (docs/alerts.md), so that a first
// run shows what the gauges and alerts are for, and a fork with their advice what helps.
import type { RunRequest } from './commands.ts'

export const samplePreset = {
  model: 'starter',
  set: 'sample',
  method: 'dpo',
  seed: 0,
  name: 'First run',
  parent: null,
  from: null,
  settings: {
    learning_rate: 3e-3,
    warmup_steps: 5,
    batch_pairs: 8,
    epochs: 2,
    probe_every: 8,
    probe_samples: 16,
    probe_sample_tokens: 48,
    sample_every: 24,
    sample_tokens: 48,
    checkpoint_every: 24,
  },
} as const satisfies RunRequest
