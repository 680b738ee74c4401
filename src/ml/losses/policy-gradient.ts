// The clipped policy gradient over sampled tokens: PPO (Schulman et al., arXiv 1707.06347), GRPO (arXiv 2402.03300) and what differs
// from them only in ratio, range and weights: DAPO (2503.14476), Dr. GRPO (2503.20783), GSPO (2507.18071), RLOO (2402.14740).
import * as tf from '../tf.ts'
import type { Scalar, Tensor1D } from '../tf.ts'
import { fixed } from '../custom-gradient.ts'
import { expMinusOne } from './log-space.ts'

/** M tokens of sampled responses and any padding among them. All [M]; only `logps` gets a gradient. */
export type SampledTokens = {
  /** log pi of the token now, in nats, at the temperature at which it was drawn. */
  logps: Tensor1D
  /** The same under the policy that drew it. */
  oldLogps: Tensor1D
  /** How much better the token was than expected, in units of scores or of their deviation; one number a response, or of `gae`. */
  advantages: Tensor1D
  /** The token's part in the step's loss, of `tokenWeights`. 0 is padding, whose ratio counts as 1 whatever stands there. */
  weights: Tensor1D
}

/** The range of ratios that still teach: 1 - epsilonLow to 1 + epsilonHigh, both > 0 (PPO 0.2 and 0.2; DAPO 0.2 and 0.28). */
export type Clipping = {
  epsilonLow: number
  epsilonHigh: number
  /**
   * The largest ratio that counts at all, above 1 + epsilonHigh: bounds the loss of a bad token that became likely, and ends its gradient
   * (dual-clip PPO, arXiv 1912.09729, c = 3; two-sided GRPO of INTELLECT-2, arXiv 2505.07291; TRL's delta). Default: none.
   */
  delta?: number
}

/**
 * One ratio for a whole response: exp of the mean of its tokens' log-ratios (GSPO, equation 7; TRL's importance_sampling_level 'sequence')
 * or of their sum (TRL's RLOO). `owner` int32 [M] is each token's response, in [0, R); `tokens` [R] counts them. Responses must be whole.
 */
export type SequenceRatio = { over: 'mean' | 'sum'; owner: Tensor1D; tokens: Tensor1D }

/** One entry a token, all [M]. Under `SequenceRatio` all tokens of a response have its loss, ratio and clipping. */
export type PolicyLosses = {
  /** What the step's loss weighs and adds up. */
  losses: Tensor1D
  /** pi / pi_old, with its gradient, for `klPenalty`; 1 before the first update. TRL's val/ratio is its mean. */
  ratio: Tensor1D
  /** (log pi - log pi_old)^2 / 2, token by token: Schulman's k2, >= 0. Mean: policy/approxkl_avg, where TRL counts padding in. */
  approxkl: Tensor1D
  /** 1 where the ratio is below the range and the advantage negative, else 0: TRL's clip_ratio/low_mean. */
  clipLow: Tensor1D
  /** 1 where the ratio is above the range and the advantage positive, else 0: TRL's clip_ratio/high_mean. */
  clipHigh: Tensor1D
  /** Either: policy/clipfrac_avg and clip_ratio/region_mean. Such a token gets no gradient. */
  clipfrac: Tensor1D
}

/**
 * -min(r A, clip(r, 1 - epsilonLow, 1 + epsilonHigh) A), r = pi / pi_old (PPO, equation 7). Gradient in log pi: -r A, or 0 where clipped;
 * -A at r = 1. -A where the policies agree. Unbounded above for A < 0 unless `delta` is given, and finite: r goes on straight above e^30.
 * RLOO's paper has no ratio, -A log pi(y), which is the gradient of this at r = 1; the clipped form is TRL's.
 */
export function clippedPolicyLoss(
  { logps, oldLogps, advantages, weights }: SampledTokens,
  { epsilonLow, epsilonHigh, delta, sequences }: Clipping & { sequences?: SequenceRatio },
): PolicyLosses {
  const perToken = logRatioToFixed(logps, oldLogps, weights)
  const ratio = tf.add<Tensor1D>(expMinusOne(sequences ? acrossSequences(perToken, sequences) : perToken), 1)
  const A = fixed(advantages)
  const [low, high] = [1 - epsilonLow, 1 + epsilonHigh]
  const counted = delta === undefined ? ratio : tf.minimum<Tensor1D>(ratio, delta)
  const clipped = tf.minimum<Tensor1D>(tf.maximum<Tensor1D>(ratio, low), high)
  // At a tie, so within the range, tfjs gives the whole gradient to the first: here to the ratio that is not clipped.
  const losses = tf.neg<Tensor1D>(tf.minimum(tf.mul(counted, A), tf.mul(clipped, A)))
  const clipLow = asFloat(tf.logicalAnd(tf.less(ratio, low), tf.less(A, 0)))
  const clipHigh = asFloat(tf.logicalAnd(tf.greater(ratio, high), tf.greater(A, 0)))
  const approxkl = tf.mul<Tensor1D>(0.5, tf.square(perToken))
  return { losses, ratio, approxkl, clipLow, clipHigh, clipfrac: tf.add(clipLow, clipHigh) }
}

