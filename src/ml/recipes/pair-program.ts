// The program of learning from pairs: the gradient of a method's loss of both responses of each pair, or of answers alone.
import { collatedSizes } from '../data/collate.ts'
import type { Side } from '../data/units.ts'
import { withoutGradient } from '../custom-gradient.ts'
import { lossAndGradients } from '../gradients.ts'
import { responsesAtOnce } from '../head/tiles.ts'
import type { PairLogProbs } from '../losses/pairs.ts'
import type { ModelConfig } from '../models/config.ts'
import type { LoraSettings } from '../models/lora.ts'
import type { Tensors } from '../program.ts'
import * as tf from '../tf.ts'
import type { Scalar, Tensor1D } from '../tf.ts'
import { labelSizes, labelsGiven } from './label-use.ts'
import type { BatchReadings, Carried, PairMethod, SplitSide } from './pair-method.ts'
import { carriedName, dropoutOf, gradientUpdates, responseReadings, type UnitProgram } from './programs.ts'

/** What the program reads of a method. */
export type TaughtBy = Pick<PairMethod, 'loss' | 'ofAnswers' | 'carries' | 'splits' | 'selfLikelihood'>

/** What a training program is told of each of its P pairs. */
const perPair = [
  ...['reference_chosen', 'reference_rejected', 'chosen_tokens', 'rejected_tokens', 'pair_weight', 'draws'],
  ...['reference_shared_chosen', 'reference_shared_rejected', 'desirable'],
]

/**
 * Gradient of the method's weighted loss over one batch of pairs, added to `grad/<name>` of each name in `trained`, or put there where
 * there is none. What the method carries is read from and written to `carried/<name>`, scalars.
 * Inputs: the arrays of `collate` for P pairs; `reference_chosen`, `reference_rejected` [P], summed log-probabilities;
 * `chosen_tokens`, `rejected_tokens` [P], the lengths of the responses; `pair_weight` [P], the share of each pair in the step's mean;
 * `draws` [P], uniform in [0, 1); `kl`, a scalar, for methods that estimate it; `dropout_seed`, a scalar, read when `lora.dropout` > 0;
 * `label_margin` or `label_smoothing` [P], where labels say more than which response is better.
 * Of answers alone, units with one side, also `desirable` [P], 1 for a good one and 0 for a bad one; what is told of rejected is not read.
 * For methods that split responses: `shared_weight` [tiles, R], `weight` up to the length of the shorter response of a pair and 0 beyond,
 * and `reference_shared_chosen`, `reference_shared_rejected` [P].
 * Outputs, [P] each: `losses`, `chosen`, `rejected` (summed log-probabilities);
 * and `entropy`, its sum over the response tokens. `again`: blocks are made again in the backward pass, which takes less memory.
 */
