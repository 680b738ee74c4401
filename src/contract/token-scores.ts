// What a run did to each token of a pair.
import { z } from 'zod'
import { PairId } from './pairs.ts'
import { RunId } from './runs.ts'

/**
 * One token of a response. Log-probabilities in nats, each after the prompt and the tokens before it; null where weights
 * that broke gave no number.
 */
export const ScoredToken = z.object({
  /** Joined, the texts of a side are the response with its end-of-text token; empty where a character ends in a later token. */
  text: z.string(),
  /** Of the model as it was before any tuning. */
  reference: z.number().nullable(),
  /** Of the run at each checkpoint, in the order of `steps`. */
  policy: z.array(z.number().nullable()),
})
export type ScoredToken = z.infer<typeof ScoredToken>

export const TokenScores = z.object({
  run: RunId,
  pair: PairId,
  /** The steps of the checkpoints that were scored, ascending: at least one. */
  steps: z.array(z.int()),
  /** Of an answer alone one side is empty: a good one is chosen, a bad one rejected. */
  chosen: z.array(ScoredToken),
  rejected: z.array(ScoredToken),
})
export type TokenScores = z.infer<typeof TokenScores>

/** log pi - log pi_ref of a token at the checkpoint of that place in `steps`; NaN where either is no number. */
export function logRatio({ reference, policy }: ScoredToken, place: number): number {
  return (policy[place] ?? NaN) - (reference ?? NaN)
}
