// What the diagnostics read: how likely policy and reference find a response of a probe.

/** How many of the likeliest next tokens `likeliestMass` is the mass of. */
export const likeliestTokens = 10

/**
 * Log-probabilities are summed over the response's tokens, in nats; entropy (nats), topMass and likeliestMass (shares) are means over them.
 * `kl` is the sum over its tokens of KL(pi_ref || pi) of the next token, over the whole vocabulary, in nats; null where it was not measured.
 */
export type ResponseScore = {
  policy: number
  reference: number
  tokens: number
  entropy: number
  topMass: number
  likeliestMass: number
  kl: number | null
}

export type PairScore = { chosen: ResponseScore; rejected: ResponseScore }

/** Of one response: log-probabilities under policy and reference, summed over its tokens, in nats. */
export type Likelihood = Pick<ResponseScore, 'policy' | 'reference' | 'tokens'>

/** The implicit reward that a method gives a response on one side of a pair. */
export type RewardOf = (response: Likelihood, side: 'chosen' | 'rejected') => number

/** log pi - log pi_ref of the whole response, in nats. */
export function change(score: Likelihood): number {
  return score.policy - score.reference
}

/** log pi - log pi_ref per token, in nats. */
export function changePerToken(score: Likelihood): number {
  return change(score) / score.tokens
}

/** Below this many nats per token a change is float32 rounding: the same text in another batch differs by as much. */
export const roundingNoise = 1e-5

/** Which way a pair's margin turned against the reference: 1 chosen gained on rejected, -1 lost, 0 a tie up to rounding. */
export function marginTurn({ chosen, rejected }: { chosen: Likelihood; rejected: Likelihood }): -1 | 0 | 1 {
  const margin = change(chosen) - change(rejected)
  if (Math.abs(margin) <= roundingNoise * (chosen.tokens + rejected.tokens)) return 0
  return margin > 0 ? 1 : -1
}