export function dpoGradients(
  config: ModelConfig,
  {
    lora,
    method,
    trained,
    again = false,
  }: { lora: LoraSettings | null; method: TaughtBy; trained: readonly string[]; again?: boolean },
): UnitProgram {
  return {
    name: lora ? 'dpo gradients with adapter' : 'dpo gradients',
    sizes: {
      ...collatedSizes,
      ...Object.fromEntries(perPair.map((name) => [name, ['P']])),
      ...labelSizes,
      shared_weight: [null, 'R'],
    },
    model: config,
    tile: responsesAtOnce(config.V),
    run(state, inputs) {
      const given = inputs as Record<string, Tensor1D>
      const before = Object.fromEntries(
        Object.keys(method.carries?.start ?? {}).map((name) => [name, state[carriedName(name)] as Scalar]),
      )
      const forward = (weights: Tensors) => {
        const adapter = lora ? { settings: lora, weights, dropout: dropoutOf(lora, inputs) } : undefined
        const use = { adapter, trained, again, squares: method.selfLikelihood }
        const { logps, entropy, logSquares } = responseReadings(config, weights, inputs, use)
        const sums = (tokens: Tensor1D, weight = 'weight') =>
          sumsByPair(tokens, inputs, weight, given.pair_weight!.shape[0])
        const { chosen, rejected } = sums(logps)
        const pairs = {
          chosen: { policy: chosen, reference: given.reference_chosen!, tokens: given.chosen_tokens! },
          rejected: { policy: rejected, reference: given.reference_rejected!, tokens: given.rejected_tokens! },
        }
        const answers = given.desirable && { ...pairs.chosen, desirable: given.desirable }
        const policies = answers ? [chosen] : [chosen, rejected]
        const carried = method.carries
          ? carriedOn(
              policies,
              before,
              answers ? () => method.ofAnswers!.next!(before, answers) : () => method.carries!.next(before, pairs),
            )
          : {}
        const batch: BatchReadings = {
          kl: inputs.kl as Scalar,
          draws: given.draws!,
          carried,
          labels: labelsGiven(inputs),
        }
        if (method.splits) {
          const shared = sums(logps, 'shared_weight')
          const split = (side: Side) => splitSide(pairs[side], shared[side], given[`reference_shared_${side}`]!)
          batch.split = { chosen: split('chosen'), rejected: split('rejected') }
        }
        if (method.selfLikelihood) {
          const own = sums(tf.sub(logps, logSquares!))
          batch.selfLikelihood = {
            chosen: tf.div(own.chosen, given.chosen_tokens!),
            rejected: tf.div(own.rejected, given.rejected_tokens!),
          }
        }
        const losses = answers ? method.ofAnswers!.loss(answers, batch) : method.loss(pairs, batch)
        const aux = {
          ...{ losses, chosen, rejected },
          entropy: tf.sum(tf.mul(entropy, tf.reshape(inputs.weight!, entropy.shape))),
          ...Object.fromEntries(Object.entries(carried).map(([name, after]) => [carriedName(name), after])),
        }
        return { loss: tf.sum<Scalar>(tf.mul(losses, given.pair_weight!)), aux }
      }
      const { aux, grads } = lossAndGradients(trained, state, forward)
      const { losses, chosen, rejected, entropy, ...after } = aux as Record<string, Tensor1D>
      return {
        updates: { ...gradientUpdates(trained, state, grads), ...after },
        outputs: { losses: losses!, chosen: chosen!, rejected: rejected!, entropy: entropy! },
      }
    },
  }
}

/** What is carried, after this batch: as one node of the tape, through which no gradient goes. */
function carriedOn(policies: readonly Tensor1D[], before: Carried, next: () => Carried): Carried {
  const names = Object.keys(before)
  const all = withoutGradient(policies, () => {
    const after = next()
    return tf.concat(names.map((name) => tf.reshape<tf.Rank.R1>(after[name]!, [1])))
  }) // [names]
  return Object.fromEntries(names.map((name, i) => [name, tf.reshape<tf.Rank.R0>(tf.slice(all, [i], [1]), [])]))
}

function splitSide(whole: PairLogProbs['chosen'], shared: Tensor1D, referenceShared: Tensor1D): SplitSide {
  return {
    policy: { shared, tail: tf.sub(whole.policy, shared) },
    reference: { shared: referenceShared, tail: tf.sub(whole.reference, referenceShared) },
  }
}

/** Sums readings of tokens [tiles*R], times a weight, into those of chosen and rejected, [P] each. Not as a product, which may be in low precision. */
function sumsByPair(tokens: Tensor1D, inputs: Tensors, weight: string, P: number): Record<Side, Tensor1D> {
  const flat = (name: string) => tf.reshape<tf.Rank.R1>(inputs[name]!, tokens.shape)
  const sums = tf.unsortedSegmentSum(tf.mul<Tensor1D>(tokens, flat(weight)), flat('owner'), 2 * P)
  const pairs = tf.reshape<tf.Rank.R2>(sums, [P, 2]) // [P, 2]
  const side = (column: number) => tf.reshape<tf.Rank.R1>(tf.slice(pairs, [0, column], [P, 1]), [P])
  return { chosen: side(0), rejected: side(1) }
}
