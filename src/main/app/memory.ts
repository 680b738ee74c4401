// How much a run trains and how much memory it takes, from the model's shape.
//
// The constants were fitted to peaks measured with the eager executor on native TensorFlow: SmolLM2-135M, pairs of 260 to 330
// tokens: LoRA r 8 on all layers 4.1, 8.2 and 14.5 GB with batches of 1, 2 and 4; r 4 on q and v 6.9 GB (2); all weights 8.8 GB (1).
import type { Model, ParsedSettings } from '#contract'

/** The process with TensorFlow loaded and nothing done, bytes. */
const RUNTIME = 450e6
/** float32 numbers for each trained parameter: itself, its sum, two slots; four new ones in an update; two gradients. */
const PER_TRAINED = 10
/** float32 numbers that a block keeps per token for its backward pass: so many times D, F, heads T, and an adapter's outputs. */
const KEPT = { D: 36, F: 19, attention: 4, adapter: 3.7 }
/** Logits that the fused head holds at a time (log-probs.ts), and copies of them. */
const HEAD = { logits: 2 ** 24, copies: 4 }

/** Outputs and inputs. */
type Size = [outputs: number, inputs: number]

/** The linear layers of one block by the last part of their names; GPT-2 has two named c_proj. */
function linearSizes({ family, D, F, heads, kvHeads, headDim }: Model): [name: string, size: Size][] {
  if (family === 'gpt2')
    return [
      ['c_attn', [3 * D, D]],
      ['c_proj', [D, D]],
      ['c_fc', [F, D]],
      ['c_proj', [D, F]],
    ]
  return [
    ['q_proj', [headDim * heads, D]],
    ['k_proj', [headDim * kvHeads, D]],
    ['v_proj', [headDim * kvHeads, D]],
    ['o_proj', [D, headDim * heads]],
    ['gate_proj', [F, D]],
    ['up_proj', [F, D]],
    ['down_proj', [D, F]],
  ]
}

/** Number of trained parameters: those of the adapter, or all. */
export function trainableParameters(model: Model, settings: ParsedSettings): number {
  if (settings.tuning === 'full') return model.parameters
  const rank = typeof settings.lora_rank === 'number' ? settings.lora_rank : 0
  const perLayer = targeted(model, settings).reduce((sum, [outputs, inputs]) => sum + rank * (outputs + inputs), 0)
  return perLayer * model.layers
}

/**
 * Peak resident memory in bytes: runtime, weights, what is trained, what a batch keeps for its backward pass, the head's tile.
 * @param unitTokens tokens of a long pair, its prompt counted once
 */
export function memoryNeeded(model: Model, settings: ParsedSettings, { unitTokens }: { unitTokens: number }): number {
  const { D, F, heads, layers, parameters, context, V } = model
  const trained = trainableParameters(model, settings)
  const frozen = settings.tuning === 'full' ? 0 : parameters
  const B = typeof settings.batch_pairs === 'number' ? settings.batch_pairs : 1
  const T = Math.ceil(Math.min(unitTokens, 2 * context) / 16) * 16
  const outputs = settings.tuning === 'full' ? 0 : targeted(model, settings).reduce((sum, [out]) => sum + out, 0)
  const kept = KEPT.D * D + KEPT.F * F + KEPT.attention * heads * T + KEPT.adapter * outputs
  const head = Math.min(HEAD.logits, B * T * V) * HEAD.copies
  return Math.round(RUNTIME + 4 * (frozen + PER_TRAINED * trained + B * T * layers * kept + head))
}

/** The linear layers of one block that carry an adapter. */
function targeted(model: Model, settings: ParsedSettings): Size[] {
  const targets = Array.isArray(settings.lora_targets) ? settings.lora_targets : []
  return linearSizes(model)
    .filter(([name]) => targets.includes('all') || targets.includes(name))
    .map(([, size]) => size)
}
