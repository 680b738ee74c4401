// Responses as the flat tensors that policy losses read, with padding at the end, and the step's loss with its gradients.
import {
  clippedPolicyLoss,
  klPenalty,
  tokenLosses,
  tokenWeights,
  weightedTokenSum,
  type Clipping,
  type Normalisation,
  type SampledTokens,
} from '../../../src/ml/losses/policy-gradient.ts'
import * as tf from '../../../src/ml/tf.ts'
import { evaluated, type Numbers, type Vectors } from './evaluated.ts'
import type { Response } from './trl-policy.ts'

export type StepSettings = Clipping & {
  normalisation: Normalisation
  maxTokens: number
  over?: 'mean' | 'sum'
  beta?: number
  biasCorrected?: boolean
}

/** Flat inputs of a step, and one token of padding whose numbers would overflow if they were read. */
export function flat(responses: readonly Response[], settings: Pick<StepSettings, 'normalisation' | 'maxTokens'>) {
  const weights = tokenWeights(
    responses.map(({ logps }) => logps.length),
    settings,
  )
  const each = (read: (response: Response, i: number) => readonly number[]) => responses.flatMap(read)
  return {
    logps: [...each(({ logps }) => logps), -200],
    oldLogps: [...each(({ old }) => old), -400],
    referenceLogps: [...each(({ reference }) => reference), 0],
    advantages: [...each(({ logps, advantage }) => logps.map(() => advantage)), -5],
    weights: [...each(({ logps }, i) => logps.map(() => weights[i]!)), 0],
    owner: [...each(({ logps }, i) => logps.map(() => i)), 0],
    tokens: responses.map(({ logps }) => logps.length),
  } satisfies Numbers
}

/** The tensors of `flat` as the losses read them. */
export const asTokens = (inputs: Vectors) => inputs as Vectors & SampledTokens

/** Losses of tokens, policy and KL, before their weights. */
export function policyTerms(inputs: Vectors, { over, beta, biasCorrected, ...clipping }: StepSettings) {
  const [tokens, owner] = [asTokens(inputs), tf.cast<tf.Tensor1D>(inputs.owner!, 'int32')]
  const sequences = over && { over, owner, tokens: inputs.tokens! }
  const policy = clippedPolicyLoss(tokens, { ...clipping, sequences })
  const penalised = { logps: tokens.logps, referenceLogps: inputs.referenceLogps!, weights: tokens.weights }
  const kl = beta ? { losses: klPenalty(penalised, biasCorrected ? { ratio: policy.ratio } : {}), beta } : undefined
  return { policy, losses: tokenLosses({ policy: policy.losses, kl }) }
}

/** The step's loss and its gradients by every flat input that could have one. */
export function step(responses: readonly Response[], settings: StepSettings) {
  const inputs = flat(responses, settings)
  const by = ['logps', 'oldLogps', 'referenceLogps', 'advantages']
  const loss = (vectors: Vectors) => {
    const { losses } = policyTerms(vectors, settings)
    return tf.reshape<tf.Rank.R1>(weightedTokenSum(losses, vectors.weights!), [1])
  }
  const { mean, gradients } = evaluated(inputs, loss, by)
  return { loss: mean, gradients }
}
