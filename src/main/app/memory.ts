// How much a run trains and how much memory it takes, from the model's shape. Constants were fitted to measured peaks.
import type { Model, ParsedSettings } from '#contract'

/** The process with TensorFlow loaded and nothing done, bytes. */
const RUNTIME = 450e6
/** float32 numbers kept per token and layer for the backward pass of one block: so many times D, and times F. */
const KEPT_PER_D = 24
const KEPT_PER_F = 8
/** Logits held at a time by the fused head, times copies of them. */
const HEAD = 4 * 2 ** 24 * 4

/** Output and input sizes of each linear layer of one block, by the last part of its name. */
function linearSizes({ family, D, F, heads, kvHeads, headDim }: Model): Record<string, [number, number]> {
  if (family === 'gpt2') return { c_attn: [3 * D, D], c_proj: [D, D], c_fc: [F, D] }
  const Q = headDim * heads
  const KV = headDim * kvHeads
  const projections: Record<string, [number, number]> = {
    q_proj: [Q, D],
    k_proj: [KV, D],
    v_proj: [KV, D],
    o_proj: [D, Q],
  }
  return { ...projections, gate_proj: [F, D], up_proj: [F, D], down_proj: [D, F] }
}

/** Number of trained parameters: those of the adapter, or all. */
export function trainableParameters(model: Model, settings: ParsedSettings): number {
  if (settings.tuning === 'full') return model.parameters
  const targets = Array.isArray(settings.lora_targets) ? settings.lora_targets : []
  const rank = typeof settings.lora_rank === 'number' ? settings.lora_rank : 0
  const sizes = Object.entries(linearSizes(model)).filter(([name]) => targets.includes('all') || targets.includes(name))
  const perLayer = sizes.reduce((sum, [name, [outputs, inputs]]) => {
    // GPT-2 has two layers named c_proj: attention's and the wider one of its feed-forward part.
    const second = model.family === 'gpt2' && name === 'c_proj' ? rank * (model.F + model.D) : 0
    return sum + rank * (outputs + inputs) + second
  }, 0)
  return perLayer * model.layers
}

/**
 * Peak resident memory in bytes: runtime + weights + four float32 numbers for each trained parameter (itself, gradient, two
 * slots) + what a batch keeps for its backward pass: per token and layer KEPT_PER_D D + KEPT_PER_F F, attention weights
 * 3 heads T, and the head's tile.
 * @param unitTokens tokens of a typical pair, its prompt counted once
 */
export function memoryNeeded(model: Model, settings: ParsedSettings, { unitTokens }: { unitTokens: number }): number {
  const trained = trainableParameters(model, settings)
  const batch = typeof settings.batch_pairs === 'number' ? settings.batch_pairs : 1
  const T = Math.ceil(Math.min(unitTokens, 2 * model.context) / 16) * 16
  const perToken = model.layers * (KEPT_PER_D * model.D + KEPT_PER_F * model.F + 3 * model.heads * T)
  const head = Math.min(HEAD, 4 * 4 * batch * T * model.V)
  return Math.round(RUNTIME + 4 * model.parameters + 4 * 4 * trained + 4 * batch * T * perToken + head)
}
