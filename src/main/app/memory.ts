// How much a run trains and how much memory it takes, from the model's shape.
//
// What follows from the shape is counted below; what does not is in these constants, chosen to agree with peaks of whole training
// jobs as graphs: see the points in the test.
import type { Model, ParsedSettings } from '#contract'
import type { UnitTokens } from './unit-tokens.ts'

/** float32 numbers of one block: so many times D, F and the outputs of its linear layers a token, and so many a score of attention. */
type PerBlock = { D: number; F: number; linear: number; scores: number }

/** The process with TensorFlow loaded, its graphs and nothing done, bytes. */
const RUNTIME = 580e6
/** Copies of the weights while they are loaded: on the device, and on the host until the collector comes. */
const LOADED = 2
/** Further float32 numbers for each trained parameter: its gradient, two slots, and what an update holds for a while. */
const PER_TRAINED = 4
/** What each block keeps for the backward pass, when it is made again there and when it is not. */
const KEPT: Record<'again' | 'whole', PerBlock> = {
  again: { D: 1, F: 0, linear: 1, scores: 0 },
  whole: { D: 8, F: 3, linear: 1, scores: 1 },
}
/** What one block at work holds, forward or backward. */
const WORK: PerBlock = { D: 12, F: 6, linear: 1, scores: 3 }
/** How much more of what comes and goes the process holds than it uses: freed memory lies between what is in use. */
const SLACK = 1.1
/** Logits that the fused head holds at a time (log-probs.ts), and copies of them. */
const HEAD = { logits: 2 ** 24, copies: 3 }
/** Tokens of a batch when texts are scored (scoring.ts). */
const SCORED_TOKENS = 2048
/** Tokens of a batch come in multiples of this (collate.ts). */
const STEP = 32

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
 * Peak resident memory in bytes: runtime, weights, what is trained, what the blocks keep for the backward pass, one block at work,
 * the head's tile. `recompute`: blocks are made again in the backward pass.
 */
export function memoryNeeded(
  model: Model,
  settings: ParsedSettings,
  { unitTokens, recompute }: { unitTokens: UnitTokens; recompute: boolean },
): number {
  const { layers, parameters, V } = model
  const trained = trainableParameters(model, settings)
  const pairs = typeof settings.batch_pairs === 'number' ? settings.batch_pairs : 1
  const batch = batchOf(pairs, unitTokens)
  const training =
    layers * blockNumbers(model, KEPT[recompute ? 'again' : 'whole'], batch) + blockNumbers(model, WORK, batch)
  const scored = batchOf(Math.max(1, SCORED_TOKENS / Math.max(1, unitTokens.long)), unitTokens)
  const passing = Math.max(training, blockNumbers(model, WORK, scored))
  const head = Math.min(HEAD.logits, Math.max(batch.tokens, scored.tokens) * V) * HEAD.copies
  // Where gradients of several batches are summed, the sum is there besides.
  const perTrained = PER_TRAINED + (Number(settings.accumulation) > 1 ? 1 : 0)
  return Math.round(RUNTIME + 4 * (LOADED * parameters + perTrained * trained + SLACK * (passing + head)))
}

/** Tokens of a batch that lie end to end, and scores that each head of attention makes of them. */
type Batch = { tokens: number; scores: number }

/**
 * The largest batch of `pairs` pairs that a run is likely to meet: long pairs and short ones make up for each other the more, the
 * more there are. Prompts read themselves, each response its prompt and itself; rows are as wide as the longest of the batch.
 */
function batchOf(pairs: number, { mean, long, prompt, response }: UnitTokens): Batch {
  const tokens = pairs * mean + Math.sqrt(pairs) * (long - mean)
  return {
    tokens: Math.ceil((tokens + 1) / STEP) * STEP,
    scores: pairs * (prompt ** 2 + 2 * response * (prompt + response)),
  }
}

function blockNumbers(model: Model, per: PerBlock, { tokens, scores }: Batch): number {
  const linear = linearSizes(model).reduce((sum, [, [outputs]]) => sum + outputs, 0)
  return tokens * (per.D * model.D + per.F * model.F + per.linear * linear) + per.scores * model.heads * scores
}

/** The linear layers of one block that carry an adapter. */
function targeted(model: Model, settings: ParsedSettings): Size[] {
  const targets = Array.isArray(settings.lora_targets) ? settings.lora_targets : []
  return linearSizes(model)
    .filter(([name]) => targets.includes('all') || targets.includes(name))
    .map(([, size]) => size)
}
