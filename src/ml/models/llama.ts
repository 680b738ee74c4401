// The Llama family: Llama (Touvron et al. 2023), Qwen2 (biases on q, k, v) and Qwen3 (norms on q and k).
import * as tf from '../tf.ts'
import type { Tensor2D, Tensor3D } from '../tf.ts'
import type { Architecture, LinearLayer, Shapes, Stage } from './architecture.ts'
import type { ModelConfig } from './config.ts'
import { rmsNorm } from './norms.ts'
import { rotated } from './rope.ts'

export const llama: Architecture = {
  transposed: false,
  embeddingName: 'model.embed_tokens.weight',

  embedding: ({ weight }, ids) => tf.gather(weight('model.embed_tokens.weight'), ids) as Tensor2D, // [N, D]

  block(stage, layer, x) {
    const { weight, config } = stage
    const at = `model.layers.${layer}`
    const { context, kept } = selfAttention(
      stage,
      layer,
      rmsNorm(x, weight(`${at}.input_layernorm.weight`), config.normEps),
    )
    const y = tf.add<Tensor2D>(x, context)
    const inner = swiglu(
      stage,
      `${at}.mlp`,
      rmsNorm(y, weight(`${at}.post_attention_layernorm.weight`), config.normEps),
    )
    return { x: tf.add<Tensor2D>(y, inner), kept }
  },

  blockName: (layer) => `model.layers.${layer}`,

  finalNorm: ({ weight, config }, x) => rmsNorm(x, weight('model.norm.weight'), config.normEps),

  linearLayers: (config) => Array.from({ length: config.layers }, (_, layer) => layerMaps(config, layer)).flat(),

  otherShapes(config) {
    const shapes: Shapes = { 'model.embed_tokens.weight': [config.V, config.D] }
    for (let layer = 0; layer < config.layers; layer++) {
      const at = `model.layers.${layer}`
      shapes[`${at}.input_layernorm.weight`] = [config.D]
      shapes[`${at}.post_attention_layernorm.weight`] = [config.D]
      if (config.family !== 'qwen3') continue
      shapes[`${at}.self_attn.q_norm.weight`] = [config.headDim]
      shapes[`${at}.self_attn.k_norm.weight`] = [config.headDim]
    }
    shapes['model.norm.weight'] = [config.D]
    return shapes
  },
}

function selfAttention(stage: Stage, layer: number, x: Tensor2D) {
  const { config, linear, weight, rotation } = stage
  const { heads, kvHeads, headDim, normEps } = config
  const at = `model.layers.${layer}.self_attn`
  const split = (y: Tensor2D, count: number) => tf.reshape<tf.Rank.R3>(y, [y.shape[0], count, headDim]) // [N, count, Dh]
  const normed = (y: Tensor3D, name: string) =>
    config.family === 'qwen3' ? rmsNorm(y, weight(`${at}.${name}.weight`), normEps) : y
  const turned = (y: Tensor3D) => (rotation ? rotated(y, rotation) : y)
  const [q, k, v] = linear(x, [`${at}.q_proj`, `${at}.k_proj`, `${at}.v_proj`])
  const { context, kept } = stage.attend(
    layer,
    turned(normed(split(q!, heads), 'q_norm')),
    turned(normed(split(k!, kvHeads), 'k_norm')),
    split(v!, kvHeads),
  )
  const [output] = linear(context, [`${at}.o_proj`]) // [N, D]
  return { context: output!, kept }
}

/** W_down (silu(W_gate x) * W_up x) (Shazeer 2020). */
function swiglu({ linear }: Stage, at: string, x: Tensor2D): Tensor2D {
  const [gate, up] = linear(x, [`${at}.gate_proj`, `${at}.up_proj`]) // [N, F] each
  const [output] = linear(tf.mul<Tensor2D>(tf.mul(gate!, tf.sigmoid(gate!)), up!), [`${at}.down_proj`])
  return output!
}

function layerMaps(config: ModelConfig, layer: number): LinearLayer[] {
  const { family, D, F, heads, kvHeads, headDim, attentionBias, mlpBias } = config
  const Q = heads * headDim
  const KV = kvHeads * headDim
  // Qwen2 has these biases always and its config.json does not say so; its output projection has none.
  const bias = attentionBias || family === 'qwen2'
  const at = `model.layers.${layer}`
  return [
    { module: `${at}.self_attn.q_proj`, inputs: D, outputs: Q, bias },
    { module: `${at}.self_attn.k_proj`, inputs: D, outputs: KV, bias },
    { module: `${at}.self_attn.v_proj`, inputs: D, outputs: KV, bias },
    { module: `${at}.self_attn.o_proj`, inputs: Q, outputs: D, bias: bias && family !== 'qwen2' },
    { module: `${at}.mlp.gate_proj`, inputs: D, outputs: F, bias: mlpBias },
    { module: `${at}.mlp.up_proj`, inputs: D, outputs: F, bias: mlpBias },
    { module: `${at}.mlp.down_proj`, inputs: F, outputs: D, bias: mlpBias },
  ]
}
