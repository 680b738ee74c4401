// The programs of a reward model: the reward of a response is read from the hidden state of its last token.
import { collatedSizes } from '../data/collate.ts'
import { sidesOf, unitTokens, type Unit } from '../data/units.ts'
import type { ModelConfig } from '../models/config.ts'
import type { Adapter, LoraSettings } from '../models/lora.ts'
import { scalarOf } from '../models/scalar-head.ts'
import { hidden, packedTokens } from '../models/transformer.ts'
import { ints, type HostArray, type Program, type Tensors } from '../program.ts'
import * as tf from '../tf.ts'
import type { Scalar, Tensor1D } from '../tf.ts'
import { labelSizes, labelsGiven } from './label-use.ts'
import { dropoutOf, taughtBy } from './programs.ts'
import type { RewardMethod } from './reward-method.ts'

/** Where the last token of each response lies among the tokens of `collate`, int32 [E]: unit by unit, chosen before rejected. */
export function responseEnds(units: readonly Unit[]): HostArray {
  let start = 0
  const ends = units.flatMap((unit) => {
    const first = start + unit.shared.length + unit.chosen.length - 1
    start += unitTokens(unit)
    return sidesOf(unit).map((side) => (side === 'chosen' ? first : first + unit.rejected.length))
  })
  return ints(ends)
}

/**
 * Rewards of responses, output `rewards` [E]. Inputs: the arrays of `collate`, and `ends` of `responseEnds`. Changes no state.
 * `lora` null reads the bare weights; the head is always the state's `score.weight`.
 */
export function scoreRewards(config: ModelConfig, lora: LoraSettings | null): Program {
  return {
    name: lora ? 'score rewards with adapter' : 'score rewards',
    sizes: { ...collatedSizes, ends: ['E'] },
    run(state, inputs) {
      const adapter = lora ? { settings: lora, weights: state } : undefined
      return { updates: {}, outputs: { rewards: rewardsOf(config, state, inputs, { adapter, trained: [] }) } }
    },
  }
}

/**
 * Gradient of the weighted loss over one batch of P pairs, added to `grad/<name>` of each name in `trained`.
 * Inputs: the arrays of `collate`, `ends` [P, 2], `pair_weight` [P], the share of each pair in the step's mean,
 * `dropout_seed`, a scalar, and `label_margin` or `label_smoothing` [P], where labels say more than which response is better.
 * Outputs: `losses` [P], `rewards` [2P].
 */
export function rewardGradients(
  config: ModelConfig,
  {
    lora,
    method,
    trained,
    again,
  }: { lora: LoraSettings | null; method: Pick<RewardMethod, 'loss'>; trained: readonly string[]; again: boolean },
): Program {
  return {
    name: lora ? 'reward gradients with adapter' : 'reward gradients',
    sizes: { ...collatedSizes, ends: ['P', null], pair_weight: ['P'], ...labelSizes },
    run(state, inputs) {
      const weight = inputs.pair_weight as Tensor1D
      const P = weight.shape[0]
      const forward = (weights: Tensors) => {
        const adapter = lora ? { settings: lora, weights, dropout: dropoutOf(lora, inputs) } : undefined
        const ends = tf.reshape<tf.Rank.R1>(inputs.ends!, [2 * P]) // [2P]
        const rewards = rewardsOf(config, weights, { ...inputs, ends }, { adapter, trained, again })
        const pairs = tf.reshape<tf.Rank.R2>(rewards, [P, 2]) // [P, 2]
        const side = (column: number) => tf.reshape<tf.Rank.R1>(tf.slice(pairs, [0, column], [P, 1]), [P])
        const losses = method.loss({ chosen: side(0), rejected: side(1) }, labelsGiven(inputs))
        return { loss: tf.sum<Scalar>(tf.mul(losses, weight)), aux: { losses, rewards } }
      }
      return taughtBy(trained, state, forward)
    },
  }
}

function rewardsOf(
  config: ModelConfig,
  weights: Tensors,
  inputs: Tensors,
  use: { adapter: Adapter | undefined; trained: readonly string[]; again?: boolean },
): Tensor1D {
  const states = hidden(config, weights, packedTokens(inputs), use) // [N, D]
  return scalarOf('reward', weights, tf.gather(states, inputs.ends as Tensor1D)) // [E]
}
