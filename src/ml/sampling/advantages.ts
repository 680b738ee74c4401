// From the scores of sampled responses to advantages, on the host: the KL in the reward, GAE, whitening, and the baselines of RLOO and GRPO.

/** How one sampled token tells the KL divergence from the reference (Schulman, joschu.net/blog/kl-approx.html); TRL's kl_estimator. */
export type KlEstimator = 'k1' | 'k3'

/** Scores of the responses to one prompt, finite. A response without a score stays out of its group, as TRL's means leave it out. */
export type Group = readonly number[]

/** What the rewards are divided by: the group's standard deviation (GRPO), the batch's, or nothing (Dr. GRPO); TRL's scale_rewards. */
export type ScaleRewards = 'group' | 'batch' | 'none'

/**
 * Estimates of KL(pi || pi_ref) at each token of a response, in nats, from both log-probabilities of the token, with
 * d = log pi_ref - log pi: k1 = -d, of either sign, or k3 = e^d - 1 - d, >= 0 and of less variance. Both unbiased for tokens that pi drew.
 * In rewards TRL's PPO takes either and its RLOO k1; GRPO takes k3 into the loss instead, which is `klPenalty`.
 */
export function klPerToken(
  logps: ArrayLike<number>,
  referenceLogps: ArrayLike<number>,
  estimator: KlEstimator,
): Float32Array {
  if (logps.length !== referenceLogps.length)
    throw new Error(`${logps.length} log-probabilities beside ${referenceLogps.length} of the reference.`)
  return Float32Array.from(logps, (logp, t) => {
    const d = referenceLogps[t]! - logp
    return estimator === 'k1' ? -d : Math.expm1(d) - d
  })
}

/** The score, less TRL's missing_eos_penalty >= 0 where the response did not end by itself, in the units of scores. */
export function penalisedScore(score: number, response: { ended: boolean; missingEosPenalty?: number }): number {
  return response.ended ? score : score - (response.missingEosPenalty ?? 0)
}

/**
 * PPO's reward of each token: -klCoef kl_t, and the score on top at the last token (Ziegler et al., arXiv 1909.08593, equation 2,
 * shared out over tokens). klCoef >= 0 (TRL 0.05), in score per nat. A response without tokens gets no rewards.
 * TRL puts the score one place behind the last token wherever the batch has room, and learns that place's value as well.
 */
export function tokenRewards(kl: Float32Array, score: number, klCoef: number): Float32Array {
  return kl.map((kl_t, t) => (t === kl.length - 1 ? score : 0) - klCoef * kl_t)
}

/** RLOO's reward of a whole response: score - klCoef sum of kl_t, the sum of `tokenRewards` (Ahmadian et al., arXiv 2402.14740; TRL's beta). */
export function sequenceReward(kl: Float32Array, score: number, klCoef: number): number {
  return score - klCoef * kl.reduce((sum, kl_t) => sum + kl_t, 0)
}

/**
 * Generalised advantage estimation over one response (Schulman et al., arXiv 1506.02438, equation 16):
 * A_t = sum over l of (gamma lam)^l delta_{t+l}, delta_t = r_t + gamma V_{t+1} - V_t, and returns A_t + V_t, what the values learn.
 * V_t is the value before token t; behind the last token it is 0, also where the response was cut off, as in TRL.
 * gamma and lam in [0, 1] (TRL 1 and 0.95). lam 1 is reward to go less value, lam 0 is delta. Units of scores.
 */
export function gae(
  { rewards, values }: { rewards: Float32Array; values: Float32Array },
  { gamma, lam }: { gamma: number; lam: number },
): { advantages: Float32Array; returns: Float32Array } {
  const T = rewards.length
  if (values.length !== T) throw new Error(`${T} rewards beside ${values.length} values.`)
  const advantages = new Float32Array(T)
  let later = 0
  for (let t = T - 1; t >= 0; t--) {
    later = rewards[t]! + gamma * (values[t + 1] ?? 0) - values[t]! + gamma * lam * later
    advantages[t] = later
  }
  return { advantages, returns: advantages.map((advantage, t) => advantage + values[t]!) }
}

