// LoRA (Hu et al. 2021) as PEFT stores it: which modules carry an adapter, its names, shapes, first weights and merging.
import type { Tensor } from '../tf.ts'
import type { HostArray, HostArrays, Tensors } from '../program.ts'
import { randomStream } from '../random.ts'
import type { LinearLayer, Shapes } from './architecture.ts'
import type { ModelConfig } from './config.ts'
import { architecture } from './families.ts'

/** targets: last parts of module names, e.g. 'q_proj'. dropout in [0, 1) acts on the adapter's input. */
export type LoraSettings = { rank: number; alpha: number; targets: string[]; dropout: number }

/** An adapter in use. Without `dropout` (or at rate 0) nothing is dropped; the seed is a scalar, a whole number in [0, 2^24). */
export type Adapter = { settings: LoraSettings; weights: Tensors; dropout?: { seed: Tensor } }

/** What the low-rank product is multiplied by: alpha / rank. */
export function loraScale(settings: LoraSettings): number {
  return settings.alpha / settings.rank
}

/** What PEFT puts before the base model's own names. */
export const adapterPrefix = 'base_model.model.'

/** PEFT's names of a module's two matrices: A is [rank, in], B is [out, rank]. */
export function loraNames(module: string): { A: string; B: string } {
  return { A: `${adapterPrefix}${module}.lora_A.weight`, B: `${adapterPrefix}${module}.lora_B.weight` }
}

export function isTarget(settings: LoraSettings, module: string): boolean {
  return settings.targets.includes(lastPart(module))
}

/** Every linear layer of the family's blocks: q, k, v, o, gate, up, down; for GPT-2 c_attn, c_proj, c_fc. */
export function defaultTargets(config: ModelConfig): string[] {
  return [
    ...new Set(
      architecture(config)
        .linearLayers(config)
        .map(({ module }) => lastPart(module)),
    ),
  ]
}

/** The layers that an adapter with these settings sits on. Throws one plain line when a setting makes no sense for the model. */
export function targetedLayers(config: ModelConfig, settings: LoraSettings): LinearLayer[] {
  const { rank, alpha, targets, dropout } = settings
  const known = defaultTargets(config)
  const unknown = targets.find((target) => !known.includes(target))
  if (!Number.isInteger(rank) || rank < 1)
    throw new Error(`LoRA rank must be a whole number of at least 1, got ${rank}.`)
  if (!(alpha > 0) || !Number.isFinite(alpha)) throw new Error(`LoRA alpha must be a positive number, got ${alpha}.`)
  if (!(dropout >= 0 && dropout < 1)) throw new Error(`LoRA dropout must be at least 0 and below 1, got ${dropout}.`)
  if (targets.length === 0) throw new Error(`LoRA needs at least one target; this model has ${known.join(', ')}.`)
  if (unknown !== undefined)
    throw new Error(`LoRA target '${unknown}' is not a linear layer of this model; it has ${known.join(', ')}.`)
  const layers = architecture(config).linearLayers(config)
  const narrow = layers.filter(({ module }) => isTarget(settings, module))
  const thin = narrow.find(({ inputs, outputs }) => rank > Math.min(inputs, outputs))
  if (thin)
    throw new Error(`LoRA rank ${rank} is larger than '${thin.module}' (${thin.inputs} by ${thin.outputs}); lower it.`)
  return narrow
}

/** Names and shapes of an adapter's weights. Throws as `targetedLayers` does. */
export function loraShapes(config: ModelConfig, settings: LoraSettings): Shapes {
  const shapes: Shapes = {}
  for (const { module, inputs, outputs } of targetedLayers(config, settings)) {
    shapes[loraNames(module).A] = [settings.rank, inputs]
    shapes[loraNames(module).B] = [outputs, settings.rank]
  }
  return shapes
}

/**
 * A fresh adapter that changes nothing yet: A uniform within +-1/sqrt(in) (PEFT's Kaiming-uniform with a = sqrt(5)), B zero.
 * The same seed gives the same A, module by module.
 */
export function initialLora(config: ModelConfig, settings: LoraSettings, seed: number): HostArrays {
  const weights: Record<string, HostArray> = {}
  for (const { module, inputs, outputs } of targetedLayers(config, settings)) {
    const { A, B } = loraNames(module)
    const stream = randomStream(seed, 'lora', A)
    const bound = 1 / Math.sqrt(inputs)
    const data = Float32Array.from({ length: settings.rank * inputs }, (_, i) => (2 * stream.uniform(i) - 1) * bound)
    weights[A] = { dtype: 'float32', shape: [settings.rank, inputs], data }
    weights[B] = { dtype: 'float32', shape: [outputs, settings.rank], data: new Float32Array(outputs * settings.rank) }
  }
  return weights
}

/**
 * The base weight with its adapter folded in: W + scale * B A, as a new float32 array.
 * `transposed` weights (GPT-2's Conv1D, [in, out]) take the product's transpose. Throws when the shapes do not fit.
 */
export function mergedWeight(
  base: HostArray,
  A: HostArray,
  B: HostArray,
  scale: number,
  transposed = false,
): HostArray {
  const [rank, inputs] = A.shape as [number, number]
  const [outputs] = B.shape as [number, number]
  const wanted = transposed ? [inputs, outputs] : [outputs, inputs]
  if (base.shape.join() !== wanted.join() || B.shape[1] !== rank)
    throw new Error(`An adapter of A [${A.shape}] and B [${B.shape}] does not fit a weight of shape [${base.shape}].`)
  const data = Float32Array.from(base.data)
  const row = new Float64Array(inputs) // Sums in float64: merging must not cost more than one rounding.
  for (let o = 0; o < outputs; o++) {
    row.fill(0)
    for (let r = 0; r < rank; r++) {
      const factor = scale * B.data[o * rank + r]!
      for (let i = 0; i < inputs; i++) row[i]! += factor * A.data[r * inputs + i]!
    }
    for (let i = 0; i < inputs; i++) data[transposed ? i * outputs + o : o * inputs + i]! += row[i]!
  }
  return { dtype: 'float32', shape: [...base.shape], data }
}

const lastPart = (module: string) => module.slice(module.lastIndexOf('.') + 1)
