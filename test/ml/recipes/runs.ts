// What recipe tests share: settings of a small run, pairs of the golden numbers, and a run driven to its end.
import { eagerExecutor } from '../../../src/ml/eager.ts'
import type { ModelConfig } from '../../../src/ml/models/config.ts'
import type { Executor, HostArray, HostArrays } from '../../../src/ml/program.ts'
import type { DpoRun } from '../../../src/ml/recipes/dpo-run.ts'
import { pairMethod } from '../../../src/ml/recipes/pair-methods.ts'
import { checkpointShapes } from '../../../src/ml/recipes/dpo-state.ts'
import { trainDpo } from '../../../src/ml/recipes/dpo.ts'
import type { DpoEvent } from '../../../src/ml/recipes/events.ts'
import type { PairUnit } from '../../../src/ml/recipes/plan.ts'
import { referenceKey } from '../../../src/ml/recipes/reference.ts'
import type { DpoSettings } from '../../../src/ml/recipes/settings.ts'
import type { StepReadings } from '../../../src/ml/recipes/step-readings.ts'
import type { Ids } from '../../parity/tiny-models.ts'

/** Five steps over all four golden pairs, as the golden numbers were made: no held-out pairs, each pair a probe at every step. */
export const goldenSettings: DpoSettings = {
  tuning: 'full',
  lora_rank: 4,
  lora_alpha: 8,
  lora_targets: ['all'],
  lora_dropout: 0,
  learning_rate: 1e-3,
  schedule: 'constant',
  warmup_steps: 0,
  weight_decay: 0,
  max_grad_norm: 0,
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  adam_epsilon: 1e-8,
  batch_pairs: 4,
  accumulation: 1,
  epochs: 1,
  steps: 5,
  recompute: false,
  heldout_pairs: 0,
  probe_pairs: 4,
  probe_others: 0,
  probe_others_rejected: 0,
  probe_near_misses: 0,
  probe_shuffled: 0,
  probe_samples: 0,
  probe_resamples: 0,
  probe_resample_temperature: 0.5,
  probe_sample_tokens: 8,
  probe_out_of_domain_answers: 0,
  probe_every: 1,
  geometry_pairs: 0,
  geometry_every: 1,
  sample_prompts: 0,
  sample_every: 100,
  sample_tokens: 8,
  checkpoint_every: 100,
}

/** DPO at a beta of 0.1, as the golden numbers were made. */
export const goldenMethod = pairMethod('dpo', {
  beta: 0.1,
  label_smoothing: 0,
  divergence: 'reverse_kl',
  divergence_alpha: 0.5,
})

export function pairUnits(pairs: readonly Ids[]): PairUnit[] {
  return pairs.map(({ prompt_ids, chosen_ids, rejected_ids }, id) => ({
    id,
    prompt: prompt_ids,
    unit: { shared: prompt_ids, chosen: chosen_ids, rejected: rejected_ids, chosenFrom: 0, rejectedFrom: 0 },
  }))
}

/** An executor that holds these weights: the one given, or one that runs op by op on the backend of that name. */
export function executorWith(executor: Executor | 'native' | 'cpu', ...weights: HostArrays[]): Executor {
  const filled = typeof executor === 'string' ? eagerExecutor(executor) : executor
  for (const arrays of weights) for (const [name, value] of Object.entries(arrays)) filled.put(name, value)
  return filled
}

/** All tensors of a checkpoint as numbers. */
export async function checkpointOf(
  executor: Executor,
  config: ModelConfig,
  settings: DpoSettings,
  method: DpoRun['method'] = goldenMethod,
): Promise<Record<string, HostArray>> {
  const { trained, slots } = checkpointShapes(config, settings, method)
  const tensors: Record<string, HostArray> = {}
  for (const name of Object.keys({ ...trained, ...slots })) tensors[name] = await executor.read(name)
  return tensors
}

type Recorded = { events: DpoEvent[]; checkpoint: Record<string, HostArray>; reference: Map<string, number> }

/** Runs to the end, or returns after `stopAfter` updates; keeps what was told and the tensors at that point. */
export async function driven(
  run: Omit<DpoRun, 'reference' | 'method'> & { method?: DpoRun['method'] },
  stopAfter = Infinity,
  reference = new Map<string, number>(),
) {
  const found: Recorded = { events: [], checkpoint: {}, reference }
  for await (const event of trainDpo({
    method: goldenMethod,
    ...run,
    reference: (text) => reference.get(referenceKey(text)),
  })) {
    found.events.push(event)
    if (event.kind === 'referenced') for (const { text, logp } of event.entries) reference.set(referenceKey(text), logp)
    const stops = event.kind === 'step' && event.step + 1 === stopAfter
    if (stops || event.kind === 'checkpoint')
      found.checkpoint = await checkpointOf(run.executor, run.config, run.settings, run.method)
    if (stops) break
  }
  return found
}

/** The events of one kind, in order. */
export function ofKind<K extends DpoEvent['kind']>(events: readonly DpoEvent[], kind: K) {
  return events.filter((event): event is Told<K> => event.kind === kind)
}

/** An event of that kind; the readings of a step are those of a method that learns from pairs, as in most tests. */
type Told<K extends DpoEvent['kind']> = Extract<DpoEvent, { kind: K }> &
  (K extends 'step' ? { readings: StepReadings } : unknown)