/**
 * The numbers of all responses scaled to variance 1 (over n - 1) and, with shiftMean, moved to mean 0: (x - mean) / sqrt(variance + 1e-8),
 * plus the mean without it. As TRL's masked_whiten, by which PPO whitens advantages, and with whiten_rewards rewards without the shift.
 * Equal numbers, or a single one, go to 0 or stay; TRL fails at a single one.
 */
export function whitened(
  responses: readonly Float32Array[],
  { shiftMean = true }: { shiftMean?: boolean } = {},
): Float32Array[] {
  const { mean, std } = moments(joined(responses))
  const scale = 1 / Math.sqrt(std ** 2 + 1e-8)
  return responses.map((numbers) => numbers.map((x) => (x - mean) * scale + (shiftMean ? 0 : mean)))
}

/**
 * RLOO (Ahmadian et al., arXiv 2402.14740): each score less the mean of the others' of its group, k / (k - 1) (r - mean).
 * Sums to 0 in a group; equal scores, or a group of one, give zeros. With `normalizeAdvantages` (TRL's, off by default and not in the
 * paper) all of the batch are moved to mean 0 and divided by their standard deviation over n - 1, plus 1e-4.
 */
export function rlooAdvantages(
  groups: readonly Group[],
  { normalizeAdvantages = false }: { normalizeAdvantages?: boolean } = {},
): number[][] {
  const advantages = groups.map((scores) => {
    const k = scores.length
    const { mean } = moments(scores)
    return scores.map((score) => (k > 1 ? (k / (k - 1)) * (score - mean) : 0))
  })
  if (!normalizeAdvantages) return advantages
  const { mean, std } = moments(advantages.flat())
  return advantages.map((group) => group.map((advantage) => (advantage - mean) / (std + 1e-4)))
}

/**
 * GRPO (Shao et al., arXiv 2402.03300, section 4.1.2): (r - mean) / (std + 1e-4) within a group; Dr. GRPO (Liu et al., arXiv 2503.20783)
 * with 'none', which leaves out the division. Sums to 0 in a group; equal scores, or a group of one, give zeros.
 * The paper names neither epsilon nor kind of std; TRL's is over n - 1, verl's too, with 1e-6.
 */
export function grpoAdvantages(
  groups: readonly Group[],
  { scaleRewards = 'group' }: { scaleRewards?: ScaleRewards } = {},
): number[][] {
  const batch = moments(groups.flat())
  return groups.map((scores) => {
    const { mean, std } = moments(scores)
    const scale = { group: std + 1e-4, batch: batch.std + 1e-4, none: 1 }[scaleRewards]
    return scores.map((score) => (score - mean) / scale)
  })
}

/** Share of groups, 0 to 1, whose scores are all the same, to 1e-8, and so teach nothing; TRL's frac_reward_zero_std. Of no groups, NaN. */
export function fracRewardZeroStd(groups: readonly Group[]): number {
  return groups.filter((scores) => moments(scores).std <= 1e-8).length / groups.length
}

/**
 * 1 - Var(returns - values) / Var(returns) over all tokens of a batch: 1 for values that foresee every return, 0 for a constant, below 0
 * for worse. NaN where returns do not vary. Not in TRL's last PPO; its first had the mean square of the difference above the line.
 */
export function explainedVariance(values: readonly Float32Array[], returns: readonly Float32Array[]): number {
  const [foreseen, came] = [joined(values), joined(returns)]
  if (foreseen.length !== came.length) throw new Error(`${foreseen.length} values beside ${came.length} returns.`)
  const { std } = moments(came)
  return std > 0 ? 1 - (moments(came.map((g, t) => g - foreseen[t]!)).std / std) ** 2 : NaN
}

const joined = (responses: readonly Float32Array[]) => responses.flatMap((numbers) => [...numbers])

/** Mean and standard deviation over n - 1; 0 of fewer than two. */
export function moments(numbers: readonly number[]): { mean: number; std: number } {
  const [n, first = 0] = [numbers.length, numbers[0]]
  // Counted from the first, so that equal numbers are equal to their mean and no rounding is left for a small std to blow up.
  const mean = first + numbers.reduce((sum, x) => sum + (x - first), 0) / Math.max(1, n)
  const squares = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  return { mean, std: n > 1 ? Math.sqrt(squares / (n - 1)) : 0 }
}
