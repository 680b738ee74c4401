// What the model families have in common: the pieces that transformer.ts strings together.
import type { Tensor, Tensor2D, Tensor3D } from '../tf.ts'
import type { Tensors } from '../program.ts'
import type { ModelConfig } from './config.ts'
import type { Rotation } from './rope.ts'

/**
 * Linear maps of one input, named as in the checkpoint, without '.weight': [N, in] -> [N, out] each, with bias and adapter where
 * there are any. Maps that read the same are asked for together: what they have in common is made once.
 */
export type Linear = (x: Tensor2D, modules: readonly string[]) => Tensor2D[]

/**
 * Attention of tokens: q is [N, H, Dh], k and v are [N, KV, Dh]. Returns the context [N, H * Dh]; `kept` outlives the layer (a cache).
 */
export type Attend = (layer: number, q: Tensor3D, k: Tensor3D, v: Tensor3D) => { context: Tensor2D; kept: Tensors }

/** All that a block reads besides its input. */
export type Stage = {
  config: ModelConfig
  /** A weight by its checkpoint name; throws when the model has none. */
  weight: (name: string) => Tensor
  linear: Linear
  attend: Attend
  rotation: Rotation | null
}

export type Shapes = Record<string, number[]>

/** A linear layer that an adapter can be put on: the checkpoint's module name and its two sizes. */
export type LinearLayer = { module: string; inputs: number; outputs: number; bias: boolean }

/** One model family. */
export type Architecture = {
  /** Token (and learned position) embeddings. ids and positions are int32 [N]. Returns [N, D]. */
  embedding(stage: Stage, ids: Tensor, positions: Tensor): Tensor2D
  /** One transformer block. x is [N, D]. */
  block(stage: Stage, layer: number, x: Tensor2D): { x: Tensor2D; kept: Tensors }
  /** What the checkpoint names of a block's weights begin with, without the last dot. */
  blockName(layer: number): string
  finalNorm(stage: Stage, x: Tensor2D): Tensor2D
  /** Every linear layer inside the blocks, in order. */
  linearLayers(config: ModelConfig): LinearLayer[]
  /** Whether linear weights are stored [in, out] (GPT-2's Conv1D) and not [out, in]. */
  transposed: boolean
  /** Shapes of what is not a linear layer: embeddings and norms. */
  otherShapes(config: ModelConfig): Shapes
  embeddingName: string
}
