// The settings that every run reads, whatever its method, typed; names and meanings are those of the contract's settings table.
import type { AdamwSettings } from '../optim/adamw.ts'
import type { ScheduleName } from '../optim/schedule.ts'
import type { LoraSettings } from '../models/lora.ts'
import { defaultTargets } from '../models/lora.ts'
import type { ModelConfig } from '../models/config.ts'

const numbers = [
  'lora_rank',
  'lora_alpha',
  'lora_dropout',
  'learning_rate',
  'warmup_steps',
  'weight_decay',
  'max_grad_norm',
  'adam_beta1',
  'adam_beta2',
  'adam_epsilon',
  'batch_pairs',
  'accumulation',
  'epochs',
  'heldout_pairs',
  'probe_pairs',
  'probe_others',
  'probe_others_rejected',
  'probe_near_misses',
  'probe_shuffled',
  'probe_samples',
  'probe_resamples',
  'probe_resample_temperature',
  'probe_sample_tokens',
  'probe_out_of_domain_answers',
  'geometry_pairs',
  'sample_prompts',
  'sample_tokens',
  'checkpoint_every',
] as const

/** Steps between two measurements; null: as many as keep measuring cheap. */
const intervals = ['probe_every', 'geometry_every', 'sample_every'] as const

/** Counts of what is measured and sampled besides pairs; 0 where a method does not read them, and in a run from before there were any. */
const measuring: ReadonlySet<string> = new Set([
  'probe_others',
  'probe_others_rejected',
  'probe_near_misses',
  'probe_shuffled',
  'probe_samples',
  'probe_resamples',
  'probe_resample_temperature',
  'probe_sample_tokens',
  'probe_out_of_domain_answers',
  'geometry_pairs',
  'sample_prompts',
  'sample_tokens',
])

export type Intervals<Step> = Record<(typeof intervals)[number], Step>

export type DpoSettings = Record<(typeof numbers)[number], number> &
  Intervals<number | null> & {
    tuning: 'lora' | 'full'
    lora_targets: readonly string[]
    schedule: ScheduleName
    /** null: as many as the epochs need. */
    steps: number | null
    /** Whether a recorded backward pass makes blocks again instead of keeping what they made. */
    recompute: boolean
  }

/** The recipe's settings out of a run's parsed ones. Throws one line when one is missing or of another kind. */
export function dpoSettings(values: Readonly<Record<string, unknown>>): DpoSettings {
  const wrong = (key: string, wanted: string): never => {
    throw new Error(`Setting ${key} must be ${wanted}, got ${JSON.stringify(values[key])}.`)
  }
  const number = (key: string): number => {
    // A method that measures no likelihoods leaves these out, as do runs of earlier versions.
    const value = values[key] ?? (measuring.has(key) ? 0 : undefined)
    return typeof value === 'number' && Number.isFinite(value) ? value : wrong(key, 'a number')
  }
  const oneOf = <T extends string>(key: string, choices: readonly T[]): T =>
    choices.find((choice) => choice === values[key]) ?? wrong(key, `one of ${choices.join(', ')}`)
  const targets: unknown = values['lora_targets']
  return {
    ...(Object.fromEntries(numbers.map((key) => [key, number(key)])) as Record<(typeof numbers)[number], number>),
    ...(Object.fromEntries(intervals.map((key) => [key, values[key] == null ? null : number(key)])) as Intervals<
      number | null
    >),
    tuning: oneOf('tuning', ['lora', 'full']),
    schedule: oneOf('schedule', ['linear', 'cosine', 'constant']),
    steps: values['steps'] === null ? null : number('steps'),
    recompute: values['recompute'] === true,
    lora_targets:
      Array.isArray(targets) && targets.every((target) => typeof target === 'string')
        ? targets
        : wrong('lora_targets', 'a list of layer names'),
  }
}

/** The adapter that the settings ask for, 'all' spelled out for this model; null when the weights themselves are trained. */
export function adapterSettings(config: ModelConfig, settings: DpoSettings): LoraSettings | null {
  if (settings.tuning === 'full') return null
  const all = settings.lora_targets.includes('all')
  return {
    rank: settings.lora_rank,
    alpha: settings.lora_alpha,
    targets: all ? defaultTargets(config) : [...settings.lora_targets],
    dropout: settings.lora_dropout,
  }
}

/** The optimiser's part. */
export function optimiserSettings(settings: DpoSettings): AdamwSettings & { maxGradNorm: number } {
  return {
    beta1: settings.adam_beta1,
    beta2: settings.adam_beta2,
    epsilon: settings.adam_epsilon,
    weightDecay: settings.weight_decay,
    maxGradNorm: settings.max_grad_norm,
  }
}
