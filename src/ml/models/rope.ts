// Rotary position embedding (RoFormer, Su et al. 2021) in the half-split layout of Hugging Face's Llama.
import * as tf from '../tf.ts'
import type { Tensor, Tensor1D, Tensor3D } from '../tf.ts'
import type { ModelConfig } from './config.ts'

/** cos and signed sin of each token's angles, both [N, 1, Dh]. */
export type Rotation = { cos: Tensor; sin: Tensor }

/** Angle per position of each of the Dh/2 planes, in radians, after the model's context-extension rule. */
export function ropeFrequencies(config: ModelConfig): number[] {
  if (!config.rope) throw new Error(`The ${config.family} family has no rotary positions.`)
  const { theta, scaling } = config.rope
  const plain = Array.from({ length: config.headDim / 2 }, (_, i) => theta ** ((-2 * i) / config.headDim))
  switch (scaling?.kind) {
    case undefined:
      return plain
    case 'linear':
      return plain.map((frequency) => frequency / scaling.factor)
    case 'llama3':
      // Short waves stay, long waves stretch by the factor, those between are blended (Llama 3.1's published rule).
      return plain.map((frequency) => {
        const turns = (scaling.originalContext * frequency) / (2 * Math.PI)
        const blend = (turns - scaling.lowFactor) / (scaling.highFactor - scaling.lowFactor)
        const share = Math.min(1, Math.max(0, blend))
        return share * frequency + ((1 - share) * frequency) / scaling.factor
      })
  }
}

/** The rotation of each token; positions are int32 [N]. In float32, as Hugging Face's. */
export function rotationAt(config: ModelConfig, positions: Tensor1D): Rotation {
  const [N] = positions.shape
  const frequencies = tf.tensor2d(ropeFrequencies(config), [1, config.headDim / 2])
  const angles = tf.mul(tf.cast(tf.reshape(positions, [N, 1]), 'float32'), frequencies) // [N, Dh/2]
  const cos = tf.cos(angles)
  const sin = tf.sin(angles)
  const ofHead = (left: Tensor, right: Tensor) => tf.reshape(tf.concat([left, right], 1), [N, 1, config.headDim])
  // The minus of "rotate half" lives in the table and costs nothing per layer.
  return { cos: ofHead(cos, cos), sin: ofHead(tf.neg(sin), sin) }
}

/** Turns each head's planes by the token's angles. x is [N, heads, Dh]. */
export function rotated(x: Tensor3D, { cos, sin }: Rotation): Tensor3D {
  const [left, right] = tf.split(x, 2, -1)
  return tf.add(tf.mul(x, cos), tf.mul(tf.concat([right!, left!], -1), sin))
}
