// The state of a DPO run in its executor: what is trained, the optimiser's slots and the gradient sums.
import type { Shapes } from '../models/architecture.ts'
import type { ModelConfig } from '../models/config.ts'
import { initialLora, loraShapes } from '../models/lora.ts'
import { headShapes, initialHead, type ScalarHead } from '../models/scalar-head.ts'
import { parameterShapes } from '../models/shapes.ts'
import { adamwSlots } from '../optim/adamw.ts'
import { floats, type Executor, type HostArrays } from '../program.ts'
import { carriedName, gradientName, referenceName, zeroState } from './programs.ts'
import { adapterSettings, type DpoSettings } from './settings.ts'

/** Names and shapes of what a run trains: the adapter's matrices under PEFT's names, or every weight of the model; and its scalar head. */
export function trainedShapes(config: ModelConfig, settings: DpoSettings, head?: ScalarHead): Shapes {
  const lora = adapterSettings(config, settings)
  return { ...(lora ? loraShapes(config, lora) : parameterShapes(config)), ...(head ? headShapes(config, head) : {}) }
}

/** What a method has in the state beside weights and slots: a scalar head, numbers that it carries from batch to batch, a reference that moves. */
type Stateful = { head?: ScalarHead; carries?: { start: Readonly<Record<string, number>> }; movesReference?: object }

/** What a checkpoint holds: the trained tensors; the optimiser's slots and what the method keeps beside. All float32. Nothing else is needed to go on. */
export function checkpointShapes(
  config: ModelConfig,
  settings: DpoSettings,
  method: Stateful,
): { trained: Shapes; slots: Shapes } {
  const trained = trainedShapes(config, settings, method.head)
  const slots = Object.entries(trained).flatMap(([name, shape]) =>
    Object.values(adamwSlots(name)).map((slot) => [slot, shape] as const),
  )
  const kept = Object.entries(keptStart(config, settings, method, 0)).map(([name, { shape }]) => [name, shape] as const)
  return { trained, slots: Object.fromEntries([...slots, ...kept]) }
}

/** What the method keeps beside weights and slots as it begins: what it carries, and a reference that has not moved. */
function keptStart(config: ModelConfig, settings: DpoSettings, method: Stateful, seed: number): HostArrays {
  const lora = method.movesReference ? adapterSettings(config, settings) : null
  const carried = Object.entries(method.carries?.start ?? {})
  return Object.fromEntries([
    ...carried.map(([name, value]) => [carriedName(name), floats([value], [])] as const),
    ...Object.entries(lora ? initialLora(config, lora, seed) : {}).map(
      ([name, value]) => [referenceName(name), value] as const,
    ),
  ])
}

/**
 * Puts what the executor does not hold yet: a fresh adapter, a scalar head, slots at zero, what the method keeps. What is there is kept, which is how a run resumes.
 * `step` is the number of updates made so far; past the first, throws when something is missing. `summed`: a step is more than one batch.
 * Returns whether the policy is the reference still: no update was made, and the adapter, if any, is a fresh one.
 */
export async function putStartingState(
  executor: Executor,
  config: ModelConfig,
  settings: DpoSettings,
  { method, seed, step, summed }: { method: Stateful; seed: number; step: number; summed: boolean },
): Promise<boolean> {
  const lora = adapterSettings(config, settings)
  const { head } = method
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
  for (const [name, value] of Object.entries(keptStart(config, settings, method, seed))) {
    if (executor.has(name)) continue
    if (step > 0) throw new Error(`'${name}' is missing, so the run cannot go on from step ${step}.`)
    executor.put(name, value)
  }
  await executor.run(zeroState({ ...zeros, ...(summed ? sumShapes(shapes) : {}) }), {})
  return untouched
}

/** Names and shapes of the gradient sums, which are there between steps where a step is more than one batch. */
export function sumShapes(shapes: Shapes): Shapes {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [gradientName(name), shape]))
}

/** Frees adapter, scalar head, slots, gradient sums and what the method keeps; the model's own weights stay, trained or not. */
export function dropRunState(executor: Executor, config: ModelConfig, settings: DpoSettings, method: Stateful): void {
  const { trained, slots } = checkpointShapes(config, settings, method)
  const names = Object.keys(trained)
  const own = settings.tuning === 'lora' ? names : method.head ? Object.keys(headShapes(config, method.head)) : []
  executor.drop([...Object.keys(slots), ...names.map(gradientName), ...own])
}
