// A decoder-only transformer: embedding, blocks, final norm. The families differ in their blocks alone (llama.ts, gpt2.ts).
import * as tf from '../tf.ts'
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '../tf.ts'
import type { Tensors } from '../program.ts'
import type { Architecture, Attend, Stage } from './architecture.ts'
import { attention, attentionMask } from './attention.ts'
import type { ModelConfig } from './config.ts'
import { architecture } from './families.ts'
import { adapterPrefix, type Adapter } from './lora.ts'
import { dropoutKeys, linearMaps } from './linear.ts'
import { recomputed, type Block } from './recompute.ts'
import { rotationAt } from './rope.ts'

/**
 * Packed token rows, all int32 [B, T]. A unit is one prompt with its responses; -1 is padding.
 * Branch 0 is the shared prompt, 1 the chosen and 2 the rejected response; each branch's positions go on from the prompt's.
 */
export type TokenRows = { ids: Tensor2D; positions: Tensor2D; units: Tensor2D; branches: Tensor2D }

/** The rows among a program's inputs, under the names `ids`, `positions`, `units` and `branches`. */
export function tokenRows(inputs: Tensors): TokenRows {
  const row = (name: string): Tensor2D => {
    const tensor = inputs[name]
    if (tensor?.rank !== 2) throw new Error(`The program needs an input '${name}' of shape [rows, tokens].`)
    return tensor as Tensor2D
  }
  return { ids: row('ids'), positions: row('positions'), units: row('units'), branches: row('branches') }
}

/**
 * Hidden states after the final norm, [B, T, D]. Positions must lie in [0, T), for GPT-2 below its context as well.
 * See `attentionMask` for who reads whom. `trained` names the tensors of the state whose gradient is wanted, none for
 * scoring: others inside the blocks get none. The backward pass makes most of each block again (recompute.ts).
 */
export function hidden(
  config: ModelConfig,
  weights: Tensors,
  batch: TokenRows,
  { adapter, trained }: { adapter?: Adapter; trained: readonly string[] },
): Tensor3D {
  const [B, T] = batch.ids.shape
  const model = architecture(config)
  const rotation = config.rope ? rotationAt(config, batch.positions, T) : null
  const keys = dropoutKeys(adapter, B * T)
  const shared: Tensors = { mask: attentionMask(batch.units, batch.branches), ...rotation, ...keys }
  const wanted = new Set(trained)
  const stageWith = ({ mask, cos, sin, first, second }: Tensors, products?: Record<string, Tensor>): Stage => ({
    ...{ config, B, T, weight: weightOf(weights) },
    linear: linearMaps(model.transposed, weights, adapter, {
      keys: first && second ? { first, second } : null,
      trained: wanted,
      products,
    }),
    attend: (_, q, k, v) => ({ context: attention(q, k, v, mask as Tensor4D), kept: {} }),
    rotation: cos && sin ? { cos: cos as Tensor4D, sin: sin as Tensor4D } : null,
  })
  const stage = stageWith(shared)
  let x = embedded(model, stage, batch) // [N, D]
  for (let layer = 0; layer < config.layers; layer++) {
    const at = model.blockName(layer)
    const own = trained.filter((name) => name.startsWith(`${at}.`) || name.startsWith(`${adapterPrefix}${at}.`))
    const block: Block = (x, shared, products) => model.block(stageWith(shared, products), layer, x).x
    x = recomputed(
      block,
      x,
      own.map((name) => weights[name]!),
      shared,
    )
  }
  return tf.reshape(model.finalNorm(stage, x), [B, T, config.D]) // [B, T, D]
}

/**
 * The same without gradients and with attention left to the caller, who may add a key-value cache; `length` bounds the positions.
 * Returns the hidden states [B, T, D] and all that `attend` asked to keep.
 */
export function decoded(
  config: ModelConfig,
  weights: Tensors,
  tokens: { ids: Tensor2D; positions: Tensor2D; length: number },
  attend: Attend,
  adapter?: Adapter,
): { hidden: Tensor3D; kept: Tensors } {
  const [B, T] = tokens.ids.shape
  const model = architecture(config)
  const linear = linearMaps(model.transposed, weights, adapter)
  const rotation = config.rope ? rotationAt(config, tokens.positions, tokens.length) : null
  const stage: Stage = { config, weight: weightOf(weights), linear, attend, B, T, rotation }
  let x = embedded(model, stage, tokens) // [N, D]
  const kept: Record<string, Tensor> = {}
  for (let layer = 0; layer < config.layers; layer++) {
    const next = tf.tidy(() => model.block(stage, layer, x)) // tidy: only what is kept outlives a layer
    Object.assign(kept, next.kept)
    x = next.x
  }
  return { hidden: tf.reshape(model.finalNorm(stage, x), [B, T, config.D]), kept } // [B, T, D]
}

function embedded(model: Architecture, stage: Stage, { ids, positions }: Pick<TokenRows, 'ids' | 'positions'>) {
  const N = stage.B * stage.T
  return model.embedding(stage, tf.reshape(ids, [N]), tf.reshape(positions, [N])) // [N, D]
}

/** Name of the language-model head's weight [V, D]: the token embedding's where the two are tied. */
export function headName(config: ModelConfig): string {
  return config.tied ? architecture(config).embeddingName : 'lm_head.weight'
}

/** The language-model head's weight [V, D]. */
export function headWeight(config: ModelConfig, weights: Tensors): Tensor2D {
  return weightOf(weights)(headName(config)) as Tensor2D
}

function weightOf(weights: Tensors) {
  return (name: string): Tensor => {
    const found = weights[name]
    if (!found) throw new Error(`The model has no weight '${name}'. Check that its checkpoint is complete.`)
    return found
  }
}
