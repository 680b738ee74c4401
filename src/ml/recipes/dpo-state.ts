// The state of a DPO run in its executor: what is trained, the optimiser's slots and the gradient sums.
import type { Shapes } from '../models/architecture.ts'
import type { ModelConfig } from '../models/config.ts'
import { initialLora, loraShapes } from '../models/lora.ts'
import { headShapes, initialHead, type ScalarHead } from '../models/scalar-head.ts'
import { parameterShapes } from '../models/shapes.ts'
import { adamwSlots } from '../optim/adamw.ts'
import type { Executor, HostArrays } from '../program.ts'
import { gradientName, zeroState } from './programs.ts'
import { adapterSettings, type DpoSettings } from './settings.ts'

/** Names and shapes of what a run trains: the adapter's matrices under PEFT's names, or every weight of the model; and its scalar head. */
export function trainedShapes(config: ModelConfig, settings: DpoSettings, head?: ScalarHead): Shapes {
  const lora = adapterSettings(config, settings)
  return { ...(lora ? loraShapes(config, lora) : parameterShapes(config)), ...(head ? headShapes(config, head) : {}) }
}

/** What a checkpoint holds: the trained tensors and the optimiser's slots, all float32. Nothing else is needed to go on. */
export function checkpointNames(
  config: ModelConfig,
  settings: DpoSettings,
  head?: ScalarHead,
): { trained: string[]; slots: string[] } {
  const trained = Object.keys(trainedShapes(config, settings, head))
  const slots = trained.flatMap((name) => Object.values(adamwSlots(name)))
  return { trained, slots }
}

/**
 * Puts what the executor does not hold yet: a fresh adapter, a scalar head, slots at zero. What is there is kept, which is how a run resumes.
 * `step` is the number of updates made so far; past the first, throws when something is missing. `summed`: a step is more than one batch.
 * Returns whether the policy is the reference still: no update was made, and the adapter, if any, is a fresh one.
 */
export async function putStartingState(
  executor: Executor,
  config: ModelConfig,
  settings: DpoSettings,
  { seed, step, summed, head }: { seed: number; step: number; summed: boolean; head?: ScalarHead },
): Promise<boolean> {
  const lora = adapterSettings(config, settings)
  const fresh: HostArrays = {
    ...(lora && step === 0 ? initialLora(config, lora, seed) : {}),
    ...(head && step === 0 ? initialHead(config, head) : {}),
  }
  const shapes = trainedShapes(config, settings, head)
  const untouched = step === 0 && (!lora || !Object.keys(shapes).some((name) => executor.has(name)))
  const zeros: Shapes = {}
  for (const [name, shape] of Object.entries(shapes)) {
    const slots = Object.values(adamwSlots(name)).filter((slot) => !executor.has(slot))
    const missing = [...(executor.has(name) || fresh[name] ? [] : [name]), ...(step > 0 ? slots : [])]
    if (missing.length > 0) throw new Error(`'${missing[0]}' is missing, so the run cannot go on from step ${step}.`)
    if (!executor.has(name)) executor.put(name, fresh[name]!)
    for (const slot of slots) zeros[slot] = shape
  }
  await executor.run(zeroState({ ...zeros, ...(summed ? sumShapes(shapes) : {}) }), {})
  return untouched
}

/** Names and shapes of the gradient sums, which are there between steps where a step is more than one batch. */
export function sumShapes(shapes: Shapes): Shapes {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [gradientName(name), shape]))
}

/** Frees adapter, scalar head, slots and gradient sums; the model's own weights stay, trained or not. */
export function dropRunState(executor: Executor, config: ModelConfig, settings: DpoSettings, head?: ScalarHead): void {
  const { trained, slots } = checkpointNames(config, settings, head)
  const own = settings.tuning === 'lora' ? trained : head ? Object.keys(headShapes(config, head)) : []
  executor.drop([...slots, ...trained.map(gradientName), ...own])
}
