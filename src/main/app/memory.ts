// How much a run trains and how much memory it takes, from the model's shape.
//
// The constants were fitted to peaks of whole training jobs with the eager executor on native TensorFlow; see the test for the
// points: SmolLM2-135M on GSM8K pairs, LoRA r 8 on all layers with batches of 1, 2 and 4: 2.2, 2.7 and 3.4 GB (4.3 GB with probes
// and samples), all weights with a batch of 1: 5.1 GB; the starter model as it is preset: 0.7 GB. All within 20 %.
import type { Model, ParsedSettings } from '#contract'

/** The process with TensorFlow loaded and nothing done, bytes. */
const RUNTIME = 500e6
/** Copies of the weights while they are loaded: on the device, and on the host until the collector comes. */
const LOADED = 2
/** Further float32 numbers for each trained parameter: its sum, two slots, its gradient, and what an update holds for a while. */
const PER_TRAINED = 6
/** float32 numbers of one block at work, forward or backward, per token: so many times D, F and heads T. */
const WORK = { D: 36, F: 19, attention: 4 }
/** How much more of what comes and goes the process holds than it uses: freed memory lies between what is in use. */
const SLACK = 1.5
/** Logits that the fused head holds at a time (log-probs.ts), and copies of them. */
const HEAD = { logits: 2 ** 24, copies: 4 }
/** Tokens of a batch when texts are scored (scoring.ts). */
const SCORED_TOKENS = 2048

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
 * Peak resident memory in bytes: runtime, weights, what is trained, what the blocks keep for the backward pass (their inputs and
 * the products of their linear layers), one block at work, the head's tile.
 * @param unitTokens tokens of a long pair, its prompt counted once
 */
export function memoryNeeded(model: Model, settings: ParsedSettings, { unitTokens }: { unitTokens: number }): number {
  const { D, F, heads, layers, parameters, context, V } = model
  const trained = trainableParameters(model, settings)
  const B = typeof settings.batch_pairs === 'number' ? settings.batch_pairs : 1
  const T = Math.ceil(Math.min(unitTokens, 2 * context) / 16) * 16
  const kept = D + linearSizes(model).reduce((sum, [, [outputs]]) => sum + outputs, 0)
  const work = WORK.D * D + WORK.F * F + WORK.attention * heads * T
  const scored = Math.max(T, SCORED_TOKENS)
  const passing = Math.max(B * T * (layers * kept + work), (scored * work) / 3)
  const head = Math.min(HEAD.logits, Math.max(B * T, scored) * V) * HEAD.copies
  return Math.round(RUNTIME + 4 * (LOADED * parameters + PER_TRAINED * trained + SLACK * (passing + head)))
}

/** The linear layers of one block that carry an adapter. */
function targeted(model: Model, settings: ParsedSettings): Size[] {
  const targets = Array.isArray(settings.lora_targets) ? settings.lora_targets : []
  return linearSizes(model)
    .filter(([name]) => targets.includes('all') || targets.includes(name))
    .map(([, size]) => size)
}
