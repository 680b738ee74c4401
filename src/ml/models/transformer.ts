// A decoder-only transformer: embedding, blocks, final norm. The families differ in their blocks alone (llama.ts, gpt2.ts).
import * as tf from '../tf.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../tf.ts'
import type { Tensors } from '../program.ts'
import { branchGroups } from '../data/collate.ts'
import type { Attend, Stage } from './architecture.ts'
import { attentionMask, causalMask } from './attention.ts'
import type { ModelConfig } from './config.ts'
import { architecture } from './families.ts'
import { adapterPrefix, type Adapter } from './lora.ts'
import { dropoutKeys, linearMaps } from './linear.ts'
import { recomputed, type Block } from './recompute.ts'
import { rotationAt } from './rope.ts'
import { seatedAttention, type Group, type Seats } from './seating.ts'

/** A batch as a model reads it: tokens end to end, int32 [N], and how they sit when they attend. */
export type Tokens = { ids: Tensor1D; positions: Tensor1D; seats: Seats }

/** The arrays of `collate` among a program's inputs as a batch: prompts read themselves, responses their prompt and themselves. */
export function packedTokens(inputs: Tensors): Tokens {
  const { ids, positions, places } = inputs as Record<string, Tensor1D>
  const table = (name: string): Tensor2D => {
    const tensor = inputs[name]
    if (tensor?.rank !== 2) throw new Error(`The program needs the input '${name}' of collated units.`)
    return tensor as Tensor2D
  }
  const prompts = table('prompts')
  const order = table('prompt_positions')
  const groups = [
    { readers: prompts, read: prompts, mask: causalMask(order, order) },
    ...branchGroups
      .filter(({ readers }) => inputs[readers])
      .map(({ readers, readerPositions, read, readPositions }) => ({
        readers: table(readers),
        read: table(read),
        mask: causalMask(table(readerPositions), table(readPositions)),
      })),
  ]
  return { ids: ids!, positions: positions!, seats: { groups, places: places! } }
}

/**
 * Rows of tokens among a program's inputs as a batch: `ids`, `positions`, `units` and `branches`, int32 [B, T]. A unit is one prompt
 * with its responses, -1 is padding; branch 0 is the prompt, 1 and 2 the responses, whose positions go on from the prompt's.
 */
export function rowTokens(inputs: Tensors): Tokens {
  const row = (name: string): Tensor2D => {
    const tensor = inputs[name]
    if (tensor?.rank !== 2) throw new Error(`The program needs an input '${name}' of shape [rows, tokens].`)
    return tensor as Tensor2D
  }
  const [B, T] = row('ids').shape
  const flat = (name: string) => tf.reshape<tf.Rank.R1>(row(name), [B * T])
  const places = tf.range(0, B * T, 1, 'int32')
  const tokens = tf.reshape<tf.Rank.R2>(places, [B, T])
  const mask = attentionMask(row('units'), row('branches'))
  return {
    ids: flat('ids'),
    positions: flat('positions'),
    seats: { groups: [{ readers: tokens, read: tokens, mask }], places },
  }
}

/**
 * Hidden states after the final norm, [N, D]. For GPT-2 positions must lie below its context.
 * See `attentionMask` for who reads whom. `trained` names the tensors of the state whose gradient is wanted, none for
 * scoring: others inside the blocks get none. With `again` a recorded backward pass makes most of each block again (recompute.ts).
 */
export function hidden(
  config: ModelConfig,
  weights: Tensors,
  { ids, positions, seats }: Tokens,
  { adapter, trained, again = false }: { adapter?: Adapter; trained: readonly string[]; again?: boolean },
): Tensor2D {
  const model = architecture(config)
  const rotation = config.rope ? rotationAt(config, positions) : null
  const keys = dropoutKeys(adapter, ids.shape[0])
  const shared: Tensors = { ...rotation, ...keys, ...namedSeats(seats) }
  const wanted = new Set(trained)
  const stageWith = (shared: Tensors, products?: Record<string, Tensor>): Stage => {
    const { cos, sin, first, second } = shared
    const seats = seatsNamed(shared)
    return {
      ...{ config, weight: weightOf(weights) },
      linear: linearMaps(model.transposed, weights, adapter, {
        keys: first && second ? { first, second } : null,
        trained: wanted,
        products,
      }),
      attend: (_, q, k, v) => ({ context: seatedAttention(q, k, v, seats), kept: {} }),
      rotation: cos && sin ? { cos, sin } : null,
    }
  }
  const stage = stageWith(shared)
  let x = model.embedding(stage, ids, positions) // [N, D]
  for (let layer = 0; layer < config.layers; layer++) {
    const at = model.blockName(layer)
    const own = trained.filter((name) => name.startsWith(`${at}.`) || name.startsWith(`${adapterPrefix}${at}.`))
    const block: Block = (x, shared, products) => model.block(stageWith(shared, products), layer, x).x
    x = recomputed(block, x, { trained: own.map((name) => weights[name]!), shared, again })
  }
  return model.finalNorm(stage, x)
}

/** Seats as tensors by name, and back: a block is given its constants so. */
function namedSeats({ groups, places }: Seats): Tensors {
  const parts = groups.flatMap((group, g) => Object.entries(group).map(([name, tensor]) => [`${name} ${g}`, tensor]))
  return { places, ...(Object.fromEntries(parts) as Tensors) }
}

function seatsNamed(tensors: Tensors): Seats {
  const groups: Group[] = []
  for (let g = 0; tensors[`mask ${g}`]; g++) {
    const part = (name: string) => tensors[`${name} ${g}`]!
    groups.push({
      readers: part('readers') as Tensor2D,
      read: part('read') as Tensor2D,
      mask: part('mask') as Tensor4D,
    })
  }
  return { groups, places: tensors.places as Tensor1D }
}

/**
 * The same without gradients, for rows of tokens, and with attention left to the caller, who may add a key-value cache. Returns the hidden states [B, T, D] and all that `attend` asked to keep.
 */
export function decoded(
  config: ModelConfig,
  weights: Tensors,
  tokens: { ids: Tensor2D; positions: Tensor2D },
  attend: Attend,
  adapter?: Adapter,
): { hidden: Tensor3D; kept: Tensors } {
  const [B, T] = tokens.ids.shape
  const model = architecture(config)
  const linear = linearMaps(model.transposed, weights, adapter)
  const ids = tf.reshape<tf.Rank.R1>(tokens.ids, [B * T])
  const positions = tf.reshape<tf.Rank.R1>(tokens.positions, [B * T])
  const rotation = config.rope ? rotationAt(config, positions) : null
  const stage: Stage = { config, weight: weightOf(weights), linear, attend, rotation }
  let x = model.embedding(stage, ids, positions) // [N, D]
  const kept: Record<string, Tensor> = {}
  for (let layer = 0; layer < config.layers; layer++) {
    const next = tf.tidy(() => model.block(stage, layer, x)) // tidy: only what is kept outlives a layer
    Object.assign(kept, next.kept)
    x = next.x
  }
  return { hidden: tf.reshape(model.finalNorm(stage, x), [B, T, config.D]), kept } // [B, T, D]
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
