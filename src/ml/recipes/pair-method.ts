// What a method that learns from pairs is: its loss, what that reads of a batch, and the rewards that readings tell.
import { change, type Likelihood, type RewardOf } from '../diagnostics/score.ts'
import type { PairLabels, PairLogProbs, PairLosses, SideLogProbs } from '../losses/pairs.ts'
import type { SplitLogProbs } from '../losses/ld-dpo.ts'
import type { MarkedLogProbs } from '../losses/unpaired.ts'
import type { SelfLikelihood } from '../losses/wpo.ts'
import type { Scalar, Tensor1D } from '../tf.ts'
import type { LabelUse } from './label-use.ts'

/** Numbers that a run carries from batch to batch, by name: scalars of the executor's state. */
export type Carried = Readonly<Record<string, Scalar>>

/** One side's responses, under policy and reference, parted where the shorter response of their pair ends. */
export type SplitSide = { policy: SplitLogProbs; reference: SplitLogProbs }

/** What a loss may read of a batch of P pairs beside the log-probabilities of whole responses. */
export type BatchReadings = {
  /** An estimate of the KL divergence from the reference, made anew for each batch (kl-estimate.ts); 0 unless the method `estimatesKl`. */
  kl: Scalar
  /** Uniform in [0, 1), [P], other ones in each batch. */
  draws: Tensor1D
  /** What the method `carries`, with this batch taken in. */
  carried: Carried
  /** What labels say beyond which response is better; empty unless the method's `labels` say it by margins or soft labels. */
  labels: PairLabels
  /** Of a method that `splits`. */
  split?: { chosen: SplitSide; rejected: SplitSide }
  /** Of a method that reads `selfLikelihood`. */
  selfLikelihood?: SelfLikelihood
}

export type PairMethod = {
  learns: 'pairs'
  head?: undefined
  /** One loss a pair, [P]; a step trains their weighted mean. */
  loss(pairs: PairLogProbs, batch: BatchReadings): PairLosses
  /** The same of answers that belong to no pair, where it can learn from them. */
  ofAnswers?: AnswersLoss
  /** How the strength of labels enters the loss; not at all by default. */
  labels?: LabelUse
  /** Whether the loss reads `kl`. */
  estimatesKl?: true
  /** Whether the loss reads `split`. */
  splits?: true
  /** Whether the loss reads `selfLikelihood`. */
  selfLikelihood?: true
  /** What it carries from batch to batch: the numbers it starts with, and those after a batch, without gradient. */
  carries?: { start: Readonly<Record<string, number>>; next(before: Carried, pairs: PairLogProbs): Carried }
  /** Every so many updates the reference that the loss reads moves towards the policy by this share, in (0, 1] (moved-reference.ts). */
  movesReference?: { every: number; share: number }
  /** What `rewards/...` show, in the units of the loss. */
  reward: RewardOf
}

/** A method's loss of P answers alone, each marked good or bad. */
export type AnswersLoss = {
  /** One loss an answer, [P]; a step trains their weighted mean. */
  loss(answers: MarkedLogProbs, batch: BatchReadings): Tensor1D
  /** What the method `carries`, after a batch of them. */
  next?(before: Carried, answers: SideLogProbs): Carried
}

/** A method of pairs as it stands in the table of its name. */
export type Paired = Omit<PairMethod, 'learns' | 'labels'>

export type Values = Readonly<Record<string, unknown>>

/** Reads a number among the settings. */
export type Numbers = (key: string) => number

/** beta (log pi - log pi_ref), DPO's implicit reward. */
export const relative =
  (beta: number): RewardOf =>
  (response) =>
    beta * change(response)

export const likelihood =
  (beta: number): RewardOf =>
  ({ policy }) =>
    beta * policy

export const meanOf = ({ policy, tokens }: Likelihood) => policy / tokens
