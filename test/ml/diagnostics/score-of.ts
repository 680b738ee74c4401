// Short ways to write scored probes in tests.
import type { PairScore, ResponseScore } from '../../../src/ml/diagnostics/score.ts'

/** A response of `tokens` tokens whose log-probability went from `reference` to `policy`. */
export function scoreOf(reference: number, policy: number, tokens: number, entropy = 1, topMass = 0.5): ResponseScore {
  return { reference, policy, tokens, entropy, topMass, likeliestMass: (1 + topMass) / 2, kl: null }
}

export function pairOf(chosen: ResponseScore, rejected: ResponseScore): PairScore {
  return { chosen, rejected }
}
