// The methods of pairs whose loss reads more of a batch than the log-probabilities of its responses: numbers carried from batch to
// batch, an estimate, parts of responses, how likely the policy itself finds them, or a reference that moves.
import { bcoLoss, runningReward, type RunningMean } from '../losses/absolute.ts'
import { betaDpoLoss, marginStatistics, margins, noMargins, type MarginStatistics } from '../losses/beta-dpo.ts'
import { ldLogProbs } from '../losses/ld-dpo.ts'
import type { SideLogProbs } from '../losses/pairs.ts'
import { dpoLoss } from '../losses/sigmoid.ts'
import { bcoUnpairedLoss, ktoLoss } from '../losses/unpaired.ts'
import { weightedSum } from '../losses/weighted-sum.ts'
import { wpoWeights } from '../losses/wpo.ts'
import * as tf from '../tf.ts'
import type { Tensor1D } from '../tf.ts'
import { relative, type Carried, type Numbers, type Paired, type SplitSide, type Values } from './pair-method.ts'

export function kto(read: Numbers): Paired {
  const settings = {
    ...{ beta: read('beta') },
    ...{ desirableWeight: read('desirable_weight'), undesirableWeight: read('undesirable_weight') },
  }
  return {
    loss: ({ chosen, rejected }, { kl }) =>
      tf.mul(
        0.5,
        tf.add<Tensor1D>(
          ktoLoss({ ...chosen, desirable: tf.onesLike(chosen.policy) }, { ...settings, kl }),
          ktoLoss({ ...rejected, desirable: tf.zerosLike(rejected.policy) }, { ...settings, kl }),
        ),
      ),
    ofAnswers: { loss: (answers, { kl }) => ktoLoss(answers, { ...settings, kl }) },
    reward: relative(settings.beta),
    estimatesKl: true,
  }
}

export function bco(read: Numbers, values: Values): Paired {
  const beta = read('beta')
  const reward = relative(beta)
  if (values.bco_shift !== true)
    return {
      loss: (pairs) => bcoLoss(pairs, { beta }),
      ofAnswers: { loss: (answers) => bcoUnpairedLoss(answers, { beta }) },
      reward,
    }
  const next = (before: Carried, responses: readonly SideLogProbs[]) =>
    runningReward(before as RunningMean, responses, { beta })
  return {
    loss: (pairs, { carried }) => bcoLoss(pairs, { beta, shift: carried.mean! }),
    ofAnswers: {
      loss: (answers, { carried }) => bcoUnpairedLoss(answers, { beta, shift: carried.mean! }),
      next: (before, answers) => next(before, [answers]),
    },
    carries: {
      start: { mean: 0, count: 0 },
      next: (before, { chosen, rejected }) => next(before, [chosen, rejected]),
    },
    reward,
  }
}

export function betaDpo(read: Numbers): Paired {
  const settings = { beta: read('beta'), a: read('beta_gain'), rho: read('filter_rate') }
  return {
    loss: (pairs, { carried, draws }) =>
      betaDpoLoss(pairs, { ...settings, draws, statistics: carried as MarginStatistics }),
    carries: {
      start: noMargins,
      next: (before, pairs) => marginStatistics(before as MarginStatistics, margins(pairs)),
    },
    reward: relative(settings.beta),
  }
}

export function ldDpo(read: Numbers): Paired {
  const beta = read('beta')
  const alpha = read('ld_alpha')
  const shortened = ({ policy, reference }: SplitSide, tokens: Tensor1D) => ({
    policy: ldLogProbs(policy, { alpha }),
    reference: ldLogProbs(reference, { alpha }),
    tokens,
  })
  return {
    loss: ({ chosen, rejected }, { split, labels }) =>
      dpoLoss(
        { chosen: shortened(split!.chosen, chosen.tokens), rejected: shortened(split!.rejected, rejected.tokens) },
        { beta, ...labels },
      ),
    splits: true,
    reward: relative(beta),
  }
}

/** TR-DPO (arXiv 2404.09656): DPO against a reference that follows the policy. */
export function trDpo(read: Numbers, values: Values): Paired {
  const beta = read('beta')
  const share = values.reference_update === 'hard' ? 1 : read('reference_share')
  return {
    loss: (pairs, { labels }) => dpoLoss(pairs, { beta, ...labels }),
    movesReference: { every: read('reference_every'), share },
    reward: relative(beta),
  }
}

export function wpo(read: Numbers): Paired {
  const beta = read('beta')
  return {
    loss: (pairs, { selfLikelihood, labels }) =>
      weightedSum([{ losses: dpoLoss(pairs, { beta, ...labels }), weight: wpoWeights(selfLikelihood!) }]),
    selfLikelihood: true,
    reward: relative(beta),
  }
}
