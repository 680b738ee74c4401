// Every parameter of a model by name: to check a checkpoint, to count, and to start a fresh model.
import type { HostArray, HostArrays } from '../program.ts'
import { randomStream } from '../random.ts'
import type { Shapes } from './architecture.ts'
import type { ModelConfig } from './config.ts'
import { architecture } from './families.ts'

/** Name and shape of every parameter. A tied head is not listed: it is the token embedding. */
export function parameterShapes(config: ModelConfig): Shapes {
  const { linearLayers, otherShapes, transposed } = architecture(config)
  const shapes = otherShapes(config)
  for (const { module, inputs, outputs, bias } of linearLayers(config)) {
    shapes[`${module}.weight`] = transposed ? [inputs, outputs] : [outputs, inputs]
    if (bias) shapes[`${module}.bias`] = [outputs]
  }
  if (!config.tied) shapes['lm_head.weight'] = [config.V, config.D]
  return shapes
}

/** Number of parameters, a tied head counted once. */
export function parameterCount(config: ModelConfig): number {
  return Object.values(parameterShapes(config)).reduce((sum, shape) => sum + sizeOf(shape), 0)
}

/**
 * A fresh random model: matrices normal with deviation 0.02, norms 1, biases 0, as Hugging Face starts them.
 * GPT-2's residual projections are scaled down by sqrt(2 layers) (Radford et al. 2019). The same seed gives the same model.
 */
export function initialWeights(config: ModelConfig, seed: number): HostArrays {
  const weights: Record<string, HostArray> = {}
  for (const [name, shape] of Object.entries(parameterShapes(config))) {
    const data = new Float32Array(sizeOf(shape))
    if (shape.length === 2) {
      const stream = randomStream(seed, 'weights', name)
      const deviation = name.endsWith('c_proj.weight') ? 0.02 / Math.sqrt(2 * config.layers) : 0.02
      for (let i = 0; i < data.length; i++) data[i] = deviation * stream.normal(i)
    } else if (name.endsWith('.weight')) data.fill(1)
    weights[name] = { dtype: 'float32', shape, data }
  }
  return weights
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)
