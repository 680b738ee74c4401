// GPT-2 (Radford et al. 2019), with Hugging Face's names: Conv1D weights are [in, out], positions are learned.
import * as tf from '../tf.ts'
import type { Tensor2D } from '../tf.ts'
import type { Architecture, Shapes, Stage } from './architecture.ts'
import { layerNorm } from './norms.ts'

export const gpt2: Architecture = {
  transposed: true,
  embeddingName: 'transformer.wte.weight',

  embedding: ({ weight }, ids, positions) =>
    tf.add(tf.gather(weight('transformer.wte.weight'), ids), tf.gather(weight('transformer.wpe.weight'), positions)), // [N, D]

  block(stage, layer, x) {
    const at = gpt2.blockName(layer)
    const { context, kept } = selfAttention(stage, layer, norm(stage, `${at}.ln_1`, x))
    const y = tf.add<Tensor2D>(x, context)
    const [inner] = stage.linear(norm(stage, `${at}.ln_2`, y), [`${at}.mlp.c_fc`]) // [N, F]
    const [output] = stage.linear(gelu(inner!), [`${at}.mlp.c_proj`]) // [N, D]
    return { x: tf.add<Tensor2D>(y, output!), kept }
  },

  blockName: (layer) => `transformer.h.${layer}`,

  finalNorm: (stage, x) => norm(stage, 'transformer.ln_f', x),

  linearLayers: ({ layers, D, F }) =>
    Array.from({ length: layers }, (_, layer) => [
      { module: `transformer.h.${layer}.attn.c_attn`, inputs: D, outputs: 3 * D, bias: true },
      { module: `transformer.h.${layer}.attn.c_proj`, inputs: D, outputs: D, bias: true },
      { module: `transformer.h.${layer}.mlp.c_fc`, inputs: D, outputs: F, bias: true },
      { module: `transformer.h.${layer}.mlp.c_proj`, inputs: F, outputs: D, bias: true },
    ]).flat(),

  otherShapes({ layers, D, V, context }) {
    const shapes: Shapes = { 'transformer.wte.weight': [V, D], 'transformer.wpe.weight': [context, D] }
    const norms = Array.from({ length: layers }, (_, i) => [
      `transformer.h.${i}.ln_1`,
      `transformer.h.${i}.ln_2`,
    ]).flat()
    for (const name of [...norms, 'transformer.ln_f']) {
      shapes[`${name}.weight`] = [D]
      shapes[`${name}.bias`] = [D]
    }
    return shapes
  },
}

function norm({ weight, config }: Stage, name: string, x: Tensor2D): Tensor2D {
  return layerNorm(x, weight(`${name}.weight`), weight(`${name}.bias`), config.normEps)
}

function selfAttention({ config, linear, attend }: Stage, layer: number, x: Tensor2D) {
  const { heads, headDim } = config
  const at = `${gpt2.blockName(layer)}.attn`
  const [joined] = linear(x, [`${at}.c_attn`]) // [N, 3 D]
  const [q, k, v] = tf
    .split(joined!, 3, -1) // 3 of [N, D]
    .map((part) => tf.reshape<tf.Rank.R3>(part, [part.shape[0]!, heads, headDim])) // [N, H, Dh]
  const { context, kept } = attend(layer, q!, k!, v!)
  const [output] = linear(context, [`${at}.c_proj`]) // [N, D]
  return { context: output!, kept }
}

/** gelu_new: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (Hendrycks and Gimpel 2016). */
function gelu(x: Tensor2D): Tensor2D {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(x, tf.square(x)), 0.044715)), Math.sqrt(2 / Math.PI))
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1))
}
