// The run that one click starts: the starter model on the sample pairs, settings fit for a model of that size.
import type { RunRequest } from './commands.ts'

export const samplePreset = {
  model: 'starter',
  set: 'sample',
  method: 'dpo',
  seed: 0,
  name: 'First run',
  parent: null,
  settings: {
    learning_rate: 3e-4,
    batch_pairs: 8,
    epochs: 3,
    probe_every: 5,
    sample_every: 15,
    checkpoint_every: 20,
    sample_tokens: 48,
    probe_sample_tokens: 48,
  },
} as const satisfies RunRequest