/**
 * KL(pi || pi_ref) at each token, [M], in nats, as k3: e^d - 1 - d, d = log pi_ref - log pi (GRPO, equation 4), for beta times it in the loss.
 * >= 0; gradient in log pi: 1 - e^d, and 0 where the models agree. Finite: straight beyond d = 30.
 * Its gradient over tokens that pi drew is in the mean that of KL(pi_ref || pi). Times `ratio` of `clippedPolicyLoss`, with the gradient of
 * both, it is that of KL(pi || pi_ref) (DeepSeek-V3.2, arXiv 2512.02556; TRL's use_bias_correction_kl, on by default in 1.16).
 */
export function klPenalty(
  { logps, referenceLogps, weights }: { logps: Tensor1D; referenceLogps: Tensor1D; weights: Tensor1D },
  { ratio }: { ratio?: Tensor1D } = {},
): Tensor1D {
  const d = tf.neg<Tensor1D>(logRatioToFixed(logps, referenceLogps, weights))
  const k3 = tf.sub<Tensor1D>(expMinusOne(d), d)
  return ratio ? tf.mul(k3, ratio) : k3
}

/** Terms of the loss of M tokens, all [M], and their factors, >= 0. Entropies are in nats; they teach only if they carry a gradient. */
export type TokenTerms = {
  policy: Tensor1D
  kl?: { losses: Tensor1D; beta: number }
  entropy?: { entropies: Tensor1D; coef: number }
}

/** policy + beta kl - coef entropy, [M]. TRL takes the mean entropy over tokens whatever the loss_type; here that is so with 'dapo' alone. */
export function tokenLosses({ policy, kl, entropy }: TokenTerms): Tensor1D {
  const held = kl ? tf.add<Tensor1D>(policy, tf.mul(kl.beta, kl.losses)) : policy
  return entropy ? tf.sub(held, tf.mul(entropy.coef, entropy.entropies)) : held
}

/** How a step's loss is averaged, by TRL's loss_type. BNPO is 'dapo' of each micro-batch, divided by their number. */
export type Normalisation = 'grpo' | 'dapo' | 'dr_grpo'

/**
 * What each token of each response of a step weighs, [R], from their `lengths` in tokens; 0 for one without tokens, which R still counts.
 * grpo: 1 / (R |y|), the mean over tokens, then over responses. dapo: 1 / sum of |y|, all tokens alike, as in PPO. dr_grpo: 1 / (R maxTokens).
 * Over a step's tokens they sum to 1, 1 and mean |y| / maxTokens. DAPO's paper (section 3.3) averages over the tokens of each group, TRL
 * over a generation's, here it is a step's. Dr. GRPO's paper divides by no length at all; the constant is that of its code, and of TRL.
 */
export function tokenWeights(
  lengths: readonly number[],
  { normalisation, maxTokens }: { normalisation: Normalisation; maxTokens: number },
): number[] {
  const [R, all] = [lengths.length, lengths.reduce((sum, length) => sum + length, 0)]
  const parts = { grpo: (length: number) => R * length, dapo: () => all, dr_grpo: () => R * maxTokens }
  return lengths.map((length) => (length > 0 ? 1 / parts[normalisation](length) : 0))
}

/** The loss of a step, or a batch's part of it: the sum over tokens of weight times loss. */
export function weightedTokenSum(losses: Tensor1D, weights: Tensor1D): Scalar {
  return tf.sum<Scalar>(tf.mul(losses, weights))
}

/** logps - other, [M], with a gradient to `logps` alone, and 0 at padding, where the exponential of a difference may be infinite. */
function logRatioToFixed(logps: Tensor1D, other: Tensor1D, weights: Tensor1D): Tensor1D {
  return tf.mul(tf.sub(logps, fixed(other)), asFloat(tf.greater(weights, 0)))
}

/** Sum or mean of `x` [M] over each response, at every token of it, [M]. */
function acrossSequences(x: Tensor1D, { over, owner, tokens }: SequenceRatio): Tensor1D {
  const sums = tf.unsortedSegmentSum(x, owner, tokens.shape[0]) as Tensor1D // [R]
  return tf.gather(over === 'sum' ? sums : tf.div<Tensor1D>(sums, tf.maximum(tokens, 1)), owner)
}

const asFloat = (holds: tf.Tensor) => tf.cast<Tensor1D>(holds as Tensor1D, 'float32')
