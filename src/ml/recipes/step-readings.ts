// The readings of one optimiser step, under TRL's names, averaged over the pairs of the step.
import { defined, mean, share } from '../diagnostics/quantiles.ts'
import { marginTurn } from '../diagnostics/score.ts'
import type { Mark } from './plan.ts'

type Side = { policy: number; reference: number; tokens: number; reward: number }

/**
 * One trained pair: its loss in nats, times its weight, whose mean over a step is 1; summed log-probabilities and rewards of both sides. With
 * a mark it is an answer alone, told in `chosen`, and `rejected` says nothing.
 */
export type TrainedPair = { loss: number; mark?: Mark; chosen: Side; rejected: Side }

export type StepReadings = ReturnType<typeof stepReadings>

/** What is told of every update: `learning_rate` is the one of this update, `epoch` and `num_tokens` count this step in. */
export type UpdateReadings = { grad_norm: number; learning_rate: number; epoch: number; num_tokens: number }

/**
 * Readings of a step. `entropySum` is over all response tokens of the step. A margin within rounding of zero is a tie, and a tie is no
 * hit for the accuracy.
 */
export function stepReadings(pairs: readonly TrainedPair[], entropySum: number, update: UpdateReadings) {
  const over = (read: (pair: TrainedPair) => number) => mean(pairs.map(read))
  const responseTokens = pairs.reduce((sum, { chosen, rejected }) => sum + chosen.tokens + rejected.tokens, 0)
  return {
    loss: over((pair) => pair.loss),
    ...update,
    entropy: entropySum / responseTokens,
    'rewards/chosen': over((pair) => pair.chosen.reward),
    'rewards/rejected': over((pair) => pair.rejected.reward),
    'rewards/margins': over((pair) => pair.chosen.reward - pair.rejected.reward),
    'rewards/accuracies': share(pairs, (pair) => marginTurn(pair) > 0),
    'logps/chosen': over((pair) => pair.chosen.policy),
    'logps/rejected': over((pair) => pair.rejected.policy),
    'logps_per_token/chosen': over((pair) => pair.chosen.policy / pair.chosen.tokens),
    'logps_per_token/rejected': over((pair) => pair.rejected.policy / pair.rejected.tokens),
  }
}

/**
 * The same of answers alone: `chosen` are means over the good answers of the step, `rejected` over the bad ones, `rewards/margins` the
 * difference of both. What needs two answers to one prompt is left out, as is a kind that the step has none of.
 */
export function answerStepReadings(answers: readonly TrainedPair[], entropySum: number, update: UpdateReadings) {
  const over = (mark: Mark, read: (answer: Side) => number) =>
    mean(answers.flatMap((one) => (one.mark === mark ? [read(one.chosen)] : [])))
  const reward = (mark: Mark) => over(mark, (answer) => answer.reward)
  return {
    loss: mean(answers.map(({ loss }) => loss)),
    ...update,
    entropy: entropySum / answers.reduce((sum, { chosen }) => sum + chosen.tokens, 0),
    ...defined({
      'rewards/chosen': reward('good'),
      'rewards/rejected': reward('bad'),
      'rewards/margins': reward('good') - reward('bad'),
      'logps/chosen': over('good', (answer) => answer.policy),
      'logps/rejected': over('bad', (answer) => answer.policy),
      'logps_per_token/chosen': over('good', (answer) => answer.policy / answer.tokens),
      'logps_per_token/rejected': over('bad', (answer) => answer.policy / answer.tokens),
    }),
  }
}
