// A linear map from a hidden state to one number: the reward of a whole response, or the value of a token's state.
import * as tf from '../tf.ts'
import type { Tensor1D, Tensor2D } from '../tf.ts'
import type { HostArray, HostArrays, Tensors } from '../program.ts'
import type { Shapes } from './architecture.ts'
import type { ModelConfig } from './config.ts'

/** reward: as Transformers names and reads it, without a bias. value: of PPO, with one. */
export type ScalarHead = 'reward' | 'value'

const names = {
  reward: { weight: 'score.weight', bias: null },
  value: { weight: 'value_head.weight', bias: 'value_head.bias' },
} as const

/** Names and shapes of the head's weights: [1, D], and [1] where it has a bias. */
export function headShapes({ D }: ModelConfig, head: ScalarHead): Shapes {
  const { weight, bias } = names[head]
  return { [weight]: [1, D], ...(bias ? { [bias]: [1] } : {}) }
}

/** A head at zero: all rewards are equal, all values 0, until it learns. */
export function initialHead(config: ModelConfig, head: ScalarHead): HostArrays {
  return Object.fromEntries(
    Object.entries(headShapes(config, head)).map(([name, shape]): [string, HostArray] => {
      return [
        name,
        { dtype: 'float32', shape, data: new Float32Array(shape.reduce((product, side) => product * side, 1)) },
      ]
    }),
  )
}

/** The head's number for each hidden state [n, D], [n]. Not as a product of matrices, which may be in low precision. */
export function scalarOf(head: ScalarHead, weights: Tensors, states: Tensor2D): Tensor1D {
  const { weight, bias } = names[head]
  const W = weights[weight]
  if (!W) throw new Error(`The model has no ${head} head: '${weight}' is missing.`)
  const sums = tf.sum<Tensor1D>(tf.mul(states, W), 1) // [n]
  return bias ? tf.add(sums, weights[bias]!) : sums
}
