// Compares a loss over pairs with a golden case: by pair, and over the batch with its gradients.
import { runningReward } from '../../../src/ml/losses/absolute.ts'
import { tokenMeanWeight } from '../../../src/ml/losses/sft.ts'
import { weightedSum } from '../../../src/ml/losses/weighted-sum.ts'
import { wpoWeights } from '../../../src/ml/losses/wpo.ts'
import * as tf from '../../../src/ml/tf.ts'
import { asPairs, evaluatedPairs, type PairNumbers } from './evaluated.ts'
import { check, sum, type Case, type Inputs, type Side } from './golden-cases.ts'
import { byName, ofCpoTrainer, ofDpoTrainer, ofOrpoTrainer } from './golden-losses.ts'

/** Pairs: the loss of each by itself, then the batch's mean and its gradients. They differ only where a mean goes over tokens. */
export function checkPairs(golden: Case, inputs: Inputs): void {
  const numbers = numbersOf(inputs, golden.params)
  const tokens = numbers.tokensChosen
  const { source, params, name } = golden
  const named = byName.find(([pattern]) => pattern.test(name))?.[1]
  const trainer = source.includes('CPO') ? ofCpoTrainer : source.includes('ORPO') ? ofOrpoTrainer : ofDpoTrainer
  // CPO's and ORPO's cases leave the NLL out of the losses of pairs.
  const nll = trainer === ofCpoTrainer ? params.cpo_alpha! : 1
  const nllApart = trainer !== ofDpoTrainer
  const promptLogps = params.nll === 'prompt+response' ? [-1.5, -0.7, -2.2] : []
  const allTokens = sum(tokens) + promptLogps.length * tokens.length
  const batchWeight = promptLogps.length > 0 ? tokens.length / allTokens : tokenMeanWeight(tokens)
  const constant = (-sum(promptLogps) * tokens.length) / allTokens
  const parameters = { ...params, delta: shiftOf(golden, numbers) }
  const way = named ?? trainer
  const values = evaluatedPairs(numbers, (pairs) => {
    const each = nllApart ? 0 : tf.div<tf.Tensor1D>(1, pairs.chosen.tokens)
    return weighed(way(pairs, parameters, { tokenMean: each }), inputs, params)
  })
  const batch = evaluatedPairs(numbers, (pairs) =>
    weighed(way(pairs, parameters, { tokenMean: nll * batchWeight }), inputs, params),
  )
  // The cases on averages give gradients by the mean over a response's tokens.
  const scaled = (gradient: readonly number[], lengths: readonly number[]) =>
    gradient.map((slope, i) => (params.avg ? slope * lengths[i]! : slope))
  check(golden, {
    values: values.losses,
    batch: batch.mean + constant,
    chosen: scaled(batch.gradients.chosen!, tokens),
    rejected: scaled(batch.gradients.rejected!, numbers.tokensRejected),
  })
}

/** BCO's shift after its first batch: the mean of the rewards of both sides. */
function shiftOf({ name, params }: Case, numbers: PairNumbers): number | undefined {
  if (!name.startsWith('bco_pair running mean')) return undefined
  return tf.tidy(() => {
    const tensors = Object.entries(numbers).map(([key, values]) => [key, tf.tensor1d([...values])] as const)
    const none = { mean: tf.scalar(0), count: tf.scalar(0) }
    const { chosen, rejected } = asPairs(Object.fromEntries(tensors))
    return runningReward(none, [chosen, rejected], { beta: params.beta! }).mean.dataSync()[0]!
  })
}

function weighed(losses: tf.Tensor1D, inputs: Inputs, { use_weighting: use }: Case['params']): tf.Tensor1D {
  if (!use) return losses
  const mean = (side: Side) =>
    inputs[`policy_${side}_token_logps`].map((logps, i) => {
      const others = inputs[`wpo_log_sum_sq_probs_${side}`][i]!
      return sum(logps.map((logp, t) => logp - others[t]!)) / logps.length
    })
  const weight = wpoWeights({ chosen: tf.tensor1d(mean('chosen')), rejected: tf.tensor1d(mean('rejected')) })
  return weightedSum([{ losses, weight }])
}

function numbersOf(inputs: Inputs, { reference_free: free }: { reference_free?: boolean }): PairNumbers {
  return {
    chosen: inputs.policy_chosen_logps,
    rejected: inputs.policy_rejected_logps,
    referenceChosen: free ? inputs.ref_chosen_logps.map(() => 0) : inputs.ref_chosen_logps,
    referenceRejected: free ? inputs.ref_rejected_logps.map(() => 0) : inputs.ref_rejected_logps,
    tokensChosen: inputs.chosen_len,
    tokensRejected: inputs.rejected_len,
  }
}
