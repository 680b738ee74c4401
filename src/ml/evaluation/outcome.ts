// What became of one item of an evaluation: how likely both responses of its pair are, and how the answers to its prompt were judged.
import type { Verdict } from '../checkers/check.ts'
import { mean, share } from '../diagnostics/quantiles.ts'
import { marginTurn } from '../diagnostics/score.ts'

/** A response's summed log-probability in nats and its tokens; `reference` is the same sum under the reference, where there is one. */
export type SideLikelihood = { logp: number; tokens: number; reference: number | null }

export type PairLikelihood = { chosen: SideLikelihood; rejected: SideLikelihood }

/** An answer as it was judged; `ended`: by itself, and not for want of room. A reward model leaves a score and no verdict: undecided. */
export type JudgedAnswer = { tokens: number; ended: boolean; verdict: Verdict; score: number }

/** `likelihood` is null where it was not asked for or the pair does not fit; `answers` is empty where none was asked for. */
export type Outcome = { likelihood: PairLikelihood | null; answers: readonly JudgedAnswer[] }

/** log p(chosen) - log p(rejected), summed over tokens, nats. */
export function sumMargin({ chosen, rejected }: PairLikelihood): number {
  return chosen.logp - rejected.logp
}

/** The same of the means over tokens. */
export function tokenMargin({ chosen, rejected }: PairLikelihood): number {
  return chosen.logp / chosen.tokens - rejected.logp / rejected.tokens
}

/** By how much chosen gained on rejected against the reference, nats; null without one. */
export function rewardMargin({ chosen, rejected }: PairLikelihood): number | null {
  if (chosen.reference === null || rejected.reference === null) return null
  return chosen.logp - chosen.reference - (rejected.logp - rejected.reference)
}

/** 1 where chosen is the likelier by its sum, 0 where rejected is, 0.5 for a tie up to rounding; null where a number is missing. */
export function preferredBySum({ chosen, rejected }: PairLikelihood): number | null {
  return preferred({ ...chosen, reference: 0 }, { ...rejected, reference: 0 })
}

/** The same of the means over tokens. */
export function preferredByToken({ chosen, rejected }: PairLikelihood): number | null {
  const perToken = ({ logp, tokens }: SideLikelihood) => ({ logp: logp / tokens, tokens: 1, reference: 0 })
  return preferred(perToken(chosen), perToken(rejected))
}

/** The same of the changes against the reference: the accuracy of the implicit reward. */
export function preferredByReward({ chosen, rejected }: PairLikelihood): number | null {
  return preferred(chosen, rejected)
}

function preferred(chosen: SideLikelihood, rejected: SideLikelihood): number | null {
  const known = [chosen, rejected].every(({ logp, reference }) => Number.isFinite(logp) && Number.isFinite(reference))
  if (!known) return null
  const side = ({ logp, reference, tokens }: SideLikelihood) => ({ policy: logp, reference: reference!, tokens })
  return (marginTurn({ chosen: side(chosen), rejected: side(rejected) }) + 1) / 2
}

/** The share of the answers that pass, of those that could be decided; null of none. */
export function answeredRight(answers: readonly JudgedAnswer[]): number | null {
  const decided = answers.filter(({ verdict }) => verdict !== 'undecided')
  return decided.length === 0 ? null : share(decided, ({ verdict }) => verdict === 'pass')
}

/** The mean score of the answers; null of none. */
export function meanScore(answers: readonly JudgedAnswer[]): number | null {
  return answers.length === 0 ? null : mean(answers.map(({ score }) => score))
}
