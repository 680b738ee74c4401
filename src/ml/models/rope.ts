// Rotary position embedding (RoFormer, Su et al. 2021) in the half-split layout of Hugging Face's Llama.
import * as tf from '../tf.ts'
import type { Tensor4D } from '../tf.ts'
import type { ModelConfig } from './config.ts'

/** cos and signed sin of each token's angles, both [B, T, 1, Dh]. */
export type Rotation = { cos: Tensor4D; sin: Tensor4D }

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

/** Reads the rotation of each token from a table of `length` positions, made on the host; positions are int32 in [0, length). */
export function rotationAt(config: ModelConfig, positions: tf.Tensor2D, length: number): Rotation {
  const [B, T] = positions.shape
  const Dh = config.headDim
  const frequencies = ropeFrequencies(config)
  const cos = new Float32Array(length * Dh)
  const sin = new Float32Array(length * Dh)
  for (let position = 0; position < length; position++) {
    for (const [i, frequency] of frequencies.entries()) {
      const at = position * Dh + i
      cos[at] = cos[at + Dh / 2] = Math.cos(position * frequency)
      sin[at + Dh / 2] = Math.sin(position * frequency)
      sin[at] = -sin[at + Dh / 2]! // The minus of "rotate half" lives in the table and costs nothing per layer.
    }
  }
  const rows = tf.reshape(positions, [B * T])
  const pick = (table: Float32Array) =>
    tf.reshape<tf.Rank.R4>(tf.gather(tf.tensor2d(table, [length, Dh]), rows), [B, T, 1, Dh])
  return { cos: pick(cos), sin: pick(sin) }
}

/** Turns each head's planes by the token's angles. x is [B, T, heads, Dh]. */
export function rotated(x: Tensor4D, { cos, sin }: Rotation): Tensor4D {
  const [left, right] = tf.split(x, 2, -1)
  return tf.add(tf.mul(x, cos), tf.mul(tf.concat([right!, left!], -1), sin))
}
